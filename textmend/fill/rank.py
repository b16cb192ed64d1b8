"""Ranking: one calibrated probability for every candidate of every length and origin."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textmend.calibration import Calibration, log_odds

_MOST_REPEATS = 16
_MOST_WORDS = 4
_BLUR = 0.02
_MOST_EVIDENCE = 3.0


class Features(NamedTuple):
    """The features of a candidate.

    Attributes:
        log_prob: the model's joint log-probability of its pieces and their number.
        echo: matched words around its best echo, left and right together; 0 without one.
        exact: whether that echo matches word for word rather than by stem.
        both: whether at least one word matches on each side.
        repeated: how often it stands elsewhere in the article, its title or its metadata as a name or phrase; 0: it does not.
        length: log-probability of its number of pieces, which ``log_prob`` includes.
        words: how many words it has.
        single: log-odds, by the detector, that one word is missing at the gap; 0 if nothing is known.
    """

    log_prob: float
    echo: int = 0
    exact: bool = False
    both: bool = False
    repeated: int = 0
    length: float = 0.0
    words: int = 1
    single: float = 0.0


FEATURE_NAMES = (
    "log_prob", "echo", "echo_words", "echo_exact", "echo_both", "repeated", "repeats", "length", "words", "single"
)  # fmt: skip


def log_odds_of_one(lengths: Sequence[float]) -> float:
    """Return the log-odds that one word is missing, kept within about 4; 0 without lengths.

    All candidates of a gap share it; it counts against "something else": gaps of several words are harder.
    """
    return math.log((lengths[0] + _BLUR) / (1 - lengths[0] + _BLUR)) if lengths else 0.0


def feature_row(features: Features) -> list[float]:
    """Return the features as numbers, in the order of ``FEATURE_NAMES``."""
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
    ]


def feature_rows(candidates: Sequence[Features]) -> NDArray[np.float64]:
    """Return the rows of candidates, shape ``[candidates, features]``."""
    return np.array([feature_row(one) for one in candidates]).reshape(len(candidates), len(FEATURE_NAMES))


@dataclass(frozen=True)
class Ranking:
    """A conditional logit model over the candidates of one gap and "something else" (McFadden 1974).

    Attributes:
        weights: one for each of ``FEATURE_NAMES``.
        other: the log-odds of "something else", added to the log of the probability that the model has left.
        calibration: from the logit model's probability to a calibrated one.
        article: the weight of ``others``, which says how sure the first fills of the article's other gaps are.
        usual: the log-odds that a first fill usually has, with which those of other gaps are compared.
    """

    weights: tuple[float, ...] = (1.0, 2.0, 1.0, 0.5, 1.0, 0.3, 0.0, 0.0, 0.0, 0.0)
    other: float = 0.0
    calibration: Calibration = field(default_factory=Calibration)
    article: float = 0.0
    usual: float = 0.0

    def probabilities(self, candidates: Sequence[Features], others: float = 0.0) -> NDArray[np.float64]:
        """Return the probability of each candidate of one gap; their sum is at most 1.

        Args:
            candidates: what is known of each.
            others: the evidence of the article's other gaps (``others``).
        """
        return self.calibrated(feature_rows(candidates), others) if candidates else np.zeros(0)

    def calibrated(self, rows: NDArray[np.float64], others: float = 0.0) -> NDArray[np.float64]:
        """Return the probabilities for feature rows of shape ``[candidates, features]``; their sum is at most 1."""
        calibrated = self.calibration(self.uncalibrated(rows, others))
        return calibrated / max(1.0, float(calibrated.sum()))

    def others(self, gaps: Sequence[NDArray[np.float64]]) -> list[float]:
        """Return, for each gap of an article, the evidence of its other gaps: whether its losses can be guessed.

        It is the mean difference between the log-odds of their first fills and the usual ones, shrunk towards 0 as by
        one more gap of the usual kind. Words of one article are lost in one way: where link texts with names were lost,
        the next one is as hard to guess.

        Args:
            gaps: the feature rows of each gap's candidates, each of shape ``[candidates, features]``.
        """
        surest = np.array([float(self.uncalibrated(rows).max()) if len(rows) else np.nan for rows in gaps])
        above = np.nan_to_num(log_odds(surest) - self.usual)
        counted = ~np.isnan(surest)
        rest = above.sum() - above
        evidence = np.clip(rest / (counted.sum() - counted + 1), -_MOST_EVIDENCE, _MOST_EVIDENCE)
        return [float(one) for one in evidence]

    def uncalibrated(self, rows: NDArray[np.float64], others: float = 0.0) -> NDArray[np.float64]:
        """Return the logit model's probabilities for feature rows of shape ``[candidates, features]``."""
        left = max(1.0 - float(np.exp(rows[:, 0]).sum()), 1e-3)
        scores = rows @ np.array(self.weights) + self.article * others
        scores = np.append(scores, self.weights[0] * np.log(left) + self.other)
        exponents = np.exp(scores - scores.max())
        result: NDArray[np.float64] = exponents[:-1] / exponents.sum()
        return result

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, as a filler's ``config.json`` holds it."""
        return {
            "weights": dict(zip(FEATURE_NAMES, self.weights, strict=True)),
            "other": self.other,
            "calibration": self.calibration.to_dict(),
            "article": self.article,
            "usual": self.usual,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Ranking:
        """Read the JSON form."""
        # A feature that the ranking was not fitted to has no weight.
        weights = {"single": 0.0, **data["weights"]}
        return cls(
            tuple(float(weights[name]) for name in FEATURE_NAMES),
            float(data["other"]),
            Calibration.from_dict(data["calibration"]),
            float(data.get("article", 0.0)),
            float(data.get("usual", 0.0)),
        )
