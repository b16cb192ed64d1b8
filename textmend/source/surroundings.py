"""The words that text and copy share on both sides of a place, and whether they reach the ends of their blocks."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from textmend.source.pieces import Piece, Side
from textmend.source.words import Words

REACH = 12
"""The most words that are examined on a side."""


class Around(NamedTuple):
    """The common words on one side of a place.

    Attributes:
        words: how many words in a row, up to a few.
        whole: whether they reach to the start (or end) of the block, in text and copy.
    """

    words: int
    whole: bool


EDGE = Around(0, True)
"""The side of a place where its block begins or ends."""


class Surroundings:
    """The words that text and copy share around places.

    Args:
        text: the text.
        words: the words of the copy.
        pieces: the common pieces.
    """

    def __init__(self, text: Side, words: Words, pieces: Sequence[Piece]) -> None:
        self._text, self._words, self._pieces = text, words, pieces

    def before(self, index: int) -> Around:
        """Return the common words up to a piece, this included. Other losses in between are ignored."""
        words = 0
        block = self._words.blocks[self._pieces[index].word]
        while words < REACH:
            piece = self._pieces[index]
            words += self._words.spoken[piece.word]
            previous = self._pieces[index - 1] if index else None
            same = previous is not None and self._words.blocks[previous.word] == block
            if piece.after or not same:
                begins = self._text.begins_paragraph(piece) or piece.word == self._words.first[block]
                return Around(words, not same and not piece.after and begins)
            index -= 1
        return Around(words, False)

    def after(self, index: int) -> Around:
        """Return the common words from a piece on. Other losses in between are ignored."""
        words = 0
        block = self._words.blocks[self._pieces[index].word]
        while words < REACH:
            piece = self._pieces[index]
            words += self._words.spoken[piece.word]
            following = self._pieces[index + 1] if index + 1 < len(self._pieces) else None
            same = following is not None and self._words.blocks[following.word] == block
            if not same:
                ends = self._text.ends_paragraph(piece)
                joined = (
                    piece.word + 1 == self._words.first[block + 1] and following is not None and not following.after
                )
                return Around(words, ends or joined)
            if following is not None and following.after:
                return Around(words, False)
            index += 1
        return Around(words, False)

    def is_between_matched(self, block: int) -> bool:
        """Whether the blocks just before and after a block came through."""
        first = bisect_left(self._pieces, self._words.first[block], key=lambda piece: piece.word)
        last = bisect_left(self._pieces, self._words.first[block + 1], key=lambda piece: piece.word)
        blocks = self._words.blocks
        return (
            0 < first < last < len(self._pieces)
            and blocks[self._pieces[first - 1].word] == block - 1
            and blocks[self._pieces[last].word] == block + 1
            and not self._pieces[first].after
            and not self._pieces[last].after
        )
