"""What the detector reads: word pieces with case and white-space types, and the sites between them.

Training and inference share this file, so that the model sees in use what it saw in training.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from textmend.models.queries import Row
from textmend.text.words import CLOSING, LINE_ENDS, OPENING, WORD, case_of, is_space, paragraphs, space_before

# Token types: the letter case of the word, plus 4 times the white space before it.
SPACE_ORDINARY, SPACE_ODD, SPACE_NONE, SPACE_LINE_END = range(4)
TOKEN_TYPES = 16


class Pieces(Protocol):
    """Cuts words into the word pieces of a vocabulary."""

    separator: int
    start: int

    def __call__(self, word: str) -> Sequence[int]:
        """Return the ids of a word's pieces; at least one."""
        ...


class Window(NamedTuple):
    """A slice of a text's pieces; the sites ``first_site`` to ``last_site`` (exclusive) are judged in it."""

    start: int
    end: int
    first_site: int
    last_site: int


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as the detector reads it.

    Attributes:
        ids: piece ids, a separator after each paragraph; int32, shape ``[pieces]``.
        types: token types, ``case + 4 * space``; uint8, shape ``[pieces]``.
        sites: for each site, the index of the piece at which it is judged (the first piece of the word
            after it, or the separator at a paragraph's end); int32, shape ``[sites]``.
        starts: for each site, where its white space starts in the text; int64, shape ``[sites]``.
        ends: for each site, where its white space ends; int64, shape ``[sites]``.
    """

    ids: NDArray[np.int32]
    types: NDArray[np.uint8]
    sites: NDArray[np.int32]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]


def encode(text: str, pieces: Pieces) -> Encoded:
    """Read a text as the detector does: one pass, linear in its length."""
    # Arrays, for a list takes five times as much memory: ten megabytes of commas are ten million sites.
    ids, types, sites = array("i"), array("B"), array("i")
    starts, ends = array("q"), array("q")
    floor = 0
    for paragraph in paragraphs(text):
        previous = ""
        for match in WORD.finditer(text, paragraph.start, paragraph.end):
            word, (start, end) = match.group(), match.span()
            space = space_before(text, start, floor)
            if not previous:
                space = _line_start(text, space, start)
            kind = _space_kind(text[space:start], previous, word)
            sites.append(len(ids))
            starts.append(space)
            ends.append(start)
            case = case_of(word)
            word_ids = pieces(word)
            ids.extend(word_ids)
            types.append(case + 4 * kind)
            types.extend([case] * (len(word_ids) - 1))
            floor, previous = end, word
        if previous:
            sites.append(len(ids))
            starts.append(floor)
            ends.append(_trailing_space(text, floor))
            ids.append(pieces.separator)
            types.append(0)
    return Encoded(
        ids=np.array(ids, dtype=np.int32),
        types=np.array(types, dtype=np.uint8),
        sites=np.array(sites, dtype=np.int32),
        starts=np.array(starts, dtype=np.int64),
        ends=np.array(ends, dtype=np.int64),
    )


def windows(encoded: Encoded, size: int, margin: int) -> Iterator[Window]:
    """Cut a text's pieces into windows of at most ``size`` that overlap by ``2 * margin``.

    Every site is judged in exactly one window, with ``margin`` pieces of context on both sides where the
    text has them. Windows depend on the text alone, never on what is processed beside it.

    Raises:
        ValueError: ``size`` is not greater than ``2 * margin``, or ``margin`` is negative.
    """
    total = len(encoded.ids)
    step = size - 2 * margin
    if margin < 0 or step < 1:
        raise ValueError(f"windows of {size} pieces have no room between two margins of {margin}")
    start = 0
    while start < total:
        last = start + size >= total
        end = min(start + size, total)
        judged_from = start + margin if start else 0
        judged_to = total if last else end - margin
        first, stop = np.searchsorted(encoded.sites, (judged_from, judged_to))
        if stop > first:
            yield Window(start, end, int(first), int(stop))
        if last:
            break
        start += step


def row_of(document: Encoded, window: Window, opening: int) -> Row:
    """Return a window of a text as a network reads it; ``opening`` is the start token."""
    part = slice(window.start, window.end)
    return Row(
        np.concatenate(([opening], document.ids[part])).astype(np.int64, copy=False),
        np.concatenate(([0], document.types[part])).astype(np.int64, copy=False),
        document.sites[window.first_site : window.last_site].astype(np.int64) - window.start + 1,
    )


def _space_kind(space: str, previous: str, word: str) -> int:
    if not previous:
        return SPACE_ODD if space == " " else SPACE_ORDINARY
    if not space:
        return SPACE_NONE
    if not LINE_ENDS.isdisjoint(space):
        return SPACE_LINE_END
    odd = len(space) > 1 or word in CLOSING or previous in OPENING
    return SPACE_ODD if odd else SPACE_ORDINARY


def _line_start(text: str, space: int, start: int) -> int:
    while start > space and text[start - 1] not in LINE_ENDS:
        start -= 1
    return start


def _trailing_space(text: str, start: int) -> int:
    end = start
    while end < len(text) and is_space(text[end]) and text[end] not in LINE_ENDS:
        end += 1
    return end
