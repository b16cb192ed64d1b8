"""Proposing what stood at a gap: infilling with a masked language model, echoes of the article, ranking."""
