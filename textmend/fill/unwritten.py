"""Fills that nobody would write: a word doubled at the gap, half a name, a word cut in two."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from itertools import pairwise

import regex

from textmend.records import Gap

_MAY_DOUBLE = frozenset(("that", "had"))
_OPENERS = frozenset(
    "abu buenos costa hong kuala las los new prime puerto saint san santa sri st tel united".split()
)  # fmt: skip
"""Words that begin names and are never a name by themselves."""

_LEAST = 2
_NEAR = 80
_BEFORE = regex.compile(r"(?<![\p{L}\p{M}\p{N}'’-])['’-]*+([\p{L}\p{N}][\p{L}\p{M}\p{N}'’-]*+)\s*+$")
_AFTER = regex.compile(r"\s*+([\p{L}\p{N}][\p{L}\p{M}\p{N}'’-]*+)")
_CAPITAL_AFTER = regex.compile(r"[^\S\r\n]*+(?:(?:of|the|de|del|la)\s)*+\p{Lu}")
_GOES_ON = regex.compile(r"(?: (?:of|the|de|del|la)){0,2}+ \p{Lu}[\p{L}\p{M}\p{N}'’-]*+")
_CAPITALISED = regex.compile(r"\p{Lu}[\p{L}\p{M}\p{N}'’-]*+")


class Unwritten:
    """Recognises fills that nobody would write in an article.

    Args:
        text: the article.
        surface: returns how a word, given in lower case, is always written, or ``None``.
    """

    def __init__(self, text: str, surface: Callable[[str], str | None]) -> None:
        self._text, self._surface = text, surface

    def is_at(self, gap: Gap, fill: str, *, at_sentence_start: bool) -> bool:
        """Whether nobody would write ``fill``, cased, at a gap."""
        words = fill.split()
        return (
            self._doubles(gap, words)
            or self._is_half_a_name(gap, words, at_sentence_start)
            or any(self._is_cut(first, second) for first, second in pairwise(words))
        )

    def _doubles(self, gap: Gap, words: list[str]) -> bool:
        before = _BEFORE.search(self._text[max(0, gap.start - _NEAR) : gap.start])
        after = _AFTER.match(self._text[gap.end : gap.end + _NEAR])
        row = [*(before.groups() if before else ()), *words, *(after.groups() if after else ())]
        return any(
            first.casefold() == second.casefold() and first.casefold() not in _MAY_DOUBLE
            for first, second in pairwise(row)
        )

    def _is_half_a_name(self, gap: Gap, words: list[str], at_sentence_start: bool) -> bool:
        """Whether the last word only begins longer names, and the name does not go on after the gap."""
        last = words[-1]
        mere = at_sentence_start and len(words) == 1  # a capital that begins the sentence
        if not last[:1].isupper() or mere or _CAPITAL_AFTER.match(self._text, gap.end):
            return False
        return last.casefold() in _OPENERS or last in self._halves

    @cached_property
    def _halves(self) -> frozenset[str]:
        """The capitalised words that the article has more than once, each time before the same word."""
        following: dict[str, list[str]] = {}
        for match in _CAPITALISED.finditer(self._text):
            after = _GOES_ON.match(self._text, match.end())
            following.setdefault(match.group(), []).append(after.group() if after else "")
        return frozenset(
            word for word, others in following.items() if len(others) >= _LEAST and len(set(others)) == 1 and others[0]
        )

    def _is_cut(self, first: str, second: str) -> bool:
        """Whether two words, one of them a single letter, are really one word with a capital inside: ``I Pad``."""
        if min(len(first), len(second)) > 1:
            return False
        whole = self._surface((first + second).casefold())
        return whole is not None and not whole.islower()
