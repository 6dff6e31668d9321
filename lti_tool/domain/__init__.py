"""Floor 1: what CME means. Standard library only: no I/O, no clock, no ORM."""
