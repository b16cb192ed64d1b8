"""Settling gaps by the source: what was lost is filled with the true words, what is whole is no gap.

The copies are asked in order, and the first that has an answer for a place gives it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace

from textmend.records import Evidence, Fill, Gap
from textmend.source.copies import Copy
from textmend.source.loss import Loss
from textmend.source.losses import losses
from textmend.source.page import copy_of, read_page
from textmend.source.pieces import Piece, Side, pieces_of
from textmend.source.settled import Settled
from textmend.source.words import Vocabulary, Words
from textmend.text.words import CLOSING, OPENING, is_space, paragraphs, quote_around

_LEAST_SHARE = 0.5
"""A copy is one of this text if so large a share of the words of the shorter stands in the other, in order."""

_LEAST_WORDS = 5
_LENGTHS = 6
_LEAST_SIDE = 2


def read_copies(html: str | bytes | None, references: Sequence[str] = ()) -> list[Copy]:
    """Return the copies of a page, what it shows first, then the references.

    Raises:
        MissingExtraError: lxml is not installed, and there is HTML to read.
    """
    return [*(read_page(html) if html is not None else ()), *(copy_of(text, "reference") for text in references)]


def settle(text: str, gaps: Sequence[Gap], copies: Sequence[Copy], faint: Sequence[Gap] = ()) -> Settled:
    """Return the gaps of a text, settled where a copy tells.

    Args:
        text: the caller's text.
        gaps: what the detector found, sorted and disjoint.
        copies: what may hold the lost words; the more trusted first.
        faint: places where it saw too little for a gap, but enough (``FAINT``) to bear out a copy; in order.

    Raises:
        MissingExtraError: rapidfuzz is not installed.
    """
    vocabulary = Vocabulary()
    side = Side(text, vocabulary.read(text, list(paragraphs(text))))
    suspects = sorted((*gaps, *faint), key=lambda gap: (gap.start, gap.end))
    found: list[tuple[Loss, Copy]] = []
    views: list[_View] = []
    for copy in copies:
        words = vocabulary.read(copy.text, copy.blocks, copy.edges)
        compared = pieces_of(side, Side(copy.text, words))
        least = _LEAST_SHARE * min(sum(side.words.spoken), sum(words.spoken))
        if compared.spoken < max(least, _LEAST_WORDS):
            continue
        view = _View(side, copy, words, compared.pieces)
        new = [
            (loss, copy)
            for loss in losses(side, Side(copy.text, words), copy, compared.pieces, suspects)
            if not any(earlier.is_whole(loss.start, loss.end) for earlier in views)
        ]
        found = _merged(found, new)
        views.append(view)
    return Settled(
        _settled(gaps, [_gap(loss, copy) for loss, copy in found], views),
        tuple(view.article() for view in views),
    )


def _merged(first: list[tuple[Loss, Copy]], more: list[tuple[Loss, Copy]]) -> list[tuple[Loss, Copy]]:
    """Add losses at places where there is none yet, or one that is left open while the new one is sure."""
    starts = [loss.start for loss, _ in first]
    added = []
    outdone: set[int] = set()
    for loss, copy in more:
        index = bisect_right(starts, loss.end + loss.replaces) - 1
        if index < 0 or first[index][0].end + first[index][0].replaces < loss.start:
            added.append((loss, copy))
        elif not loss.is_open and first[index][0].is_open and _site(first[index][0]) == _site(loss):
            added.append((loss, copy))
            outdone.add(index)
    kept = [one for index, one in enumerate(first) if index not in outdone]
    return sorted([*kept, *added], key=lambda one: one[0].start)


def _site(loss: Loss) -> tuple[int, int]:
    return loss.start, loss.end + loss.replaces


def _settled(gaps: Sequence[Gap], lost: list[Gap], views: Sequence[_View]) -> list[Gap]:
    starts = [gap.start for gap in lost]
    open_gaps = []
    for gap in gaps:
        index = bisect_right(starts, gap.end) - 1
        if index >= 0 and lost[index].end + lost[index].fills[0].replaces >= gap.start:
            known = lost[index]
            lost[index] = replace(known, probability=max(known.probability, gap.probability))
        elif not any(view.is_whole(gap.start, gap.end) for view in views):
            open_gaps.append(gap)
    return sorted([*lost, *open_gaps], key=lambda gap: (gap.start, gap.end))


def _gap(loss: Loss, copy: Copy) -> Gap:
    evidence = Evidence(
        place=copy.place,
        quote=quote_around(copy.text, loss.copy_start, loss.copy_end),
        start=loss.copy_start,
        end=loss.copy_end,
        detail=copy.describe(loss.copy_start, loss.copy_end),
    )
    fill = Fill(
        text=loss.words,
        probability=loss.certainty,
        origin="source",
        evidence=evidence,
        spacing=loss.spacing,
        replaces=loss.replaces,
    )
    lengths = tuple(float(index + 1 == min(loss.count, _LENGTHS)) for index in range(_LENGTHS)) if loss.count else ()
    return Gap(start=loss.start, end=loss.end, probability=loss.probability, lengths=lengths, fills=(fill,))


class _View:
    """A copy that is one of the text."""

    def __init__(self, text: Side, copy: Copy, words: Words, pieces: list[Piece]) -> None:
        self._text, self._copy, self._words, self._pieces = text, copy, words, pieces
        self._starts = [piece.start for piece in pieces]

    def article(self) -> str:
        """Return the blocks that hold anything of the text."""
        blocks = sorted({self._words.blocks[piece.word] for piece in self._pieces})
        return "\n\n".join(self._copy.text[slice(*self._copy.blocks[block])] for block in blocks)

    def is_whole(self, start: int, end: int) -> bool:
        """Whether the words around a place of the text stand side by side in the copy too."""
        index = bisect_left(self._starts, end)
        before = self._pieces[index - 1] if index else None
        after = self._pieces[index] if index < len(self._pieces) else None
        if before is not None and before.end > start:
            return False
        ends_here = before is not None and self._text.ends_paragraph(before)
        begins_here = after is not None and self._text.begins_paragraph(after)
        if before and after and not after.after and not after.marks and after.word == before.word + 1:
            return self._is_sound(before, after) and self._is_exact(index)
        # A gap at the end of a paragraph that ends here in the copy too, or at the start of one that starts here.
        if ends_here and before and start == before.end:
            return before.word + 1 == self._words.first[self._words.blocks[before.word] + 1]
        if begins_here and after and end == after.start:
            return after.word == self._words.first[self._words.blocks[after.word]]
        return False

    def _is_exact(self, index: int) -> bool:
        """Whether some words on both sides are the same, without anything lost or added among them."""
        for step in range(1 - _LEAST_SIDE, _LEAST_SIDE):
            if step and 0 < index + step < len(self._pieces):
                one, other = self._pieces[index + step - 1], self._pieces[index + step]
                if other.after or other.word != one.word + 1:
                    return False
        return True

    def _is_sound(self, before: Piece, after: Piece) -> bool:
        """Whether the copy doesn't look as if it had lost something here itself."""
        ends, starts = self._words.ends[before.word], self._words.starts[after.word]
        left, right = self._copy.text[ends - 1], self._copy.text[starts]
        spaced = any(is_space(char) for char in self._copy.text[ends:starts])
        if left in OPENING and right in CLOSING:
            return False
        return not (spaced and (right in CLOSING or left in OPENING)) or left in CLOSING
