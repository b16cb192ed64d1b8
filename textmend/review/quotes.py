"""How a place in a text is named so that it is found again: a digest of the text, and what stands around the place.

A quote is a TextQuoteSelector of the Web Annotation Data Model (W3C 2017, section 4.2.4). ``placing`` finds it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace

REACH = 64
"""How many code points a quote holds on each side, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What stands at a place and around it.

    Attributes:
        prefix: the code points before it, at most ``REACH``.
        exact: what stands there: white space, or nothing.
        suffix: the code points after it, at most ``REACH``, or that many after words that are replaced too.
    """

    prefix: str
    exact: str
    suffix: str

    def of(self, replaces: int) -> Quote:
        """Return the same quote, its suffix cut to what a decision needs that replaces so many code points."""
        return replace(self, suffix=self.suffix[: replaces + REACH])


def digest_of(text: str) -> str:
    """Return the first 16 hex digits of the SHA-256 of a text in UTF-8, lone surrogates encoded like any code point."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def quote_at(text: str, start: int, end: int, replaces: int = 0) -> Quote:
    """Return the quote of ``text[start:end]``.

    Args:
        text: the text.
        start: where the place begins.
        end: where it ends.
        replaces: how many code points after it are at stake too; the suffix reaches over them.
    """
    reach = end + replaces + REACH
    return Quote(prefix=text[max(0, start - REACH) : start], exact=text[start:end], suffix=text[end:reach])
