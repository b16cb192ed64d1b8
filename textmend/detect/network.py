"""The detector's network: token windows in, logits out. What they mean is ``detect``'s business."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from textmend.calibration import Calibration
from textmend.detect.echoes import EchoWeights
from textmend.detect.inputs import Pieces
from textmend.detect.lengths import LengthKinds
from textmend.detect.other_gaps import ArticleWeights
from textmend.errors import ModelError
from textmend.models.folder import ModelFolder
from textmend.models.queries import Row
from textmend.models.session import open_session, run_session, usable_cores
from textmend.models.wordpiece import WordPieces

_INPUTS = {"input_ids", "type_ids", "sites"}


class OnnxDetector:
    """A detector on ONNX Runtime.

    Attributes:
        name: its name and version, as its card gives them.
        language: the language it knows, as ISO 639 names it; ``None`` where its folder does not say.
        pieces: its vocabulary.
        window: how many tokens it reads at once, the start token included.
        margin: how many pieces of context a judged site should have on both sides.
        labels: the number of its labels: 0 (no gap), 1, 2, … words lost; the last means that many or more.
        calibration: from its raw probability of a gap to a calibrated one.
        echoes: what an echo adds to that.
        article: what the article's other gaps add to that.
        length_kinds: what they say about how many words are missing.
    """

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        opened = ModelFolder.open(folder, "detector")
        self.name = str(opened.get("name", str))
        self.language = opened.config.get("language")
        self.pieces: Pieces = opened.read("tokens", lambda tokens: WordPieces(opened.tokenizer, **tokens))
        self.window = int(opened.get("window", int))
        self.margin = int(opened.get("margin", int))
        self.labels = int(opened.get("labels", int))
        if not 0 < 4 * self.margin < self.window or self.labels < 2:
            raise ModelError(f"{folder}: window {self.window}, margin {self.margin}, labels {self.labels} don't fit")
        self.calibration = opened.read("calibration", Calibration.from_dict)
        self.echoes = opened.read("echoes", EchoWeights.from_dict, EchoWeights())
        self.article = opened.read("article", ArticleWeights.from_dict, ArticleWeights())
        self.length_kinds = opened.read("length_kinds", LengthKinds.from_dict, LengthKinds())
        if len(self.length_kinds.short) not in (0, self.labels - 1):
            raise ModelError(f"{folder}: {len(self.length_kinds.short)} lengths in 'length_kinds' don't fit the labels")
        self._threads = threads or usable_cores()
        # One thread a window: they wait for each other less than threads that share one.
        self._session = open_session(opened.model, 1)
        if (found := {value.name for value in self._session.get_inputs()}) != _INPUTS:
            raise ModelError(
                f"{opened.model}: takes {', '.join(sorted(found))}; a detector of this version of textmend takes "
                f"{', '.join(sorted(_INPUTS))}; export the model again"
            )

    def logits(self, rows: Sequence[Row]) -> list[NDArray[np.float32]]:
        """Return the logits at each row's sites, shape ``[sites, labels]``, in the rows' order."""
        # One window a call: larger batches leave the caches and run at half the speed.
        if self._threads == 1 or len(rows) < 2:
            return [self._judge(row) for row in rows]
        if not threading.main_thread().is_alive():
            # The interpreter is shutting down, and starts no more threads.
            return [self._judge(row) for row in rows]
        with ThreadPoolExecutor(min(self._threads, len(rows))) as pool:
            return list(pool.map(self._judge, rows))

    def _judge(self, row: Row) -> NDArray[np.float32]:
        inputs = {"input_ids": row.ids[None], "type_ids": row.types[None], "sites": row.sites}
        (logits,) = run_session(self._session, ["logits"], inputs)
        # A copy, so that ONNX Runtime's own memory goes back at once: kept, it splits the heap between calls
        # and lets it grow, now and then by hundreds of megabytes on a document of 1 MB.
        copied: NDArray[np.float32] = logits.copy()
        return copied
