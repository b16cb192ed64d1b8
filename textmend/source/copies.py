"""Copies: texts that may still hold the lost words, with their structure. Comparing them is done elsewhere."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from textmend.text.words import Span, paragraphs

CopyPlace = Literal["page", "reference"]


def _nothing(start: int, end: int) -> str | None:
    return None


class Aside(NamedTuple):
    """A part of a copy that does not belong to a sentence.

    Attributes:
        start: where it begins.
        end: where it ends.
        is_note: whether it is the mark of a note; beside any other aside, words may be missing.
    """

    start: int
    end: int
    is_note: bool = False


class Inline(NamedTuple):
    """An inline element with words: its tag, and where the words begin and end."""

    tag: str
    start: int
    end: int


class Hole(NamedTuple):
    """A place where a page holds something that a reader does not see, or may not see, as words.

    Attributes:
        at: the offset of the place.
        has_words: whether words that a reader doesn't see were left out there.
        words: its words: of a picture of a character, a formula, an attribute; empty if they are unknown.
        is_seen: whether a reader sees those words, though not as letters in a line.
    """

    at: int
    has_words: bool
    words: str = ""
    is_seen: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A text to compare with.

    Attributes:
        place: the kind of copy.
        text: its words; offsets are code points of this string.
        blocks: its paragraphs, in order and disjoint, without white space around them.
        edges: offsets where an inline element begins or ends, rising; extractors cut at such offsets.
        asides: visible parts that are not words of a sentence, in order and disjoint: they are compared, but never put
            into a text.
        holes: places where the page says something without visible words, in order; there it proves nothing.
        inlines: the inline elements with words, in the order of their ends.
        has_markup: whether ``edges`` is known; in plain text it is not.
        describe: returns a description of the element that holds ``text[start:end]``, or ``None``.
    """

    place: CopyPlace
    text: str
    blocks: Sequence[Span]
    edges: Sequence[int] = ()
    asides: Sequence[Aside] = ()
    holes: Sequence[Hole] = ()
    inlines: Sequence[Inline] = ()
    has_markup: bool = False
    describe: Callable[[int, int], str | None] = field(default=_nothing, compare=False)

    def holes_in(self, start: int, end: int) -> Sequence[Hole]:
        """Return the holes from one offset to another, both included."""
        first = bisect_left(self.holes, start, key=lambda hole: hole.at)
        return self.holes[first : bisect_right(self.holes, end, key=lambda hole: hole.at)]

    def aside_at(self, offset: int) -> Aside | None:
        """Return the aside that holds a code point."""
        index = bisect_right(self.asides, offset, key=lambda span: span.start) - 1
        return self.asides[index] if index >= 0 and offset < self.asides[index].end else None

    def sentences(self, start: int, end: int) -> str:
        """Return ``text[start:end]`` without its asides."""
        parts = []
        index = bisect_right(self.asides, start, key=lambda span: span.end)
        while index < len(self.asides) and self.asides[index].start < end:
            parts.append(self.text[start : max(start, self.asides[index].start)])
            start = self.asides[index].end
            index += 1
        return "".join((*parts, self.text[start:end]))


def plain_copy(text: str, place: CopyPlace = "reference") -> Copy:
    """Return a copy without markup."""
    return Copy(place=place, text=text, blocks=list(paragraphs(text)))
