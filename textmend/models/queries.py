"""What a masked language model is asked, and what it answers."""

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


class Prediction(NamedTuple):
    """What a model says of one position.

    Attributes:
        log_probs: log-probabilities over the vocabulary; float32, shape ``[pieces]``.
        case: log-probabilities of the word's letter case (lower, Title, UPPER, mixed), shape ``[4]``;
            ``None`` from models that keep case in their pieces or know none.
    """

    log_probs: NDArray[np.float32]
    case: NDArray[np.float32] | None
