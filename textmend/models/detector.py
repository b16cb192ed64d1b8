"""The detector's network: token windows in, logits out. What they mean is ``detect``'s business."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from textmend.calibration import Calibration, EchoWeights
from textmend.errors import ModelError
from textmend.models.folder import ModelFolder
from textmend.models.session import batches, open_session, padded
from textmend.models.wordpiece import WordPieces

_BATCH_TOKENS = 256  # one window a call: larger batches leave the caches and run at half the speed


class Row(Protocol):
    """One window: ``ids`` and ``types``, each of shape ``[length]``."""

    @property
    def ids(self) -> NDArray[np.int64]:
        """Piece ids, the start token first."""
        ...

    @property
    def types(self) -> NDArray[np.int64]:
        """Token types."""
        ...


class Pieces(Protocol):
    """Cuts words into the pieces of a vocabulary; see ``wordpiece.WordPieces``."""

    start: int
    separator: int

    def __call__(self, word: str) -> Sequence[int]:
        """Return a word's pieces."""
        ...


class OnnxDetector:
    """A detector on ONNX Runtime.

    Attributes:
        name: its name and version, as its card gives them.
        pieces: its vocabulary.
        window: how many tokens it reads at once, the start token included.
        margin: how many pieces of context a judged site should have on both sides.
        labels: the number of its labels: 0 (no gap), 1, 2, … words lost; the last means that many or more.
        calibration: from its raw probability of a gap to a calibrated one.
        echoes: what an echo adds to that.
    """

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        opened = ModelFolder.open(folder, "detector")
        self.name = str(opened.get("name", str))
        self.pieces: Pieces = opened.read("tokens", lambda tokens: WordPieces(opened.tokenizer, **tokens))
        self.window = int(opened.get("window", int))
        self.margin = int(opened.get("margin", int))
        self.labels = int(opened.get("labels", int))
        if not 0 < 4 * self.margin < self.window or self.labels < 2:
            raise ModelError(f"{folder}: window {self.window}, margin {self.margin}, labels {self.labels} don't fit")
        self.calibration = opened.read("calibration", Calibration.from_dict)
        self.echoes = opened.read("echoes", EchoWeights.from_dict) if "echoes" in opened.config else EchoWeights()
        self._session = open_session(opened.model, threads)

    def logits(self, rows: Sequence[Row]) -> list[NDArray[np.float32]]:
        """Return the logits of each row, shape ``[length, labels]``, in the rows' order."""
        results: list[NDArray[np.float32] | None] = [None] * len(rows)
        lengths = [len(row.ids) for row in rows]
        for indices in batches(lengths, _BATCH_TOKENS):
            shape = (len(indices), padded(lengths[indices[0]]))
            ids, types, mask = (np.zeros(shape, dtype=np.int64) for _ in range(3))
            for at, index in enumerate(indices):
                row, length = rows[index], lengths[index]
                ids[at, :length], types[at, :length], mask[at, :length] = row.ids, row.types, 1
            (logits,) = self._session.run(["logits"], {"input_ids": ids, "type_ids": types, "attention_mask": mask})
            for at, index in enumerate(indices):
                # A copy, so that ONNX Runtime's own memory goes back at once: kept, it splits the heap between calls
                # and lets it grow, now and then by hundreds of megabytes on a document of 1 MB.
                results[index] = logits[at, : lengths[index]].copy()
        return [result for result in results if result is not None]
