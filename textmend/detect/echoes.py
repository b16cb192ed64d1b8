"""Echoes as evidence: where the article has words between the same neighbours elsewhere, some may be missing here.

``targeted aerial against civilians`` reads well enough to be doubtful; that the article also writes ``targeted
aerial strikes against civilians`` settles it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from textmend.calibration import EchoWeights, log_odds, sigmoid
from textmend.text.echoes import CONTEXT, Echo, EchoIndex

LEAST, MOST = 0.02, 0.97
"""Only sites between these probabilities are looked at: an echo could not change what the others are."""


FEWEST = 3
"""How many words an echo matches at least to say anything, one of them on each side."""

_LONGEST = 3
"""How many words an echo has at most: more are seldom lost."""


def raised(
    text: str,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    weights: EchoWeights,
) -> NDArray[np.float64]:
    """Return the probabilities of a text's sites, those with an echo raised; all of shape ``[sites]``."""
    if not (weights.some or weights.word):
        return probabilities
    return with_echoes(probabilities, matched_words(text, starts, ends, probabilities), weights)


def with_echoes(
    probabilities: NDArray[np.float64], matched: NDArray[np.int64], weights: EchoWeights
) -> NDArray[np.float64]:
    """Return the probabilities of sites, raised by how many words their echoes match (``matched_words``)."""
    at = np.flatnonzero(matched)
    result = probabilities.copy()
    result[at] = sigmoid(log_odds(probabilities[at]) + weights.some + weights.word * (matched[at] - FEWEST))
    return result


def matched_words(
    text: str, starts: NDArray[np.int64], ends: NDArray[np.int64], probabilities: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return for each site how many words its best echo matches, at least one on each side; 0 where it has none.

    Sites that are not doubtful have 0 too. Time is linear in the text.
    """
    matched = np.zeros(len(starts), dtype=np.int64)
    index = EchoIndex(text)
    for site in np.flatnonzero((probabilities >= LEAST) & (probabilities <= MOST)):
        for echo in index.echoes(int(starts[site]), int(ends[site])):
            if echo.left and echo.right and echo.left + echo.right >= FEWEST and _is_short(echo):
                matched[site] = min(echo.left + echo.right, 2 * CONTEXT)
                break
    return matched


def _is_short(echo: Echo) -> bool:
    return echo.text.count(" ") < _LONGEST
