"""Whether a text is evidently no English prose: by its script, and by how many English function words it has.

Of 29,736 English articles (news, encyclopedia, blogs, web pages) every one of 30 words or more had 15.8 % or more of
these words; texts in other languages, and placeholder Latin, had at most 5.7 %.
"""

from __future__ import annotations

from itertools import islice

import regex

from textmend.text.function_words import FUNCTION_WORDS

LEAST_WORDS = 30
"""Texts of fewer words are not judged."""

LEAST_ENGLISH = 0.08
"""A text with a smaller share of English function words is not English prose."""

LEAST_LATIN = 0.5
"""A text is not English prose if a smaller share of its words begins with a Latin letter."""

_SURVEYED = 2000
_WORD = regex.compile(r"[\p{L}\p{M}]+")
_LATIN = regex.compile(r"\p{Latin}")

# Words of other languages too: German "in" and "was", Danish "for" and "under", French "or", Dutch "had" and "is".
_SHARED = frozenset(
    "a am an as at by d do for had he her i in is ll m me men no on or over per re s so still t under ve via was we "
    "will".split()
)
_ENGLISH = FUNCTION_WORDS - _SHARED


def not_english(text: str) -> str | None:
    """Return why a text is evidently not English prose; ``None`` if it may be. The first 2,000 words are examined."""
    words = [match.group() for match in islice(_WORD.finditer(text), _SURVEYED)]
    if len(words) < LEAST_WORDS:
        return None
    latin = sum(_LATIN.match(word) is not None for word in words) / len(words)
    if latin < LEAST_LATIN:
        return f"{1 - latin:.0%} of its words are not in Latin script"
    english = sum(word.casefold() in _ENGLISH for word in words) / len(words)
    if english < LEAST_ENGLISH:
        return f"{english:.1%} of its words are English function words; in English prose it is 16 % or more"
    return None
