"""Names and numbers that a fill would bring in: what neither the article nor its title and metadata hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from textmend.text.words import WORD, is_number


class Novelty:
    """Tells what is new to an article.

    Args:
        texts: the article, its title, its metadata, its source: whatever may vouch for a name or number.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._known = {match.group().casefold() for text in texts for match in WORD.finditer(text)}

    def introduced(self, words: str, *, at_sentence_start: bool, is_common: Callable[[str], bool]) -> tuple[str, ...]:
        """Return the names and numbers in ``words`` that are new.

        Args:
            words: a fill, cased.
            at_sentence_start: whether its first word is capitalised because a sentence starts there.
            is_common: whether a word is usually written in lower case, asked about that first word only.
        """
        found: list[str] = []
        for index, token in enumerate(words.split()):
            parts = [match.group() for match in WORD.finditer(token) if match.group()[0].isalnum()]
            new = [part for part in parts if part.casefold() not in self._known]
            if not new:
                continue
            named = any(char.isupper() for part in new for char in part)
            if named and index == 0 and at_sentence_start and is_common(token):
                named = False
            if named or is_number(token):
                found.append(token)
        return tuple(found)
