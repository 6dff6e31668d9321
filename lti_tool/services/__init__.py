"""Floor 3: use-cases. One function is one thing a person does, within the transaction that it is given."""
