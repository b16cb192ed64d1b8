"""Reading a context once, and of each row that shares it only what stands near the lost words.

A context is read with two masks for the lost words. Of another row with this context, whatever its pieces are and
however many, only a stretch around the lost words is computed anew; the rest stays as it was read. Pieces under masks
come out nearly as from whole rows (``docs/architecture.md`` has figures), at a fifth of the cost and less.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textmend.models.session import batches
from textmend.models.trunk import Reading, Stretches, Trunk

if TYPE_CHECKING:
    from textmend.models.masked_lm import Query

MASKS = 2
"""How many masks stand for the lost words when their context is read."""

NEAR = 4
"""Pieces around the lost words that are computed anew, at least, both sides together."""

TILE = 8
"""Stretches are whole tiles, so that no row's sums depend on their number (``train.filler_graph.TILE``)."""

KEPT = 8
"""How many contexts are kept, each of some megabytes."""

_BATCH_TOKENS = 512

_Row = tuple[int, ...]


class Answer(NamedTuple):
    """What stands at a position: log-probabilities of pieces, shape ``[vocabulary]``, and logits of letter cases."""

    log_probs: NDArray[np.float32]
    case_logits: NDArray[np.float32]


class NearReader:
    """Reads rows by what is near their lost words.

    Args:
        trunk: the network, which can read on.
        mask: the id of the mask.
    """

    def __init__(self, trunk: Trunk, mask: int) -> None:
        self._trunk, self._mask = trunk, mask
        self._kept: dict[_Row, Reading] = {}

    def can_read(self, query: Query) -> bool:
        """Whether a row tells where its lost words stand, and is long enough to have a stretch around them."""
        return query.place is not None and len(query.ids) >= _length(query.place.end - query.place.start)

    def read(self, queries: Sequence[Query]) -> list[Answer]:
        """Return the answer to each query; queries don't influence each other."""
        answers: dict[int, Answer] = {}
        groups: dict[tuple[_Row, int], dict[_Row, list[int]]] = {}
        for index, query in enumerate(queries):
            assert query.place is not None
            group = self._context(query), _length(query.place.end - query.place.start)
            groups.setdefault(group, {}).setdefault(query.ids, []).append(index)
        self._read_contexts({context for context, _ in groups})
        for (context, length), rows in groups.items():
            alike = list(rows.values())
            for start in range(0, len(alike), _BATCH_TOKENS // length):
                self._read_near(context, length, queries, alike[start : start + _BATCH_TOKENS // length], answers)
        return [answers[index] for index in range(len(queries))]

    def _context(self, query: Query) -> _Row:
        """Return the row in which a query's context is read."""
        assert query.place is not None
        left, right = query.context or (query.ids[: query.place.start], query.ids[query.place.end :])
        return (*left, *(self._mask,) * MASKS, *right)

    def _read_contexts(self, contexts: Iterable[_Row]) -> None:
        """Read contexts that are not kept, and keep them; of those kept before, the latest."""
        wanted = sorted(contexts)
        new = [context for context in wanted if context not in self._kept]
        others = [context for context in self._kept if context not in wanted]
        for context in others[: max(0, len(others) + len(wanted) - KEPT)]:
            del self._kept[context]
        for chosen in batches([len(context) for context in new], _BATCH_TOKENS):
            rows = [new[index] for index in chosen]
            self._kept |= zip(rows, self._trunk.read(rows), strict=True)

    def _read_near(
        self,
        context: _Row,
        length: int,
        queries: Sequence[Query],
        alike: Sequence[Sequence[int]],
        answers: dict[int, Answer],
    ) -> None:
        """Answer queries of one context, those of one row together, with stretches of one length."""
        stretches = Stretches(
            np.zeros((len(alike), length), np.int64),
            np.zeros(len(alike), np.int64),
            np.tile(np.arange(len(context)), (len(alike), 1)),
            np.ones((len(alike), len(context)), np.int64),
        )
        positions: list[int] = []
        for at, indices in enumerate(alike):
            ids, place = queries[indices[0]].ids, queries[indices[0]].place
            assert place is not None
            lost = place.end - place.start
            first = max(0, min(place.start - (length - lost) // 2, len(ids) - length))
            stretches.ids[at], stretches.first[at] = ids[first : first + length], first
            after = place.start + MASKS
            stretches.places[at, after:] += lost - MASKS
            stretches.kept[at, place.start : after] = 0
            inside = (stretches.places[at] >= first) & (stretches.places[at] < first + length)
            stretches.kept[at, inside] = 0
            positions += (at * length + queries[index].position - first for index in indices)
        scores = self._trunk.pieces_in(self._kept[context], stretches, np.array(positions, dtype=np.int64))
        order = [index for indices in alike for index in indices]
        answers |= zip(order, map(Answer, *scores), strict=True)


def _length(lost: int) -> int:
    """Return the length of the stretch around so many pieces."""
    return -(-(lost + NEAR) // TILE) * TILE
