"""Finding quoted places in a text that shifted: a place is taken only where one alone fits. Changes nothing.

White space is left out of all comparisons, because it is what re-extraction changes first, and what gaps are made of.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from enum import StrEnum

from textmend.review.quotes import Quote
from textmend.text.words import Span

_LEVELS: tuple[tuple[tuple[int, int], ...], ...] = (((40, 40),), ((40, 12), (12, 40)), ((20, 20),))
"""How many visible code points before and after a place must agree; the next level where no place fits.

The second level allows for an edit close by on one side, such as another gap that was mended.
"""

_LEAST = 24
"""Visible code points that have to agree in all; less may stand anywhere by chance."""

_MOST = 50
"""Places that are looked at for one quote; where more fit, it is ambiguous anyway."""


class Misplaced(StrEnum):
    """Why a quote has no place."""

    absent = "the words around the gap are not in this text"
    ambiguous = "the words around the gap stand in this text more than once"
    short = "too few words stand around the gap to find it by them"


def place(text: str, quotes: Sequence[Quote]) -> list[Span | Misplaced]:
    """Return where each quote stands in a text: the white space there, or nothing, between the words it names.

    Time is linear in the text and in the number of quotes.

    Args:
        text: the text.
        quotes: from this text, or from another version of it.
    """
    squeezed = "".join(text.split())
    offsets = array("q", (offset for offset, char in enumerate(text) if not char.isspace()))
    sides = [("".join(quote.prefix.split()), "".join(quote.suffix.split())) for quote in quotes]
    found: list[Span | Misplaced] = [
        Misplaced.absent if len(before) + len(after) >= _LEAST else Misplaced.short for before, after in sides
    ]
    for level in _LEVELS:
        open_ones = [number for number, place in enumerate(found) if place is Misplaced.absent]
        for number, sites in _matches(squeezed, sides, open_ones, level).items():
            best = _closest(squeezed, sides[number], sites)
            if best is None:
                found[number] = Misplaced.ambiguous
            else:
                start = offsets[best - 1] + 1 if best else 0
                found[number] = Span(start, offsets[best] if best < len(offsets) else len(text))
    return found


def reach(text: str, start: int, words: str) -> int | None:
    """Return how far words reach in a text from an offset on, in code points; ``None`` where others stand there.

    Args:
        text: the text.
        start: where they should begin.
        words: the words; white space may differ, and that at their end is counted only where they end with some.
    """
    if text.startswith(words, start):
        return len(words)
    end = start
    for char in "".join(words.split()):
        while text[end : end + 1].isspace():
            end += 1
        if text[end : end + 1] != char:
            return None
        end += 1
    while words[-1:].isspace() and text[end : end + 1].isspace():
        end += 1
    return end - start


def _matches(
    squeezed: str, sides: Sequence[tuple[str, str]], numbers: Sequence[int], level: Sequence[tuple[int, int]]
) -> dict[int, set[int]]:
    """Return the sites where quotes fit at a level, for those that fit anywhere."""
    found: dict[int, set[int]] = {}
    for before, after in level:
        windows: dict[str, list[int]] = {}
        for number in numbers:
            prefix, suffix = sides[number][0][-before:], sides[number][1][:after]
            window = prefix + suffix
            if len(window) == before + after:
                windows.setdefault(window, []).append(number)
            elif len(window) >= _LEAST:  # close to the text's beginning or end; there are few of these
                for start in _occurrences(squeezed, window):
                    found.setdefault(number, set()).add(start + len(prefix))
        if windows:
            width = before + after
            for start in range(len(squeezed) - width + 1):
                for number in windows.get(squeezed[start : start + width], ()):
                    sites = found.setdefault(number, set())
                    if len(sites) <= _MOST:
                        sites.add(start + before)
    return found


def _occurrences(text: str, part: str) -> Iterator[int]:
    start = text.find(part)
    for _ in range(_MOST + 1):
        if start < 0:
            return
        yield start
        start = text.find(part, start + 1)


def _closest(squeezed: str, sides: tuple[str, str], sites: set[int]) -> int | None:
    """Return the one site that fits; of several, the one where all of the quote agrees; ``None`` without such a one."""
    if len(sites) == 1:
        return next(iter(sites))
    before, after = sides
    whole = [site for site in sites if squeezed.startswith(before + after, site - len(before)) and site >= len(before)]
    return whole[0] if len(whole) == 1 and len(sites) <= _MOST else None
