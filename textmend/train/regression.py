"""Logistic regression, held near where it starts: what calibrations are fitted by."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from textmend.calibration import sigmoid


def logistic(
    design: NDArray[np.float64],
    truths: ArrayLike,
    start: ArrayLike,
    *,
    hold: float,
    offset: NDArray[np.float64] | float = 0.0,
    least: ArrayLike = -np.inf,
    steps: int = 50,
) -> NDArray[np.float64]:
    """Return the weights of a logistic regression, by Newton's method.

    Args:
        design: features of items, shape ``[items, features]``.
        truths: whether each item is true, shape ``[items]``.
        start: weights to start from and to be held near, shape ``[features]``.
        hold: how firmly: the inverse of a normal prior's variance.
        offset: log-odds that each item has besides, shape ``[items]``.
        least: no weight falls below it; one for all, or one for each.
        steps: the most steps; none moves a weight by more than 1.
    """
    truth, prior = np.asarray(truths, dtype=np.float64), np.asarray(start, dtype=np.float64)
    floor = np.broadcast_to(np.asarray(least, dtype=np.float64), prior.shape)
    weights = np.maximum(floor, prior)
    for _ in range(steps):
        expected = sigmoid(offset + design @ weights)
        gradient = design.T @ (expected - truth) + hold * (weights - prior)
        curvature = (design * (expected * (1 - expected))[:, None]).T @ design + hold * np.eye(len(prior))
        # What stands at its floor and would fall below it stays; the others move as if it were no part of the model.
        free = (weights > floor) | (gradient < 0)
        step = np.zeros_like(weights)
        step[free] = np.linalg.solve(curvature[np.ix_(free, free)], gradient[free])
        moved = np.maximum(floor, weights - step / max(1.0, float(np.abs(step).max())))
        done, weights = float(np.abs(moved - weights).max()) < 1e-9, moved
        if done:
            break
    return weights


def with_shift(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the design of a line through scores: the scores themselves, and ones; shape ``[items, 2]``."""
    return np.column_stack([scores, np.ones_like(scores)])
