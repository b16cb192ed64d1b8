"""What networks are asked: a masked language model its queries, a reader of gaps its rows."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Place(NamedTuple):
    """Where lost words stand in a sequence: ``ids[start:end]``; all else is context."""

    start: int
    end: int


class Query(NamedTuple):
    """A sequence with masks, special tokens included, and the one position to predict.

    Attributes:
        ids: the pieces.
        position: which of them is to be predicted.
        place: where the lost words stand. A model may read the context once for all sequences that share it, and
            of each only what stands at this place and near it.
    """

    ids: tuple[int, ...]
    position: int
    place: Place | None = None


class Row(NamedTuple):
    """A stretch of text as a network reads it.

    Attributes:
        ids: piece ids, the start token first, shape ``[length]``.
        types: token types, shape ``[length]``.
        sites: indices of the pieces at which something is judged, at least one, rising.
    """

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    sites: NDArray[np.int64]
