"""Reading a context once for all rows that share it, and of each row only the pieces near the lost words.

A context is read with masks for the lost words (``Place.masks``). In every other row with this context, whatever pieces
it holds, only a stretch around the lost words is computed again; the rest stays as it was read. Predictions are nearly
those of whole rows (``docs/architecture.md`` has figures), at a fifth of the cost or less. Several gaps that are masked
in one context share its reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textmend.models.queries import Query
from textmend.models.session import batches
from textmend.models.trunk import PieceScores, Reading, Stretches, Trunk

NEAR = 4
"""How many pieces around the lost words are computed again at least, both sides together."""

TILE = 8
"""Stretches consist of whole tiles, so that no row's sums depend on the number of rows
(``train.filler_graph.TILE``)."""

KEPT = 1
"""How many contexts are kept. Each takes 7 megabytes for 100 pieces."""

_BATCH_TOKENS = 512

_READ_TOKENS = 4096
"""How many pieces of their context rows may have together, each row its own: they are laid out for each row anew, 13
megabytes of keys and as many of values."""

_Row = tuple[int, ...]


class Answer(NamedTuple):
    """The answer at a position: log-probabilities of pieces, shape ``[vocabulary]``, and logits of letter cases."""

    log_probs: NDArray[np.float32]
    case_logits: NDArray[np.float32]


class NearReader:
    """Reads only the part of each row that is near its lost words.

    Args:
        trunk: the network, which must be able to read on (``Trunk.reads_on``).
        mask: the id of the mask.
    """

    def __init__(self, trunk: Trunk, mask: int) -> None:
        self._trunk, self._mask = trunk, mask
        self._kept: dict[_Row, Reading] = {}

    def can_read(self, query: Query) -> bool:
        """Whether the place of a row's lost words is known, and the row is long enough for a stretch around them."""
        return query.place is not None and len(query.ids) >= _length(query.place.end - query.place.start)

    def read(self, queries: Sequence[Query]) -> list[Answer]:
        """Return the answer to each query; queries don't influence each other."""
        answers: dict[int, Answer] = {}
        # Beside masks for other lost words, one row and one context may have several places.
        groups: dict[tuple[_Row, int, int, int], dict[_Row, list[int]]] = {}
        for index, query in enumerate(queries):
            assert query.place is not None
            start, end, masks = query.place
            group = groups.setdefault((self._context(query), start, masks, _length(end - start)), {})
            group.setdefault(query.ids, []).append(index)
        readings = self._read_contexts({context for context, *_ in groups})
        for (context, _, _, length), rows in groups.items():
            alike = list(rows.values())
            most = max(1, min(_BATCH_TOKENS // length, _READ_TOKENS // len(context)))
            for start in range(0, len(alike), most):
                some = alike[start : start + most]
                scores = self._read_near(readings[context], length, [[queries[i] for i in own] for own in some])
                answers |= zip((index for own in some for index in own), map(Answer, *scores), strict=True)
        return [answers[index] for index in range(len(queries))]

    def _context(self, query: Query) -> _Row:
        """Return the row in which a query's context is read."""
        assert query.place is not None
        return (*query.ids[: query.place.start], *(self._mask,) * query.place.masks, *query.ids[query.place.end :])

    def _read_contexts(self, contexts: set[_Row]) -> dict[_Row, Reading]:
        """Return the readings of contexts and keep them; of the readings kept before, the latest stay."""
        # The dictionary is replaced as a whole: other threads may be reading it.
        kept = self._kept
        found = {context: kept[context] for context in sorted(contexts) if context in kept}
        if new := sorted(contexts - found.keys()):
            self._kept = kept = dict(found)  # what else was kept goes before more is read: it is large
            for chosen in batches([len(context) for context in new], _BATCH_TOKENS):
                rows = [new[index] for index in chosen]
                found |= zip(rows, self._trunk.read(rows), strict=True)
            self._kept = dict([*found.items()][-KEPT:])
        return found

    def _read_near(self, reading: Reading, length: int, alike: Sequence[Sequence[Query]]) -> PieceScores:
        """Return the answers to queries of one context; queries of one row are answered together.

        Args:
            reading: the reading of the context.
            length: the length of each row's stretch.
            alike: the queries of each row.
        """
        read = reading.keys[0].shape[1]
        stretches = Stretches(
            np.zeros((len(alike), length), np.int64),
            np.zeros(len(alike), np.int64),
            np.tile(np.arange(read), (len(alike), 1)),
            np.ones((len(alike), read), np.int64),
        )
        positions: list[int] = []
        for at, queries in enumerate(alike):
            ids, place = queries[0].ids, queries[0].place
            assert place is not None
            lost = place.end - place.start
            first = max(0, min(place.start - (length - lost) // 2, len(ids) - length))
            stretches.ids[at], stretches.first[at] = ids[first : first + length], first
            after = place.start + place.masks
            stretches.places[at, after:] += lost - place.masks
            stretches.kept[at, place.start : after] = 0
            inside = (stretches.places[at] >= first) & (stretches.places[at] < first + length)
            stretches.kept[at, inside] = 0
            positions += (at * length + query.position - first for query in queries)
        return self._trunk.pieces_in(reading, stretches, np.array(positions, dtype=np.int64))


def _length(lost: int) -> int:
    """Return the length of the stretch around so many pieces."""
    return -(-(lost + NEAR) // TILE) * TILE
