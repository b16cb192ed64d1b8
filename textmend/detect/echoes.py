"""Echoes as evidence: where the article has words between the same neighbours elsewhere, some may be missing here.

``targeted aerial against civilians`` reads well enough to be doubtful; that the article also writes ``targeted
aerial strikes against civilians`` settles it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from textmend.calibration import log_odds, sigmoid
from textmend.errors import ModelError
from textmend.text.echoes import CONTEXT, Echo, EchoIndex

LEAST, MOST = 0.02, 0.97
"""Only sites between these probabilities are looked at: an echo could not change what the others are."""


FEWEST = 3
"""How many words an echo matches at least to say anything, one of them on each side."""

_LONGEST = 3
"""How many words an echo has at most: more are seldom lost."""


@dataclass(frozen=True, slots=True)
class EchoWeights:
    """What an echo adds to the calibrated log-odds of a gap ; nothing where it was not fitted.

    Attributes:
        some: for an echo at all, at least 0.
        word: for each word that it matches beyond the fewest, at least 0.

    Raises:
        ModelError: a weight is negative, or no number.
    """

    some: float = 0.0
    word: float = 0.0

    def __post_init__(self) -> None:
        if not (self.some >= 0 and self.word >= 0):
            raise ModelError(f"weights of echoes should be from 0: {self.some}, {self.word}")

    def to_dict(self) -> dict[str, float]:
        """Return the JSON form, as a detector's ``config.json`` holds it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, float]) -> EchoWeights:
        """Read the JSON form."""
        return cls(some=float(data["some"]), word=float(data["word"]))


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
