"""The context a masked language model is given for a gap: pieces left and right, other gaps masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textmend.edits.apply import spacing
from textmend.models.masked_lm import MaskedLM, Tokenizer
from textmend.records import Gap
from textmend.text.words import paragraphs

_MOST_MASKS = 3
_STEPS = 2
"""How many steps a stretch has. With two, a gap has at least a quarter of the stretch on each side."""


class Context(NamedTuple):
    """Pieces before and after a gap, special tokens not included.

    Attributes:
        left: the pieces before it.
        right: the pieces after it.
        spaced: whether the lost words have white space before them; not so after an opening bracket.
        masks: how many masks stand for the lost words in the contexts of gaps nearby.
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    spaced: bool = True
    masks: int = 1


class _Place(NamedTuple):
    """Where a gap's masks stand among the pieces."""

    first: int
    last: int
    spaced: bool


def contexts(text: str, gaps: Sequence[Gap], model: MaskedLM, room: int) -> list[Context]:
    """Return the context of every gap.

    Other gaps nearby are masked too, with as many masks as words are most likely missing, so that the model does not
    take a damaged sentence for a whole one. Where a source gives the words, the model reads those. Gaps near each other
    get the same stretch of text, so that it is read once for all of them.

    Args:
        text: the caller's text.
        gaps: its gaps, in order.
        model: the model that will read the contexts.
        room: how many pieces to leave for the words themselves.
    """
    pieces = model.pieces
    ids, places = _pieces_with_masks(text, gaps, pieces, model.vocabulary.mask)
    budget = model.window - len(pieces.opening) - len(pieces.closing) - room
    result = []
    for first, last, spaced in places:
        start = _start(first, last, len(ids), budget)
        end = max(last, min(len(ids), start + budget))
        result.append(Context(tuple(ids[start:first]), tuple(ids[last:end]), spaced, last - first))
    return result


def _start(first: int, last: int, length: int, budget: int) -> int:
    """Return where the stretch around a place begins: the place stands in the middle half of ``budget`` pieces.

    Stretches begin at whole steps, or at the beginning, or as late as the end of the text allows.
    """
    step = max(1, budget // _STEPS)
    middle = (first + last - budget) // 2
    start = (middle + step // 2) // step * step
    return min(first, max(0, min(start, length - budget)))


def _pieces_with_masks(text: str, gaps: Sequence[Gap], pieces: Tokenizer, mask: int) -> tuple[list[int], list[_Place]]:
    """Return the text's pieces with masks at its gaps, and where each gap's masks are."""
    ids: list[int] = []
    places: list[_Place] = []

    def place(gap: Gap, spaced: bool) -> None:
        lost = _true_words(gap, pieces, spaced)
        lost = [mask] * _likeliest_words(gap) if lost is None else lost
        places.append(_Place(len(ids), len(ids) + len(lost), spaced))
        ids.extend(lost)

    for paragraph in paragraphs(text):
        position, spaced = paragraph.start, pieces.leading
        # A gap at a paragraph's end holds the blanks after it, so the whole line is searched.
        end = _line_end(text, paragraph.end)
        while len(places) < len(gaps) and gaps[len(places)].end <= end:
            gap = gaps[len(places)]
            before, after = spacing(text, gap)
            if gap.start > position:
                ids.extend(pieces.cut(text[position : gap.start], spaced=spaced))
            place(gap, before if gap.start > paragraph.start else pieces.leading)
            replaced = gap.fills[0].replaces if gap.fills else 0
            position, spaced = max(position, gap.end + replaced), after and not replaced
        ids.extend(pieces.cut(text[position : paragraph.end], spaced=spaced))
        ids.extend(pieces.between)
    while len(places) < len(gaps):
        place(gaps[len(places)], pieces.leading)
    while ids and ids[-1] in pieces.between:
        ids.pop()
    return ids, places


def _true_words(gap: Gap, pieces: Tokenizer, spaced: bool) -> list[int] | None:
    if not gap.fills or gap.fills[0].origin != "source":
        return None
    return list(pieces.cut(gap.fills[0].text, spaced=spaced))


def _likeliest_words(gap: Gap) -> int:
    if not gap.lengths:
        return 1
    return min(_MOST_MASKS, 1 + max(range(len(gap.lengths)), key=gap.lengths.__getitem__))


def _line_end(text: str, start: int) -> int:
    end = start
    while end < len(text) and text[end] in " \t\xa0":
        end += 1
    return end
