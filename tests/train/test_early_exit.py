"""Choosing when a detector's lower layers are enough."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from taught import teach
from tiny_bases import TEXT, base

from textmend.models.wordpiece import WordPieces
from textmend.train.detector import from_base
from textmend.train.early_exit import choose_early_exit, highest_threshold


@pytest.mark.parametrize(
    ("most_lost", "expected"),
    [(0.0, -2.0), (0.1, -1.0), (0.55, 0.5), (1.0, 3.0)],
)
def test_the_threshold_loses_no_more_than_is_allowed(most_lost, expected):
    early = [-3.0, -2.0, -1.0, 0.5, 3.0]
    final = [0.01, 0.04, 0.1, 0.5, 0.9]  # the first two are no likely gaps
    assert highest_threshold(early, final, most_lost) == expected


@given(st.lists(st.tuples(st.floats(-9, 9), st.floats(0, 1)), max_size=30), st.floats(0, 0.5))
def test_what_is_lost_stays_within_the_share(pairs, most_lost):
    early, final = np.array([e for e, _ in pairs]), np.array([f for _, f in pairs])
    threshold = highest_threshold(early, final, most_lost)
    worth = np.where(final >= 0.05, final, 0.0)
    assert worth[early <= threshold].sum() <= most_lost * worth.sum() + 1e-9


def test_a_network_without_early_heads_has_no_early_exit(tmp_path):
    model, pieces = network(tmp_path)
    assert choose_early_exit(model, pieces, [TEXT] * 40) is not None
    model.early.clear()
    assert choose_early_exit(model, pieces, [TEXT] * 40) is None


def test_texts_without_likely_gaps_teach_no_early_exit(tmp_path):
    model, pieces = network(tmp_path, gaps=False)
    assert choose_early_exit(model, pieces, [TEXT] * 40) is None
    assert choose_early_exit(model, pieces, []) is None


def test_the_exit_that_saves_most_is_chosen(tmp_path):
    """The second layer's head knows the answer; the third's knows nothing."""
    model, pieces = network(tmp_path)
    found = choose_early_exit(model, pieces, [TEXT] * 40, most_lost=0.0)
    assert (found.layer, len(found.lengths)) == (2, 6)
    assert sum(found.lengths) == pytest.approx(1)


def network(folder, *, gaps=True):
    made = base(folder / "bert", "bert")
    pieces = WordPieces(made / "tokenizer.json", start="[CLS]", separator="[SEP]")
    return teach(from_base(made), pieces("NATO")[0], gaps=gaps), pieces
