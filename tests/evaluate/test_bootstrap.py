"""Intervals by resampling documents."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmend.evaluate.bootstrap import intervals, paired_differences

VALUES = np.random.default_rng(3).normal(5.0, 2.0, 200)


def mean(weights):
    return {"mean": float(weights @ VALUES / weights.sum())}


def test_the_interval_of_a_mean_is_that_of_the_normal_approximation():
    found = intervals(mean, len(VALUES), resamples=2000)["mean"]
    half = 1.96 * VALUES.std() / math.sqrt(len(VALUES))
    assert found.value == pytest.approx(VALUES.mean())
    assert found.low == pytest.approx(VALUES.mean() - half, abs=0.06)
    assert found.high == pytest.approx(VALUES.mean() + half, abs=0.06)


def test_the_same_seed_gives_the_same_interval():
    assert intervals(mean, len(VALUES), seed=7) == intervals(mean, len(VALUES), seed=7)
    assert intervals(mean, len(VALUES), seed=7) != intervals(mean, len(VALUES), seed=8)


def test_paired_differences_see_the_same_documents():
    def better(weights):
        return {"mean": mean(weights)["mean"] + 0.01}

    found = paired_differences(better, mean, len(VALUES))["mean"]
    assert tuple(found) == pytest.approx((0.01, 0.01, 0.01))


@given(st.integers(1, 12), st.integers(0, 20), st.floats(0.5, 0.99))
def test_intervals_are_ordered_and_constants_have_none(documents, resamples, level):
    found = intervals(lambda w: {"n": w.sum(), "x": w[0]}, documents, resamples=resamples, level=level)
    if resamples:
        assert found["n"].low == found["n"].high == documents
        assert 0 <= found["x"].low <= found["x"].high <= documents
    else:
        assert math.isnan(found["n"].low)


def test_undefined_resamples_are_left_out_and_no_documents_have_no_interval():
    found = intervals(lambda w: {"x": math.nan if w[0] else 2.0}, 3, resamples=50)["x"]
    assert math.isnan(found.value)
    assert (found.low, found.high) == (2.0, 2.0)
    assert all(math.isnan(value) for value in intervals(lambda w: {"x": math.nan}, 0)["x"])
