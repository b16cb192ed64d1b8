"""Kinds of loss: each finds what it is named for, whole, and leaves alone what nobody would miss."""

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmend.damage.densities import Density, apart, draw_density, draw_kinds, lose_kinds
from textmend.damage.kinds import KINDS
from textmend.damage.losing import damage

TEXT = (
    "Sandvåg’s harbour is 12 miles long, and Jon Hallsson paid $4.5 million for it on 3 May 1998, said the BBC. "
    "According to the Fisheries Board, “herring rooms” were called packing lofts in Norway, Iceland and the Faroes.\n\n"
    "The U.S. envoy (born in 1950; twice married) met Mr. Roe at 5 p.m. on Tuesday. She would sell the fleet for less "
    "than 40 kroner, see fish.py, where x = 3. MPs voted in a hall of 30 km². He left it to his sons."
)


def found(kind, text, seeds=40):
    """All that a kind finds in a text, whatever chance says."""
    return {text[s:e] for seed in range(seeds) for s, e in KINDS[kind][0](text, random.Random(seed))}


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("numbers", "Fewer than 40 people met. Some 12 people and 30 of them left.", {"40", "30"}),
        ("measures", "It is 48 miles long and 1.5–2 km wide.", {"48", "48 miles", "1.5–2", "1.5–2 km"}),
        ("measures", "The march of 40 miles took 3 days.", {"40 miles", "3", "3 days"}),
        ("amounts", "It cost $4.5 million, or £3bn.", {"4.5", "4.5 million", "$4.5 million", "3", "3bn", "£3bn"}),
        ("amounts", "Up 7% or 6 percent.", {"7", "7%", "6", "6 percent"}),
        (
            "dates",
            "Born on 3 June 1911, he left in March 2020 or on Saturday.",
            {"3 June 1911", "March 2020", "Saturday"},
        ),
        ("dates", "In 1950, at 5 p.m., it may rain.", {"1950", "5 p.m."}),
        ("possessors", "Jon Hallsson’s boat. That’s it. The mayor's hat, and everyone's.", {"Jon Hallsson", "mayor"}),
        ("possessors", "He left. Norway's fleet stayed.", {"Norway"}),
        ("items", "It is spoken in Norway, Iceland and the Faroe Islands.", {"Norway", "Iceland", "Faroe Islands"}),
        ("items", "She met Roe and Hallsson there.", {"Roe", "Hallsson"}),
        ("items", "He ran and fell.", set()),
        ("pairs", "Neither Roe nor the mayor saw both boats and nets.", {"Roe", "mayor", "boats", "nets"}),
        ("pairs", "He and Roe went from Oslo to Lund.", {"Oslo", "Lund"}),
        ("terms", "It is known as a tail vise by all of us.", {"tail vise"}),
        ("terms", "They returned to the village, and slept.", {"village"}),
        ("names", "We met Jon Hallsson in Sandvåg. Roe left the U.S. fleet.", {"Jon Hallsson", "Sandvåg", "U.S."}),
        ("quoted", "The “herring war” ended.", {"“herring war”", "herring war"}),
        ("bracketed", "Holm (said hollum; born 1971) sang.", {"said hollum"}),
        (
            "identifiers",
            "Run fish_net and fish.py on h2.example.org; McCain did.",
            {"fish_net", "fish.py", "h2.example.org"},
        ),
        ("formulas", "Then x = 3 + y, and I add n to it.", {"x = 3 + y", "n"}),
        ("citations", "According to the Fisheries Board, it fell.", {"the Fisheries Board"}),
        ("acronyms", "MPs left the SNP, a BBC editor said.", {"MP", "SNP"}),
        ("powers", "It covers 40 km² and 2½ farms.", {"²", "½"}),
        ("verbs", "The mayor quit on Monday. She will sell the fleet.", {"quit", "sell"}),
        ("starts", "Jon Hallsson was there with her.", {"Jon Hallsson"}),
        ("initial", "Once upon a time.", {"O", "nce", "nce upon", "nce upon a"}),
    ],
)
def test_a_kind_finds_what_it_is_named_for(kind, text, expected):
    assert found(kind, text) == expected


