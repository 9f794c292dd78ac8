"""Benchmarks: pellucid and its peers, in turn, in one run. `make bench`."""
