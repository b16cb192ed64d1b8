"""A detector and a filler without models, for tests and measurements of what surrounds them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from textmend import Fill
from textmend.calibration import Calibration
from textmend.detect.echoes import EchoWeights
from textmend.detect.lengths import LengthKinds
from textmend.detect.other_gaps import ArticleWeights

SEPARATOR = 2


class WholeWords:
    """A vocabulary in which every word is one piece."""

    start = 1
    separator = SEPARATOR

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}

    def __call__(self, word: str) -> list[int]:
        return [self._ids.setdefault(word, SEPARATOR + 1 + len(self._ids))]


class FakeDetector:
    """Sees a gap before each of the words it is told of (``None``: at the end of a paragraph), and counts its work."""

    name = "fake"
    window = 32
    margin = 4
    labels = 7
    calibration = Calibration()
    echoes = EchoWeights()
    article = ArticleWeights()
    length_kinds = LengthKinds()

    def __init__(self, *words: str | None) -> None:
        self.pieces = WholeWords()
        self._at = [SEPARATOR if word is None else self.pieces(word)[0] for word in words]
        self.rows = self.tokens = 0

    def logits(self, rows: Sequence[Any]) -> list[np.ndarray]:
        self.rows += len(rows)
        self.tokens += sum(len(row.ids) for row in rows)
        return [self._judge(row.ids)[row.sites] for row in rows]

    def _judge(self, ids: np.ndarray) -> np.ndarray:
        logits = np.full((len(ids), self.labels), -30.0, dtype=np.float32)
        logits[:, 0] = 0
        logits[:, 1] = np.where(np.isin(ids, self._at), 4.0, -8.0)
        return logits


class FakeProposer:
    """Proposes the same fills for every gap, and remembers what it was asked."""

    def __init__(self, *fills: Fill) -> None:
        self.fills = fills
        self.documents: list[Any] = []

    def propose(self, documents: Sequence[Any]) -> list[list[Any]]:
        self.documents.extend(documents)
        return [[gap if gap.fills else gap.with_fills(self.fills) for gap in document.gaps] for document in documents]
