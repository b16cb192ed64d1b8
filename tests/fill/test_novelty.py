"""What a fill brings in: names whole, as a person would say them, and numbers."""

from __future__ import annotations

import pytest

from textmend.fill.novelty import Novelty

ARTICLE = "All states of the union, but not all ships, have met Ms Dahl in Oslo on 3 May."


@pytest.mark.parametrize(
    ("words", "new"),
    [
        ("United States", ("United States",)),  # of which the article has one half
        ("University of Oslo", ("University of Oslo",)),
        ("Oslo", ()),
        ("Kari Dahl of Bergen", ("Kari Dahl of Bergen",)),
        ("Oslo and Bergen", ("Bergen",)),
        ("states of Bergen", ("Bergen",)),
        ("3 May", ()),
        ("17 May", ("17",)),
        ("17 Tromsø", ("17", "Tromsø")),
        ("Tromsø 17", ("Tromsø", "17")),
        ("seven others", ("seven",)),
        ("of of", ()),
        ("Bergen of", ("Bergen",)),
        ("Oslo, Bergen", ("Bergen",)),
        ("J. Berg", ("J. Berg",)),
        ("otters", ()),
        ("have not met", ("not",)),
        ("doesn’t", ("doesn’t",)),
        ("knot", ()),
        ("", ()),
    ],
)
def test_names_are_whole(words, new):
    assert Novelty([ARTICLE]).introduced(words, at_sentence_start=False, is_common=lambda word: False) == new


def test_a_common_word_that_opens_a_sentence_is_no_name():
    novelty = Novelty([ARTICLE])
    common = {"The", "Others"}.__contains__
    assert novelty.introduced("The United States", at_sentence_start=True, is_common=common) == ("United States",)
    assert novelty.introduced("Others", at_sentence_start=True, is_common=common) == ()
    assert novelty.introduced("Others", at_sentence_start=False, is_common=common) == ("Others",)
