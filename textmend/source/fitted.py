"""Choosing, among alignments that match equally many words, the one in which the lost words are whole elements.

A longest common subsequence doesn't care which of two equal words it matches: the loss of ``in [Oslo, in] Bergen`` may
come out as ``[in Oslo,] in Bergen``, and in ``doi: [10.1073/2]. PMC`` the first full stop may be taken for the second.
Extractors cut at tags, so lost words should begin and end where an element does.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from textmend.source.copies import Copy
from textmend.source.pieces import Piece
from textmend.source.words import Words

_REACH = 24
"""How many pieces on each side of a loss may be matched differently."""

_MOST_WORDS = 256
"""The most words of the copy for that; with more words, the alignment stays as it is."""

_TORN = 1024
"""The cost of each end of a lost row of words at which no element begins or ends; the row itself costs 1."""


def edges_of(copy: Copy, words: Words) -> Callable[[int], bool]:
    """Return a function that says whether an element or a block begins or ends just before a word of a copy.

    For a copy without markup the answer is always no.
    """
    edges, blocks = copy.edges, words.blocks

    def is_edge(word: int) -> bool:
        if word == len(words) or not word or blocks[word] != blocks[word - 1]:
            return True
        place = bisect_left(edges, words.ends[word - 1])
        return place < len(edges) and edges[place] <= words.starts[word]

    return is_edge if copy.has_markup else lambda word: False


def fitted(pieces: Sequence[Piece], copy: Words, is_edge: Callable[[int], bool]) -> list[Piece]:
    """Return pieces of the same stretches of the text, matched so that lost words are whole elements if possible.

    Args:
        pieces: the common pieces, in order.
        copy: the words of the copy.
        is_edge: whether an element or a block begins or ends just before one of them.
    """
    found = list(pieces)
    fit = _Fit(copy, is_edge)
    for first, stop in _rows(pieces, copy):
        matched = fit.fitted([piece.word for piece in pieces[first:stop]], *_room(pieces, first, stop, copy))
        found[first:stop] = [piece._replace(word=word) for piece, word in zip(found[first:stop], matched, strict=True)]
    return found


def _rows(pieces: Sequence[Piece], copy: Words) -> Iterator[tuple[int, int]]:
    """Yield ranges of pieces that follow each other in one block, without words of the text between them."""
    first = 0
    for index, (one, other) in enumerate(pairwise(pieces), 1):
        if other.after or other.marks or copy.blocks[one.word] != copy.blocks[other.word]:
            yield first, index
            first = index
    if pieces:
        yield first, len(pieces)


def _room(pieces: Sequence[Piece], first: int, stop: int, copy: Words) -> tuple[int | None, int | None]:
    """Return the last word before a row's block, and the first after it; ``None`` if others stand between."""
    block = copy.blocks[pieces[first].word]
    begins = not first or copy.blocks[pieces[first - 1].word] != block
    ends = stop == len(pieces) or copy.blocks[pieces[stop].word] != block
    return copy.first[block] - 1 if begins else None, copy.first[block + 1] if ends else None


class _Fit:
    """Fits rows of words of a copy."""

    def __init__(self, copy: Words, is_edge: Callable[[int], bool]) -> None:
        self._copy, self._is_edge = copy, is_edge

    def fitted(self, matched: Sequence[int], floor: int | None, ceiling: int | None) -> list[int]:
        """Return the words that a row matches, or equal words instead; the outermost stay, unless bounds are given."""
        row = [*([] if floor is None else [floor]), *matched, *([] if ceiling is None else [ceiling])]
        index = 0
        while index < len(row) - 1:
            if self._is_torn(row[index], row[index + 1]):
                start, stop = max(0, index - _REACH), min(len(row) - 1, index + 1 + _REACH)
                while row[stop] - row[start] > _MOST_WORDS and stop - start > 1:
                    start, stop = min(start + 1, index), max(stop - 1, index + 1)
                self._fit(row, start, stop)
                index = max(index, stop - _REACH)
            index += 1
        return row[floor is not None : len(row) - (ceiling is not None)]

    def _is_torn(self, before: int, after: int) -> bool:
        return after - before > 1 and not (self._is_edge(before + 1) and self._is_edge(after))

    def _fit(self, row: list[int], start: int, stop: int) -> None:
        """Match the words between two words again."""
        floor, ceiling = row[start], row[stop]
        if stop - start < 2 or ceiling - floor > _MOST_WORDS:
            return
        ids = [-1, *self._copy.ids[floor + 1 : ceiling].tolist(), -1]
        ends = [0 if self._is_edge(word) else _TORN for word in range(floor, ceiling + 1)]
        inner = [ids[word - floor] for word in row[start + 1 : stop]]
        row[start + 1 : stop] = [floor + place for place in _cheapest([*inner, None], ids, ends)]


def _cheapest(wanted: Sequence[int | None], ids: Sequence[int], ends: Sequence[int]) -> list[int]:
    """Return a place in a row for each wanted word, in order, such that the words left out have the least cost.

    Args:
        wanted: the words, from the second of the row on; ``None``: the row's last.
        ids: the row.
        ends: for each place, what it costs if words that are left out begin or end just before it.
    """
    size = len(ids)
    costs: dict[int, int] = {0: 0}
    came: list[dict[int, int]] = []
    for word in wanted:
        best, best_from = -1, -1  # the cheapest place so far after which words may be left out
        known: dict[int, int] = {}
        source: dict[int, int] = {}
        waiting = iter(sorted(costs.items()))
        following = next(waiting, None)
        for place in range(1, size):
            while following is not None and following[0] < place - 1:
                cost = following[1] + ends[following[0] + 1]
                if best < 0 or cost <= best:
                    best, best_from = cost, following[0]
                following = next(waiting, None)
            if place != size - 1 if word is None else ids[place] != word:
                continue
            if best >= 0:
                known[place], source[place] = best + ends[place] + 1, best_from
            if place - 1 in costs and costs[place - 1] <= known.get(place, costs[place - 1]):
                known[place], source[place] = costs[place - 1], place - 1
        came.append(source)
        costs = known
    places = [size - 1]
    for source in reversed(came):
        places.append(source[places[-1]])
    return places[-2:0:-1]
