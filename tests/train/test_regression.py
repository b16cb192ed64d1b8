"""Fits: no other weights fit better."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmend.train.regression import logistic, minimum, with_shift


def loss(weights, design, truths, start, hold, offset):
    """The loss that ``logistic`` makes least, item by item."""
    total = hold / 2 * sum((weight - prior) ** 2 for weight, prior in zip(weights, start, strict=True))
    for row, truth, added in zip(design, truths, offset, strict=True):
        odds = added + float(np.dot(row, weights))
        total += np.logaddexp(0, -odds if truth else odds)
    return total


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 40), st.integers(1, 3), st.sampled_from([0.5, 2.0]), st.booleans())
def test_no_weights_nearby_fit_better(seed, items, features, hold, floored):
    rng = np.random.default_rng(seed)
    design, offset = rng.normal(0, 2, (items, features)), rng.normal(0, 2, items)
    truths, start = rng.random(items) < 0.3, rng.integers(0, 2, features).astype(float)
    least = np.zeros(features) if floored else np.full(features, -np.inf)

    weights = logistic(design, truths, start, hold=hold, offset=offset, least=least)

    assert (weights >= least).all()
    best = loss(weights, design, truths, start, hold, offset)
    for _ in range(20):
        other = np.maximum(least, weights + rng.normal(0, 0.01, features))
        assert loss(other, design, truths, start, hold, offset) >= best - 1e-9


def test_what_fits_nothing_stays_where_it_starts():
    weights = logistic(np.zeros((5, 2)), [True] * 5, (1.0, -2.0), hold=1.0)

    assert weights == pytest.approx([1.0, -2.0], abs=1e-6)


def test_the_least_of_a_known_loss_is_found_and_its_floor_is_kept():
    def bowl(point):
        away = point - np.array([3.0, -4.0])
        return float(away @ away), 2 * away

    assert minimum(bowl, (0.0, 0.0)) == pytest.approx([3.0, -4.0], abs=1e-6)
    assert minimum(bowl, (0.0, 0.0), least=0.0) == pytest.approx([3.0, 0.0], abs=1e-6)


def test_a_line_has_a_slope_and_a_shift():
    assert with_shift(np.array([2.0, 3.0])).tolist() == [[2.0, 1.0], [3.0, 1.0]]
