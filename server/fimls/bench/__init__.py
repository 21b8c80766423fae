"""Benchmarks that people run on their own engine: `fimls bench`."""
