"""Settling gaps by the source: lost words are filled with the true words, and undamaged places are no gaps.

The copies are asked in order. The first one that has an answer for a place decides.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from textmend.records import Evidence, Fill, Gap
from textmend.source.contents import copies_of, read_page
from textmend.source.copies import Copy, Hole
from textmend.source.fitted import edges_of, fitted
from textmend.source.loss import Loss
from textmend.source.losses import losses
from textmend.source.markup import Markup, markup_of
from textmend.source.pieces import Piece, Side, pieces_of
from textmend.source.settled import Settled
from textmend.source.text_sites import is_spaced_oddly, seen_at
from textmend.source.words import WordNumbers, Words
from textmend.text.words import CLOSING, OPENING, is_space, paragraphs, quote_around, space_before

_LEAST_SHARE = 0.5
"""A copy belongs to a text if so large a share of the shorter one's words stands in the other, in order."""

_ANSWERED = 0.95
"""A page must hold so large a share of a text's words to answer for it."""

_LEAST_WORDS = 5
_LENGTHS = 6
_LINK = "]("
"""A copy with these signs is about Markdown, so the text may show them too."""

_LEAST_SIDE = 2
_MOST_PASSED = 60

_UNSPOKEN = 0.7
"""Probability of a gap where a page says something without words."""

_UNSPOKEN_WORDS = 0.85
"""Probability of the words for that."""


def read_copies(html: str | bytes | None, references: Sequence[str] = ()) -> list[Copy]:
    """Return the copies of a page, its visible text first, then the references."""
    copies = read_page(html) if html is not None else []
    return [*copies, *(copy for text in references for copy in copies_of(text, "reference"))]


def settle(text: str, gaps: Sequence[Gap], copies: Sequence[Copy], faint: Sequence[Gap] = ()) -> Settled:
    """Return the gaps of a text, settled where a copy has an answer.

    Args:
        text: the caller's text.
        gaps: the detector's gaps, sorted and disjoint.
        copies: the copies that may hold the lost words, the most trusted first.
        faint: places where it saw too little for a gap, but enough (``FAINT``) to confirm a copy; in order.
    """
    vocabulary = WordNumbers()
    markup = Markup(text) if any(_LINK in copy.text for copy in copies) else markup_of(text)
    side = Side(text, vocabulary.read(markup.words_only(), list(paragraphs(text))), markup)
    suspects = sorted((*gaps, *faint), key=lambda gap: (gap.start, gap.end))
    found: list[tuple[Loss, Copy]] = []
    views: list[_View] = []
    answered, unproven = False, frozenset[tuple[int, int]]()
    for copy in copies:
        words = vocabulary.read(copy.text, copy.blocks, copy.edges)
        compared = pieces_of(side, Side(copy.text, words))
        least = _LEAST_SHARE * min(sum(side.words.spoken), sum(words.spoken))
        if compared.spoken < max(least, _LEAST_WORDS):
            continue
        pieces = fitted(compared.pieces, words, edges_of(copy, words)) if copy.has_markup else compared.pieces
        view = _View(side, copy, words, pieces)
        new = [
            (loss, copy)
            for loss in losses(side, Side(copy.text, words), copy, pieces, suspects)
            if not any(earlier.denies(loss.start, loss.end) for earlier in views)
        ]
        found = _merged(_merged(found, new), [(loss, copy) for loss in view.unspoken(suspects)])
        views.append(view)
        if copy.has_markup and compared.spoken >= _ANSWERED * sum(side.words.spoken):
            unsaid = list(view.unsaid([loss for loss, _ in found]))
            if not answered and not any(one.has_words for one in unsaid):
                answered, unproven = True, frozenset((one.start, one.end) for one in unsaid)
    return Settled(
        _settled(gaps, [_gap(loss, copy) for loss, copy in found], views),
        tuple(view.article() for view in views),
        frozenset((loss.start, loss.end) for loss, _ in found if _is_unseen(loss, text, suspects)),
        answered,
        unproven,
    )


def _is_unseen(loss: Loss, text: str, suspects: Sequence[Gap]) -> bool:
    """Whether only an element shows a loss that would be applied."""
    if loss.is_open or not loss.count or loss.bare or loss.dropped or loss.replaces:
        return False
    return not is_spaced_oddly(text, _site(loss)) and not seen_at(suspects, _site(loss))


def _merged(first: list[tuple[Loss, Copy]], more: list[tuple[Loss, Copy]]) -> list[tuple[Loss, Copy]]:
    """Add losses at places where there is none yet, or an open one while the new one is certain."""
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


class _Place(NamedTuple):
    """A place in a copy: its start and end, and whether it holds asides other than marks of notes."""

    start: int
    end: int
    passes: bool


class _Unsaid(NamedTuple):
    """A place of the text, from one word to the next, where a copy has words, or else a hole."""

    start: int
    end: int
    has_words: bool


