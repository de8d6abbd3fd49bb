"""Calculations: pure functions from tables and arrays to results that carry their kind, source and gaps."""
