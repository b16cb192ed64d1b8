"""Paragraphs that hold the words of a block in another order, and how to restore that order.

The words must be exactly the same, and only whole elements may have moved: an extractor that collects the text of links
separately does this, an editor doesn't.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from textmend.source.copy_words import CopyWords
from textmend.source.pieces import Piece, Side
from textmend.source.text_sites import Site, TextSites
from textmend.text.words import LINE_ENDS, is_space, space_before

_LEAST_KEPT = 3
_MOST_MOVED = 2000


class Reordering(NamedTuple):
    """How to restore a paragraph.

    Attributes:
        site: the white space before the replaced part.
        first: the first word of the copy to insert.
        last: the last one.
        spacing: the white space around them.
        replaces: how many code points of the text they replace.
    """

    site: Site
    first: int
    last: int
    spacing: tuple[str, str]
    replaces: int


def reorderings(text: Side, copy: CopyWords, pieces: Sequence[Piece]) -> dict[int, Reordering]:
    """Return how to restore each paragraph that holds the words of a block in another order.

    Args:
        text: the text.
        copy: the words of the copy.
        pieces: the common pieces.
    """
    found: dict[int, Reordering] = {}
    done: set[int] = set()
    blocks = copy.words.blocks
    for paragraph, group in groupby(pieces, key=lambda piece: piece.paragraph):
        run = list(group)
        block = blocks[run[0].word]
        if block == blocks[run[-1].word] and block not in done:
            reordering = _reordering(text, copy, paragraph, block, {piece.word for piece in run})
            if reordering:
                found[paragraph] = reordering
                done.add(block)
    return found


def _reordering(side: Side, copy: CopyWords, paragraph: int, block: int, matched: set[int]) -> Reordering | None:
    text, words = side.words, copy.words
    start, end = text.first[paragraph], text.first[paragraph + 1]
    first, last = words.first[block], words.first[block + 1]
    size = end - start
    if size != last - first or len(matched) >= size or size > _MOST_MOVED:
        return None
    here, there = text.ids[start:end].tolist(), words.ids[first:last].tolist()
    if here == there or sorted(here) != sorted(there):
        return None
    ahead = next(index for index in range(size) if here[index] != there[index])
    back = next(index for index in range(size) if here[-1 - index] != there[-1 - index])
    kept = sum(words.spoken[word] for word in matched)
    follower = text.ends[end - back - 1]
    if back and is_space(side.text[follower : follower + 1] or " ") != bool(copy.space(last - back)):
        back -= 1  # the white space before it has to be replaced too
    place = first + ahead
    stop = last - back
    cuts = [word for word in range(place, stop + 1) if (word in matched) != (word - 1 in matched)]
    if kept < _LEAST_KEPT or not all(copy.is_edge(word) for word in cuts if place <= word < stop):
        return None
    begin, finish = text.starts[start + ahead], text.ends[end - back - 1]
    floor = text.ends[start + ahead - 1] if start + ahead else 0
    site = space_before(side.text, begin, floor), begin
    if not ahead:
        site = TextSites(side).line_start(begin, floor), begin
    space = side.text[slice(*site)]
    inside = ahead and LINE_ENDS.isdisjoint(space)
    return Reordering(site, place, stop - 1, (copy.space(place) if inside else space, ""), finish - begin)
