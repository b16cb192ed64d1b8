"""What a fill would bring in that must not be guessed: new names and numbers, and negations.

A name or number is new if neither the article nor its title and metadata hold it. A negation is new wherever else it
stands: it turns what a sentence says into the contrary.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from textmend.text.words import WORD, is_negation, is_number

_PARTICLES = frozenset("of de du la le van von der den del di da dos el al bin ibn y".split())
"""Small words that stand within names."""
_STOPS = frozenset(",;:!?")
"""Marks that end a name."""


class Novelty:
    """Finds names, numbers and negations that are new to an article.

    Args:
        texts: the article, its title, its metadata, its source: names and numbers in them are not new.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._known = {match.group().casefold() for text in texts for match in WORD.finditer(text)}

    def introduced(self, words: str, *, at_sentence_start: bool, is_common: Callable[[str], bool]) -> tuple[str, ...]:
        """Return the names, numbers and negations in ``words`` that are new.

        Args:
            words: a fill, cased.
            at_sentence_start: whether its first word is capitalised because a sentence starts there.
            is_common: whether a word is usually written in lower case; called for that first word only.
        """
        tokens = words.split()
        named = [
            _has_capital(token) and not is_number(token) and not (index == 0 and at_sentence_start and is_common(token))
            for index, token in enumerate(tokens)
        ]
        found: list[str] = []
        for start, stop in _names(tokens, named):
            is_name = named[start] or is_number(tokens[start])
            if (is_name and any(map(self._is_new, tokens[start:stop]))) or is_negation(tokens[start]):
                found.append(" ".join(tokens[start:stop]))
        return tuple(found)

    def _is_new(self, token: str) -> bool:
        parts = (match.group() for match in WORD.finditer(token) if match.group()[0].isalnum())
        return any(part.casefold() not in self._known for part in parts)


def _has_capital(token: str) -> bool:
    return any(char.isupper() for char in token)


def _names(tokens: Sequence[str], named: Sequence[bool]) -> Iterator[tuple[int, int]]:
    """Yield where names begin and end, with the particles in them; every other token is yielded alone."""
    start = 0
    while start < len(tokens):
        stop = after = start + 1
        while (
            named[start]
            and after < len(tokens)
            and tokens[after - 1][-1] not in _STOPS
            and (named[after] or tokens[after] in _PARTICLES)
        ):
            after += 1
            if named[after - 1]:
                stop = after
        yield start, stop
        start = stop
