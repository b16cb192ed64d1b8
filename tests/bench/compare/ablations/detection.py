"""Ablations of detection: what the article tells, how much of it the detector sees, and quantization.

Cues are no part of this: the model does not see them, so leaving them out changes no probability.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import numpy as np

from bench.compare.ablations.models import changed, model_title
from bench.compare.configuration import Report, Setting
from bench.compare.finding import THRESHOLD, batches, described
from bench.compare.tables import Row, Table, columns
from textmend.damage.benchmark import Benchmark
from textmend.detect import finder
from textmend.detect.echoes import EchoWeights
from textmend.detect.network import OnnxDetector
from textmend.detect.other_gaps import ArticleWeights
from textmend.detect.second_look import SecondLook
from textmend.detect.sites import Sites
from textmend.evaluate.bootstrap import intervals, paired_differences
from textmend.evaluate.detection import Detection, judge_records
from textmend.evaluate.system import Judge
from textmend.mender import Mender
from textmend.models.registry import locate
from textmend.text.sentences import sentences_of
from textmend.text.words import Span, paragraphs

RECORDS, FLOAT_RECORDS = 80, 30

Cut = Callable[[str], Sequence[Span]]

_COLUMNS = columns(
    ("f1", "F1", "share"),
    ("average_precision", "average precision", "share"),
    ("recall_at_90_precision", "recall at 90 % precision", "share"),
    ("average_precision_change", "average precision, change", "points"),
)
_NOTE = "In percent, the change in percentage points against the first row, with 95 % intervals."


def ablate_context(setting: Setting, report: Report) -> list[Table]:
    """Leave out what an article's echoes and other gaps tell; show the detector less than the article."""
    judge, mender = setting.system.judge, setting.single
    judges: list[tuple[str, Judge]] = [
        ("the article, in windows", judge),
        ("without the second look", partial(finder.judge, detector=mender.detector)),
        ("without echoes", _without(mender, echoes=EchoWeights())),
        ("without the other gaps of the article", _without(mender, article=ArticleWeights())),
        ("each paragraph alone", lambda texts: by_parts(texts, judge, _paragraphs)),
        ("each sentence alone", lambda texts: by_parts(texts, judge, _sentences)),
    ]
    note = (
        f"{_NOTE} Cues stand in no row: they explain a gap to people, and the model does not see them, so that leaving "
        "them out changes no probability."
    )
    return [
        _table(f"The detector's context, {described(benchmark)}", benchmark, judges, report, note)
        for benchmark in setting.damaged(RECORDS)
    ]


def _without(mender: Mender, **left_out: EchoWeights | ArticleWeights) -> Judge:
    """Return what judges without a part of the evidence, at the second look too."""
    look = mender.second_look
    if look:
        look = SecondLook(look.load, dataclasses.replace(look.weights, **left_out))
    return partial(finder.judge, detector=changed(mender.detector, **left_out), second_look=look)


def ablate_quantization(setting: Setting, report: Report) -> list[Table]:
    """Compare the detector with the same one in float32, calibrated alike; nothing where there is no such folder."""
    if not setting.float_detector:
        return []
    embedded = locate(setting.detector, "detector")
    quantized = OnnxDetector(embedded)
    exact = changed(
        OnnxDetector(setting.float_detector),
        calibration=quantized.calibration,
        echoes=quantized.echoes,
        article=quantized.article,
        length_kinds=quantized.length_kinds,
    )
    judges: list[tuple[str, Judge]] = [
        (model_title("as embedded", embedded), partial(finder.judge, detector=quantized)),
        (model_title("float32", setting.float_detector), partial(finder.judge, detector=exact)),
    ]
    note = f"{_NOTE} Both are calibrated as the rounded model is."
    return [
        _table(f"Quantization of the detector, {described(benchmark)}", benchmark, judges, report, note)
        for benchmark in setting.damaged(FLOAT_RECORDS)
    ]


def by_parts(texts: Sequence[str], judge: Judge, cut: Cut) -> list[Sites]:
    """Judge each part of a text as if it were all there is."""
    parts = [[(span.start, text[span.start : span.end]) for span in cut(text)] for text in texts]
    judged = iter(judge([part for own in parts for _, part in own]))
    return [_joined([(offset, next(judged)) for offset, _ in own]) for own in parts]


def _joined(parts: Sequence[tuple[int, Sites]]) -> Sites:
    """Return the sites of parts as those of the whole; where one ends a part and another begins one, both stand."""
    if not parts:
        return Sites(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0), np.zeros((0, 0)))
    return Sites(
        np.concatenate([offset + sites.starts for offset, sites in parts]),
        np.concatenate([offset + sites.ends for offset, sites in parts]),
        np.concatenate([sites.probabilities for _, sites in parts]),
        np.concatenate([sites.lengths for _, sites in parts]),
    )


def _paragraphs(text: str) -> list[Span]:
    return list(_tiled(text, list(paragraphs(text))))


def _sentences(text: str) -> list[Span]:
    return list(_tiled(text, [sentence for span in paragraphs(text) for sentence in sentences_of(text, span)]))


def _tiled(text: str, spans: Sequence[Span]) -> Iterator[Span]:
    """Yield spans stretched over the white space after them, so that no site is lost between them."""
    for span, following in zip(spans, [*spans[1:], Span(len(text), len(text))], strict=True):
        yield Span(span.start, max(span.end, following.start))


def _table(title: str, benchmark: Benchmark, judges: Sequence[tuple[str, Judge]], report: Report, note: str) -> Table:
    first: Detection | None = None
    rows = []
    for name, judge in judges:
        report(f"{benchmark.name}: {name}")
        detection = Detection(judge_records(batches(benchmark), judge), THRESHOLD)
        values = dict(intervals(detection.figures, len(detection.judged)))
        if first:
            change = paired_differences(detection.figures, first.figures, len(detection.judged))
            values["average_precision_change"] = change["average_precision"]
        first = first or detection
        rows.append(Row(name, values))
    return Table(title=title, columns=_COLUMNS, rows=tuple(rows), note=note)
