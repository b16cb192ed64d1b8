"""The context a masked language model is given for a gap: pieces left and right, other gaps masked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from textmend.models.masked_lm import MaskedLM, Pieces
from textmend.records import Gap
from textmend.text import WORD, paragraphs

_MOST_MASKS = 3


class Context(NamedTuple):
    """Pieces before and after a gap, special tokens not included."""

    left: tuple[int, ...]
    right: tuple[int, ...]


def contexts(text: str, gaps: Sequence[Gap], model: MaskedLM, room: int) -> list[Context]:
    """Return the context of every gap.

    Gaps that stand near another are masked there, as many masks as words are most likely missing, so that
    the model does not take a damaged sentence for a whole one; where a source tells the words, these are read.

    Args:
        text: the caller's text.
        gaps: its gaps, in order.
        model: the model that will read the contexts.
        room: how many pieces to leave for the words themselves.
    """
    ids, places = _pieces_with_masks(text, gaps, model.pieces, model.vocabulary.mask)
    budget = model.window - 2 - room
    result = []
    for first, last in places:
        # Each side gets half, and what the other leaves over.
        right = min(len(ids) - last, max(budget // 2, budget - first))
        left = min(first, budget - right)
        result.append(Context(tuple(ids[first - left : first]), tuple(ids[last : last + right])))
    return result


def _pieces_with_masks(
    text: str, gaps: Sequence[Gap], pieces: Pieces, mask: int
) -> tuple[list[int], list[tuple[int, int]]]:
    """Return the text's pieces with masks at its gaps, and where each gap's masks are."""
    ids: list[int] = []
    places: list[tuple[int, int]] = []
    waiting = 0

    def place(upto: int) -> None:
        nonlocal waiting
        while waiting < len(gaps) and gaps[waiting].end <= upto:
            lost = _true_words(gaps[waiting], pieces)
            lost = [mask] * _likeliest_words(gaps[waiting]) if lost is None else lost
            places.append((len(ids), len(ids) + len(lost)))
            ids.extend(lost)
            waiting += 1

    for paragraph in paragraphs(text):
        for match in WORD.finditer(text, paragraph.start, paragraph.end):
            place(match.start())
            ids.extend(pieces(match.group()))
        # A gap at the paragraph's end holds the blanks after it, so look as far as the line goes.
        place(_line_end(text, paragraph.end))
        ids.append(pieces.separator)
    place(len(text))
    if ids and ids[-1] == pieces.separator:
        ids.pop()
    return ids, places


def _true_words(gap: Gap, pieces: Pieces) -> list[int] | None:
    if not gap.fills or gap.fills[0].origin != "source":
        return None
    return [piece for match in WORD.finditer(gap.fills[0].text) for piece in pieces(match.group())]


def _likeliest_words(gap: Gap) -> int:
    if not gap.lengths:
        return 1
    return min(_MOST_MASKS, 1 + max(range(len(gap.lengths)), key=gap.lengths.__getitem__))


def _line_end(text: str, start: int) -> int:
    end = start
    while end < len(text) and text[end] in " \t\xa0":
        end += 1
    return end
