"""Copies: texts that may still hold the lost words, with what is known of their structure. Reads; compares nothing."""

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
    """A part of a copy that is no part of a sentence.

    Attributes:
        start: where it begins.
        end: where it ends.
        is_note: whether it is the mark of a note; of other asides nobody knows what stood beside them.
    """

    start: int
    end: int
    is_note: bool = False


class Inline(NamedTuple):
    """An inline element that holds words: its tag, and where they begin and end."""

    tag: str
    start: int
    end: int


class Hole(NamedTuple):
    """A place where a page says something that a reader doesn't see as words, or may.

    Attributes:
        at: the offset of the place.
        has_words: whether words were left out there, that a reader doesn't see.
        words: what it says there: a picture of a character, a formula, an attribute; empty if nothing is known.
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
        place: what it is.
        text: its words; offsets are code points of this string.
        blocks: its paragraphs, in order and disjoint, without white space around them.
        edges: offsets where an inline element begins or ends, rising; a cut by an extractor lies at one.
        asides: parts that a reader sees, but that are no words of a sentence, in order and disjoint: they are
            compared, and never put into a text.
        holes: places where the page says something by anything but visible words, in order: it proves nothing there.
        inlines: the inline elements that hold words, as they end.
        has_markup: whether ``edges`` is known; a plain text tells nothing of it.
        describe: says which element holds ``text[start:end]``; ``None`` where there is nothing to say.
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
