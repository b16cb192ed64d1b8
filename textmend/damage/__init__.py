"""Damaging text on purpose, as scrapers do: articles with known links, damaged texts, benchmarks."""
