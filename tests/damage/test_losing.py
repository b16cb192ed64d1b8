"""Losing words on purpose: what is left, where, and that nothing else changes."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmend.damage.losing import choose_variant, damage

VARIANTS = ("raw", "collapsed", "tidy", "glued")


def span(text, lost):
    start = text.index(lost)
    return start, start + len(lost)


@pytest.mark.parametrize(
    ("text", "lost", "left"),
    [
        ("ties with Russia and more", "Russia", ("ties with  and more", "ties with and more", "ties with and more")),
        ("ties with Russia, he said", "Russia", ("ties with , he said", "ties with , he said", "ties with, he said")),
        ("the (old) man", "old", ("the () man", "the () man", "the () man")),
        ("the (old man) ran", "old", ("the ( man) ran", "the ( man) ran", "the (man) ran")),
        ("Russia left.", "Russia", (" left.", "left.", "left.")),
        ("They left Rome", "Rome", ("They left ", "They left", "They left")),
        ("Then.\n\nRussia left.", "Russia", ("Then.\n\n left.", "Then.\n\nleft.", "Then.\n\nleft.")),
        ("They left Rome\n\nThen", "Rome", ("They left \n\nThen", "They left\n\nThen", "They left\n\nThen")),
        ("a  b  c", "b", ("a    c", "a c", "a c")),
    ],
)
def test_each_variant_treats_the_white_space_in_its_way(text, lost, left):
    for variant, expected in zip(VARIANTS, left, strict=False):
        assert damage(text, [span(text, lost)], variant).text == expected


def test_glued_leaves_no_space():
    text = "in The Hague today"
    assert damage(text, [span(text, "The Hague")], "glued").text == "intoday"


def test_a_gap_knows_its_words():
    text = "one two three four"
    (gap,) = damage(text, [span(text, "two three")], "raw").gaps
    assert (gap.lost, gap.words) == ("two three", 2)
    assert (gap.start, gap.end) == (3, 5)


def test_without_spans_nothing_changes():
    assert damage(" a , b ", [], "tidy").text == " a , b "


WORD = st.text("abcé𝒳", min_size=1, max_size=4)
SEPARATOR = st.sampled_from([" ", "  ", ", ", ". ", "\n\n", " (", ") ", " – ", "-"])


@st.composite
def cases(draw):
    words = draw(st.lists(WORD, min_size=1, max_size=12))
    text, spans = "", []
    for word in words:
        text += draw(SEPARATOR) if text else ""
        if draw(st.booleans()):
            spans.append((len(text), len(text) + len(word)))
        text += word
    return text, spans


@given(cases(), st.sampled_from(VARIANTS))
def test_putting_the_lost_words_back_restores_the_text_but_for_spaces(case, variant):
    text, spans = case
    damaged = damage(text, spans, variant)
    assert len(damaged.gaps) == len(spans)
    out, position = "", 0
    for gap, (start, end) in zip(damaged.gaps, spans, strict=True):
        assert position <= gap.start <= gap.end <= len(damaged.text)
        assert damaged.text[gap.start : gap.end].strip(" ") == ""
        assert gap.lost == text[start:end]
        out += damaged.text[position : gap.start] + gap.lost
        position = gap.end
    out += damaged.text[position:]
    assert out.replace(" ", "") == text.replace(" ", "")


@given(cases())
def test_raw_loses_the_words_and_nothing_else(case):
    text, spans = case
    kept, position = "", 0
    for start, end in spans:
        kept += text[position:start]
        position = end
    assert damage(text, spans, "raw").text == kept + text[position:]


def test_variants_are_drawn_from_all():
    rng = random.Random(1)
    drawn = [choose_variant(rng) for _ in range(400)]
    assert set(drawn) == set(VARIANTS)
    assert drawn.count("glued") < drawn.count("raw") < drawn.count("collapsed")
