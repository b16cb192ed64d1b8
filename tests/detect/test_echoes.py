"""Echoes as evidence for a gap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmend.detect.echoes import FEWEST, LEAST, MOST, EchoWeights, matched_words, raised
from textmend.detect.inputs import encode
from textmend.errors import ModelError

TEXT = "The crews mended old nets for the fleet. In March the crews mended nets for the fleet again."
GAP = TEXT.index(" nets for the fleet again")


class Letters:
    """Cuts every word into one piece."""

    separator = 1
    start = 0

    def __call__(self, word):
        return [2]


def sites(text, probability):
    encoded = encode(text, Letters())
    return encoded.starts, encoded.ends, np.full(len(encoded.starts), probability)


def test_what_stands_elsewhere_between_the_same_words_raises_a_doubtful_site():
    starts, ends, before = sites(TEXT, 0.3)
    after = raised(TEXT, starts, ends, before, EchoWeights(some=0.5, word=0.3))
    gap = list(starts).index(GAP)
    assert (after == before).sum() > len(before) / 2
    # “the crews mended” on the left, “nets for the fleet” on the right
    log_odds = np.log(after[gap] / (1 - after[gap])) - np.log(0.3 / 0.7)
    assert log_odds == pytest.approx(0.5 + 0.3 * (3 + 4 - FEWEST))


@pytest.mark.parametrize("probability", [0.0, LEAST / 2, (1 + MOST) / 2, 1.0])
def test_what_is_not_doubtful_stays(probability):
    starts, ends, before = sites(TEXT, probability)
    assert not matched_words(TEXT, starts, ends, before).any()


@pytest.mark.parametrize(
    "other",
    [
        "The crews mended the oldest and the very worst nets for the fleet.",  # longer than what is lost
        "The crews mended nets for the fleet.",  # nothing between
        "Some mended old nets.",  # too few words
    ],
)
def test_other_echoes_say_nothing(other):
    text = f"{other} In March the crews mended nets for the fleet again."
    gap = text.index(" nets for the fleet again")
    starts, ends, before = sites(text, 0.3)
    matched = matched_words(text, starts, ends, before)
    assert not matched[list(starts).index(gap)]


@given(
    st.lists(st.sampled_from(["nets", "the", "crews", "old", "mended", "for", ".", "\n\n", "\ud800"]), max_size=40),
    st.floats(0, 1),
    st.floats(0, 5),
    st.floats(0, 5),
)
def test_probabilities_only_rise_and_stay_probabilities(words, probability, some, word):
    text = " ".join(words)
    starts, ends, before = sites(text, probability)
    after = raised(text, starts, ends, before, EchoWeights(some=some, word=word))
    assert after.shape == before.shape
    assert (after >= before - 1e-12).all()
    assert (after <= 1).all()


def test_without_weights_nothing_is_looked_up():
    starts, ends, before = sites(TEXT, 0.3)
    assert raised(TEXT, starts, ends, before, EchoWeights()) is before


def test_json_round_trip():
    weights = EchoWeights(some=0.25, word=0.5)
    assert EchoWeights.from_dict(weights.to_dict()) == weights


@pytest.mark.parametrize("weights", [{"some": -0.1}, {"word": -0.1}, {"some": float("nan")}])
def test_no_weight_is_negative(weights):
    with pytest.raises(ModelError, match="from 0"):
        EchoWeights(**weights)
