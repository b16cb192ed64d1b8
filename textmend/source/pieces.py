"""From aligned words to pieces: the stretches of the text that stand in the copy, without doubtful matches.

An alignment matches as many words as it can, wherever they stand. This file drops matches that mean nothing (a few
words of a paragraph, found in a block far away), and finds words that differ only because they were glued.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from textmend.source.align import Pair, align, common_runs
from textmend.source.markup import Markup
from textmend.source.words import Words, alike

_FEW = 3
"""Fewer words of a paragraph than this, in one block, may be there by chance."""

_MOST_LONE = 8
_STRAY_CELLS = 1 << 16
_GLUED_CHARACTERS = 400
_GLUED_WORDS = 200


class Piece(NamedTuple):
    """Code points of the text that are one word of the copy.

    Attributes:
        start: where they begin.
        end: where they end.
        word: the number of the word in the copy.
        paragraph: the number of the text's paragraph.
        after: how many unmatched words of the text, with letters or digits, stand between the last piece and this one.
        marks: how many other visible characters stand there.
    """

    start: int
    end: int
    word: int
    paragraph: int
    after: int = 0
    marks: int = 0


class Side(NamedTuple):
    """One of the two texts, with its words and its markup."""

    text: str
    words: Words
    markup: Markup = Markup("")

    def begins_paragraph(self, piece: Piece) -> bool:
        """Whether a piece of this text begins its paragraph, apart from markup."""
        word = self.words.first[piece.paragraph]
        while self.words.starts[word] < piece.start and self.markup.is_sign(self.words.starts[word]):
            word += 1
        return self.words.starts[word] >= piece.start

    def ends_paragraph(self, piece: Piece) -> bool:
        """Whether a piece of this text ends its paragraph, apart from markup."""
        word = self.words.first[piece.paragraph + 1] - 1
        while self.words.ends[word] > piece.end and self.markup.is_sign(self.words.starts[word]):
            word -= 1
        return self.words.ends[word] <= piece.end


class Compared(NamedTuple):
    """The common pieces of a text and a copy.

    Attributes:
        pieces: the pieces, in order on both sides.
        spoken: how many of them hold a letter or digit.
        work: how many steps it took.
    """

    pieces: list[Piece]
    spoken: int
    work: int


def pieces_of(text: Side, copy: Side) -> Compared:
    """Return the common pieces of a text and a copy of it."""
    alignment = align(text.words, copy.words)
    pairs = _meant(alignment.pairs, text.words, copy.words)
    pairs = _meant(list(_with_strays(pairs, text.words, copy.words)), text.words, copy.words)
    pairs = list(_with_lone_blocks(pairs, text.words, copy.words))
    pieces = list(_counted(_with_glued(pairs, text, copy), text))
    return Compared(pieces, sum(copy.words.spoken[piece.word] for piece in pieces), alignment.work)


def _meant(pairs: Sequence[Pair], text: Words, copy: Words) -> list[Pair]:
    """Drop matches that stand in a block by chance."""
    kept: list[Pair] = []
    for (paragraph, _), group in groupby(pairs, key=lambda pair: (text.blocks[pair.text], copy.blocks[pair.copy])):
        run = list(group)
        spoken = sum(text.spoken[pair.text] for pair in run)
        if not spoken or (spoken < _FEW and 2 * spoken <= _spoken_in(text, paragraph)):
            continue
        kept += run
    return kept


def _spoken_in(words: Words, block: int) -> int:
    # A count beyond a few makes no difference, so a long block is not counted to its end.
    first, last = words.first[block], words.first[block + 1]
    return sum(words.spoken[first : min(last, first + 8 * _FEW)])


def _with_strays(pairs: Sequence[Pair], text: Words, copy: Words) -> Iterator[Pair]:
    """Match dropped words again, within the blocks of their neighbours."""
    for last, pair in _neighbours(pairs):
        for here, there in _between(last, pair, text, copy):
            yield from _common(text, here, copy, there)
        if pair is not None:
            yield pair


def _neighbours(pairs: Sequence[Pair]) -> Iterator[tuple[Pair | None, Pair | None]]:
    last: Pair | None = None
    for pair in pairs:
        yield last, pair
        last = pair
    if last is not None:
        yield last, None


def _with_lone_blocks(pairs: Sequence[Pair], text: Words, copy: Words) -> Iterator[Pair]:
    """Match blocks without any matches by their number, between two matched blocks.

    An extractor may leave no word of a line such as ``(Artist: Lund)``.
    """
    for last, pair in _neighbours(pairs):
        if last and pair:
            here = range(text.blocks[last.text] + 1, text.blocks[pair.text])
            there = range(copy.blocks[last.copy] + 1, copy.blocks[pair.copy])
            if here and len(here) == len(there) <= _MOST_LONE:
                for block, other in zip(here, there, strict=True):
                    mine = range(text.first[block], text.first[block + 1])
                    yield from _common(text, mine, copy, range(copy.first[other], copy.first[other + 1]))
        if pair is not None:
            yield pair


def _common(text: Words, here: range, copy: Words, there: range) -> Iterator[Pair]:
    if not here or not there or len(here) * len(there) > _STRAY_CELLS:
        return
    for run in common_runs(text.ids[here.start : here.stop], copy.ids[there.start : there.stop]):
        for step in range(run.size):
            yield Pair(here[run.text + step], there[run.copy + step])


def _with_glued(pairs: Sequence[Pair], text: Side, copy: Side) -> Iterator[Piece]:
    """Yield matched words as pieces, and the pieces of words that are several words of the copy, glued together."""
    words = text.words
    for last, pair in _neighbours(pairs):
        for here, there in _between(last, pair, words, copy.words):
            if here and there:
                yield from _unglued(text, here, copy, there)
        if pair is not None:
            yield Piece(words.starts[pair.text], words.ends[pair.text], pair.copy, words.blocks[pair.text])


def _between(last: Pair | None, pair: Pair | None, text: Words, copy: Words) -> Iterator[tuple[range, range]]:
    """Yield the words between two pairs that belong together, in one block or at the ends of two."""
    if last and pair:
        same = text.blocks[last.text] == text.blocks[pair.text]
        if same or copy.blocks[last.copy] == copy.blocks[pair.copy]:
            if copy.blocks[pair.copy] - copy.blocks[last.copy] <= 1:
                yield range(last.text + 1, pair.text), range(last.copy + 1, pair.copy)
            return
    if last:
        end, block_end = text.first[text.blocks[last.text] + 1], copy.first[copy.blocks[last.copy] + 1]
        yield range(last.text + 1, end), range(last.copy + 1, block_end)
    if pair:
        start, block_start = text.first[text.blocks[pair.text]], copy.first[copy.blocks[pair.copy]]
        yield range(start, pair.text), range(block_start, pair.copy)


def _unglued(text: Side, here: range, copy: Side, there: range) -> list[Piece]:
    """Return the pieces if the words here are words of the copy without their white space, some of them left out."""
    words, others = text.words, copy.words
    if len(there) > _GLUED_WORDS or len(here) > _GLUED_CHARACTERS:
        return []
    offsets = [offset for index in here for offset in range(words.starts[index], words.ends[index])]
    if len(offsets) > _GLUED_CHARACTERS:
        return []
    glued = "".join(alike(text.text[words.starts[index] : words.ends[index]]) for index in here)
    # For each length that words of the copy can spell: the smallest number of runs, and those words.
    best: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for index in there:
        form = alike(copy.text[others.starts[index] : others.ends[index]])
        for length, (runs, chain) in list(best.items()):
            if glued.startswith(form, length):
                more = runs + (not chain or chain[-1] != index - 1)
                known = best.get(length + len(form))
                if known is None or more < known[0]:
                    best[length + len(form)] = (more, (*chain, index))
    if len(glued) not in best:
        return []
    pieces = []
    place = 0
    for index in best[len(glued)][1]:
        size = others.ends[index] - others.starts[index]
        start, end = offsets[place], offsets[place + size - 1] + 1
        if end - start != size:  # a word of the copy with white space of the text inside: a different text
            return []
        pieces.append(Piece(start, end, index, words.blocks[here.start]))
        place += size
    return pieces


def _counted(pieces: Iterator[Piece], text: Side) -> Iterator[Piece]:
    """Set, for each piece, the number of unmatched words and marks before it."""
    words = text.words
    index = 0
    for piece in pieces:
        after = marks = 0
        while index < len(words) and words.ends[index] <= piece.start:
            if not text.markup.is_sign(words.starts[index]):
                after += words.spoken[index]
                marks += not words.spoken[index]
            index += 1
        # A word may be several pieces; it is counted with the last one.
        if index < len(words) and words.ends[index] <= piece.end:
            index += 1
        yield piece._replace(after=after, marks=marks)
