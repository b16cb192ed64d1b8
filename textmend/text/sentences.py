"""Where sentences begin and end: spaCy's rule-based sentencizer, asked about one paragraph at a time."""

from __future__ import annotations

from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING

from textmend.text.words import Span, encodable, paragraphs

if TYPE_CHECKING:
    from spacy.language import Language

_STEP = 50_000
"""How many characters the sentencizer gets at once. A longer sentence is cut here."""


def sentences_around(text: str, places: list[Span]) -> list[Span]:
    """Return, for each place (sorted), its sentence; a place between two sentences belongs to the later one."""
    found: list[Span] = []
    remaining = list(reversed(places))
    for paragraph in paragraphs(text):
        inside: list[Span] = []
        while remaining and remaining[-1].start <= paragraph.end:
            inside.append(remaining.pop())
        if inside:
            spans = sentences_of(text, paragraph)
            ends = [span.end for span in spans]
            found += [spans[min(bisect_right(ends, place.end), len(spans) - 1)] for place in inside]
    return found + [Span(place.start, place.end) for place in reversed(remaining)]


def sentences_of(text: str, paragraph: Span) -> list[Span]:
    """Return the sentences of one paragraph of a text (``text.paragraphs``), in order; they may have space between."""
    spans: list[Span] = []
    start = paragraph.start
    while start < paragraph.end:
        stop = min(start + _STEP, paragraph.end)
        part = _sentencizer()(encodable(text[start:stop]))
        found = [Span(start + sentence.start_char, start + sentence.end_char) for sentence in part.sents]
        if stop < paragraph.end and len(found) > 1:
            stop = found.pop().start  # the sentence may go on
        spans += found
        start = stop
    return spans or [paragraph]


@cache
def _sentencizer() -> Language:
    import spacy

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    return pipeline
