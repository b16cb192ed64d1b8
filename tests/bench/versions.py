"""Other versions of a text, as people make them: what a source must not undo, and what makes it less than a copy."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import regex

from textmend.text.words import WORD

Editor = Callable[[str, random.Random], str]
"""A text in, what a person made of it out; the same text and seed give the same version."""

_FIRST_MARK = 0xF0000
"""Characters for private use, from this one on, mark gaps."""

_SPARE = frozenset("very also just even still already really quite rather again perhaps".split())
_ADVERBS = ("ally", "ently", "antly", "ously", "ively", "fully", "edly", "ately", "actly", "ainly")
_CHUNK = regex.compile(r"(\S+)([ \t]*)")
_NUMBER = regex.compile(r"\d+")


def shortened(text: str, rng: random.Random) -> str:
    """Cut a fifth of the sentences, and a clause between commas here and there."""
    paragraphs = []
    for paragraph in text.split("\n\n"):
        sentences = [part for part in paragraph.replace(". ", ".\0").split("\0") if rng.random() > 0.2]
        paragraphs.append(" ".join(_without_clause(part) if rng.random() < 0.1 else part for part in sentences))
    return "\n\n".join(filter(None, paragraphs))


def reworded(text: str, rng: random.Random) -> str:
    """Replace one word in thirty by another of the text, and cut one in two hundred."""
    words = [match.group() for match in WORD.finditer(text) if match.group().islower()]

    def one(word: str) -> str | None:
        chance = rng.random()
        if not word.isalpha() or not word.islower() or chance > 0.04:
            return word
        return None if chance < 0.005 else rng.choice(words)

    return "\n\n".join(_each_word(part, one) for part in text.split("\n\n"))


def rearranged(text: str, rng: random.Random) -> str:
    """Cut some paragraphs, exchange others, and break the text off."""
    paragraphs = [part for part in text.split("\n\n") if rng.random() > 0.2]
    for index in range(len(paragraphs) - 1):
        if rng.random() < 0.2:
            paragraphs[index : index + 2] = paragraphs[index : index + 2][::-1]
    whole = "\n\n".join(paragraphs)
    return whole[: int(len(whole) * rng.uniform(0.6, 1))].rstrip()


def trimmed(text: str, rng: random.Random) -> str:
    """Cut half of the adverbs that nobody would miss and a clause between commas here and there; change nothing."""

    def one(word: str) -> str | None:
        return None if _is_spare(word) and rng.random() < 0.5 else word

    paragraphs = []
    for paragraph in text.split("\n\n"):
        sentences = paragraph.replace(". ", ".\0").split("\0")
        clear = " ".join(_without_clause(part) if rng.random() < 0.03 else part for part in sentences)
        paragraphs.append(_each_word(clear, one))
    return "\n\n".join(paragraphs)


def updated(text: str, rng: random.Random) -> str:
    """Change one number in three, and repeat a sentence of the text at the end of one paragraph in ten."""
    sentences = [part for part in text.replace("\n\n", " ").split(". ") if part]

    def number(match: regex.Match[str]) -> str:
        return str(rng.randrange(1, 10 ** len(match.group()))) if rng.random() < 0.3 else match.group()

    paragraphs = [_NUMBER.sub(number, part) for part in text.split("\n\n")]
    return "\n\n".join(f"{part} {rng.choice(sentences)}." if rng.random() < 0.1 else part for part in paragraphs)


EDITORS: tuple[Editor, ...] = (shortened, reworded, rearranged)
"""What people do to texts on purpose; a whole text stays as they left it, whatever its source holds."""

VERSIONS: tuple[Editor, ...] = (*EDITORS, trimmed, updated)
"""What another version of an article may be. A whole text that was only trimmed is told from a damaged one by nothing
but the traces that losses leave, so it is asked only of texts that have both."""


def edited_damage(record: dict[str, Any], editor: Editor, rng: random.Random) -> tuple[str, str, int]:
    """Edit a damaged text.

    Returns:
        The edited text with its losses, the same without them (but for white space), and how many words are lost.
    """
    text = record["text"]
    parts: list[str] = []
    place = 0
    lost: dict[str, str] = {}
    for index, gap in enumerate(record["gaps"]):
        # Editors move gaps and cut them, so each is marked by a character of its own.
        mark = chr(_FIRST_MARK + index)
        lost[mark] = f" {gap['lost']} "
        parts += (text[place : gap["end"]], mark)
        place = gap["end"]
    version = editor("".join(parts) + text[place:], rng)
    kept = [char for char in version if char in lost]
    count = sum(count_words(lost[char]) for char in kept)
    whole = "".join(lost.get(char, char) for char in version)
    return "".join(char for char in version if char not in lost), whole, count


def count_words(text: str) -> int:
    """Return how many words and other visible characters a text has."""
    return sum(1 for _ in WORD.finditer(text))


def _is_spare(word: str) -> bool:
    return word in _SPARE or (word.isalpha() and word.islower() and word.endswith(_ADVERBS))


def _each_word(text: str, change: Callable[[str], str | None]) -> str:
    """Change or cut words, the space after them included."""

    def one(match: regex.Match[str]) -> str:
        word = change(match.group(1))
        return "" if word is None else word + match.group(2)

    return _CHUNK.sub(one, text)


def _without_clause(sentence: str) -> str:
    parts = sentence.split(", ")
    return ", ".join([*parts[:1], *parts[2:]]) if len(parts) > 2 else sentence