class _View:
    """A copy that belongs to the text."""

    def __init__(self, text: Side, copy: Copy, words: Words, pieces: list[Piece]) -> None:
        self._text, self._copy, self._words, self._pieces = text, copy, words, pieces
        self._starts = [piece.start for piece in pieces]

    def article(self) -> str:
        """Return the blocks that hold any words of the text."""
        blocks = sorted({self._words.blocks[piece.word] for piece in self._pieces})
        return "\n\n".join(self._copy.sentences(*self._copy.blocks[block]) for block in blocks)

    def is_whole(self, start: int, end: int) -> bool:
        """Whether the copy has nothing between the words around a place of the text."""
        place = self._place(start, end)
        return place is not None and not place.passes and not self._copy.holes_in(place.start, place.end)

    def unspoken(self, suspects: Sequence[Gap]) -> Iterator[Loss]:
        """Yield places where the page gives words in other ways than text: emoji, formulas, attributes.

        They are left to a person. Words are proposed only if the text shows that something is missing.
        """
        for before, after in pairwise(self._pieces):
            start, end = self._words.ends[before.word], self._words.starts[after.word]
            holes = [hole for hole in self._copy.holes_in(start, end) if hole.words]
            if len(holes) != 1 or after.after or after.marks or not self._passes(before.word, after.word):
                continue
            site = space_before(self._text.text, after.start, before.end), after.start
            suspect = is_spaced_oddly(self._text.text, site) or seen_at(suspects, site) > 0
            if holes[0].is_seen or suspect:
                block = self._words.blocks[after.word]
                words = holes[0].words
                yield Loss(
                    *site, words, None, start, end, block, len(words.split()), _UNSPOKEN, certainty=_UNSPOKEN_WORDS
                )

    def unsaid(self, found: Sequence[Loss]) -> Iterator[_Unsaid]:
        """Yield the places inside a block where the copy has words or holes that no loss stands for."""
        shown = sorted(loss.start for loss in found if not loss.bare)
        for before, after in pairwise(self._pieces):
            if after.after or after.marks or self._words.blocks[before.word] != self._words.blocks[after.word]:
                continue
            index = bisect_left(shown, before.end)
            if index < len(shown) and shown[index] <= after.start:
                continue
            has_words = not self._are_aside(before.word + 1, after.word)
            holes = self._copy.holes_in(self._words.ends[before.word], self._words.starts[after.word])
            if has_words or (holes and not _says_enough(holes)):
                yield _Unsaid(before.end, after.start, has_words)

    def _passes(self, before: int, after: int) -> bool:
        """Whether only asides stand between two words of the copy that are not asides themselves."""
        if not 0 < after - before <= _MOST_PASSED or not self._are_aside(before + 1, after):
            return False
        if self._words.blocks[before] != self._words.blocks[after]:
            return False
        return not any(self._copy.aside_at(self._words.starts[word]) for word in (before, after))

    def denies(self, start: int, end: int) -> bool:
        """Whether the copy shows that no visible words were lost at a place, whatever other copies show."""
        place = self._place(start, end)
        if place is None:
            return False
        holes = self._copy.holes_in(place.start, place.end)
        return not holes or _says_enough(holes)

    def _place(self, start: int, end: int) -> _Place | None:
        """Return the place in the copy between the words around a place of the text; ``None`` if there are others."""
        index = bisect_left(self._starts, end)
        before = self._pieces[index - 1] if index else None
        after = self._pieces[index] if index < len(self._pieces) else None
        if before is not None and before.end > start:
            return None
        words = self._words
        if before and after and not after.after and not after.marks:
            passes = after.word - before.word - 1
            if not passes or (0 < passes <= _MOST_PASSED and self._are_aside(before.word + 1, after.word)):
                if not self._is_sound(before, after) or not self._is_exact(index):
                    return None
                notes = self._are_notes(before.word + 1, after.word)
                return _Place(words.ends[before.word], words.starts[after.word], not notes)
        # A gap at the end of a paragraph that also ends here in the copy, or at the start of one that also starts here.
        if before and start == before.end and self._text.ends_paragraph(before):
            block = words.blocks[before.word]
            if before.word + 1 == words.first[block + 1]:
                return _Place(words.ends[before.word], self._copy.blocks[block].end, False)
            return None
        if after and end == after.start and self._text.begins_paragraph(after):
            block = words.blocks[after.word]
            if after.word == words.first[block]:
                return _Place(self._copy.blocks[block].start, words.starts[after.word], False)
        return None

    def _are_notes(self, first: int, stop: int) -> bool:
        asides = (self._copy.aside_at(self._words.starts[word]) for word in range(first, stop))
        return all(aside is not None and aside.is_note for aside in asides)

    def _are_aside(self, first: int, stop: int) -> bool:
        return all(self._copy.aside_at(self._words.starts[word]) is not None for word in range(first, stop))

    def _is_exact(self, index: int) -> bool:
        """Whether some words on both sides are equal, without losses or additions among them."""
        for step in range(1 - _LEAST_SIDE, _LEAST_SIDE):
            if step and 0 < index + step < len(self._pieces):
                one, other = self._pieces[index + step - 1], self._pieces[index + step]
                if other.after or not self._are_aside(one.word + 1, min(other.word, one.word + _MOST_PASSED)):
                    return False
        return True

    def _is_sound(self, before: Piece, after: Piece) -> bool:
        """Whether the copy itself does not seem to have lost words here."""
        ends, starts = self._words.ends[before.word], self._words.starts[after.word]
        left, right = self._copy.text[ends - 1], self._copy.text[starts]
        spaced = any(is_space(char) for char in self._copy.text[ends:starts])
        if left in OPENING and right in CLOSING:
            return False
        return not (spaced and (right in CLOSING or left in OPENING)) or left in CLOSING


def _says_enough(holes: Sequence[Hole]) -> bool:
    """Whether what a page holds at a place, and a reader does not see, are words: then nothing else was lost there."""
    return any(hole.has_words for hole in holes)
