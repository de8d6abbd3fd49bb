"""Benchmarks beside a peer on the same input in one run; never part of the tests."""
