"""What is thought of every place of a text where words may be missing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Sites(NamedTuple):
    """All sites of a text, judged.

    Attributes:
        starts: where each site's white space starts, shape ``[sites]``.
        ends: where it ends, shape ``[sites]``.
        probabilities: calibrated probabilities of a gap, shape ``[sites]``.
        lengths: for each site, the distribution over 1, 2, … lost words; shape ``[sites, labels - 1]``.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    lengths: NDArray[np.float64]
