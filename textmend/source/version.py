"""Whether a text and a copy are the same version of an article, and what that means for losses that no element shows.

The words around a place are the same whether words were lost or an editor cut them. So a place needs a trace of its
own, which editors rarely leave: odd white space, or a gap that the detector sees. If the copy is another version, its
words may differ from the lost ones. Fills that are only likely are proposed and left to a person.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from textmend.source.copy_words import CopyWords
from textmend.source.loss import CERTAIN, Loss
from textmend.source.pieces import Piece
from textmend.text.words import LINE_ENDS, WORD, is_number

LIKELY = 0.98
"""Probability of a loss that no element shows but that is certain enough to be applied.

This value and the two below were set by hand, below the measured ones (``docs/source.md``): those were measured on
versions made by rules, and editors vary more.
"""

_OPEN_LOSS = 0.7
"""Probability of a loss in the same version if only other losses support it."""

_OPEN_WORDS = 0.85
"""Probability that the words of another version are the lost ones."""

_SEEN = 0.5
"""From this probability on, a gap of the detector is a trace."""

_VOUCHED, _LEAST_VOUCHED = 0.5, 3
"""If it sees gaps at this share of the places, and at this many, a weaker gap is a trace too."""

_TRACED = 0.2
"""From this share on, places without a trace are likely losses too."""

_MOST_EDITED, _FEW_EDITED = 0.01, 1
"""A larger share of replaced words, and more of them than this, make an edited version."""


@dataclass(frozen=True, slots=True)
class Version:
    """How a text differs from a copy, apart from losses.

    Attributes:
        edited: whether one of them looks like an edited version: words replaced or added, or whole sentences cut.
        differs: whether any word was replaced or added.
        changed: the blocks of the copy with such changes.
    """

    edited: bool
    differs: bool
    changed: frozenset[int]


def version_of(pieces: Sequence[Piece], copy: CopyWords) -> Version:
    """Return how a text and a copy differ, apart from losses; ``pieces`` are their common pieces."""
    replaced, cut = 0, False
    changed: set[int] = set()
    blocks = copy.words.blocks
    if pieces and pieces[0].after:
        changed.add(blocks[pieces[0].word])
    for before, after in pairwise(pieces):
        inside = blocks[before.word] == blocks[after.word]
        if after.after:
            changed.add(blocks[after.word])
            if before.paragraph == after.paragraph:
                changed.add(blocks[before.word])
        if not inside:
            continue
        replaced += after.after
        first, last = before.word + 1, after.word - 1
        if first <= last and not (copy.is_edge(first) and copy.is_edge(last + 1)):
            count = copy.count(first, last)
            if count and copy.is_sentence(first, last, count):
                cut = True
                changed.add(blocks[before.word])
    edited = cut or replaced > max(_FEW_EDITED, _MOST_EDITED * len(pieces))
    return Version(edited, replaced > 0, frozenset(changed))


def sifted(text: str, found: Sequence[Loss], version: Version) -> Iterator[Loss]:
    """Yield the losses that are likely, with their probabilities.

    Args:
        text: the text.
        found: places where the copy holds more than the text; those that an element shows are certain.
        version: how text and copy differ otherwise.
    """
    bare = [loss for loss in found if loss.bare]
    traced = sum(loss.spaced or loss.seen > 0 for loss in bare)
    vouched = traced >= max(_LEAST_VOUCHED, _VOUCHED * len(bare))
    # If white space was left alone, every loss leaves two blanks, and a place without them is no loss.
    blanks = sum(_is_double(text[loss.start : loss.end]) for loss in found)
    keeps_blanks = blanks > sum(loss.seen >= _SEEN and not loss.spaced for loss in bare)
    for loss in found:
        if not loss.bare:
            yield loss
        elif loss.spaced:
            yield replace(loss, probability=LIKELY, certainty=_certainty(loss, version))
        elif keeps_blanks or version.edited:
            # Editors sometimes leave holes in sentences too.
            if loss.seen >= _SEEN:
                yield replace(loss, probability=LIKELY, certainty=_OPEN_WORDS)
        elif loss.seen >= _SEEN or (loss.seen and vouched):
            yield replace(loss, probability=LIKELY, certainty=_certainty(loss, version))
        elif traced >= _TRACED * len(bare) or _is_figure(loss.words):
            yield replace(loss, probability=_OPEN_LOSS, certainty=_certainty(loss, version))


def _certainty(loss: Loss, version: Version) -> float:
    """Return how probable it is that a trace stands for the words of the copy."""
    if version.differs and any(is_number(word) for word in WORD.findall(loss.words)):
        return _OPEN_WORDS
    return _OPEN_WORDS if version.edited and loss.block in version.changed else CERTAIN


def _is_figure(words: str) -> bool:
    """Whether words are only a number: templates and scripts write numbers, and editors don't cut them."""
    return any(map(str.isdigit, words)) and not any(map(str.isalpha, words))


def _is_double(space: str) -> bool:
    return len(space) > 1 and LINE_ENDS.isdisjoint(space)
