"""Fitting calibrations and rankings: minimising a convex loss."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

from textmend.calibration import sigmoid
from textmend.extras import needs

Objective = Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]


def logistic(
    design: NDArray[np.float64],
    truths: ArrayLike,
    start: ArrayLike,
    *,
    hold: float,
    offset: NDArray[np.float64] | float = 0.0,
    least: ArrayLike = -np.inf,
) -> NDArray[np.float64]:
    """Return the weights of a logistic regression, with a prior that holds them near their start.

    Args:
        design: features of items, shape ``[items, features]``.
        truths: whether each item is true, shape ``[items]``.
        start: the start of the weights and the mean of the prior, shape ``[features]``.
        hold: the inverse of the variance of the normal prior.
        offset: further log-odds of each item, shape ``[items]``.
        least: the lower bound of the weights: one for all, or one for each.
    """
    truth, prior = np.asarray(truths, dtype=np.float64), np.asarray(start, dtype=np.float64)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        line, away = offset + design @ weights, weights - prior
        value = np.sum(np.logaddexp(0, line) - truth * line) + hold / 2 * away @ away
        return float(value), design.T @ (sigmoid(line) - truth) + hold * away

    return minimum(loss, prior, least)


def minimum(loss: Objective, start: ArrayLike, least: ArrayLike = -np.inf) -> NDArray[np.float64]:
    """Return the minimum of a convex loss (L-BFGS-B: Byrd et al. 1995).

    Args:
        loss: returns the loss at a point, and its gradient.
        start: the starting point, shape ``[features]``.
        least: the lower bound of the coordinates: one for all, or one for each.

    Raises:
        MissingExtraError: SciPy is not installed.
    """
    with needs("fitting a calibration", "train"):
        from scipy.optimize import Bounds, minimize

    floor = np.broadcast_to(np.asarray(least, dtype=np.float64), np.shape(start))
    options = {"ftol": 1e-15, "gtol": 1e-9, "maxiter": 1000}
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=Bounds(floor, np.inf), options=options)
    result: NDArray[np.float64] = found.x
    return result


def with_shift(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the design of a line through scores: the scores themselves, and ones; shape ``[items, 2]``."""
    return np.column_stack([scores, np.ones_like(scores)])