def test_an_ending_leaves_a_word_that_cannot_end_a_sentence():
    text = "The tickets of the club are valid until the end of September."
    assert {"September", "the end of September"} <= found("endings", text)
    assert "end of September" in found("endings", text)
    assert not any(
        text[: text.index(lost)].split()[-1] in {"club", "tickets", "valid", "end"} for lost in found("endings", text)
    )


def test_a_tail_starts_inside_a_sentence_and_reaches_the_end_of_the_paragraph():
    text = "The wheel turns at a speed of two rounds a minute. It stops when it is wet."
    for lost in found("tail", text):
        assert text.endswith(lost)
        assert not text[: -len(lost)].rstrip().endswith(".")


def test_a_heading_has_no_tail():
    assert not found("tail", "How the old harbour of Sandvåg came to be sold to a bank")


@pytest.mark.parametrize("kind", KINDS)
def test_spans_lie_in_the_text_and_hold_something(kind):
    for seed in range(30):
        for start, end in KINDS[kind][0](TEXT, random.Random(seed)):
            assert 0 <= start < end <= len(TEXT)
            assert TEXT[start:end].strip()


def test_no_kind_fails_on_odd_text():
    for text in ("", " ", "…", "1", "A", "’s", "() ; , and or", "𝒳² = 𝒴", "A, and\n\nB", "“", "$", "%"):
        for kind in KINDS:
            assert found(kind, text, seeds=4) is not None


KIND_NAMES = st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=6, unique=True)
DENSITIES = st.builds(
    Density,
    share=st.floats(0, 1),
    whole=st.floats(0, 1),
    most=st.none() | st.integers(1, 3),
    reach=st.none() | st.integers(1, 3),
)


@given(KIND_NAMES, DENSITIES, st.integers(0, 10_000), st.sampled_from(["raw", "collapsed", "tidy"]))
def test_lost_spans_are_apart_and_every_paragraph_keeps_some_words(kinds, density, seed, variant):
    spans = lose_kinds(TEXT, kinds, density, random.Random(seed))
    assert all(TEXT[a[1] : b[0]].strip() for a, b in pairwise(spans))
    assert density.most is None or len(spans) <= density.most
    damaged = damage(TEXT, spans, variant)
    assert len(damaged.text.split("\n\n")) == 2
    assert all(len(part.split()) >= 2 for part in damaged.text.split("\n\n"))
    for gap in damaged.gaps:
        assert not damaged.text[gap.start : gap.end].strip()


def test_density_reaches_from_one_loss_to_most_sentences():
    text = "\n\n".join(f"Harbour {n} is {n + 10} miles long. It was sold for ${n},000 in May 2001." for n in range(40))
    one = lose_kinds(text, ["measures", "amounts"], Density(1.0, most=1), random.Random(1))
    most = lose_kinds(text, ["measures", "amounts"], Density(1.0, whole=1.0), random.Random(1))
    assert (len(one), len(most)) == (1, 80)
    near = lose_kinds(text, ["measures", "amounts"], Density(1.0, whole=1.0, reach=2), random.Random(1))
    assert len(near) == 4


def test_all_items_go_together_where_a_sentence_loses_all():
    text = "It is sold in Norway, in Denmark, in Iceland and in Scotland."
    spans = lose_kinds(text, ["items"], Density(1.0, whole=1.0), random.Random(0))
    assert damage(text, spans, "tidy").text == "It is sold in, in, in and in."


def test_kinds_and_densities_are_drawn_from_all():
    rng = random.Random(2)
    assert {kind for _ in range(400) for kind in draw_kinds(rng)} == set(KINDS)
    shares = [draw_density(rng) for _ in range(400)]
    assert any(d.most for d in shares)
    assert any(d.share < 0.2 and not d.most for d in shares)
    assert any(d.share > 0.8 and not d.most for d in shares)


def test_spans_that_touch_are_kept_apart():
    assert apart("one two, three", [(4, 7), (0, 3), (9, 14), (4, 8)]) == [(0, 3), (9, 14)]
