"""Copies: texts that may still hold the lost words, with what is known of their structure. Reads; compares nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from textmend.text.words import Span, paragraphs

CopyPlace = Literal["page", "reference"]


def _nothing(start: int, end: int) -> str | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A text to compare with.

    Attributes:
        place: what it is.
        text: its words; offsets are code points of this string.
        blocks: its paragraphs, in order and disjoint, without white space around them.
        edges: offsets where an inline element begins or ends, rising; a cut by an extractor lies at one.
        has_markup: whether ``edges`` is known; a plain text tells nothing of it.
        describe: says which element holds ``text[start:end]``; ``None`` where there is nothing to say.
    """

    place: CopyPlace
    text: str
    blocks: Sequence[Span]
    edges: Sequence[int] = ()
    has_markup: bool = False
    describe: Callable[[int, int], str | None] = field(default=_nothing, compare=False)


def plain_copy(text: str, place: CopyPlace = "reference") -> Copy:
    """Return a copy without markup."""
    return Copy(place=place, text=text, blocks=list(paragraphs(text)))
