"""One-to-one matching against all possible matchings."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmend.evaluate.matching import match, same_words


@st.composite
def spans(draw, most=5):
    points = sorted(draw(st.lists(st.integers(0, 14), min_size=0, max_size=2 * most)))
    return [(points[i], points[i + 1]) for i in range(0, len(points) - 1, 2)]


def most_matched(sites, gaps):
    """The size of the largest matching, by trying."""
    if not sites or not gaps:
        return 0
    (start, end), rest = sites[0], sites[1:]
    best = most_matched(rest, gaps)
    for at, (first, last) in enumerate(gaps):
        if start <= last and end >= first:
            best = max(best, 1 + most_matched(rest, gaps[:at] + gaps[at + 1 :]))
    return best


@given(spans(), spans(), st.data())
def test_as_many_as_possible_are_matched_above_every_threshold(sites, gaps, data):
    scores = data.draw(st.lists(st.sampled_from([0.1, 0.4, 0.6, 0.9]), min_size=len(sites), max_size=len(sites)))
    matched = match([s for s, _ in sites], [e for _, e in sites], scores, gaps)
    for threshold in (0.1, 0.4, 0.6, 0.9):
        above = [span for span, score in zip(sites, scores, strict=True) if score >= threshold]
        right = sum(gap >= 0 for gap, score in zip(matched, scores, strict=True) if score >= threshold)
        assert right == most_matched(above, gaps)


@given(spans(), spans())
def test_matches_touch_and_are_one_to_one(sites, gaps):
    matched = match([s for s, _ in sites], [e for _, e in sites], np.ones(len(sites)), gaps)
    used = [int(gap) for gap in matched if gap >= 0]
    assert len(used) == len(set(used))
    for (start, end), gap in zip(sites, matched, strict=True):
        if gap >= 0:
            assert start <= gaps[gap][1]
            assert end >= gaps[gap][0]


def test_of_two_sites_at_one_gap_the_likelier_is_right():
    for scores, expected in (((0.6, 0.9), [-1, 0]), ((0.9, 0.6), [0, -1])):
        assert match([3, 5], [4, 6], scores, [(4, 5)]).tolist() == expected


def test_a_wide_prediction_stands_for_one_gap_only():
    assert sorted(match([0], [20], [0.9], [(2, 3), (9, 10)]).tolist()) in ([0], [1])


def test_sites_that_overlap_are_refused():
    for starts, ends in (([0, 2], [4, 6]), ([5, 1], [6, 2]), ([3], [1])):
        with pytest.raises(ValueError, match="overlap or are out of order"):
            match(starts, ends, [0.5] * len(starts), [])


def test_a_long_chain_of_touching_spans_is_matched_whole():
    size = 3000
    sites = [(2 * i, 2 * i + 1) for i in range(size)]
    gaps = [(2 * i + 1, 2 * i + 2) for i in range(size)]
    scores = np.linspace(0.9, 0.1, size)
    assert (match([s for s, _ in sites], [e for _, e in sites], scores, gaps) >= 0).all()


@pytest.mark.parametrize(
    ("fill", "lost", "same"),
    [("uk", "UK", True), ("the\u00a0UK", "the UK", True), ("STRASSE", "straße", True), ("strike", "strikes", False)],
)
def test_words_compare_case_folded(fill, lost, same):
    assert same_words(fill, lost) is same
