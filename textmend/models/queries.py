"""Queries to a masked language model."""

from __future__ import annotations

from typing import NamedTuple


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
