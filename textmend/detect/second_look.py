"""A second look: where the detector is in doubt, a larger network reads a stretch around the place."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textmend.detect.inputs import Encoded


class Stretch(NamedTuple):
    """A slice of a text's pieces, and which of its sites are judged in it (indices, rising)."""

    start: int
    end: int
    sites: NDArray[np.int64]


def stretches(document: Encoded, sites: NDArray[np.int64], size: int, margin: int) -> list[Stretch]:
    """Return the stretches in which sites are read again: few, and none longer than ``size`` pieces.

    Sites share a stretch where each still has ``margin`` pieces of context on both sides, as far as the text has
    them; what room is left is shared out evenly before the first and after the last.

    Args:
        document: the text.
        sites: indices of its sites, rising.
        size: the most pieces of a stretch.
        margin: pieces of context, less than half of ``size``.
    """
    places = document.sites[sites].astype(np.int64)
    total = len(document.ids)
    found = []
    first = 0
    while first < len(places):
        last = int(np.searchsorted(places, places[first] + size - 2 * margin, side="left"))
        last = max(last, first + 1)
        spare = size - int(places[last - 1] - places[first] + 1)
        start = int(np.clip(places[first] - spare // 2, 0, max(0, total - size)))
        found.append(Stretch(start, min(start + size, total), sites[first:last]))
        first = last
    return found
