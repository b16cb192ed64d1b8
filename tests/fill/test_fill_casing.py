"""The letter case of filled words, as a table."""

from __future__ import annotations

import numpy as np
import pytest

from textmend.fill.casing import LOWER, MIXED, TITLE, UPPER, ArticleCasing, cased, starts_sentence
from textmend.fill.casing_table import Habit, UsualCasing

USUAL = UsualCasing(
    {
        "oslo": Habit("Oslo", 99, 0),
        "nato": Habit("NATO", 97, 0),
        "iphone": Habit("iPhone", 95, 1),
        "may": Habit("May", 40, 60),
        "house": Habit("House", 8, 92),
        "polish": Habit("Polish", 85, 14),
    }
)
ARTICLE = "Then the mcRae of Bergen met. A Nato man saw mcRae, and the House with mcRae. Boats left. The boats came."


def opinion(case: int, share: float = 0.97) -> np.ndarray:
    """A model's log-probabilities that favour one letter case."""
    shares = np.full(4, (1 - share) / 3)
    shares[case] = share
    return np.log(shares).astype(np.float32)


def write(words: str, *cases: np.ndarray | None, article: str = "", at_start: bool = False) -> str:
    pairs = [(word, index) for index, word in enumerate(words.split())]
    return cased(pairs, cases or [None] * len(pairs), ArticleCasing(article), USUAL, at_sentence_start=at_start)


@pytest.mark.parametrize(
    ("words", "case", "expected"),
    [
        # What is unknown is as the model sees the place.
        ("otters", LOWER, "otters"),
        ("otters", TITLE, "Otters"),
        ("otters", UPPER, "OTTERS"),
        ("otters", MIXED, "Otters"),
        ("otters", None, "otters"),
        ("well-known", TITLE, "Well-Known"),
        ("1999", TITLE, "1999"),
        ("’s", TITLE, "’s"),
        # What is always written one way is written so, whatever the model thinks.
        ("oslo", LOWER, "Oslo"),
        ("nato", TITLE, "NATO"),
        ("iphone", UPPER, "iPhone"),
        ("house", TITLE, "house"),
        ("oslo", None, "Oslo"),
        ("oslo’s", LOWER, "Oslo’s"),
        ("oslo's", LOWER, "Oslo's"),
        # What goes both ways is decided by habit and place together.
        ("may", LOWER, "may"),
        ("may", TITLE, "May"),
        ("may", None, "may"),
        ("polish", TITLE, "Polish"),
    ],
)
def test_a_word_in_the_middle_of_a_sentence(words, case, expected):
    assert write(words, None if case is None else opinion(case)) == expected


@pytest.mark.parametrize(
    ("words", "case", "expected"),
    [
        ("otters", None, "Otters"),
        ("otters", TITLE, "Otters"),
        ("house", TITLE, "House"),
        ("nato", TITLE, "NATO"),
        ("iphone", TITLE, "IPhone"),
        # After an abbreviation, where the model is sure of a small letter.
        ("otters", LOWER, "otters"),
    ],
)
def test_a_word_that_seems_to_start_a_sentence(words, case, expected):
    assert write(words, None if case is None else opinion(case), at_start=True) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mcrae", "mcRae"),
        ("mcrae’s", "mcRae’s"),
        ("bergen", "Bergen"),
        ("nato", "Nato"),
        ("boats", "boats"),
        ("oslo", "Oslo"),
    ],
)
def test_the_article_comes_first(words, expected):
    assert write(words, article=ARTICLE) == expected


def test_only_the_first_word_starts_the_sentence():
    assert write("otters and otters", at_start=True) == "Otters and otters"


def test_a_word_has_the_case_of_its_first_piece():
    pairs = [("otters", 0), ("bay", 2)]
    cases = [opinion(LOWER), opinion(UPPER), opinion(TITLE)]
    assert cased(pairs, cases, ArticleCasing(""), USUAL, at_sentence_start=False) == "otters Bay"


class TestArticleCasing:
    @pytest.mark.parametrize(
        ("text", "word", "expected"),
        [
            ("They saw Oslo.", "oslo", "Oslo"),
            ("They saw Oslo.", "OSLO", "Oslo"),
            ("They saw Oslo.", "bergen", None),
            ("Oslo was seen.", "oslo", None),
            ("It fell. Oslo was seen.", "oslo", None),
            ("It fell.\nOslo was seen", "oslo", None),
            ("It said: Oslo was seen", "oslo", None),
            ("It is “Oslo” here", "oslo", "Oslo"),
            ("The Oslo, an oslo", "oslo", None),
            ("The Oslo, an oslo, an Oslo, an Oslo, an Oslo", "oslo", "Oslo"),
            ("the iPhone 5", "iphone", "iPhone"),
            ("the U.S. fleet", "u.s", "U.S"),
            ("", "oslo", None),
        ],
    )
    def test_surface(self, text, word, expected):
        assert ArticleCasing(text).surface(word) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", True),
        ("It fell. ", True),
        ("It fell.” ", True),
        ("It fell! “", True),
        ("It fell\n", True),
        ("It fell\r\n\r\n", True),
        ("It fell\n- ", True),
        ("**", True),
        ("“", True),
        ("It fell? (", True),
        ("It fell…  ", True),
        ("It fell, ", False),
        ("It fell ", False),
        ("It fell (", False),
        ("It said “", False),
        ("It fell: ", False),
        ("of 3.5", False),
    ],
)
def test_where_a_sentence_starts(before, expected):
    assert starts_sentence(before + "otters", len(before)) == expected
