"""A document as annotation tools can show it: every gap a visible placeholder, and nothing that a tool may choke on.

What is shown is not what is mended: it never goes back into a text. ``carry`` ties the two together.
"""

from __future__ import annotations

from typing import NamedTuple

import regex

from textmend.edits.apply import apply_edits, insertion
from textmend.review.documents import ReviewDocument
from textmend.text.words import LINE_ENDS, Span

# Control, surrogate and private-agreement characters, and those that reorder what is shown; joiners stay.
_UNFIT = regex.compile(r"(?V1)[[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\ufffe\uffff]--[\t\n]]")


class Shown(NamedTuple):
    """What a tool shows.

    Attributes:
        text: the text, with a placeholder at every gap.
        markers: where each gap's placeholder stands in it, in code points.
    """

    text: str
    markers: tuple[Span, ...]


def marker(number: int) -> str:
    """Return the placeholder of a gap; gaps count from 1."""
    return f"▢{number}"


def fit(text: str) -> str:
    """Return a text of the same length that any tool takes.

    A carriage return becomes a space before a line feed, and a line feed elsewhere; other line ends become line
    feeds. Control characters, lone surrogates and bidirectional controls become U+FFFD.
    """
    return _UNFIT.sub(_replaced, text)


def shown(document: ReviewDocument) -> Shown:
    """Return a document as tools can show it."""
    edits = [insertion(document.text, gap, marker(number)) for number, gap in enumerate(document.gaps, start=1)]
    markers: list[Span] = []
    shift = 0
    for number, edit in enumerate(edits, start=1):
        start = edit.start + shift + edit.replacement.index(marker(number))
        markers.append(Span(start, start + len(marker(number))))
        shift += len(edit.replacement) - len(edit.removed)
    return Shown(fit(apply_edits(document.text, edits)), tuple(markers))


def excerpt(text: str, span: Span, reach: int) -> Span:
    """Return the span with ``reach`` code points around it on each side, cut at white space where that is near."""
    start, end = max(0, span.start - reach), min(len(text), span.end + reach)
    if start and (cut := text.find(" ", start, min(start + 40, span.start))) >= 0:
        start = cut + 1
    if end < len(text) and (cut := text.rfind(" ", max(end - 40, span.end), end)) >= 0:
        end = cut
    return Span(start, end)


def _replaced(match: regex.Match[str]) -> str:
    char = match.group()
    if char == "\r":
        return " " if match.string[match.end() : match.end() + 1] == "\n" else "\n"
    return "\n" if char in LINE_ENDS else "\ufffd"
