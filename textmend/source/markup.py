"""Markup in the text itself: Markdown, as extractors write it, and the bullets and numbers of lists.

Addresses of links are not words of the text. Other signs are skipped where the copy doesn't have them. Words that were
lost in a link or in emphasis come back inside it: ``met [](/lund)`` was ``met [Per Lund](/lund)``.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from textmend.text.words import LINE_ENDS, Span, is_space

_MARKDOWN = regex.compile(r"\]\(|^#{1,6} |\*\*\S|^[*+-] |\]\[", regex.MULTILINE)
_ADDRESS = regex.compile(
    r"""!\[[^\[\]\n]*+\]\([^()\s]*+\)|\]\((?:[^()\s]|\n(?=[^()\s])|\([^()\s]*+\))*+(?:\s+"[^"\n]*+")?\)|\]\[[\w ]*+\]"""
)
_SIGN = regex.compile(r"!?\[|\]|\*+|_+|~~|`+|\\|\|")
_LIST_SIGN = regex.compile(r"^[ \t]*+(?:(?:[*+•·◦▪‣–—>-]|\d{1,3}[.)]|#{1,6})(?:[ \t]|$))++", regex.MULTILINE)
_EMPTY_LINK = regex.compile(r"(?<=(?<!!)\[)\s*+(?=\](?:\(|\[))")
_EMPTY_EMPHASIS = regex.compile(r"(?<![*_\w])(?:(\*\*|__)(\s*+)\1|(\*|_)(\s*+)\3)(?![*_\w])")
_CLOSERS = regex.compile(r"(?:\*{1,3}|_{1,3}|~~|`+|\]\([^()\s]*+\)|\]\[[\w ]*+\]|\])*+")
_OPENERS = "[*_~`\\"
_MOST = 2000


@dataclass(frozen=True, slots=True)
class Markup:
    """The markup of a text.

    Attributes:
        text: the text.
        signs: spans that may be skipped, in order and disjoint.
        addresses: spans that are not words, in order and disjoint.
    """

    text: str
    signs: Sequence[Span] = ()
    addresses: Sequence[Span] = ()

    def words_only(self) -> str:
        """Return the text with blanks in place of addresses; its length stays."""
        parts = []
        last = 0
        for start, end in self.addresses:
            parts += [self.text[last:start], " " * (end - start)]
            last = end
        return "".join((*parts, self.text[last:]))

    def is_sign(self, offset: int) -> bool:
        """Whether a code point belongs to a sign."""
        index = bisect_right(self.signs, offset, key=lambda span: span.start) - 1
        return index >= 0 and offset < self.signs[index].end

    def touches(self, start: int, end: int) -> bool:
        """Whether any markup stands in ``text[start:end]``."""
        return start < end and (_touches(self.signs, start, end) or _touches(self.addresses, start, end))

    def address_end(self, offset: int) -> int:
        """Return the end of the link markup that begins at an offset, or just after it."""
        index = bisect_left(self.addresses, offset, key=lambda span: span.end)
        if index < len(self.addresses) and not self.text[offset : self.addresses[index].start].strip("[ \t"):
            return self.addresses[index].end
        return offset

    def site(self, start: int, end: int) -> Span | None:
        """Return where words between two words were lost; ``None`` if the markup leaves it open.

        Args:
            start: where the word before ends.
            end: where the word after begins.
        """
        between = self.text[start:end]
        if len(between) > _MOST:
            return None
        found = _empty(between, start)
        if found is not None:
            return found
        first = _closed(between)
        last = max(first, _opened(between))
        return Span(start + first, start + last) if not between[first:last].strip() else None

    def start_site(self, start: int, end: int) -> Span | None:
        """Return where words before the first word of a paragraph were lost: after the sign of a list.

        Args:
            start: where the paragraph begins.
            end: where its first word does.
        """
        between = self.text[start:end]
        found = _empty(between, start) if len(between) <= _MOST else None
        if found is not None or len(between) > _MOST:
            return found
        sign = _LIST_SIGN.match(between)
        first = sign.end() if sign else 0
        last = max(first, _opened(between))
        return Span(start + first, start + last) if not between[first:last].strip() else None

    def end_site(self, start: int, end: int) -> Span | None:
        """Return where words after the last word of a paragraph were lost.

        Args:
            start: where that word ends.
            end: where the paragraph does.
        """
        between = self.text[start:end]
        found = _empty(between, start) if len(between) <= _MOST else None
        if found is not None or len(between) > _MOST:
            return found
        first = last = _closed(between)
        while last < len(between) and is_space(between[last]) and between[last] not in LINE_ENDS:
            last += 1
        return Span(start + first, start + last) if not between[last:].strip() else None


def _closed(between: str) -> int:
    closers = _CLOSERS.match(between)
    return closers.end() if closers else 0


def _opened(between: str) -> int:
    """Return where the signs before the word after some markup begin."""
    last = len(between.rstrip(_OPENERS))
    return last - (between[last - 1 : last + 1] == "![")


def _touches(spans: Sequence[Span], start: int, end: int) -> bool:
    index = bisect_left(spans, start, key=lambda span: span.end - 1)
    return index < len(spans) and spans[index].start < end


def _empty(between: str, start: int) -> Span | None:
    """Return the inside of the single empty link or emphasis in some markup."""
    found = [Span(*match.span()) for match in _EMPTY_LINK.finditer(between)]
    if not found:
        for match in _EMPTY_EMPHASIS.finditer(between):
            found.append(Span(*match.span(2 if match.group(1) else 4)))
    if len(found) != 1:
        return None
    return Span(start + found[0].start, start + found[0].end)


def markup_of(text: str) -> Markup:
    """Return the markup of a text: its Markdown, if it looks like that, and the signs of its lists."""
    signs = [Span(*match.span()) for match in _LIST_SIGN.finditer(text)]
    if not _MARKDOWN.search(text):
        return Markup(text, signs)
    addresses = [Span(*match.span()) for match in _ADDRESS.finditer(text)]
    more = [Span(*match.span()) for match in _SIGN.finditer(text)]
    apart = Markup(text, signs)
    return Markup(text, sorted([*signs, *(span for span in more if not apart.is_sign(span.start))]), addresses)
