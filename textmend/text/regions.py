"""Regions of a text where nothing is a gap: code, tables, verse, quotations, tokenised text, and the caller's patterns.

A region is recognised by its form alone. Words look lost in such text because it is not running prose, not because a
scraper lost them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence

import regex

from textmend.errors import PolicyError
from textmend.text.words import Span, paragraphs

_FENCE = regex.compile(r"^[ \t]*(```|~~~)", regex.MULTILINE)
_INLINE_CODE = regex.compile(r"`[^`\n]+`")
_INDENTED = regex.compile(r"^(?: {4}|\t)\S[^\n]*$", regex.MULTILINE)
_CODE_END = regex.compile(r"(?:[{};]|\)[ \t]*+:|=>|==|!=|\+=|->|::|</\w)[ \t]*+$", regex.MULTILINE)
_TABLE_LINE = regex.compile(r"^[^\n]*(?:\|[^\n|]*\||\t[^\n\t]+\t)[^\n]*$", regex.MULTILINE)
_LINE = regex.compile(r"[^\n]+")
_QUOTE = regex.compile(r"“[^“”]{1,2000}”|„[^„“”]{1,2000}[“”]|«[^«»]{1,2000}»|(?<![\w\"])\"[^\"\n]{1,2000}\"(?!\w)")
_APART = regex.compile(r"\w [.,;:!?](?= |$)|(?<= )(?:n't|'s|'re|'ve|'ll|``|''|-LRB-|-RRB-)(?= )", regex.MULTILINE)

_LEAST_VERSE = 3
_LONGEST_VERSE = 60
_LEAST_APART = 3
_SHARE_APART = 0.05


def _code(text: str) -> Iterator[Span]:
    fences = [match.start() for match in _FENCE.finditer(text)]
    for opening, closing in zip(fences[::2], [*fences[1::2], len(text)], strict=False):
        end = text.find("\n", closing)
        yield Span(opening, len(text) if end < 0 else end)
    for pattern in (_INLINE_CODE, _INDENTED):
        yield from (Span(*match.span()) for match in pattern.finditer(text))
    for match in _CODE_END.finditer(text):  # the whole line
        yield Span(text.rfind("\n", 0, match.start()) + 1, match.end())


def _table(text: str) -> Iterator[Span]:
    yield from (Span(*match.span()) for match in _TABLE_LINE.finditer(text))


def _verse(text: str) -> Iterator[Span]:
    """Paragraphs of at least three short lines, most of which begin with a capital letter."""
    start = 0
    for block in regex.split(r"(\n[ \t]*\n)", text):
        lines = [match.group().strip() for match in _LINE.finditer(block)]
        lines = [line for line in lines if line]
        capitals = sum(line[0].isupper() for line in lines)
        if len(lines) >= _LEAST_VERSE and max(map(len, lines)) <= _LONGEST_VERSE and 4 * capitals >= 3 * len(lines):
            yield Span(start, start + len(block))
        start += len(block)


def _quotes(text: str) -> Iterator[Span]:
    yield from (Span(*match.span()) for match in _QUOTE.finditer(text))


def _tokenised(text: str) -> Iterator[Span]:
    """Paragraphs in which all marks stand apart from words, as tokenisers write them."""
    for start, end in paragraphs(text):
        apart = sum(1 for _ in _APART.finditer(text, start, end))
        words = text.count(" ", start, end) + 1
        if apart >= _LEAST_APART and apart >= _SHARE_APART * words:
            yield Span(start, end)


NAMED: dict[str, Callable[[str], Iterator[Span]]] = {
    "code": _code,
    "table": _table,
    "verse": _verse,
    "quotes": _quotes,
    "tokenised": _tokenised,
}
"""The named regions. Every other string is a regular expression of the caller."""


def check_regions(names: Iterable[str]) -> None:
    """Raise :class:`PolicyError` if a string is neither a known name nor a regular expression."""
    for name in names:
        if not isinstance(name, str) or not name:
            raise PolicyError(f"Policy: ignore holds {name!r}; it should hold names and regular expressions")
        if name not in NAMED:
            if len(parts := name.split(",")) > 1 and all(part.strip() in NAMED for part in parts):
                raise PolicyError(f"Policy: ignore={name!r} holds several names of regions; give each by itself")
            try:
                regex.compile(name, regex.MULTILINE)
            except regex.error as error:
                known = ", ".join(NAMED)
                raise PolicyError(
                    f"Policy: ignore={name!r} is neither the name of a region ({known}) nor a regular expression: {error}"
                ) from error


def regions(text: str, names: Sequence[str]) -> list[Span]:
    """Return the regions of a text, sorted and disjoint.

    Args:
        text: the text.
        names: names of regions (``NAMED``), or regular expressions, in which ``^`` and ``$`` stand at every line.
    """
    found: list[Span] = []
    for name in names:
        if name in NAMED:
            found += NAMED[name](text)
        else:
            found += (Span(*match.span()) for match in regex.finditer(name, text, regex.MULTILINE) if match.group())
    merged: list[Span] = []
    for span in sorted(found):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def is_inside(start: int, end: int, spans: Sequence[Span]) -> bool:
    """Whether a place lies in one of these sorted, disjoint spans, their edges included."""
    index = bisect_right(spans, start, key=lambda span: span.start) - 1
    return index >= 0 and end <= spans[index].end
