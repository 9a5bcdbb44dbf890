"""Benchmarks: `bin/bench [name]`. Ratios are taken against a baseline measured in the same run."""
