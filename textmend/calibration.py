"""Turning a model's raw probabilities into probabilities that mean what they say.

A calibration is a rising, piecewise linear map of log-odds, fitted on held-out text. With two knots it is
Platt scaling (Platt 1999).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from textmend.errors import ModelError

SPACES = 4
"""Kinds of white space at a site (``detect.article``)."""

_EDGE = 1e-6


def log_odds(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Return the log-odds of probabilities, kept finite."""
    clipped = np.clip(np.asarray(probabilities, dtype=np.float64), _EDGE, 1 - _EDGE)
    result: NDArray[np.float64] = np.log(clipped) - np.log1p(-clipped)
    return result


def sigmoid(values: ArrayLike) -> NDArray[np.float64]:
    """Return the probabilities of log-odds."""
    value = np.asarray(values, dtype=np.float64)
    result: NDArray[np.float64] = 0.5 * (1 + np.tanh(0.5 * value))
    return result


@dataclass(frozen=True, slots=True)
class Calibration:
    """A rising, piecewise linear map of log-odds; ends are continued with slope 1.

    Attributes:
        raw: log-odds before, rising.
        true: log-odds after, at the same knots, not falling.

    Raises:
        ModelError: knots are missing, of different number, or not in order.
    """

    raw: tuple[float, ...] = (0.0,)
    true: tuple[float, ...] = (0.0,)

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.raw, self.raw[1:], strict=False))
        not_falling = all(a <= b for a, b in zip(self.true, self.true[1:], strict=False))
        if not self.raw or len(self.raw) != len(self.true) or not rising or not not_falling:
            raise ModelError(f"calibration knots are not in order: {self.raw} to {self.true}")

    def __call__(self, probabilities: ArrayLike) -> NDArray[np.float64]:
        """Return calibrated probabilities, of the same shape."""
        return sigmoid(self.of_log_odds(log_odds(probabilities)))

    def of_log_odds(self, raw: ArrayLike) -> NDArray[np.float64]:
        """Return calibrated log-odds, of the same shape; the far ones, which probabilities cut off, too."""
        x = np.asarray(raw, dtype=np.float64)
        y: NDArray[np.float64] = np.interp(x, self.raw, self.true)
        return y + np.minimum(0.0, x - self.raw[0]) + np.maximum(0.0, x - self.raw[-1])

    def to_dict(self) -> dict[str, list[float]]:
        """Return the JSON form, as a model's ``config.json`` holds it."""
        return {"raw": list(self.raw), "true": list(self.true)}

    @classmethod
    def from_dict(cls, data: dict[str, Sequence[float]]) -> Calibration:
        """Read the JSON form."""
        return cls(tuple(data["raw"]), tuple(data["true"]))


@dataclass(frozen=True, slots=True)
class EchoWeights:
    """What an echo adds to the calibrated log-odds of a gap (``detect.echoes``); nothing where it was not fitted.

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


@dataclass(frozen=True, slots=True)
class ArticleWeights:
    """What an article's other gaps add to the log-odds of a gap (``detect.article``); nothing where not fitted.

    Attributes:
        constant: for every site.
        often: for how often words are missing in the article, at least 0.
        alike: for how many of its gaps have the same kind of white space, at least 0.
        rate: the usual share of sites where words are missing, 0 to 1.
        shares: the usual share of each kind of white space among gaps, each more than 0; shape ``[SPACES]``.

    Raises:
        ModelError: a number is out of its range.
    """

    constant: float = 0.0
    often: float = 0.0
    alike: float = 0.0
    rate: float = 0.01
    shares: tuple[float, ...] = (1 / SPACES,) * SPACES

    def __post_init__(self) -> None:
        finite = all(map(math.isfinite, (self.constant, self.often, self.alike)))
        fine = finite and self.often >= 0 and self.alike >= 0 and 0 < self.rate < 1
        if not fine or len(self.shares) != SPACES or not all(share > 0 for share in self.shares):
            raise ModelError(f"weights of an article's gaps are out of range: {self}")

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, as a detector's ``config.json`` holds it."""
        return asdict(self) | {"shares": list(self.shares)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ArticleWeights:
        """Read the JSON form."""
        numbers = {name: float(data[name]) for name in ("constant", "often", "alike", "rate")}
        return cls(**numbers, shares=tuple(float(share) for share in data["shares"]))


@dataclass(frozen=True, slots=True)
class LengthKinds:
    """Two kinds of articles by how many words their gaps lost (``detect.lengths``); none where not fitted.

    Attributes:
        short: how many gaps lost 1, 2, … words in articles of the kind that lost fewer; shares, each more than 0.
        long: the same in articles of the kind that lost more.
        usual: what the detector says by itself at gaps, on average; shares, each more than 0.
        share: the share of articles that are of the first kind, more than 0 and less than 1.

    Raises:
        ModelError: a share is out of its range, or the three differ in length.
    """

    short: tuple[float, ...] = ()
    long: tuple[float, ...] = ()
    usual: tuple[float, ...] = ()
    share: float = 0.5

    def __post_init__(self) -> None:
        fine = len(self.short) == len(self.long) == len(self.usual) and 0 < self.share < 1
        if not fine or not all(0 < one <= 1 for one in (*self.short, *self.long, *self.usual)):
            raise ModelError(f"kinds of articles by lengths of gaps are out of range: {self}")

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, as a detector's ``config.json`` holds it."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LengthKinds:
        """Read the JSON form."""
        short, long, usual = (tuple(float(share) for share in data[name]) for name in ("short", "long", "usual"))
        return cls(short, long, usual, float(data["share"]))
