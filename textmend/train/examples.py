"""Training examples for the detector: damaged and clean windows with a label at every site."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textmend.damage.articles import LinkedText
from textmend.damage.densities import lose_by_kind
from textmend.damage.losing import Damaged, choose_variant, damage
from textmend.damage.spans import (
    LinkLikeness,
    Token,
    align,
    keyword_span,
    link_like_span,
    split_paragraphs,
    tokens,
)
from textmend.detect.inputs import Encoded, Pieces, encode
from textmend.train.asides import aside, insert
from textmend.train.negatives import hard_negative, spaced

NO_LABEL = -100
MOST_WORDS = 6
"""The label for this many lost words or more; smaller labels are exact, and 0 means no gap."""

_WINDOWS_PER_ARTICLE = 3


@dataclass(frozen=True, slots=True)
class Example:
    """One window: piece ids, token types, and labels (``NO_LABEL`` off the sites); each of shape ``[length]``."""

    ids: NDArray[np.int64]
    types: NDArray[np.int64]
    labels: NDArray[np.int64]


def lose_words(article: LinkedText, likeness: LinkLikeness, rng: random.Random) -> Damaged:
    """Damage an article like an extractor that ignores links: it loses its own links, spans like links, or keywords."""
    kinds = rng.choices(("links", "keywords", "both"), (0.5, 0.38, 0.12))[0]
    rate = 0.004 * (6 ** rng.random()) if rng.random() < 0.88 else rng.uniform(0.03, 0.12)
    share = 1.0 if rng.random() < 0.5 else rng.uniform(0.3, 1.0)
    if rng.random() < 0.1:
        article = spaced(article, rng)
    paragraphs = split_paragraphs(article)
    spans: list[tuple[int, int]] = []
    offset = 0
    for text, links in paragraphs:
        row = tokens(text)
        chosen = _real_links(row, links, share, rng) if links and kinds != "keywords" else []
        for _ in range(sum(rng.random() < rate for _ in row)):
            like_link = kinds == "links" or (kinds == "both" and rng.random() < 0.5)
            span = link_like_span(row, likeness, rng) if like_link else keyword_span(row, rng)
            if span and all(last + 2 <= span[0] or span[1] + 2 <= first for first, last in chosen):
                chosen.append(span)
        # A paragraph that is lost as a whole leaves no trace.
        spans += [
            (offset + row[first].start, offset + row[last - 1].end)
            for first, last in sorted(chosen)
            if last - first < len(row) - 1
        ]
        offset += len(text) + 2
    return damage("\n\n".join(text for text, _ in paragraphs), spans, choose_variant(rng))


def lose_somehow(article: LinkedText, likeness: LinkLikeness, rng: random.Random) -> Damaged:
    """Damage an article as in real scraped text: mostly as links are lost, otherwise by the other kinds."""
    if rng.random() < 0.6:
        return lose_words(article, likeness, rng)
    return lose_by_kind((spaced(article, rng) if rng.random() < 0.2 else article).text, rng)


def _real_links(
    row: Sequence[Token], links: Sequence[tuple[int, int]], share: float, rng: random.Random
) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for first, last in align(row, links):
        if rng.random() < share and last - first <= 14 and (not kept or kept[-1][1] < first):
            kept.append((first, last))
    return kept


def site_labels(encoded: Encoded, damaged: Damaged) -> NDArray[np.int64]:
    """Return how many words were lost at each site, at most ``MOST_WORDS``; shape ``[sites]``."""
    labels = np.zeros(len(encoded.sites), dtype=np.int64)
    if damaged.gaps:
        ends = np.array([gap.end for gap in damaged.gaps])
        index = np.searchsorted(encoded.ends, ends)
        for gap, site in zip(damaged.gaps, index, strict=True):
            if site < len(labels) and encoded.starts[site] <= gap.end and gap.start <= encoded.ends[site]:
                labels[site] = min(gap.words, MOST_WORDS)
    return labels


def cut(encoded: Encoded, labels: NDArray[np.int64], start: int, size: int, pieces: Pieces) -> Example:
    """Return the window of at most ``size`` pieces from ``start``, opened by the start token."""
    end = min(start + size, len(encoded.ids))
    row = np.full(end - start, NO_LABEL, dtype=np.int64)
    first, last = np.searchsorted(encoded.sites, (start, end))
    row[encoded.sites[first:last] - start] = labels[first:last]
    return Example(
        ids=np.concatenate(([pieces.start], encoded.ids[start:end])).astype(np.int64),
        types=np.concatenate(([0], encoded.types[start:end])).astype(np.int64),
        labels=np.concatenate(([NO_LABEL], row)),
    )


@dataclass(frozen=True, slots=True)
class ExampleMaker:
    """Makes the examples of an article.

    Attributes:
        likeness: which spans look like links.
        pieces: cuts words.
        size: pieces a window, the start token included.
    """

    likeness: LinkLikeness
    pieces: Pieces
    size: int

    def __call__(self, article: LinkedText, rng: random.Random) -> Iterator[Example]:
        """Yield some windows of an article, usually a damaged one."""
        if article.title and rng.random() < 0.3:
            moved = len(article.title) + 2
            links = tuple((start + moved, end + moved) for start, end in article.links)
            article = LinkedText(f"{article.title}\n\n{article.text}", links, article.title)
        chance = rng.random()
        if chance < 0.17:
            paragraphs = article.text.split("\n\n")
            first = rng.randrange(len(paragraphs))
            damaged = Damaged(hard_negative(paragraphs[first : first + 8], rng), ())
        elif chance < 0.34:
            damaged = Damaged(article.text, ())
        else:
            damaged = lose_somehow(article, self.likeness, rng)
        if rng.random() < 0.25:
            for _ in range(rng.randint(1, 3)):
                damaged = insert(damaged, aside(article.text, rng), rng)
        encoded = encode(damaged.text, self.pieces)
        labels = site_labels(encoded, damaged)
        room = self.size - 1
        starts = list(range(0, max(1, len(encoded.ids) - 40), room))
        if len(starts) > 1:
            shift = rng.randrange(room)
            starts = [0, *(start + shift for start in starts[:-1])]
        rng.shuffle(starts)
        for start in starts[:_WINDOWS_PER_ARTICLE]:
            if len(encoded.ids) - start >= 12:
                yield cut(encoded, labels, start, room, self.pieces)


def group_by_number(examples: Sequence[Example], number: int) -> list[list[Example]]:
    """Group examples into batches of so many, with similar lengths together."""
    ordered = sorted(examples, key=lambda example: len(example.ids))
    return [ordered[start : start + number] for start in range(0, len(ordered), number)]


def pad(rows: Sequence[NDArray[np.int64]], value: int) -> NDArray[np.int64]:
    """Return rows of different lengths as one array, padded with ``value``; shape ``[rows, longest]``."""
    out = np.full((len(rows), max(len(row) for row in rows)), value, dtype=np.int64)
    for index, row in enumerate(rows):
        out[index, : len(row)] = row
    return out
