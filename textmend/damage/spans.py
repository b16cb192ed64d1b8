"""Choosing what to lose: spans like real links, and single names and content words.

The look of links is learnt from articles with known links (``LinkLikeness``): their lengths, and how often links have a
signature (the kinds of their first and last word, and of the words around them), compared with random spans of the same
length.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import regex

from textmend.damage.articles import LinkedText
from textmend.text.function_words import FUNCTION_WORDS

MAX_WORDS = 8

_TOKEN = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:[-'’.&][\p{L}\p{M}\p{N}]+)*|[^\s\p{L}\p{M}\p{N}]")
_LENGTH_WEIGHTS = (40, 26, 14, 8, 5, 3, 2, 2)
_ENDS_SENTENCE = frozenset(".!?:;")


class Token(NamedTuple):
    """A word (inner hyphens, apostrophes and points included) or another character of a paragraph."""

    start: int
    end: int
    text: str

    @property
    def is_word(self) -> bool:
        """Whether it is a word or number, not punctuation."""
        return self.text[0].isalnum()


def tokens(text: str) -> list[Token]:
    """Cut a paragraph into tokens."""
    return [Token(*match.span(), match.group()) for match in _TOKEN.finditer(text)]


def word_kind(token: Token | None) -> str:
    """Return the kind of a token in signatures: a function word itself, or a class."""
    if token is None:
        return "|"
    text = token.text
    if not token.is_word:
        return text
    lower = text.lower()
    if lower in FUNCTION_WORDS:
        return lower
    if text[0].isdigit():
        return "0"
    if text[0].isupper():
        return "X"
    for ending in ("ing", "ed", "ly", "s"):
        if lower.endswith(ending) and len(lower) > len(ending) + 2:
            return "-" + ending
    return "x"


class LinkLikeness:
    """The lengths of links, and how much more often than by chance spans of a signature are links.

    Args:
        ratios: for parts of signatures, how much more often links have them than random spans of the same length
            nearby.
        default: the value for all other parts.
        lengths: how often a link has 1, 2, … tokens, at most ``MAX_WORDS``.
    """

    def __init__(
        self, ratios: dict[tuple[str, ...], float], default: float, lengths: Sequence[float] = _LENGTH_WEIGHTS
    ) -> None:
        self._ratios = ratios
        self._default = default
        self._lengths = tuple(lengths)

    @classmethod
    def learn(cls, articles: Iterable[LinkedText], rng: random.Random, *, limit: int = 20_000) -> LinkLikeness:
        """Count the signatures of up to ``limit`` real links, and of as many random spans nearby."""
        linked: Counter[tuple[str, ...]] = Counter()
        chance: Counter[tuple[str, ...]] = Counter()
        lengths: Counter[int] = Counter()
        for article in articles:
            for text, links in split_paragraphs(article):
                if not links:
                    continue
                row = tokens(text)
                for first, last in align(row, links):
                    if last - first <= MAX_WORDS:
                        linked.update(signatures(row, first, last))
                        lengths[last - first] += 1
                        for _ in range(4):
                            if span := random_span(row, last - first, rng):
                                chance.update(signatures(row, *span))
            if lengths.total() >= limit:
                break
        ratios = {
            key: (linked[key] / max(1, lengths.total())) / ((chance[key] + 2.0) / max(1, 4 * lengths.total()))
            for key in linked.keys() | chance.keys()
            if linked[key] + chance[key] >= 20
        }
        return cls(ratios, 1.0, [lengths[n] + usual / 100 for n, usual in enumerate(_LENGTH_WEIGHTS, 1)])

    def length(self, rng: random.Random) -> int:
        """Draw how many tokens a link has."""
        return rng.choices(range(1, len(self._lengths) + 1), self._lengths)[0]

    def ratio(self, row: Sequence[Token], first: int, last: int) -> float:
        """Return how much likelier a span is a link than others as long, with the parts of its signature independent.

        There is an unknown factor for each length, which does not matter if the length is drawn first.
        """
        product = 1.0
        for key in signatures(row, first, last):
            product *= self._ratios.get(key, self._default)
        return product


def signatures(row: Sequence[Token], first: int, last: int) -> list[tuple[str, ...]]:
    """Return the parts of a span's signature: its context, and its edges with its length."""
    words = str(min(last - first, MAX_WORDS))
    before = row[first - 1] if first else None
    after = row[last] if last < len(row) else None
    return [
        ("edges", words, word_kind(row[first]), word_kind(row[last - 1])),
        ("before", word_kind(before)),
        ("after", word_kind(after)),
    ]


def split_paragraphs(article: LinkedText) -> list[tuple[str, list[tuple[int, int]]]]:
    """Return each paragraph with its links; offsets count from the paragraph's start."""
    result: list[tuple[str, list[tuple[int, int]]]] = []
    offset = 0
    for text in article.text.split("\n\n"):
        end = offset + len(text)
        result.append((text, [(s - offset, e - offset) for s, e in article.links if offset <= s and e <= end]))
        offset = end + 2
    return result


def align(row: Sequence[Token], links: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return links as token ranges; links that cut a word are left out, adjacent ones are joined."""
    at_start = {token.start: index for index, token in enumerate(row)}
    at_end = {token.end: index + 1 for index, token in enumerate(row)}
    spans: list[tuple[int, int]] = []
    for start, end in links:
        first, last = at_start.get(start), at_end.get(end)
        if first is None or last is None or last <= first:
            continue
        if spans and first <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(last, spans[-1][1]))
        else:
            spans.append((first, last))
    return spans


def random_span(row: Sequence[Token], words: int, rng: random.Random) -> tuple[int, int] | None:
    """Return a random span of so many words, without punctuation except marks that join words, or ``None``."""
    if len(row) < words:
        return None
    first = rng.randrange(len(row) - words + 1)
    last = first + words
    return (first, last) if all(token.is_word for token in row[first:last]) else None


def link_like_span(row: Sequence[Token], likeness: LinkLikeness, rng: random.Random) -> tuple[int, int] | None:
    """Draw a span that looks like a link: first its length, then by rejection; ``None`` after too many tries."""
    ceiling = 8.0
    words = likeness.length(rng)
    for _ in range(40):
        span = random_span(row, words, rng)
        if span and rng.random() * ceiling < likeness.ratio(row, *span):
            return span
    return None


def keyword_span(row: Sequence[Token], rng: random.Random) -> tuple[int, int] | None:
    """Draw a name or a content word (sometimes two), as glossaries and topic pages link them."""
    for _ in range(20):
        first = rng.randrange(len(row))
        token = row[first]
        if not _is_content(token):
            continue
        last = first + 1
        if token.text[0].isupper():
            if first and rng.random() < 0.6:
                while first and row[first - 1].is_word and row[first - 1].text[0].isupper():
                    first -= 1
            while last < len(row) and row[last].is_word and row[last].text[0].isupper() and last - first < 3:
                last += 1
        elif last < len(row) and _is_content(row[last]) and rng.random() < 0.18:
            last += 1
        if first == 0 and rng.random() < 0.5:
            continue
        return first, last
    return None


def _is_content(token: Token) -> bool:
    return (
        token.is_word and len(token.text) > 2 and token.text.lower() not in FUNCTION_WORDS and not token.text.isdigit()
    )
