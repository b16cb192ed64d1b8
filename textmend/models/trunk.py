"""The filler's network on ONNX Runtime: it takes rows and answers at chosen places.

One network serves two readers: the filler asks it for the pieces under masks (``masked_lm``), the second look asks it
how many words were lost between words (``detect.second_look``).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from textmend.errors import ModelError
from textmend.models.queries import Row
from textmend.models.session import batches, open_session, padded, run_session
from textmend.models.wordpiece import WordPieces

NO_TYPE = 16
"""The token type of rows that ask for pieces: one more than the types there are (``detect.inputs.TOKEN_TYPES``)."""

_BATCH_TOKENS = 512


class PieceScores(NamedTuple):
    """Log-probabilities of pieces, float32 ``[n, vocabulary]``, and logits of letter cases, float32 ``[n, 4]``."""

    log_probs: NDArray[np.float32]
    case_logits: NDArray[np.float32]


class Reading(NamedTuple):
    """The network's reading of a row: the keys and values of each layer, float32 ``[1, length, width]``."""

    keys: tuple[NDArray[np.float32], ...]
    values: tuple[NDArray[np.float32], ...]


class Stretches(NamedTuple):
    """Changed stretches of one row that was read before. All have one length, which is a whole number of tiles.

    Attributes:
        ids: piece ids, shape ``[stretches, length]``.
        first: the place where each one begins, shape ``[stretches]``.
        places: the present place of each piece of the row that was read, for each stretch; shape ``[stretches, read]``.
        kept: whether that piece is still there, 1 or 0, of the same shape.
    """

    ids: NDArray[np.int64]
    first: NDArray[np.int64]
    places: NDArray[np.int64]
    kept: NDArray[np.int64]


class Trunk:
    """A filler's network.

    Args:
        file: its ONNX file.
        padding: the id with which short rows are filled up.
        threads: threads within an operator; default: one a core.

    Attributes:
        labels: how many labels its head for lost words has (0, 1, 2, … words; the last label: that many or more); 0 if
            it has no such head.
        reads_on: whether it can go on from a reading (``read``).
    """

    def __init__(self, file: Path, padding: int, threads: int | None = None) -> None:
        self._padding = padding
        self._session = open_session(file, threads)
        shapes = {value.name: value.shape for value in self._session.get_outputs()}
        self.labels = int(shapes["gap_logits"][1]) if "gap_logits" in shapes else 0
        self._layers = sum(name.startswith("keys_") for name in shapes)
        self.reads_on = self._layers > 0

    def pieces(self, ids: NDArray[np.int64], mask: NDArray[np.int64], positions: NDArray[np.int64]) -> PieceScores:
        """Return the answers at the positions of a batch.

        Args:
            ids: piece ids with masks, filled up at the end, shape ``[batch, length]``.
            mask: 1 for pieces, 0 for padding, of the same shape.
            positions: places in the flattened batch, shape ``[n]``.
        """
        return PieceScores(*run_session(self._session, ["log_probs", "case_logits"], self._asked(ids, mask, positions)))

    def read(self, rows: Sequence[Sequence[int]]) -> list[Reading]:
        """Return the readings of rows whose padded length is the same."""
        ids = np.full((len(rows), padded(len(rows[0]))), self._padding, dtype=np.int64)
        mask = np.zeros_like(ids)
        for at, row in enumerate(rows):
            ids[at, : len(row)], mask[at, : len(row)] = row, 1
        names = [f"{kind}_{layer}" for kind in ("keys", "values") for layer in range(self._layers)]
        found = run_session(self._session, names, self._asked(ids, mask, np.zeros(0, np.int64)))
        own: list[list[NDArray[np.float32]]] = [[] for _ in rows]
        while found:
            # Copies, so that the whole batch is not kept in memory; one after the other, so that both never are.
            states = found.pop(0)
            for at, row in enumerate(rows):
                own[at].append(states[at : at + 1, : len(row)].copy())
        return [Reading(tuple(one[: self._layers]), tuple(one[self._layers :])) for one in own]

    def pieces_in(self, reading: Reading, stretches: Stretches, positions: NDArray[np.int64]) -> PieceScores:
        """Return the answers at positions of changed stretches; their surroundings stay as they were read.

        Args:
            reading: the reading of the row.
            stretches: its changed stretches.
            positions: places in the flattened stretches, shape ``[n]``.
        """
        inputs = self._asked(stretches.ids, np.ones_like(stretches.ids), positions)
        inputs |= {"first": stretches.first, "read_places": stretches.places, "read_mask": stretches.kept}
        for name, kept in (("keys", reading.keys), ("values", reading.values)):
            inputs |= {f"read_{name}_{layer}": states for layer, states in enumerate(kept)}
        return PieceScores(*run_session(self._session, ["log_probs", "case_logits"], inputs))

    def _asked(
        self, ids: NDArray[np.int64], mask: NDArray[np.int64], positions: NDArray[np.int64]
    ) -> dict[str, NDArray[Any]]:
        inputs: dict[str, NDArray[Any]] = {"input_ids": ids, "attention_mask": mask, "positions": positions}
        if self.labels:
            inputs |= {"type_ids": np.full_like(ids, NO_TYPE), "sites": np.zeros(0, np.int64)}
        return inputs

    def logits(self, rows: Sequence[Row]) -> list[NDArray[np.float32]]:
        """Return the logits of lost words at each row's sites, shape ``[sites, labels]``, in the rows' order.

        Rows don't influence each other.

        Raises:
            ModelError: it has no head for lost words.
        """
        if not self.labels:
            raise ModelError("this filler has no head for lost words, so it can't take a second look")
        results: list[NDArray[np.float32] | None] = [None] * len(rows)
        for indices in batches([len(row.ids) for row in rows], _BATCH_TOKENS):
            found = self._gaps([rows[index] for index in indices])
            for index, logits in zip(indices, found, strict=True):
                results[index] = logits
        return [result for result in results if result is not None]

    def _gaps(self, rows: Sequence[Row]) -> list[NDArray[np.float32]]:
        shape = (len(rows), padded(max(len(row.ids) for row in rows)))
        ids = np.full(shape, self._padding, dtype=np.int64)
        types, mask = np.full(shape, NO_TYPE, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        for at, row in enumerate(rows):
            ids[at, : len(row.ids)], types[at, : len(row.ids)], mask[at, : len(row.ids)] = row.ids, row.types, 1
        sites = np.concatenate([row.sites + at * shape[1] for at, row in enumerate(rows)])
        nowhere = np.zeros(0, np.int64)
        inputs = {"input_ids": ids, "attention_mask": mask, "positions": nowhere, "type_ids": types, "sites": sites}
        (logits,) = run_session(self._session, ["gap_logits"], inputs)
        ends = np.cumsum([len(row.sites) for row in rows])[:-1]
        return [part.copy() for part in np.split(logits, ends)]


class GapReader:
    """A filler's network and vocabulary, for the second look.

    Attributes:
        pieces: the vocabulary.
        labels: how many labels the head for lost words has; 0 if there is no such head.
    """

    def __init__(self, trunk: Trunk, pieces: WordPieces) -> None:
        self._trunk = trunk
        self.pieces = pieces
        self.labels = trunk.labels

    def logits(self, rows: Sequence[Row]) -> list[NDArray[np.float32]]:
        """Return the logits at each row's sites (``Trunk.logits``)."""
        return self._trunk.logits(rows)
