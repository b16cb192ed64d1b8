"""An article's other gaps as evidence for a gap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmend.detect.other_gaps import (
    LEAST,
    NONE,
    ODD,
    PLAIN,
    SPACES,
    WIDE,
    ArticleWeights,
    evidence,
    in_article,
    space_kinds,
)
from textmend.errors import ModelError

WEIGHTS = ArticleWeights(constant=0.1, often=0.9, alike=0.4, rate=0.01, shares=(0.2, 0.2, 0.4, 0.2))


def sites(text):
    """Every run of spaces, and the empty place after every word."""
    starts, ends = [], []
    for at, character in enumerate(text):
        if character == " " and (not at or text[at - 1] != " "):
            starts.append(at)
            ends.append(at + len(text[at:]) - len(text[at:].lstrip(" ")))
    return np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)


@pytest.mark.parametrize(
    ("text", "start", "end", "kind"),
    [
        ("the  of", 3, 5, WIDE),
        ("Russian , including", 7, 8, ODD),
        ("( 1999)", 1, 2, ODD),
        ("the of", 3, 4, PLAIN),
        ("the,", 3, 3, NONE),
        (" and so", 0, 1, ODD),
        ("end ", 3, 4, ODD),
        ("and\nso", 3, 4, PLAIN),
        ("and\r\n  so", 3, 7, PLAIN),
        ("end \nSo", 3, 4, ODD),
    ],
)
def test_kinds_of_white_space(text, start, end, kind):
    assert space_kinds(text, np.array([start]), np.array([end])).tolist() == [kind]


def test_more_gaps_make_a_doubtful_place_likelier_and_none_make_it_less_likely():
    text = "word " * 400
    starts, ends = sites(text)
    before = np.full(len(starts), 0.001)
    before[10] = 0.5
    whole = in_article(text, starts, ends, before, WEIGHTS)[10]
    before[[50, 90, 130, 170, 210, 250, 290]] = 0.999
    damaged = in_article(text, starts, ends, before, WEIGHTS)[10]
    assert whole < 0.5 < damaged


def test_a_place_like_the_gaps_is_likelier_than_one_unlike_them():
    text = "word  word , word " * 60
    starts, ends = sites(text)
    before = np.full(len(starts), 0.001)
    kinds = space_kinds(text, starts, ends)
    doubtful = [int(np.flatnonzero(kinds == kind)[5]) for kind in (WIDE, PLAIN)]
    before[np.flatnonzero(kinds == WIDE)[10:30]] = 0.99
    before[doubtful] = 0.3
    wide, plain = in_article(text, starts, ends, before, WEIGHTS)[doubtful]
    assert wide > 0.3
    assert plain < wide - 0.1


def test_a_place_is_no_evidence_for_itself():
    kinds = np.array([PLAIN] * 300)
    few, many = np.full(300, 0.001), np.full(300, 0.001)
    few[7], many[7] = 0.1, 0.9
    np.testing.assert_array_equal(
        evidence(kinds, few, 0.01, WEIGHTS.shares)[7], evidence(kinds, many, 0.01, WEIGHTS.shares)[7]
    )


def test_many_small_doubts_are_no_evidence():
    kinds = np.array([PLAIN] * 1000)
    none = evidence(kinds, np.zeros(1000), 0.01, WEIGHTS.shares)
    np.testing.assert_array_equal(evidence(kinds, np.full(1000, LEAST * 0.99), 0.01, WEIGHTS.shares), none)


def test_without_weights_nothing_changes():
    starts, ends = sites("some words here")
    before = np.array([0.3, 0.4])
    assert in_article("some words here", starts, ends, before, ArticleWeights()) is before


@given(
    st.lists(st.tuples(st.integers(0, SPACES - 1), st.floats(0, 1)), max_size=60),
    st.floats(-3, 3),
    st.floats(0, 3),
    st.floats(0, 3),
)
def test_probabilities_stay_probabilities_and_order_among_equals(sites_, constant, often, alike):
    separators = {WIDE: "  ", ODD: " ,", PLAIN: " ", NONE: ""}
    text, starts, ends, before = "x", [], [], []
    for kind, probability in sites_:
        starts.append(len(text))
        text += separators[kind]
        ends.append(len(text) - (kind == ODD))
        before.append(probability)
        text += "x"
    weights = ArticleWeights(constant, often, alike, 0.01, (0.25, 0.25, 0.25, 0.25))
    after = in_article(
        text, np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64), np.array(before), weights
    )
    assert after.shape == (len(sites_),)
    assert ((after >= 0) & (after <= 1)).all()
    assert np.isfinite(after).all()


def test_json_round_trip():
    assert ArticleWeights.from_dict(WEIGHTS.to_dict()) == WEIGHTS


@pytest.mark.parametrize(
    "wrong",
    [{"often": -0.1}, {"alike": float("nan")}, {"rate": 0.0}, {"shares": (0.5, 0.5)}, {"shares": (1.0, 0.0, 0.0, 0.0)}],
)
def test_numbers_out_of_range_are_refused(wrong):
    with pytest.raises(ModelError, match="out of range"):
        ArticleWeights(**wrong)
