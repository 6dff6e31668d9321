"""The wizard's forms: which controls each section has, how they are shown and read."""
