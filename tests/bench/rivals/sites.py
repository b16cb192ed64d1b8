"""The sites of finders that name only some places, and are sure or half sure of them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from textmend.detect.sites import Sites


def named_sites(found: Iterable[tuple[int, int, float]]) -> Sites:
    """Return sites of ``(start, end, score)``, in order; where two overlap, the one with the higher score.

    They have no lengths: such a finder says where, not how much.
    """
    kept: list[tuple[int, int, float]] = []
    for site in sorted(found):
        if kept and kept[-1][1] > site[0]:
            kept[-1] = max(kept[-1], site, key=lambda one: one[2])
        elif kept and kept[-1][:2] == site[:2]:
            kept[-1] = (*site[:2], max(kept[-1][2], site[2]))
        else:
            kept.append(site)
    return Sites(
        np.array([start for start, _, _ in kept], dtype=np.int64),
        np.array([end for _, end, _ in kept], dtype=np.int64),
        np.array([score for *_, score in kept], dtype=np.float64),
        np.zeros((len(kept), 0)),
    )


def no_sites(count: int) -> list[Sites]:
    """Return the answer of one that finds nothing in ``count`` texts: for those that only fill."""
    return [named_sites(()) for _ in range(count)]
