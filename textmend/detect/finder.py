"""Finding gaps: texts in, gaps out. Runs the detector over windows of many texts at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from textmend.calibration import Calibration
from textmend.detect.cues import cues_at
from textmend.detect.echoes import EchoWeights, raised
from textmend.detect.inputs import Encoded, Pieces, Window, encode, row_of, windows
from textmend.detect.lengths import LengthKinds, lengths_in_article
from textmend.detect.other_gaps import ArticleWeights, in_article
from textmend.detect.parts import LONGEST, Part, parts
from textmend.detect.second_look import Look
from textmend.detect.sites import Sites
from textmend.models.queries import Row
from textmend.records import Gap

_TOGETHER = 512
"""Windows that are made and judged together: all of a long text would take far more memory than the text."""


class Detector(Protocol):
    """A network that judges sites; see ``detect.network.OnnxDetector``."""

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


class _Evidence(Protocol):
    """What an article's echoes and other gaps add to what is thought of a site."""

    @property
    def echoes(self) -> EchoWeights: ...

    @property
    def article(self) -> ArticleWeights: ...

    @property
    def length_kinds(self) -> LengthKinds: ...


def judge(texts: Sequence[str], detector: Detector, second_look: Look | None = None) -> list[Sites]:
    """Return every site of every text with its probability; texts don't influence each other.

    Args:
        texts: the texts.
        detector: reads all of them.
        second_look: reads doubtful places again; default: the detector alone.
    """
    judged = judge_alone(texts, detector)
    if second_look:
        judged = second_look.revise(texts, judged, detector.article)
    evidence: _Evidence = second_look.weights if second_look else detector
    return [_in_the_light_of_all(text, sites, evidence) for text, sites in zip(texts, judged, strict=True)]


def judge_alone(texts: Sequence[str], detector: Detector) -> list[Sites]:
    """Return every site of every text as the detector alone sees it, neither echoes nor other gaps heeded."""
    encoded = [encode(text, detector.pieces) for text in texts]
    return [
        _sites(document, logits, detector) for document, logits in zip(encoded, _read(encoded, detector), strict=True)
    ]


def find_gaps(
    texts: Sequence[str], detector: Detector, threshold: float, second_look: Look | None = None
) -> list[list[Gap]]:
    """Return the gaps of every text whose probability is at least ``threshold``.

    Texts of more than ``LONGEST`` code points are read in parts, one after the other.
    """
    short = [text for text in texts if len(text) <= LONGEST]
    judged = zip(short, judge(short, detector, second_look), strict=True)
    return [
        _gaps(*next(judged), threshold)
        if len(text) <= LONGEST
        else [gap for part in parts(text) for gap in _gaps_of(part, text, detector, threshold, second_look)]
        for text in texts
    ]


def _gaps_of(part: Part, text: str, detector: Detector, threshold: float, second_look: Look | None) -> list[Gap]:
    """Return the gaps of a part of a text."""
    (read,) = judge([text[part.first : part.last]], detector, second_look)
    sites = read._replace(starts=read.starts + part.first, ends=read.ends + part.first)
    inside = sites.starts >= part.start
    if part.stop < len(text):
        inside &= sites.starts < part.stop
    probabilities, lengths = sites.probabilities[inside], sites.lengths[inside]
    return _gaps(text, Sites(sites.starts[inside], sites.ends[inside], probabilities, lengths), threshold)


def _read(encoded: Sequence[Encoded], detector: Detector) -> list[NDArray[np.float64]]:
    """Return the detector's logits at all sites of each text, ``[sites, labels]``."""
    cut: list[tuple[int, Window]] = [
        (index, window)
        for index, document in enumerate(encoded)
        for window in windows(document, detector.window - 1, detector.margin)
    ]
    raw = [np.zeros((len(document.sites), detector.labels)) for document in encoded]
    for begin in range(0, len(cut), _TOGETHER):
        some = cut[begin : begin + _TOGETHER]
        rows = [row_of(encoded[index], window, detector.pieces.start) for index, window in some]
        for (index, window), logits in zip(some, detector.logits(rows), strict=True):
            raw[index][window.first_site : window.last_site] = logits
    return raw


def _sites(document: Encoded, logits: NDArray[np.float64], detector: Detector) -> Sites:
    """Return a text's sites; ``logits`` is used up, for a long text has millions of them."""
    if len(logits):
        logits -= logits.max(axis=1, keepdims=True)
        np.exp(logits, out=logits)
    some = logits[:, 1:]
    total = some.sum(axis=1, keepdims=True)
    raw = (total / np.maximum(logits.sum(axis=1, keepdims=True), 1e-30))[:, 0]
    some /= np.maximum(total, 1e-30)
    return Sites(document.starts, document.ends, detector.calibration(raw), some)


def _in_the_light_of_all(text: str, sites: Sites, evidence: _Evidence) -> Sites:
    starts, ends, own, lengths = sites
    probabilities = in_article(text, starts, ends, raised(text, starts, ends, own, evidence.echoes), evidence.article)
    return Sites(starts, ends, probabilities, lengths_in_article(lengths, probabilities, evidence.length_kinds))


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
