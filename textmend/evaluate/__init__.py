"""Measuring a system on benchmarks: finding, filling, mending, and the report."""
