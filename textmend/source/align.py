"""Aligning two texts word by word, in near-linear time: which word of one text is which word of the other.

Anchors come first, as in patience diff (Cohen; https://bramcohen.livejournal.com/73318.html): runs of words that are
rare on both sides, of which the longest rising chain is kept (Hunt & Szymanski 1977). The stretch between two anchors
is usually small and is aligned by longest common subsequence, bit-parallel (Hyyrö 2004, in rapidfuzz). In a larger
stretch, shorter anchors are tried; a stretch without any, such as one word repeated a hundred thousand times, is
matched from its ends only.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textmend.source.words import Words

_Ids = NDArray[np.int64]

_ROUNDS = ((5, 4), (3, 2), (1, 1), (1, 1))
"""The anchors of each round: how many words in a row, and how often they may occur on each side."""

_FROM_ROUND = 2
"""The first round in which a stretch may be aligned by longest common subsequence. Without anchors, that would scatter
the words of an article over the whole page."""

_TINY = 256
"""In any round, a stretch with at most this many pairs of words is aligned in this way."""

_SMALL = 1024
"""The most words on the shorter side."""

_CELLS = 1 << 24
"""The most pairs of words; each takes a bit of memory."""

_WORD_BITS = 64


class Pair(NamedTuple):
    """A word of the text and the same word in the copy."""

    text: int
    copy: int


class Run(NamedTuple):
    """A run of equal words: ``size`` of them, from these two on."""

    text: int
    copy: int
    size: int


@dataclass(slots=True)
class Alignment:
    """The matched words.

    Attributes:
        pairs: matched words, rising on both sides.
        work: how many steps the alignment took; grows linearly with the two texts.
    """

    pairs: list[Pair] = field(default_factory=list)
    work: int = 0


class _Stretch(NamedTuple):
    """A stretch of both sides that is still to be matched, and the round of anchors to try."""

    text_start: int
    text_end: int
    copy_start: int
    copy_end: int
    round: int


def align(text: Words, copy: Words) -> Alignment:
    """Return which words of ``text`` are which words of ``copy``, in the same order on both sides."""
    alignment = Alignment()
    matched = np.full(len(text), -1, dtype=np.int64)
    waiting = [_Stretch(0, len(text), 0, len(copy), 0)]
    while waiting:
        waiting.extend(_match(text.ids, copy.ids, waiting.pop(), matched, alignment))
    found = np.flatnonzero(matched >= 0)
    alignment.pairs = [Pair(*pair) for pair in zip(found.tolist(), matched[found].tolist(), strict=True)]
    return alignment


def _match(text: _Ids, copy: _Ids, stretch: _Stretch, matched: _Ids, alignment: Alignment) -> Iterator[_Stretch]:
    """Match the words of a stretch; yield the stretches that are left."""
    start, end, copy_start, copy_end, depth = _trimmed(text, copy, stretch, matched, alignment)
    size, copy_size = end - start, copy_end - copy_start
    if not size or not copy_size:
        return
    alignment.work += size + copy_size
    small = min(size, copy_size) <= _SMALL and size * copy_size <= _CELLS
    if size * copy_size <= _TINY or (small and depth >= _FROM_ROUND):
        _match_small(text, copy, _Stretch(start, end, copy_start, copy_end, depth), matched, alignment)
        return
    if depth == len(_ROUNDS):
        return
    length, most = _ROUNDS[depth]
    last, last_copy = start, copy_start
    for first, first_copy in _chain(text[start:end], copy[copy_start:copy_end], length, most):
        for step in range(length):
            place, place_copy = start + first + step, copy_start + first_copy + step
            if place < last or place_copy < last_copy:
                continue
            matched[place] = place_copy
            if place > last and place_copy > last_copy:
                yield _Stretch(last, place, last_copy, place_copy, depth + 1)
            last, last_copy = place + 1, place_copy + 1
    yield _Stretch(last, end, last_copy, copy_end, depth + 1)


def _trimmed(text: _Ids, copy: _Ids, stretch: _Stretch, matched: _Ids, alignment: Alignment) -> _Stretch:
    """Match equal words from both ends inwards; return the rest."""
    start, end, copy_start, copy_end, depth = stretch
    # The outer ends of the texts need not correspond, so nothing is matched there without a check.
    if depth:
        size = min(end - start, copy_end - copy_start)
        ahead = _common(text[start : start + size], copy[copy_start : copy_start + size])
        matched[start : start + ahead] = np.arange(copy_start, copy_start + ahead)
        start, copy_start, size = start + ahead, copy_start + ahead, size - ahead
        back = _common(text[end - size : end][::-1], copy[copy_end - size : copy_end][::-1])
        matched[end - back : end] = np.arange(copy_end - back, copy_end)
        end, copy_end = end - back, copy_end - back
        alignment.work += ahead + back + size
    return _Stretch(start, end, copy_start, copy_end, depth)


def _common(one: _Ids, other: _Ids) -> int:
    different = np.flatnonzero(one != other)
    return int(different[0]) if len(different) else len(one)


def _match_small(text: _Ids, copy: _Ids, stretch: _Stretch, matched: _Ids, alignment: Alignment) -> None:
    here = text[stretch.text_start : stretch.text_end]
    there = copy[stretch.copy_start : stretch.copy_end]
    alignment.work += len(here) * len(there) // _WORD_BITS
    for run in common_runs(here, there):
        first, first_copy = stretch.text_start + run.text, stretch.copy_start + run.copy
        matched[first : first + run.size] = np.arange(first_copy, first_copy + run.size)


def common_runs(text: _Ids, copy: _Ids) -> Iterator[Run]:
    """Yield a longest common subsequence of two short rows of words, run by run."""
    from rapidfuzz.distance import LCSseq

    for block in LCSseq.opcodes(text.tolist(), copy.tolist()):
        if block.tag == "equal":
            yield Run(block.src_start, block.dest_start, block.src_end - block.src_start)


def _chain(text: _Ids, copy: _Ids, length: int, most: int) -> list[tuple[int, int]]:
    """Return where runs of ``length`` words that are rare on both sides begin: the longest chain rising on both."""
    if min(len(text), len(copy)) < length:
        return []
    here, there = _grams(text, length), _grams(copy, length)
    order = np.argsort(there, kind="stable")
    ranked = there[order]
    low, high = np.searchsorted(ranked, here, "left"), np.searchsorted(ranked, here, "right")
    _, inverse, counts = np.unique(here, return_inverse=True, return_counts=True)
    often = high - low
    rare = np.flatnonzero((often > 0) & (often <= most) & (counts[inverse] <= most))
    # The last place of a run comes first, so that a rising chain takes at most one of them.
    places = np.repeat(rare, often[rare])
    within = np.arange(len(places)) - np.repeat(np.cumsum(often[rare]) - often[rare], often[rare])
    copies = order[np.repeat(high[rare], often[rare]) - 1 - within]
    steps = np.arange(length)
    same = (text[places[:, None] + steps] == copy[copies[:, None] + steps]).all(axis=1)
    return _rising(places[same].tolist(), copies[same].tolist())


def _grams(ids: _Ids, length: int) -> NDArray[np.uint64]:
    """Return a hash of each run of ``length`` words; different runs may rarely share one."""
    words = ids.astype(np.uint64)
    hashed = np.zeros(len(ids) - length + 1, dtype=np.uint64)
    for step in range(length):
        hashed = (hashed ^ words[step : len(words) - length + 1 + step]) * np.uint64(0x9E3779B97F4A7C15)
        hashed ^= hashed >> np.uint64(29)
    return hashed


def _rising(places: list[int], copies: list[int]) -> list[tuple[int, int]]:
    """Return the longest subsequence of pairs that rises on both sides (places are already in order)."""
    tails: list[int] = []
    tops: list[int] = []
    before: list[int] = []
    for index, copy in enumerate(copies):
        pile = bisect_left(tails, copy)
        before.append(tops[pile - 1] if pile else -1)
        if pile == len(tails):
            tails.append(copy)
            tops.append(index)
        else:
            tails[pile] = copy
            tops[pile] = index
    chain: list[tuple[int, int]] = []
    index = tops[-1] if tops else -1
    while index >= 0:
        chain.append((places[index], copies[index]))
        index = before[index]
    return chain[::-1]
