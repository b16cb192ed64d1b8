"""Inputs of networks: queries to a masked language model, rows for a reader of gaps."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Place(NamedTuple):
    """The place of lost words in a sequence: ``ids[start:end]``; the rest is context.

    Attributes:
        start: where they begin.
        end: where they end.
        masks: how many masks stand for them where the context is read by itself. Places of one context are read
            together if what stands for each of them is what the others' context holds there.
    """

    start: int
    end: int
    masks: int = 1


class Query(NamedTuple):
    """A sequence with masks, special tokens included, and the one position to predict.

    Attributes:
        ids: the pieces.
        position: which of them is to be predicted.
        place: the place of the lost words. A model may read the context once for all sequences that share it, and of
            each sequence only the pieces at this place and near it.
    """

    ids: tuple[int, ...]
    position: int
    place: Place | None = None


class Row(NamedTuple):
    """A stretch of text, as input of a network.

    Attributes:
        ids: piece ids, the start token first, shape ``[length]``.
        types: token types, shape ``[length]``.
        sites: indices of the pieces at which the network answers; at least one, rising.
    """

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    sites: NDArray[np.int64]
