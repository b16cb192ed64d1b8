"""Gaps in 1,000 words: the measure of filters and taggers of documents."""

from __future__ import annotations

from collections.abc import Sized

from textmend.errors import PolicyError


def gap_rate(text: str, gaps: Sized) -> float:
    """Return how many gaps a text has in 1,000 words."""
    return 1000 * len(gaps) / max(1, len(text.split()))


def check_most(most: object) -> None:
    """Check that ``most`` is a rate. Raises :class:`PolicyError` if it is not."""
    if not isinstance(most, int | float) or isinstance(most, bool) or not most >= 0:
        raise PolicyError(f"most={most!r} should be a number from 0: gaps in 1,000 words")
