"""Losing words on purpose, as scrapers do: from a clean text and spans to a damaged text and its true gaps."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from textmend.text.words import CLOSING, OPENING

Variant = Literal["raw", "collapsed", "tidy", "glued"]
"""Treatments of the white space around lost words.

``raw``: it all stays (double spaces, a space before punctuation). ``collapsed``: runs of spaces become one.
``tidy``: a space before punctuation or after an opening bracket goes too. ``glued``: none is left.
"""


@dataclass(frozen=True, slots=True)
class Loss:
    """One gap of a damaged text: its white space ``text[start:end]`` and the lost words."""

    start: int
    end: int
    lost: str

    @property
    def words(self) -> int:
        """Return how many words were lost, counted by white space."""
        return len(self.lost.split())


@dataclass(frozen=True, slots=True)
class Damaged:
    """A damaged text with its true gaps, in order."""

    text: str
    gaps: tuple[Loss, ...]


def damage(text: str, spans: Iterable[tuple[int, int]], variant: Variant) -> Damaged:
    """Remove the spans (sorted, disjoint, in code points) and treat the white space around them."""
    out: list[str] = []
    length = 0
    gaps: list[Loss] = []
    position = 0
    for start, end in spans:
        out.append(text[position:start])
        length += start - position
        position = end
        lost = text[start:end]
        before = _trailing_blanks(out[-1])
        after = _leading_blanks(text, end)
        kept = _white_space(
            variant,
            blanks=before + after,
            left=_last_visible(out),
            right=text[end + after : end + after + 1],
        )
        if before:
            out[-1] = out[-1][:-before]
        out.append(kept)
        length += len(kept) - before
        position += after
        gaps.append(Loss(length - len(kept), length, lost))
    out.append(text[position:])
    return Damaged("".join(out), tuple(gaps))


def choose_variant(rng: random.Random) -> Variant:
    """Draw a variant, roughly as often as each one occurs in real scraped text."""
    return rng.choices(("raw", "collapsed", "tidy", "glued"), (0.2, 0.42, 0.35, 0.03))[0]


def _white_space(variant: Variant, *, blanks: int, left: str, right: str) -> str:
    if variant == "raw":
        return " " * blanks
    at_edge = left in ("", "\n") or right in ("", "\n")
    if variant == "glued" or at_edge or not blanks:
        return ""
    if variant == "tidy" and (right in CLOSING or left in OPENING):
        return ""
    return " "


def _trailing_blanks(text: str) -> int:
    return len(text) - len(text.rstrip(" "))


def _leading_blanks(text: str, start: int) -> int:
    end = start
    while end < len(text) and text[end] == " ":
        end += 1
    return end - start


def _last_visible(out: list[str]) -> str:
    """Return the last character of the damaged text so far that is not a blank."""
    for part in reversed(out):
        if stripped := part.rstrip(" "):
            return stripped[-1]
    return ""
