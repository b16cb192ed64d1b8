"""Calibration: turning a model's raw probabilities into true ones.

A calibration is a rising, piecewise linear function of log-odds, fitted on held-out text. With two knots it is Platt
scaling (Platt 1999).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from textmend.errors import ModelError

_EDGE = 1e-6


def log_odds(probabilities: ArrayLike) -> NDArray[np.float64]:
    """Return the log-odds of probabilities; 0 and 1 are moved inwards, so that all are finite."""
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
    """A rising, piecewise linear function of log-odds, continued beyond its ends with slope 1.

    Attributes:
        raw: log-odds before, rising.
        true: log-odds after, at the same knots, not falling.

    Raises:
        ModelError: knots are missing, out of order, or not as many before as after.
    """

    raw: tuple[float, ...] = (0.0,)
    true: tuple[float, ...] = (0.0,)

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.raw, self.raw[1:], strict=False))
        not_falling = all(a <= b for a, b in zip(self.true, self.true[1:], strict=False))
        finite = all(math.isfinite(knot) for knot in (*self.raw, *self.true))
        if not self.raw or len(self.raw) != len(self.true) or not rising or not not_falling or not finite:
            raise ModelError(f"calibration knots are not in order: {self.raw} to {self.true}")

    def __call__(self, probabilities: ArrayLike) -> NDArray[np.float64]:
        """Return calibrated probabilities, of the same shape."""
        return sigmoid(self.of_log_odds(log_odds(probabilities)))

    def of_log_odds(self, raw: ArrayLike) -> NDArray[np.float64]:
        """Return calibrated log-odds, of the same shape, also where a probability would round to 0 or 1."""
        x = np.asarray(raw, dtype=np.float64)
        y: NDArray[np.float64] = np.interp(x, self.raw, self.true)
        return y + np.minimum(0.0, x - self.raw[0]) + np.maximum(0.0, x - self.raw[-1])

    def to_dict(self) -> dict[str, list[float]]:
        """Return the JSON form, as a model's ``config.json`` holds it."""
        return {"raw": list(self.raw), "true": list(self.true)}

    @classmethod
    def from_dict(cls, data: dict[str, Sequence[float]]) -> Calibration:
        """Read the JSON form."""
        return cls(tuple(map(float, data["raw"])), tuple(map(float, data["true"])))
