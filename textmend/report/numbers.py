"""Numbers as people read them."""

from __future__ import annotations


def count(number: int, noun: str) -> str:
    """Return a number with its noun, whose plural ends in ``s``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def in_words(gap: float, fill: float) -> str:
    """Return the probabilities of a gap, its fill, and both, by their three names (``docs/records.md``)."""
    return f"gap {per_cent(gap)}, fill {per_cent(fill)}, joint {per_cent(gap * fill)}"


def per_cent(probability: float) -> str:
    """Return a probability in per cent; only certainty is shown as 0% or 100%."""
    if 0 < probability < 0.005:
        return "<1%"
    if 0.995 <= probability < 1:
        return ">99%"
    return f"{probability:.0%}"
