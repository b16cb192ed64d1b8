"""Fills that no person would write are told from those that one might."""

from __future__ import annotations

import pytest

from textmend.fill.unwritten import Unwritten
from textmend.records import Gap

SURFACES = {"ipad": "iPad", "email": "email", "xray": "X-ray"}
ARTICLE = (
    "The Zemlyak Council met in Oslo. The Zemlyak Council heard Mara Lind, and Lind spoke of the Harbour Plan. "
    "The Harbour Plan and the Harbour Board differ."
)


def is_unwritten(text: str, fill: str, *, at_sentence_start: bool = False, article: str = "") -> bool:
    """Judge a fill at the place marked ``▢`` of a text."""
    place = text.index("▢")
    whole = f"{text.replace('▢', '')}\n\n{article}"
    gap = Gap(start=place, end=place, probability=1.0)
    return Unwritten(whole, SURFACES.get).is_at(gap, fill, at_sentence_start=at_sentence_start)


@pytest.mark.parametrize(
    ("text", "fill", "expected"),
    [
        ("They spoke of health care ▢ for all.", "care", True),
        ("They spoke of health care ▢ for all.", "Care plans", True),
        ("They spoke of ▢ care for all.", "health care", True),
        ("They spoke of ▢ for all.", "plans plans", True),
        ("They spoke of care, ▢ and rest.", "care", False),
        ("They spoke of care ▢ for all.", "careful plans", False),
        ("She knew that ▢ was true.", "that", False),
        ("All he had ▢ was lost.", "had", False),
        ("They came. ▢ they left.", "Then", False),
    ],
)
def test_a_word_is_not_doubled(text, fill, expected):
    assert is_unwritten(text, fill) == expected


@pytest.mark.parametrize(
    ("text", "fill", "expected"),
    [
        ("France and the ▢, have spoken.", "United", True),
        ("France and the ▢, have spoken.", "United States", False),
        ("France and the ▢ Kingdom have spoken.", "United", False),
        ("They moved to ▢ in May.", "San", True),
        ("They moved to ▢ Juan in May.", "San", False),
        ("They moved to a ▢ house.", "new", False),
        # What the article only ever writes in full.
        ("The ▢ voted.", "Zemlyak", True),
        ("The ▢ voted.", "Zemlyak Council", False),
        ("The ▢ Council voted.", "Zemlyak", False),
        # A name that stands alone elsewhere, or opens several.
        ("Then ▢ voted.", "Lind", False),
        ("The ▢ voted.", "Harbour", False),
    ],
)
def test_a_name_is_not_cut_in_half(text, fill, expected):
    assert is_unwritten(text, fill, article=ARTICLE) == expected


def test_a_capital_that_the_sentence_brings_makes_no_name():
    assert not is_unwritten("▢ was voted on.", "New", at_sentence_start=True)
    assert is_unwritten("They wrote to ▢.", "New")


@pytest.mark.parametrize(
    ("fill", "expected"),
    [("I Pad", True), ("new i pad", True), ("iPad", False), ("e mail", False), ("I left", False), ("X ray", True)],
)
def test_a_word_is_not_cut_in_two(fill, expected):
    assert is_unwritten("She held an ▢ then.", fill) == expected


@pytest.mark.parametrize("text", ["▢", " ▢ ", "\n▢\n", "\ud800▢\udc00"])
def test_whatever_stands_around(text):
    assert not is_unwritten(text, "otters")


def test_a_name_that_goes_on_after_a_particle_is_a_half_too():
    article = "The House of Lind met. The House of Lind rose."
    assert is_unwritten("Then the ▢ voted.", "House", article=article)
    assert not is_unwritten("Then the ▢ of Lind voted.", "House", article=article)
    assert not is_unwritten("Then the ▢ voted.", "House of Lind", article=article)
