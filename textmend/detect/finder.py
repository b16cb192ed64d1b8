"""Finding gaps: texts in, gaps out. Runs the detector over windows of many texts at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from textmend.calibration import Calibration
from textmend.detect.cues import cues_at
from textmend.detect.echoes import EchoWeights, raised
from textmend.detect.inputs import Encoded, Pieces, Row, Window, encode, windows
from textmend.detect.lengths import LengthKinds, lengths_in_article
from textmend.detect.other_gaps import ArticleWeights, in_article
from textmend.records import Gap


class Detector(Protocol):
    """A network that judges sites; see ``models.detector.OnnxDetector``."""

    name: str
    pieces: Pieces
    window: int
    margin: int
    labels: int
    calibration: Calibration
    echoes: EchoWeights
    article: ArticleWeights
    length_kinds: LengthKinds

    def logits(self, rows: Sequence[Row]) -> list[NDArray[np.float32]]:
        """Return the logits at each row's sites, shape ``[sites, labels]``."""
        ...


class Sites(NamedTuple):
    """All sites of a text, judged.

    Attributes:
        starts: where each site's white space starts, shape ``[sites]``.
        ends: where it ends, shape ``[sites]``.
        probabilities: calibrated probabilities of a gap, shape ``[sites]``.
        lengths: for each site, the distribution over 1, 2, … lost words; shape ``[sites, labels - 1]``.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    lengths: NDArray[np.float64]


def judge(texts: Sequence[str], detector: Detector) -> list[Sites]:
    """Return every site of every text with its probability; texts don't influence each other."""
    encoded = [encode(text, detector.pieces) for text in texts]
    cut: list[tuple[int, Window]] = [
        (index, window)
        for index, document in enumerate(encoded)
        for window in windows(document, detector.window - 1, detector.margin)
    ]
    rows = [_row(encoded[index], window, detector.pieces.start) for index, window in cut]
    raw = [np.zeros((len(document.sites), detector.labels)) for document in encoded]
    for (index, window), logits in zip(cut, detector.logits(rows), strict=True):
        raw[index][window.first_site : window.last_site] = logits
    return [
        _sites(text, document, logits, detector) for text, document, logits in zip(texts, encoded, raw, strict=True)
    ]


def find_gaps(texts: Sequence[str], detector: Detector, threshold: float) -> list[list[Gap]]:
    """Return the gaps of every text whose probability is at least ``threshold``."""
    return [_gaps(text, sites, threshold) for text, sites in zip(texts, judge(texts, detector), strict=True)]


def _row(document: Encoded, window: Window, start: int) -> Row:
    return Row(
        np.concatenate(([start], document.ids[window.start : window.end])).astype(np.int64, copy=False),
        np.concatenate(([0], document.types[window.start : window.end])).astype(np.int64, copy=False),
        document.sites[window.first_site : window.last_site].astype(np.int64) - window.start + 1,
    )


def _sites(text: str, document: Encoded, logits: NDArray[np.float64], detector: Detector) -> Sites:
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True)) if len(logits) else logits
    some = exponents[:, 1:]
    total = some.sum(axis=1, keepdims=True)
    raw = (total / np.maximum(exponents.sum(axis=1, keepdims=True), 1e-30))[:, 0]
    probabilities = raised(text, document.starts, document.ends, detector.calibration(raw), detector.echoes)
    probabilities = in_article(text, document.starts, document.ends, probabilities, detector.article)
    lengths = lengths_in_article(some / np.maximum(total, 1e-30), probabilities, detector.length_kinds)
    return Sites(document.starts, document.ends, probabilities, lengths)


def _gaps(text: str, sites: Sites, threshold: float) -> list[Gap]:
    gaps: list[Gap] = []
    for index in np.flatnonzero(sites.probabilities >= threshold):
        start, end = int(sites.starts[index]), int(sites.ends[index])
        gaps.append(
            Gap(
                start=start,
                end=end,
                probability=float(sites.probabilities[index]),
                lengths=tuple(float(share) for share in sites.lengths[index]),
                cues=cues_at(text, start, end),
            )
        )
    return gaps
