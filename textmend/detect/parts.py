"""A text of megabytes is no article: it is read in parts, so that memory stays bounded.

Each part is read with some text on both sides, so that a place has the same context as in one piece. What an article's
other gaps tell is told within the part.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from textmend.text.words import is_space

LONGEST = 500_000
"""Code points of a part at most; shorter texts are read in one piece."""

AROUND = 4_000
"""Code points that are read on each side of a part."""


class Part(NamedTuple):
    """A part of a text.

    Attributes:
        first: where reading begins.
        start: where the part itself begins.
        stop: where it ends.
        last: where reading ends.
    """

    first: int
    start: int
    stop: int
    last: int


def parts(text: str) -> Iterator[Part]:
    """Yield the parts of a text, in order; together they are the text. No part ends in white space but the last."""
    size = len(text)
    count = max(1, -(-size // LONGEST))
    start = 0
    for number in range(1, count + 1):
        stop = max(start, number * size // count)
        while 0 < stop < size and is_space(text[stop - 1]):
            stop += 1
        yield Part(max(0, start - AROUND), start, stop, min(size, stop + AROUND))
        start = stop
