"""What things cost, as ratios to a named baseline in the same run. ``make benchmarks`` runs them all."""
