"""A text as a row of comparable words, the input of the aligner."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize

import numpy as np
from numpy.typing import NDArray

from textmend.text.words import WORD, Span

# Characters that extractors and editors replace without changing a word.
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′`´", "'"),
        **dict.fromkeys("“”„‟″«»", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": ".",
    }
)
# Letters that type sets as one, and editors as two or three.
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st"})


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a text, in order; every list has one entry for each word.

    Attributes:
        ids: numbers, equal for words that differ at most in letter case or typography; int64.
        starts: offset of the first code point.
        ends: offset just after the last.
        blocks: the number of its block.
        spoken: whether it holds a letter or digit.
        first: the first word of each block, then the number of words.
    """

    ids: NDArray[np.int64]
    starts: Sequence[int]
    ends: Sequence[int]
    blocks: Sequence[int]
    spoken: Sequence[bool]
    first: Sequence[int]

    def __len__(self) -> int:
        return len(self.starts)


class WordNumbers:
    """Gives numbers to words, the same ones on both sides of a comparison."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}
        self._spoken: list[bool] = []

    def read(self, text: str, blocks: Sequence[Span], edges: Sequence[int] = ()) -> Words:
        """Read the words of a text.

        Args:
            text: the text.
            blocks: its paragraphs, in order.
            edges: offsets where words are cut, rising.
        """
        ids: list[int] = []
        starts: list[int] = []
        ends: list[int] = []
        owners: list[int] = []
        first: list[int] = []
        for number, block in enumerate(blocks):
            first.append(len(ids))
            for match in WORD.finditer(text, block.start, block.end):
                start, end = match.span()
                for cut in _cuts(edges, start, end):
                    ids.append(self._id(text[start:cut]))
                    starts.append(start)
                    ends.append(cut)
                    start = cut
            owners += [number] * (len(ids) - len(owners))
        first.append(len(ids))
        spoken = [self._spoken[number] for number in ids]
        return Words(np.array(ids, dtype=np.int64), starts, ends, owners, spoken, first)

    def _id(self, word: str) -> int:
        number = self._number.get(word)
        if number is None:
            form = normalize("NFC", alike(word)).translate(_LIGATURES)
            number = self._number.get(form)
            if number is None:
                number = self._number[form] = len(self._spoken)
                self._spoken.append(any(char.isalnum() for char in form))
            self._number[word] = number
        return number


def alike(text: str) -> str:
    """Return a text of the same length without differences of letter case and typography."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    return low if low.isascii() else low.translate(_ALIKE)


def _cuts(edges: Sequence[int], start: int, end: int) -> Sequence[int]:
    """Return where the pieces of a word end."""
    index = bisect_left(edges, start + 1) if edges else 0
    if not edges or index == len(edges) or edges[index] >= end:
        return (end,)
    stop = bisect_left(edges, end, index)
    return (*edges[index:stop], end)
