"""Plans: from a gap in practice to an approved and published activity."""
