"""How many words are missing, in the light of an article's other gaps."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmend.detect.lengths import LengthKinds, lengths_in_article
from textmend.errors import ModelError

KINDS = LengthKinds(short=(0.8, 0.15, 0.05), long=(0.2, 0.3, 0.5), usual=(0.5, 0.25, 0.25), share=0.5)
UNSURE = (0.5, 0.25, 0.25)


def told(*others, own=UNSURE, probability=0.95):
    """The lengths of a site among others, each with its lengths and the probability of a gap there."""
    lengths = np.array([own, *(lengths for lengths, _ in others)])
    probabilities = np.array([probability, *(each for _, each in others)])
    return lengths_in_article(lengths, probabilities, KINDS)[0]


def test_gaps_of_an_article_are_alike_in_length():
    alone = told()
    among_short = told(*[((0.9, 0.08, 0.02), 0.9)] * 4)
    among_long = told(*[((0.1, 0.3, 0.6), 0.9)] * 4)
    assert among_short[0] > alone[0] > among_long[0]
    assert among_long[2] > alone[2] > among_short[2]


def test_what_is_hardly_a_gap_is_no_evidence():
    long = (0.1, 0.3, 0.6)
    assert told(*[(long, 0.01)] * 50) == pytest.approx(told())
    assert told(*[(long, 0.1)] * 4)[0] == pytest.approx(told()[0], abs=0.03)


def test_what_a_site_says_itself_stays():
    others = [((0.9, 0.08, 0.02), 0.9)] * 9
    assert told(*others, own=(0.01, 0.04, 0.95))[2] > 0.5


def test_without_evidence_lengths_are_those_of_both_kinds():
    assert told() == pytest.approx((0.5, 0.225, 0.275))


@given(st.lists(st.tuples(st.floats(0, 1), st.lists(st.floats(0.001, 1), min_size=3, max_size=3)), min_size=1))
def test_lengths_stay_shares_and_order_does_not_matter(sites):
    probabilities = np.array([probability for probability, _ in sites])
    lengths = np.array([own for _, own in sites])
    lengths /= lengths.sum(axis=1, keepdims=True)
    found = lengths_in_article(lengths, probabilities, KINDS)
    assert found.sum(axis=1) == pytest.approx(np.ones(len(sites)))
    assert (found >= 0).all()
    assert lengths_in_article(lengths[::-1], probabilities[::-1], KINDS)[::-1] == pytest.approx(found)


def test_where_nothing_was_fitted_nothing_changes():
    lengths = np.array([UNSURE])
    assert lengths_in_article(lengths, np.array([0.9]), LengthKinds()) is lengths
    assert lengths_in_article(lengths[:0], np.zeros(0), KINDS).shape == (0, 3)


def test_kinds_are_read_as_they_were_written():
    assert LengthKinds.from_dict(KINDS.to_dict()) == KINDS
    assert LengthKinds.from_dict(LengthKinds().to_dict()) == LengthKinds()


@pytest.mark.parametrize(
    "wrong",
    [{"share": 0.0}, {"share": 1.0}, {"short": (0.5, 0.5)}, {"long": (0.0, 0.5, 0.5)}, {"usual": (1.5, 0.1, 0.1)}],
    ids=str,
)
def test_kinds_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ModelError, match="out of range"):
        LengthKinds.from_dict(KINDS.to_dict() | wrong)
