"""Plain use of a masked language model at gaps that are given: one mask a gap, or greedy decoding of several.

Both run textmend's own weights in the same contexts; what they lack is everything around the model. Neither finds
gaps, uses echoes or names, or knows how many words were lost, and their probabilities are not calibrated. One mask
can give single pieces only. Greedy decoding gives one fill a length, and compares lengths by the mean log-probability
of their pieces, which favours what goes on by itself (“of the united states”).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from textmend.fill.context import Context, contexts
from textmend.fill.infill import masked_row
from textmend.fill.propose import GappedArticle
from textmend.models.masked_lm import MaskedLM
from textmend.records import Fill, Gap

MOST_PIECES = 5


class OneMask:
    """Fills with the likeliest pieces at one mask, as the fill-mask pipeline of ``transformers`` does.

    Args:
        model: the masked language model.
        most: how many fills a gap gets.
    """

    def __init__(self, model: MaskedLM, most: int = 20) -> None:
        self._model, self._most = model, most

    def propose(self, documents: Sequence[GappedArticle]) -> list[list[Gap]]:
        """Return the documents' gaps with fills (see ``system.Propose``)."""
        places = _places(documents, self._model, room=1)
        queries = [masked_row(self._model, context, (), 1) for context in places]
        fills = []
        for prediction in self._model.predict(queries):
            top = np.argsort(-prediction.log_probs, kind="stable")[: self._most]
            fills.append(
                tuple(
                    _fill(self._model.vocabulary.surfaces[piece], float(np.exp(prediction.log_probs[piece])))
                    for piece in top
                )
            )
        return _with_fills(documents, fills)


class GreedyMasks:
    """Fills with 1, 2, … masks, decoded from left to right, each time the likeliest piece.

    Args:
        model: the masked language model.
        most_pieces: how many masks are tried at most.
    """

    def __init__(self, model: MaskedLM, most_pieces: int = MOST_PIECES) -> None:
        self._model, self._most_pieces = model, most_pieces

    def propose(self, documents: Sequence[GappedArticle]) -> list[list[Gap]]:
        """Return the documents' gaps with one fill a length, the best mean log-probability first."""
        places = _places(documents, self._model, room=self._most_pieces)
        grown = [
            [_Decoded((), 0.0) for _ in range(self._most_pieces)] for _ in places
        ]  # the one of place n - 1 shall have n pieces
        for depth in range(self._most_pieces):
            open_ones = [(at, length) for at in range(len(places)) for length in range(depth, self._most_pieces)]
            queries = [
                masked_row(self._model, places[at], grown[at][length].ids, length + 1) for at, length in open_ones
            ]
            for (at, length), prediction in zip(open_ones, self._model.predict(queries), strict=True):
                piece = int(prediction.log_probs.argmax())
                decoded = grown[at][length]
                grown[at][length] = _Decoded((*decoded.ids, piece), decoded.total + float(prediction.log_probs[piece]))
        return _with_fills(documents, [self._ranked(decoded) for decoded in grown])

    def _ranked(self, decoded: Sequence[_Decoded]) -> tuple[Fill, ...]:
        fills: dict[str, Fill] = {}
        for one in sorted(decoded, key=lambda one: -one.total / len(one.ids)):
            text = " ".join(word for word, _ in self._model.vocabulary.words(one.ids))
            fills.setdefault(text, _fill(text, float(np.exp(one.total / len(one.ids)))))
        return tuple(fills.values())


class _Decoded(NamedTuple):
    ids: tuple[int, ...]
    total: float


def _places(documents: Sequence[GappedArticle], model: MaskedLM, room: int) -> list[Context]:
    """Return the context of every gap of every document: one mask at each other gap."""
    return [
        context
        for document in documents
        for context in contexts(document.text, [Gap(start=g.start, end=g.end, probability=1.0) for g in document.gaps],
                                model, room)
    ]  # fmt: skip


def _fill(text: str, probability: float) -> Fill:
    return Fill(text=text, probability=min(1.0, probability), origin="model")


def _with_fills(documents: Sequence[GappedArticle], fills: Sequence[tuple[Fill, ...]]) -> list[list[Gap]]:
    left = iter(fills)
    return [[gap.with_fills(next(left)) for gap in document.gaps] for document in documents]
