"""Fitting the lengths of an article's gaps: two kinds of articles, separated by expectation maximisation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from textmend.calibration import log_odds, sigmoid
from textmend.detect.lengths import LengthKinds

FEWEST = 40
"""The fewest damaged texts for separating the kinds."""

_PRIOR = 5.0
"""The number of gaps, with the lengths of all gaps, that each kind gets as a prior."""

_STEPS = 60


def fit_length_kinds(
    lengths: Sequence[NDArray[np.float64]], lost: Sequence[NDArray[np.int64]], gaps: int
) -> LengthKinds:
    """Fit a mixture of two multinomials to the lengths of each article's gaps (Dempster et al. 1977).

    Args:
        lengths: for the sites of each article, by the detector: how likely 1, 2, … words are missing, given a gap; each
            of shape ``[sites, gaps]``.
        lost: how many words are missing there, 0 for none, ``gaps`` for that many or more; each of shape ``[sites]``.
        gaps: the number of lengths.
    """
    counts = np.array([np.bincount(own[own > 0] - 1, minlength=gaps) for own in lost], dtype=np.float64)
    counts = counts.reshape(len(lost), gaps)[[bool((own > 0).any()) for own in lost]]
    if len(counts) < FEWEST:
        return LengthKinds()
    overall = _shares(counts.sum(axis=0) + 1.0)
    means = counts @ np.arange(gaps) / counts.sum(axis=1)
    is_short = (means <= np.median(means)).astype(np.float64)
    for _ in range(_STEPS):
        share = float((is_short.sum() + 1) / (len(counts) + 2))
        short, long = (_shares(weight @ counts + _PRIOR * overall) for weight in (is_short, 1 - is_short))
        is_short = sigmoid(counts @ (np.log(short) - np.log(long)) + log_odds(share))
    told = np.concatenate([own[missing > 0] for own, missing in zip(lengths, lost, strict=True)])
    usual = _shares(told.sum(axis=0) + _PRIOR * overall)
    return LengthKinds(tuple(short.tolist()), tuple(long.tolist()), tuple(usual.tolist()), share)


def _shares(values: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = values / values.sum()
    return result
