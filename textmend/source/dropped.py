"""Elements that a text lacks. If it lacks nearly all elements of a kind, its extractor drops that kind."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from functools import cached_property

from textmend.source.copies import Inline
from textmend.source.copy_words import CopyWords
from textmend.source.pieces import Piece
from textmend.text.words import is_space

_FEW_KEPT = 0.05


class DroppedElements:
    """The inline elements of a copy that the text lacks.

    Args:
        copy: the words of the copy.
        pieces: the common pieces of text and copy.
    """

    def __init__(self, copy: CopyWords, pieces: Sequence[Piece]) -> None:
        self._copy, self._pieces = copy, pieces

    @cached_property
    def counts(self) -> dict[str, int]:
        """The tags of which the text lacks nearly all elements, each with the number that it lacks."""
        words = self._copy.words
        matched = {piece.word for piece in self._pieces}
        blocks = {words.blocks[word] for word in matched}
        kept: Counter[str] = Counter()
        lost: Counter[str] = Counter()
        for tag, start, end in self._copy.source.inlines:
            first, stop = bisect_left(words.starts, start), bisect_left(words.starts, end)
            if first == stop or words.blocks[first] not in blocks or first in self._copy.asides:
                continue
            block = words.blocks[first]
            if first > words.first[block] or stop < words.first[block + 1]:
                (lost if matched.isdisjoint(range(first, stop)) else kept)[tag] += 1
        return {tag: count for tag, count in lost.items() if kept[tag] <= _FEW_KEPT * count}

    def tags_of(self, start: int, end: int) -> set[str]:
        """Return the tags for which words of the copy are one whole element, or several side by side."""
        return {tag for tag, _, _ in self._ending.get(end, ()) if self._covers(tag, start, end)}

    def _covers(self, tag: str, start: int, end: int) -> bool:
        while end > start:
            begins = [inline.start for inline in self._ending.get(end, ()) if inline.tag == tag]
            if not begins:
                return False
            end = min(begins)
            while end > start and is_space(self._copy.text[end - 1]):
                end -= 1
        return end >= start - 1

    @cached_property
    def _ending(self) -> dict[int, list[Inline]]:
        """The inline elements, by the offset of their ends."""
        found: dict[int, list[Inline]] = {}
        for inline in self._copy.source.inlines:
            found.setdefault(inline.end, []).append(inline)
        return found
