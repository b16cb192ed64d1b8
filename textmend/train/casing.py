"""Counting the usual letter case of words, for ``fill.casing_table``. Only statistics of single words are kept."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import regex

from textmend.damage.articles import LinkedText
from textmend.files import write_file
from textmend.fill.casing_table import SCHEMA
from textmend.text.words import paragraphs

_LETTERS = regex.compile(r"[\p{L}\p{M}]+")
_STARTS_AFTER = frozenset(".!?:;…\"“”„«»‘’'`([{–—*•·|/>#")
_TITLE_SHARE = 0.5
_LONGEST_HEADLINE = 16

Forms = dict[str, Counter[str]]
"""For every case-folded word, the number of times that each of its forms was seen."""


def count_forms(articles: Iterable[LinkedText]) -> Forms:
    """Count the forms of words in the middle of sentences."""
    counts: Counter[str] = Counter()
    for article in articles:
        for paragraph in paragraphs(article.text):
            counts.update(inner_words(article.text[paragraph.start : paragraph.end]))
    forms: Forms = {}
    for surface, count in counts.items():
        forms.setdefault(surface.casefold(), Counter())[surface] = count
    return forms


def inner_words(paragraph: str) -> Iterator[str]:
    """Yield the words of a paragraph whose casing belongs to the word itself, not to its place.

    Left out: words that may start a sentence (first in the paragraph, after a full stop, quote, colon, dash or
    bracket), paragraphs that look like headlines, and words in a row of capitals.
    """
    found = [(match.start(), match.end(), match.group()) for match in _LETTERS.finditer(paragraph)]
    words = [word for _, _, word in found]
    if not words or _is_headline(paragraph, words):
        return
    for index in range(1, len(words)):
        # The text between two words decides: its last visible character, or only white space.
        between = paragraph[found[index - 1][1] : found[index][0]].strip()
        if between and between[-1] in _STARTS_AFTER:
            continue
        if _is_upper(words[index]) and any(map(_is_upper, (words[index - 1], *words[index + 1 : index + 2]))):
            continue
        yield words[index]


def _is_headline(paragraph: str, words: list[str]) -> bool:
    long = [word for word in words[1:] if len(word) > 3]
    capitals = sum(word[0].isupper() for word in long)
    ends = paragraph.rstrip("\"'”’)] ").endswith((".", "!", "?"))
    limit = _TITLE_SHARE if ends or len(words) > _LONGEST_HEADLINE else 0.4
    return bool(long) and capitals > limit * len(long)


def _is_upper(word: str) -> bool:
    return len(word) > 1 and word.isupper()


def write_casing(
    forms: Forms, file: Path, *, at_least: int = 8, most: int = 25_000, most_bytes: int = 400_000, rare: float = 0.05
) -> int:
    """Write the table of words that are not always lower case.

    Args:
        forms: the counts.
        file: the table; words with the same habit stand together, which keeps it small.
        at_least: how often a word must have been seen.
        most: the most words; the most frequent ones are kept.
        most_bytes: the table's greatest size.
        rare: words with a smaller share of capitals than this count as always lower case.

    Returns:
        The number of words written.
    """
    rows: list[tuple[int, str, str]] = []
    for word, counts in forms.items():
        total = counts.total()
        lower = sum(count for surface, count in counts.items() if surface.islower())
        cased = [(count, surface) for surface, count in counts.items() if not surface.islower()]
        # Letters without case, and words whose folded form is spelled differently (ß), are left out.
        if total < at_least or not cased or total - lower <= rare * total:
            continue
        count, surface = max(cased)
        if surface.casefold() == word and surface.lower() != surface:
            rows.append((total, surface, f"{_percent(count, total)} {_percent(lower, total)}"))
    rows.sort(key=lambda row: (-row[0], row[1]))
    rows = rows[:most]
    text = _table(rows)
    while len(text.encode()) > most_bytes:
        rows = rows[: int(0.95 * len(rows))]
        text = _table(rows)
    write_file(file, text.encode())
    return len(rows)


def _table(rows: list[tuple[int, str, str]]) -> str:
    groups: dict[str, list[str]] = {}
    for _, surface, shares in rows:
        groups.setdefault(shares, []).append(surface)
    surfaces = {shares: " ".join(sorted(groups[shares])) for shares in sorted(groups)}
    return json.dumps({"schema": SCHEMA, "surfaces": surfaces}, ensure_ascii=False, indent=0) + "\n"


def _percent(part: int, total: int) -> int:
    return round(100 * part / total)
