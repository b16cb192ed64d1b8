"""The measures against slow references, and their laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmend.metrics import (
    average_precision,
    best_f1,
    calibration_error_by_chance,
    expected_calibration_error,
    f1,
    mean_reciprocal_rank,
    precision_recall,
    recall_at_precision,
    reliability,
    share,
    top_share,
)

scored = st.lists(st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.5001, 0.9, 1.0]), st.booleans()), max_size=40)
weighted = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]), st.booleans(), st.integers(0, 3)), max_size=25
)


def reference_curve(items, positives):
    """Every distinct threshold, counted anew."""
    points = []
    for threshold in sorted({score for score, _ in items}, reverse=True):
        above = [truth for score, truth in items if score >= threshold]
        points.append((threshold, sum(above) / len(above), sum(above) / max(1, positives)))
    return points


def unzipped(items):
    return [item[0] for item in items], [item[1] for item in items]


@given(scored)
def test_curve_equals_counting_at_every_threshold(items):
    curve = precision_recall(*unzipped(items))
    expected = reference_curve(items, sum(truth for _, truth in items))
    assert np.array(curve).T.ravel().tolist() == pytest.approx([value for point in expected for value in point])


@given(scored, st.integers(0, 10))
def test_average_precision_sums_the_steps(items, missed):
    positives = sum(truth for _, truth in items) + missed
    points = reference_curve(items, positives)
    expected, before = 0.0, 0.0
    for _, precision, recall in points:
        expected += (recall - before) * precision
        before = recall
    assert average_precision(precision_recall(*unzipped(items), positives)) == pytest.approx(expected)


@given(scored)
def test_measures_are_between_0_and_1(items):
    curve = precision_recall(*unzipped(items))
    values = [average_precision(curve), best_f1(curve), recall_at_precision(curve, 0.9)]
    values.append(expected_calibration_error(*unzipped(items)))
    assert all(0 <= value <= 1 + 1e-12 for value in values)


@given(scored, st.randoms())
def test_order_does_not_matter(items, random):
    shuffled = list(items)
    random.shuffle(shuffled)
    for measure in (average_precision, best_f1, lambda curve: recall_at_precision(curve, 0.7)):
        assert measure(precision_recall(*unzipped(items))) == pytest.approx(
            measure(precision_recall(*unzipped(shuffled)))
        )
    assert expected_calibration_error(*unzipped(items)) == pytest.approx(
        expected_calibration_error(*unzipped(shuffled))
    )


@given(scored)
def test_recall_grows_down_the_curve_and_with_lower_precision_asked(items):
    curve = precision_recall(*unzipped(items))
    assert (np.diff(curve.recall) >= 0).all()
    asked = [recall_at_precision(curve, precision) for precision in (0.2, 0.5, 0.8, 1.0)]
    assert asked == sorted(asked, reverse=True)


@given(weighted)
def test_weights_count_items_as_often_as_repeating_them(items):
    repeated = [(score, truth) for score, truth, weight in items for _ in range(weight)]
    scores, truths, weights = ([item[at] for item in items] for at in range(3))
    one, other = precision_recall(scores, truths, weights=weights), precision_recall(*unzipped(repeated))
    assert average_precision(one) == pytest.approx(average_precision(other))
    assert best_f1(one) == pytest.approx(best_f1(other))
    assert recall_at_precision(one, 0.6) == pytest.approx(recall_at_precision(other, 0.6))
    assert expected_calibration_error(scores, truths, weights=weights) == pytest.approx(
        expected_calibration_error(*unzipped(repeated))
    )


@given(scored)
def test_bins_hold_every_item_once(items):
    bins = reliability(*unzipped(items))
    assert sum(one.weight for one in bins) == pytest.approx(1.0 if items else 0.0)
    assert all(one.low - 1e-9 <= one.mean_probability <= one.high + 1e-9 for one in bins)


def test_average_precision_agrees_with_scikit_learn():
    sklearn = pytest.importorskip("sklearn.metrics")
    random = np.random.default_rng(1)
    scores, truths = random.random(500).round(2), random.random(500) < 0.2
    expected = sklearn.average_precision_score(truths, scores)
    assert average_precision(precision_recall(scores, truths)) == pytest.approx(expected)


def test_a_calibrated_bin_has_no_error_and_a_boasting_one_has_its_boast():
    assert expected_calibration_error([0.5] * 4, [1, 0, 1, 0]) == pytest.approx(0)
    assert expected_calibration_error([0.9] * 4, [1, 0, 1, 0]) == pytest.approx(0.4)


@given(st.lists(st.integers(0, 30), min_size=1, max_size=30))
def test_rank_measures_equal_counting(ranks):
    assert top_share(ranks, 5) == pytest.approx(sum(1 <= rank <= 5 for rank in ranks) / len(ranks))
    expected = sum(1 / rank for rank in ranks if rank) / len(ranks)
    assert mean_reciprocal_rank(ranks) == pytest.approx(expected)
    assert top_share(ranks, 1) <= mean_reciprocal_rank(ranks) + 1e-12
    assert top_share(ranks, 1) <= top_share(ranks, 5) <= top_share(ranks, 20)


def test_nothing_to_measure_is_undefined_not_perfect():
    assert math.isnan(share([], []))
    assert math.isnan(top_share([], 1))
    assert math.isnan(mean_reciprocal_rank([]))
    assert average_precision(precision_recall([], [])) == 0
    assert f1(math.nan, 0.0) == 0


class TestErrorByChance:
    def test_it_is_what_perfect_calibration_shows_on_average(self):
        rng = np.random.default_rng(0)
        probabilities = rng.beta(1, 2, size=200)
        shown = [expected_calibration_error(probabilities, rng.random(200) < probabilities) for _ in range(400)]
        assert calibration_error_by_chance(probabilities) == pytest.approx(np.mean(shown), rel=0.05)

    def test_it_falls_with_the_number_of_items_and_is_nothing_where_all_is_sure(self):
        few, many = np.linspace(0, 1, 100), np.tile(np.linspace(0, 1, 100), 100)
        assert calibration_error_by_chance(many) == pytest.approx(calibration_error_by_chance(few) / 10)
        assert calibration_error_by_chance([0.0, 1.0, 1.0]) == 0

    def test_an_item_may_count_twice(self):
        twice = calibration_error_by_chance([0.3, 0.7], weights=[4, 4])
        assert twice == pytest.approx(calibration_error_by_chance([0.3, 0.7]))
