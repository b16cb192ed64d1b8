"""Cleaning corpora: millions of documents through a pool of processes, in order, resumable, losing none."""
