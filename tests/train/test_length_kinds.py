"""Telling two kinds of articles apart by how many words their gaps lost."""

import numpy as np
import pytest

from textmend.detect.lengths import LengthKinds
from textmend.train.length_kinds import FEWEST, fit_length_kinds

SHORT, LONG = (0.85, 0.1, 0.05), (0.25, 0.25, 0.5)


def articles(count, share=0.4, seed=6):
    """Articles of two kinds, eight gaps each among whole sites, and a detector that knows of lengths nothing."""
    rng = np.random.default_rng(seed)
    lost = []
    for article in range(count):
        own = np.zeros(30, dtype=np.int64)
        own[:8] = 1 + rng.choice(3, 8, p=SHORT if article < share * count else LONG)
        lost.append(own)
    return [np.full((30, 3), (0.6, 0.3, 0.1))] * count, lost


def test_the_kinds_are_recovered():
    kinds = fit_length_kinds(*articles(600), 3)
    assert kinds.short == pytest.approx(SHORT, abs=0.04)
    assert kinds.long == pytest.approx(LONG, abs=0.04)
    assert kinds.share == pytest.approx(0.4, abs=0.06)
    assert kinds.usual == pytest.approx((0.6, 0.3, 0.1), abs=0.01)


def test_whole_articles_say_nothing():
    lengths, lost = articles(100)
    whole = [np.zeros(5, dtype=np.int64)] * 50
    with_whole = fit_length_kinds([*lengths, *[np.full((5, 3), 1 / 3)] * 50], [*lost, *whole], 3)
    assert with_whole == fit_length_kinds(lengths, lost, 3)


def test_of_a_few_articles_nothing_is_learnt():
    assert fit_length_kinds(*articles(FEWEST - 1), 3) == LengthKinds()
    assert fit_length_kinds([], [], 3) == LengthKinds()
