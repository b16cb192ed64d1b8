"""Infilling: sequences of word pieces for a gap of unknown length, by a masked language model.

For every plausible number of pieces, that many masks are put into the gap. The pieces are decoded from left to right
by the chain rule; pieces that are not yet decoded stay masked. Within a word this is the word-l2r scoring of Kauf &
Ivanova (2023, "A Better Way to Do Masked Language Model Scoring"). Unlike plain pseudo-log-likelihood, it does not
overrate rare words of several pieces. Each hypothesis is weighted with the probability of its length, so that
hypotheses of all lengths compare. The rows of all gaps, lengths and beams run together.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textmend.fill.context import Context
from textmend.models.masked_lm import MaskedLM, Prediction
from textmend.models.queries import Place, Query


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """How widely to search. None of these values changes the score of a hypothesis.

    Attributes:
        beam: hypotheses kept for every gap and length.
        keep: completed hypotheses kept for every gap.
        prune: hypotheses this much (natural log) below the best of their gap are dropped.
        prune_hints: the same for hypotheses that lead to a hint.
        least_length: lengths with a lower probability are not tried.
        most_pieces: the longest length tried, in pieces.
    """

    beam: int = 4
    keep: int = 40
    prune: float = 3.0
    prune_hints: float = 4.0
    least_length: float = 0.1
    most_pieces: int = 5


class Request(NamedTuple):
    """A request: what to infill.

    Attributes:
        context: the pieces around the gap.
        lengths: ``lengths[i]`` is the probability that ``i + 1`` pieces are missing.
        candidates: sequences of pieces to be scored whether or not the beam finds them.
        hints: sequences to be scored outside the beam too, but dropped if they fall far behind.
    """

    context: Context
    lengths: Sequence[float]
    candidates: Sequence[tuple[int, ...]] = ()
    hints: Sequence[tuple[int, ...]] = ()


class Hypothesis(NamedTuple):
    """A sequence of pieces for a gap.

    Attributes:
        ids: the pieces.
        log_prob: natural log of their joint probability times the probability of their number.
        cases: for each piece, the model's log-probabilities of letter case at its place (or ``None``).
    """

    ids: tuple[int, ...]
    log_prob: float
    cases: tuple[NDArray[np.float32] | None, ...]


def infill(requests: Sequence[Request], model: MaskedLM, search: Search) -> list[list[Hypothesis]]:
    """Return hypotheses for every request, the most probable first; candidates are always among them."""
    searches = [_Beams(request, model, search) for request in requests]
    rows = max(1, _PREDICTED_NUMBERS // len(model.vocabulary.surfaces))
    while True:
        live = [(beams, hypothesis) for beams in searches for hypothesis in beams.live]
        if not live:
            return [beams.results() for beams in searches]
        for start in range(0, len(live), rows):
            some = live[start : start + rows]
            queries = [beams.query(hypothesis) for beams, hypothesis in some]
            for (beams, hypothesis), prediction in zip(some, model.predict(queries), strict=True):
                beams.extend(hypothesis, prediction)
        for beams in searches:
            beams.prune()


def masked_row(model: MaskedLM, context: Context, ids: tuple[int, ...], length: int) -> Query:
    """Return the row that predicts the piece after ``ids`` of ``length`` pieces in a context."""
    masks = (model.vocabulary.mask,) * (length - len(ids))
    left, right = (*model.pieces.opening, *context.left), (*context.right, *model.pieces.closing)
    return Query(
        (*left, *ids, *masks, *right), len(left) + len(ids), Place(len(left), len(left) + length, context.masks)
    )


def log_share(lengths: Sequence[float], length: int) -> float:
    """Return the log-probability that ``length`` pieces are missing; the probability is at least one in a million."""
    return math.log(max(_share(lengths, length), 1e-6))


def _share(lengths: Sequence[float], length: int) -> float:
    return lengths[length - 1] if length <= len(lengths) else 0.0


_PREDICTED_NUMBERS = 1 << 25
"""How many log-probabilities are kept in memory at a time: 128 MB, for any vocabulary."""

_IMPOSSIBLE = -30.0
"""Log-probability of a piece that the vocabulary rules out but a candidate holds."""


class _Partial(NamedTuple):
    length: int
    ids: tuple[int, ...]
    log_prob: float
    cases: tuple[NDArray[np.float32] | None, ...]


class _Beams:
    """The search at one gap, over all its lengths at once."""

    def __init__(self, request: Request, model: MaskedLM, search: Search) -> None:
        self._request, self._model, self._search = request, model, search
        self._candidates = {ids for ids in request.candidates if ids}
        self._hints = {
            ids for ids in request.hints if ids and _share(request.lengths, len(ids)) >= search.least_length / 20
        }
        self._prefixes = _prefixes(self._candidates)
        self._hint_prefixes = _prefixes(self._hints)
        self._done: dict[tuple[int, ...], Hypothesis] = {}
        self._grown: list[_Partial] = []
        self._best = -math.inf
        plausible = [
            length
            for length, share in enumerate(request.lengths[: search.most_pieces], start=1)
            if share >= search.least_length
        ]
        self._open = frozenset(plausible or [1])
        self.live = [
            _Partial(length, (), log_share(request.lengths, length), ())
            for length in sorted(self._open.union(map(len, self._candidates), map(len, self._hints)))
        ]

    def query(self, partial: _Partial) -> Query:
        """Return the row that predicts the next piece of a hypothesis."""
        return masked_row(self._model, self._request.context, partial.ids, partial.length)

    def extend(self, partial: _Partial, prediction: Prediction) -> None:
        """Extend a hypothesis by the likeliest next pieces, and by those of given sequences that start with it."""
        depth = len(partial.ids)
        last = depth + 1 == partial.length
        allowed = self._model.vocabulary.allowed(partial.ids, last, spaced=self._request.context.spaced)
        scores = np.where(allowed, prediction.log_probs, -np.inf)
        if allowed.any():
            # Words are missing here, so only pieces that can belong to lost words share the probability.
            scores = scores - np.logaddexp.reduce(scores)
        for piece in self._choices(partial, scores, last):
            score = float(scores[piece]) if np.isfinite(scores[piece]) else _IMPOSSIBLE
            ids = (*partial.ids, piece)
            log_prob = partial.log_prob + score
            cases = (*partial.cases, prediction.case)
            if last:
                self._done[ids] = Hypothesis(ids, log_prob, cases)
            else:
                self._grown.append(_Partial(partial.length, ids, log_prob, cases))
            self._best = max(self._best, log_prob if last else -math.inf)

    def _choices(self, partial: _Partial, scores: NDArray[np.float32], last: bool) -> list[int]:
        chosen: set[int] = set()
        if partial.length in self._open:
            most = min(self._search.keep if last else self._search.beam, len(scores))
            top = np.argpartition(scores, -most)[-most:]
            chosen.update(int(piece) for piece in top if np.isfinite(scores[piece]))
        depth = len(partial.ids)
        for ids in self._candidates | self._hints:
            if len(ids) == partial.length and ids[:depth] == partial.ids:
                chosen.add(ids[depth])
        return sorted(chosen)

    def prune(self) -> None:
        """Keep the best hypotheses of every length, and those that lead to the given sequences."""
        grown, self._grown = self._grown, []
        best = max([self._best, *(partial.log_prob for partial in grown)])
        self.live = []
        ranks: dict[int, int] = {}
        for partial in sorted(grown, key=lambda partial: (-partial.log_prob, partial.ids)):
            rank = ranks[partial.length] = ranks.get(partial.length, 0) + 1
            behind = best - partial.log_prob
            prefix = (partial.length, partial.ids)
            if (
                (rank <= self._search.beam and behind <= self._search.prune)
                or prefix in self._prefixes
                or (prefix in self._hint_prefixes and behind <= self._search.prune_hints)
            ):
                self.live.append(partial)

    def results(self) -> list[Hypothesis]:
        """Return the completed hypotheses, the most probable first."""
        ranked = sorted(self._done.values(), key=lambda done: (-done.log_prob, done.ids))
        kept = ranked[: self._search.keep]
        return kept + [done for done in ranked[self._search.keep :] if done.ids in self._candidates]


def _prefixes(sequences: set[tuple[int, ...]]) -> frozenset[tuple[int, tuple[int, ...]]]:
    return frozenset((len(ids), ids[:depth]) for ids in sequences for depth in range(len(ids)))
