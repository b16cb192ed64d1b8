"""Hypothesis strategies that several test files share: hostile texts, sites, and every record."""

from __future__ import annotations

import re
from typing import get_args

from hypothesis import strategies as st

from textmend.records import Action, Decision, Edit, Evidence, Fill, Gap, Origin, Place, Verdict

MORSELS = (
    *("\n", "\r\n", "\r", "\n\n", "\t", " ", "  ", "\u00a0", "\u202f", "\u2028", "\x0b", "\x1c", "\x85", "\u3000"),
    *("e\u0301", "\u0301", "\u202e", "\u2066", "\u200b", "\u200d", "\ufeff", "\ud800", "\udc00", "\x00"),
    *("👩\u200d👩\u200d👧", "🇳🇴", "☕\ufe0f", "漢字", "שלום", "ǅ", "ß", "½"),
    *(
        "The",
        "the",
        "of",
        "with",
        "and",
        "a",
        "an",
        "maintaining",
        "Tromsø",
        "otters",
        "said",
        "UK",
        "iPad",
        "5",
        "1999",
    ),
    *(".", ",", ";", ":", "!", "?", "…", "(", ")", "[", "]", "“", "”", "‘", "’", "’s", "'", '"', "«", "»"),
    *("-", "–", "—", "/", "*", "**", "%", "$", "€", "#", "@", "|", "_", "e.g.", "[MASK]", "https://otter.example/a"),
)
"""Pieces of text that break careless code."""

any_char = st.characters(exclude_categories=())
any_text = st.lists(st.sampled_from(MORSELS) | any_char, max_size=40).map("".join)
PAIR = re.compile("[\ud800-\udbff][\udc00-\udfff]")  # two code points that JSON takes for one character
short_text = (
    st.lists(st.sampled_from(MORSELS) | any_char, max_size=6).map("".join).filter(lambda text: not PAIR.search(text))
)
words = short_text.filter(lambda text: bool(text.strip()))
probabilities = st.floats(min_value=0, max_value=1)
offsets = st.integers(min_value=0, max_value=10**9)


@st.composite
def spans(draw, place=offsets):
    start, end = sorted((draw(place), draw(place)))
    return start, end


@st.composite
def cuts(draw, text: str):
    """Sorted, disjoint spans of ``text``; no empty one touches its forerunner."""
    places = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    found: list[tuple[int, int]] = []
    for start, end in zip(places[::2], places[1::2], strict=False):
        if not found or start > found[-1][1]:
            found.append((start, end))
    return found


evidence = st.builds(
    lambda span, **rest: Evidence(start=span and span[0], end=span and span[1], **rest),
    span=st.none() | spans(),
    place=st.sampled_from(get_args(Place)),
    quote=short_text,
    detail=st.none() | short_text,
)
fills = st.builds(
    Fill,
    text=words,
    probability=probabilities,
    origin=st.sampled_from(get_args(Origin)),
    evidence=st.none() | evidence,
    introduces=st.lists(short_text, max_size=3).map(tuple),
    model=st.none() | short_text,
    calibrated=st.booleans(),
)
gaps = st.builds(
    lambda span, **rest: Gap(start=span[0], end=span[1], **rest),
    span=spans(),
    probability=probabilities,
    lengths=st.lists(probabilities, max_size=6).map(tuple),
    cues=st.lists(short_text, max_size=3).map(tuple),
    fills=st.lists(fills, max_size=3).map(tuple),
    decision=st.none() | st.sampled_from(get_args(Action)),
)
edits = st.builds(
    lambda start, removed, **rest: Edit(start=start, end=start + len(removed), removed=removed, **rest),
    start=offsets,
    removed=short_text,
    replacement=short_text,
    gap=gaps,
    fill=st.none() | fills,
)


@st.composite
def decisions(draw):
    start, end = draw(spans())
    verdict = draw(st.sampled_from(get_args(Verdict)))
    is_fill = verdict == "fill"
    text = draw(words) if is_fill else None
    spaces = st.text(" \n\u00a0", max_size=2)
    return Decision(
        spacing=draw(st.none() | st.tuples(spaces, spaces)) if is_fill else None,
        replaces=draw(st.integers(0, 9)) if is_fill else 0,
        start=start,
        end=end,
        verdict=verdict,
        text=text,
        by=draw(st.none() | short_text),
        at=draw(st.none() | short_text),
        added=draw(st.booleans()),
    )
