"""Comparing: rivals, speed, memory and ablations, in parts that write ``docs/benchmarks.md``."""
