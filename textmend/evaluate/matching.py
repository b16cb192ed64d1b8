"""Which predicted gap stands for which true gap, and whether a fill equals the lost words."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from textmend.text.words import fold


def match(starts: ArrayLike, ends: ArrayLike, scores: ArrayLike, gaps: Sequence[tuple[int, int]]) -> NDArray[np.int64]:
    """Match predicted sites one-to-one with true gaps; a site may stand for any gap that it touches.

    Sites are taken from the highest score to the lowest, and each is matched if no earlier site loses its match
    (earlier sites may change partners). So as many sites as possible are matched above *any* threshold, and which of
    them are right does not depend on the sites below it.

    Args:
        starts: where each site starts; shape ``[sites]``.
        ends: where each ends; sites are in order and don't overlap.
        scores: their probabilities.
        gaps: start and end of each true gap, in order, not overlapping.

    Returns:
        For each site the index of its true gap, or -1.

    Raises:
        ValueError: sites are out of order or overlap.
    """
    start, end, score = np.asarray(starts, np.int64), np.asarray(ends, np.int64), np.asarray(scores, np.float64)
    if (start > end).any() or (end[:-1] > start[1:]).any():
        raise ValueError("sites to be matched overlap or are out of order")
    touching: dict[int, list[int]] = {}
    for gap, (first, last) in enumerate(gaps):
        touched = range(int(np.searchsorted(end, first, "left")), int(np.searchsorted(start, last, "right")))
        for site in touched:
            touching.setdefault(site, []).append(gap)
    owners: dict[int, int] = {}
    holds: dict[int, int] = {}
    for site in sorted(touching, key=lambda site: (-score[site], site)):
        _place(site, touching, owners, holds)
    matched = np.full(len(start), -1, dtype=np.int64)
    for site, gap in holds.items():
        matched[site] = gap
    return matched


def same_words(fill: str, lost: str) -> bool:
    """Return whether a fill equals the lost words, apart from letter case and the kind of white space."""
    return fold(fill) == fold(lost)


def _place(site: int, touching: dict[int, list[int]], owners: dict[int, int], holds: dict[int, int]) -> None:
    """Match a site, moving others to other gaps if necessary: an augmenting path, breadth first (Kuhn 1955)."""
    reached_from: dict[int, int] = {}
    waiting = [site]
    for current in waiting:
        for gap in touching[current]:
            if gap in reached_from:
                continue
            reached_from[gap] = current
            if gap not in owners:
                _turn_over(gap, site, reached_from, owners, holds)
                return
            waiting.append(owners[gap])


def _turn_over(
    gap: int, root: int, reached_from: dict[int, int], owners: dict[int, int], holds: dict[int, int]
) -> None:
    while True:
        site = reached_from[gap]
        given_up = holds.get(site, -1)
        owners[gap], holds[site] = site, gap
        if site == root:
            return
        gap = given_up
