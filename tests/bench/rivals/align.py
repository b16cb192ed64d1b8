"""What a rewriter put into a text: its output aligned with its input, word by word."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import NamedTuple

from textmend.text.words import WORD, Span, space_before


class Insertion(NamedTuple):
    """Words that the output has at a place of the input: ``text[start:end]`` is white space, or empty."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """An output compared with its input.

    Attributes:
        insertions: what was put in between words that stayed, in order.
        kept: how many words and marks of the input stand in the output, in the same order.
        words: how many the input has.
    """

    insertions: tuple[Insertion, ...]
    kept: int
    words: int


def align(text: str, rewritten: str) -> Alignment:
    """Align a rewritten text with the original, letter case aside.

    Words put in place of mere punctuation count as put in. Words in place of others are no insertion: the text was
    changed there. Takes time quadratic in the length, so it is for paragraphs.
    """
    old, new = _words(text), _words(rewritten)
    matcher = SequenceMatcher(
        None,
        [text[word.start : word.end].casefold() for word in old],
        [rewritten[word.start : word.end].casefold() for word in new],
        autojunk=False,
    )
    insertions = []
    kept = 0
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if kind == "equal":
            kept += old_to - old_from
        if kind == "equal" or kind == "delete":
            continue
        if any(text[word.start].isalnum() for word in old[old_from:old_to]):
            continue
        words = rewritten[new[new_from].start : new[new_to - 1].end]
        if any(char.isalnum() for char in words):
            insertions.append(_insertion(text, old, old_from, words))
    return Alignment(insertions=tuple(insertions), kept=kept, words=len(old))


def _words(text: str) -> list[Span]:
    return [Span(*match.span()) for match in WORD.finditer(text)]


def _insertion(text: str, old: list[Span], before: int, words: str) -> Insertion:
    """Return an insertion at the white space before a word of the input, or after the last one."""
    floor = old[before - 1].end if before else 0
    if before < len(old):
        end = old[before].start
        return Insertion(space_before(text, end, floor), end, words)
    end = floor
    while end < len(text) and text[end] in " \t\xa0":
        end += 1
    return Insertion(floor, end, words)
