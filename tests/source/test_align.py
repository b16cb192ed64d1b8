"""Aligning: the same order on both sides, all that is the same, work that grows linearly."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import any_text

from textmend.source.align import align
from textmend.source.pieces import Side, pieces_of
from textmend.source.words import WordNumbers, alike
from textmend.text.words import paragraphs

words = st.lists(st.sampled_from(["the", "of", "otters", "left", "Oslo", ".", ",", "and"]), max_size=30).map(" ".join)


def sides(*texts: str) -> list[Side]:
    vocabulary = WordNumbers()
    return [Side(text, vocabulary.read(text, list(paragraphs(text)))) for text in texts]


@settings(deadline=None)
@given(text=words | any_text, copy=words | any_text)
def test_pairs_rise_on_both_sides_and_are_the_same_words(text, copy):
    here, there = sides(text, copy)
    last = (-1, -1)
    for pair in align(here.words, there.words).pairs:
        assert pair.text > last[0]
        assert pair.copy > last[1]
        assert here.words.ids[pair.text] == there.words.ids[pair.copy]
        last = pair


@settings(deadline=None)
@given(text=words)
def test_a_text_is_aligned_with_itself(text):
    here, there = sides(text, text)
    assert [pair.text for pair in align(here.words, there.words).pairs] == list(range(len(here.words)))


@settings(deadline=None)
@given(text=words | any_text, copy=words | any_text)
def test_pieces_are_words_of_the_copy(text, copy):
    here, there = sides(text, copy)
    end = 0
    word = -1
    for piece in pieces_of(here, there).pieces:
        assert piece.start >= end
        assert piece.word > word
        same = copy[there.words.starts[piece.word] : there.words.ends[piece.word]]
        assert len(alike(same)) == len(same)
        if same.isascii():
            assert alike(text[piece.start : piece.end]) == alike(same)
        end, word = piece.end, piece.word


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ("‘Zoë’ — 5…", "'ZOE\u0308' - 5."),
        ("“İ” « ǅ »", '"İ" " ǅ "'),
    ],
)
def test_case_and_typography_make_no_difference(text, copy):
    here, there = sides(text, copy)
    assert here.words.ids.tolist() == there.words.ids.tolist()


def test_words_glued_together_are_found():
    here, there = sides(
        "They said leadersannounced a thing today.", "They said leaders of Norway announced a thing today."
    )
    found = [here.text[piece.start : piece.end] for piece in pieces_of(here, there).pieces]
    assert found == ["They", "said", "leaders", "announced", "a", "thing", "today", "."]


def mixed(size: int, seed: int) -> str:
    rng = random.Random(seed)
    return " ".join(
        f"w{chr(97 + int(rng.paretovariate(0.5)) % 5000 % 26)}{int(rng.paretovariate(0.5)) % 999}" for _ in range(size)
    )


def with_losses(text: str) -> str:
    rng = random.Random(1)
    return " ".join(word for word in text.split(" ") if rng.random() > 0.1)


HOSTILE = {
    "the same word": lambda n: ("a " * n, "a " * 3 * n),
    "two words": lambda n: ("a b " * n, "a b b " * 3 * n),
    "few words": lambda n: (
        " ".join(random.Random(1).choices("abc", k=n)),
        " ".join(random.Random(2).choices("abc", k=3 * n)),
    ),
    "many words": lambda n: (
        " ".join(random.Random(1).choices([f"x{chr(97 + i)}" for i in range(26)], k=n)),
        " ".join(random.Random(2).choices([f"x{chr(97 + i)}" for i in range(26)], k=3 * n)),
    ),
    "backwards": lambda n: ((forward := mixed(n, 3)), " ".join(reversed(forward.split(" ")))),
    "an article in a page": lambda n: (
        with_losses(article := mixed(n, 4)),
        mixed(n, 5) + "\n\n" + article + mixed(n, 6),
    ),
    "an article twice": lambda n: (with_losses(article := mixed(n, 4)), article + "\n\n" + article),
    "many short lines": lambda n: ("a b\n" * (n // 2), "a c b\n" * n),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_work_grows_linearly(kind):
    work = []
    for size in (4_000, 16_000):
        here, there = sides(*HOSTILE[kind](size))
        found = pieces_of(here, there)
        assert found.work < 80 * (len(here.words) + len(there.words))
        work.append(found.work)
    assert work[1] < 6 * work[0] + 1_000_000
