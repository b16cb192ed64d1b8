"""Confidence intervals by resampling whole documents, because the errors of one document depend on each other.

A statistic is a function from weights (how often each document was drawn) to named figures, so that a resample
costs no copying. Percentile bootstrap (Efron & Tibshirani 1993, chapter 13).
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Weights = NDArray[np.float64]
Statistic = Callable[[Weights], Mapping[str, float]]


class Interval(NamedTuple):
    """A figure with its confidence interval; NaN if it is undefined."""

    value: float
    low: float
    high: float


def intervals(
    statistic: Statistic, documents: int, *, resamples: int = 500, level: float = 0.95, seed: int = 0
) -> dict[str, Interval]:
    """Return each figure of a statistic with its confidence interval.

    Args:
        statistic: the figures for given document weights, shape ``[documents]``.
        documents: the number of documents.
        resamples: the number of resamples to draw; with 0, intervals are NaN.
        level: the share of resamples an interval holds, between 0 and 1.
        seed: the same seed draws the same documents, so that figures of two systems can be compared.
    """
    values = statistic(np.ones(documents))
    drawn = [statistic(weights) for weights in _draws(documents, resamples, seed)]
    return {
        name: _interval(value, np.array([figures[name] for figures in drawn]), level) for name, value in values.items()
    }


def paired_differences(
    first: Statistic,
    second: Statistic,
    documents: int,
    *,
    resamples: int = 500,
    level: float = 0.95,
    seed: int = 0,
) -> dict[str, Interval]:
    """Return ``first - second``, with its interval, for each common figure: both see the same resampled documents."""

    def difference(weights: Weights) -> dict[str, float]:
        one, other = first(weights), second(weights)
        return {name: one[name] - other[name] for name in one if name in other}

    return intervals(difference, documents, resamples=resamples, level=level, seed=seed)


def _draws(documents: int, resamples: int, seed: int) -> list[Weights]:
    if not documents:
        return []
    random = np.random.default_rng(seed)
    shares = np.full(documents, 1 / documents)
    return [random.multinomial(documents, shares).astype(np.float64) for _ in range(resamples)]


def _interval(value: float, drawn: NDArray[np.float64], level: float) -> Interval:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # all values are NaN, so the result is NaN
        low, high = np.nanquantile(drawn, ((1 - level) / 2, (1 + level) / 2)) if len(drawn) else (math.nan, math.nan)
    return Interval(float(value), float(low), float(high))
