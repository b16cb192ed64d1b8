"""Ranking: one calibrated probability for every candidate of every length and origin."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textmend.calibration import Calibration

_MOST_REPEATS = 16
_MOST_WORDS = 4
_BLUR = 0.02


class Features(NamedTuple):
    """What is known of a candidate.

    Attributes:
        log_prob: the model's joint log-probability of its pieces and their number.
        echo: matched words around its best echo, left and right together; 0 without one.
        exact: whether that echo matches word for word rather than by stem.
        both: whether at least one word matches on each side.
        repeated: how often it stands elsewhere in the article, its title or its metadata as a name or phrase; 0: it does not.
        length: log-probability of its number of pieces, which ``log_prob`` has in it already.
        words: how many words it has.
        single: log-odds that one word is missing at the gap, as the detector sees it; 0 where nothing is known.
        fits: log-probability that so many words are missing at the gap; 0 where nothing is known.
        name: whether it is written like a name or a number.
        new: whether it brings a name or a number in that the article doesn't have.
    """

    log_prob: float
    echo: int = 0
    exact: bool = False
    both: bool = False
    repeated: int = 0
    length: float = 0.0
    words: int = 1
    single: float = 0.0
    fits: float = 0.0
    name: bool = False
    new: bool = False


FEATURE_NAMES = (
    "log_prob", "echo", "echo_words", "echo_exact", "echo_both", "repeated", "repeats", "length", "words", "single",
    "fits", "name", "new",
)  # fmt: skip


def log_fit(lengths: Sequence[float], words: int) -> float:
    """Return the log-probability that so many words are missing, at least about -4; 0 without lengths.

    Args:
        lengths: how likely 1, 2, … words are missing; the last: that many or more.
        words: how many words a candidate has.
    """
    return math.log(lengths[min(words, len(lengths)) - 1] + _BLUR) if lengths else 0.0


def log_odds_of_one(lengths: Sequence[float]) -> float:
    """Return the log-odds that one word is missing, kept within about 4; 0 without lengths.

    The same for all candidates of a gap, so it is weighed against "something else": a gap of several words is harder.
    """
    return math.log((lengths[0] + _BLUR) / (1 - lengths[0] + _BLUR)) if lengths else 0.0


def feature_row(features: Features) -> list[float]:
    """Return the numbers that the ranking weighs, in the order of ``FEATURE_NAMES``."""
    found = features.echo > 0
    return [
        max(features.log_prob, -30.0),
        float(found),
        min(features.echo, 8) / 4,
        float(found and features.exact),
        float(found and features.both),
        float(features.repeated > 0),
        math.log(max(1, min(features.repeated, _MOST_REPEATS))),
        max(features.length, -10.0),
        float(min(features.words, _MOST_WORDS) - 1),
        features.single,
        features.fits,
        float(features.name),
        float(features.new),
    ]


@dataclass(frozen=True)
class Ranking:
    """A conditional logit model over the candidates of one gap and "something else" (McFadden 1974).

    Attributes:
        weights: one for each of ``FEATURE_NAMES``.
        other: the log-odds of "something else", added to the log of the probability that the model has left.
        calibration: from the logit model's probability to a calibrated one.
    """

    weights: tuple[float, ...] = (1.0, 2.0, 1.0, 0.5, 1.0, 0.3, *(0.0,) * 7)
    other: float = 0.0
    calibration: Calibration = field(default_factory=Calibration)

    def probabilities(self, candidates: Sequence[Features]) -> NDArray[np.float64]:
        """Return the probability of each candidate of one gap; their sum is at most 1."""
        if not candidates:
            return np.zeros(0)
        return self.calibrated(np.array([feature_row(f) for f in candidates]))

    def calibrated(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the probabilities for feature rows of shape ``[candidates, features]``; their sum is at most 1."""
        calibrated = self.calibration(self.uncalibrated(rows))
        return calibrated / max(1.0, float(calibrated.sum()))

    def uncalibrated(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the logit model's probabilities for feature rows of shape ``[candidates, features]``."""
        left = max(1.0 - float(np.exp(rows[:, 0]).sum()), 1e-3)
        scores = np.append(rows @ np.array(self.weights), self.weights[0] * np.log(left) + self.other)
        exponents = np.exp(scores - scores.max())
        result: NDArray[np.float64] = exponents[:-1] / exponents.sum()
        return result

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, as a filler's ``config.json`` holds it."""
        return {
            "weights": dict(zip(FEATURE_NAMES, self.weights, strict=True)),
            "other": self.other,
            "calibration": self.calibration.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Ranking:
        """Read the JSON form."""
        # What a ranking was not fitted to has no weight.
        weights = {**dict.fromkeys(("single", "fits", "name", "new"), 0.0), **data["weights"]}
        return cls(
            tuple(float(weights[name]) for name in FEATURE_NAMES),
            float(data["other"]),
            Calibration.from_dict(data["calibration"]),
        )
