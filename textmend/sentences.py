"""Where sentences begin and end: spaCy's rule-based sentencizer, asked about one paragraph at a time."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from textmend.text import Span, encodable, paragraphs

if TYPE_CHECKING:
    from spacy.language import Language

_LONGEST = 100_000


def sentences_around(text: str, places: list[Span]) -> list[Span]:
    """Return, for each place (sorted), the sentence it lies in; a place between two belongs to the later one."""
    found: list[Span] = []
    remaining = list(reversed(places))
    for paragraph in paragraphs(text):
        inside: list[Span] = []
        while remaining and remaining[-1].start <= paragraph.end:
            inside.append(remaining.pop())
        if inside:
            spans = sentences_of(text, paragraph)
            found += [next((span for span in spans if place.end < span.end), spans[-1]) for place in inside]
    return found + [Span(place.start, place.end) for place in reversed(remaining)]


def sentences_of(text: str, paragraph: Span) -> list[Span]:
    """Return the sentences of one paragraph of a text (``text.paragraphs``), in order; they may have space between."""
    if paragraph.end - paragraph.start > _LONGEST:
        # Nothing a person wrote: the paragraph stands for the sentence.
        return [paragraph]
    shown = encodable(text[paragraph.start : paragraph.end])
    return [
        Span(paragraph.start + sentence.start_char, paragraph.start + sentence.end_char)
        for sentence in _sentencizer()(shown).sents
    ]


@cache
def _sentencizer() -> Language:
    import spacy

    pipeline = spacy.blank("en")
    pipeline.add_pipe("sentencizer")
    return pipeline
