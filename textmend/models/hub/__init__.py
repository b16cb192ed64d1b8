"""Masked language models of the hub, or of folders in its format: fetching, tokenizers, torch."""
