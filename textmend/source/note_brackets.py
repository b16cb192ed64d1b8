"""Brackets around the marks of notes: in ``[1, 2]`` only the figures may be elements, but the brackets belong to them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from textmend.source.copies import Aside

_BETWEEN = regex.compile(r"\s*[,;–-]\s*")
_MOST_BETWEEN = 5


def with_brackets(text: str, asides: Sequence[Aside]) -> list[Aside]:
    """Return the asides of a text; marks of notes within square brackets are one aside with them.

    Args:
        text: the text of a copy.
        asides: its asides, in order and disjoint.
    """
    found: list[Aside] = []
    for row in _rows(text, asides):
        start, end = row[0].start, row[-1].end
        if row[0].is_note and text[start - 1 : start] == "[" and text[end : end + 1] == "]":
            found.append(Aside(start - 1, end + 1, is_note=True))
        else:
            found += row
    return found


def _rows(text: str, asides: Sequence[Aside]) -> Iterator[list[Aside]]:
    """Yield the asides; marks of notes with nothing but a comma or a dash between them come together."""
    row: list[Aside] = []
    for aside in asides:
        if row and not (row[-1].is_note and aside.is_note and _are_joined(text, row[-1].end, aside.start)):
            yield row
            row = []
        row.append(aside)
    if row:
        yield row


def _are_joined(text: str, start: int, end: int) -> bool:
    return end - start <= _MOST_BETWEEN and _BETWEEN.fullmatch(text, start, end) is not None
