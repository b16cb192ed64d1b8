"""Measuring: metrics, benchmarks, the quality gate."""
