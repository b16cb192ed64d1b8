"""Two opinions of a place: what comes of the detector's and the larger reader's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textmend.calibration import log_odds, sigmoid
from textmend.detect.echoes import EchoWeights
from textmend.detect.lengths import LengthKinds
from textmend.detect.other_gaps import ArticleWeights
from textmend.detect.sites import Sites
from textmend.errors import ModelError
from textmend.models.folder import ModelFolder


@dataclass(frozen=True, slots=True)
class SecondLookWeights:
    """Which places are read again, and what comes of both opinions; fitted for one detector and one reader.

    Attributes:
        detector: the name of that detector.
        least: places whose probability for the detector, its article's other gaps heeded, lies from here …
        most: … to here are read again; 0 to 1, ``least`` below ``most``.
        damaged: an article that lost words at this share of its places (``detect.other_gaps.share_lost``) is damaged.
        least_in_damaged: of a damaged article, all places from this probability on are read; at most ``least``.
        constant: the log-odds of both opinions together are this, …
        own: … and this times the detector's calibrated log-odds, …
        other: … and this times the reader's log-odds, …
        apart: … and this times how far apart both are, …
        bare: … and this where a unit or a sign of money has no number, which both readers saw too seldom.
        echoes: what an echo adds to the probability that comes of both.
        article: what the article's other gaps add to that.
        length_kinds: what they say about how many words are missing.

    Raises:
        ModelError: a number is out of its range.
    """

    detector: str
    least: float
    most: float
    damaged: float = 1.0
    least_in_damaged: float = 0.0
    constant: float = 0.0
    own: float = 0.5
    other: float = 0.5
    apart: float = 0.0
    bare: float = 0.0
    echoes: EchoWeights = field(default_factory=EchoWeights)
    article: ArticleWeights = field(default_factory=ArticleWeights)
    length_kinds: LengthKinds = field(default_factory=LengthKinds)

    def __post_init__(self) -> None:
        weights = (self.constant, self.own, self.other, self.apart, self.bare)
        fine = 0 < self.least < self.most < 1 and 0 <= self.least_in_damaged <= self.least and 0 < self.damaged <= 1
        if not (fine and all(map(math.isfinite, weights))):
            raise ModelError(f"weights of a second look are out of range: {self}")

    def joined(
        self, own: NDArray[np.float64], other: NDArray[np.float64], bare: NDArray[np.bool_] | None = None
    ) -> NDArray[np.float64]:
        """Return the log-odds that come of the detector's and the reader's, all of one shape.

        Args:
            own: the detector's log-odds.
            other: the reader's.
            bare: where a unit or a sign of money has no number; default: nowhere.
        """
        weights = np.array([self.constant, self.own, self.other, self.apart])
        result: NDArray[np.float64] = features(own, other) @ weights
        return result if bare is None else result + self.bare * bare

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, as a filler's ``config.json`` holds it."""
        return asdict(self) | {
            "echoes": self.echoes.to_dict(),
            "article": self.article.to_dict(),
            "length_kinds": self.length_kinds.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SecondLookWeights:
        """Read the JSON form."""
        numbers = ("least", "most", "damaged", "least_in_damaged", "constant", "own", "other", "apart")
        return cls(
            str(data["detector"]),
            **{name: float(data[name]) for name in numbers},
            bare=float(data.get("bare", 0.0)),
            echoes=EchoWeights.from_dict(data["echoes"]),
            article=ArticleWeights.from_dict(data["article"]),
            length_kinds=LengthKinds.from_dict(data["length_kinds"]),
        )


def read_weights(filler: ModelFolder) -> SecondLookWeights | None:
    """Return what a filler's folder says of second looks, ``None`` where it was not fitted to them."""
    return filler.read("second_look", SecondLookWeights.from_dict) if "second_look" in filler.config else None


def features(own: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what the joint log-odds are a sum of, shape ``[sites, 4]``: 1, both opinions, how far apart they are."""
    return np.column_stack([np.ones_like(own), own, other, np.abs(own - other)])


def revised(
    own: Sites,
    sites: NDArray[np.int64],
    logits: NDArray[np.float64],
    bare: NDArray[np.bool_],
    weights: SecondLookWeights,
) -> Sites:
    """Return the sites of a text with both opinions heeded.

    Args:
        own: as the detector sees them.
        sites: the indices of those that were read again.
        logits: what the reader says of these, shape ``[sites, labels]``.
        bare: at which of these a unit or a sign of money has no number.
        weights: how opinions are joined.
    """
    probabilities, lengths = own.probabilities.copy(), own.lengths.copy()
    probabilities[sites] = sigmoid(weights.joined(log_odds(probabilities[sites]), log_odds_of_gap(logits), bare))
    lengths[sites] = joined_lengths(lengths[sites], logits)
    return own._replace(probabilities=probabilities, lengths=lengths)


def log_odds_of_gap(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log-odds that words are missing at all, shape ``[sites]``, of logits ``[sites, labels]``."""
    result: NDArray[np.float64] = np.logaddexp.reduce(logits[:, 1:], axis=1) - logits[:, 0]
    return result


def joined_lengths(own: NDArray[np.float64], logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many words are missing, in the light of both opinions: the mean of their logarithms.

    Args:
        own: the detector's distributions over 1, 2, … words, shape ``[sites, lengths]``.
        logits: the reader's, shape ``[sites, 1 + lengths]``.
    """
    other = logits[:, 1:] - np.logaddexp.reduce(logits[:, 1:], axis=1, keepdims=True)
    mean = 0.5 * (np.log(np.maximum(own, 1e-12)) + other)
    result: NDArray[np.float64] = np.exp(mean - np.logaddexp.reduce(mean, axis=1, keepdims=True))
    return result
