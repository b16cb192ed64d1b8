"""Numbers as people read them."""

from __future__ import annotations


def count(number: int, noun: str) -> str:
    """Return a number with its noun, of which the plural ends in ``s``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def per_cent(probability: float) -> str:
    """Return a probability in per cent; what isn't certain is never called so."""
    if 0 < probability < 0.005:
        return "<1%"
    if 0.995 <= probability < 1:
        return ">99%"
    return f"{probability:.0%}"
