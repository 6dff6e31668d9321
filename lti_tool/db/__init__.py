"""Floor 2: tables and the way to them. Columns and relations only; no rules."""
