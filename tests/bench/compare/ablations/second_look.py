"""The second look: how much of a text is read again, what that costs, and what it brings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bench.compare.clock import timed
from bench.compare.configuration import Report, Setting
from bench.compare.finding import THRESHOLD, batches, described
from bench.compare.tables import Row, Table, Value, columns
from textmend.damage.benchmark import Benchmark
from textmend.detect.finder import judge
from textmend.detect.inputs import Pieces, encode
from textmend.detect.network import OnnxDetector
from textmend.detect.second_look import Reader, SecondLook
from textmend.evaluate.bootstrap import intervals
from textmend.evaluate.detection import Detection, JudgedRecord, clean_statistic, judge_records
from textmend.models import queries

RECORDS, WHOLE = 50, 50

_COST = (("read", "read again", "share"), ("slower", "times as slow", "number"))
_NOTE = (
    "*Read again*: pieces that the larger network reads, in percent of the text's; where stretches overlap, pieces "
    "count twice. *Times as slow*: processor time on one thread, compared with the detector alone."
)


def ablate_second_look(setting: Setting, report: Report) -> list[Table]:
    """Compare no second look, its first round alone, and both rounds."""
    mender = setting.single
    look = mender.second_look
    if look is None:
        return []
    reader = Counting(look.load())
    first = SecondLook(lambda: reader, replace(look.weights, damaged=1.0))
    both = SecondLook(lambda: reader, look.weights)
    rounds = {"the detector alone": None, "… and doubtful places": first, "… and damaged articles": both}
    tables = []
    for benchmark in (*setting.damaged(RECORDS), *setting.whole(WHOLE)):
        found = []
        for name, second_look in rounds.items():
            report(f"{benchmark.name}: {name}")
            found.append((name, *_measured(benchmark, mender.detector, second_look, reader)))
        tables.append(_table(benchmark, found))
    return tables


class Counting:
    """A reader that counts the pieces it reads.

    Args:
        reader: the reader.

    Attributes:
        read: how many pieces it has read.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader, self.labels = reader, reader.labels
        self.read = 0

    @property
    def pieces(self) -> Pieces:
        """Its vocabulary."""
        return self._reader.pieces

    def logits(self, rows: Sequence[queries.Row]) -> list[NDArray[np.float32]]:
        """Return what the reader says."""
        self.read += sum(len(row.ids) for row in rows)
        return self._reader.logits(rows)


def _measured(
    benchmark: Benchmark, detector: OnnxDetector, second_look: SecondLook | None, reader: Counting
) -> tuple[list[JudgedRecord], float, float]:
    """Return the judged records, the share of pieces that was read again, and seconds of processor time."""
    judged: list[JudgedRecord] = []
    reader.read = 0

    def work() -> None:
        judged.extend(judge_records(batches(benchmark), lambda texts: judge(texts, detector, second_look)))

    seconds = timed(work).processor
    total = sum(len(encode(record.text, detector.pieces).ids) for record in benchmark.records)
    return judged, reader.read / total, seconds


def _table(benchmark: Benchmark, found: Sequence[tuple[str, list[JudgedRecord], float, float]]) -> Table:
    rows = []
    for name, judged, read, seconds in found:
        cost: dict[str, Value] = {"read": read, "slower": seconds / found[0][3]}
        count = len(judged)
        figures = (
            intervals(Detection(judged, THRESHOLD).figures, count)
            if benchmark.gaps
            else intervals(clean_statistic(judged, THRESHOLD), count)
        )
        rows.append(Row(name, cost | dict(figures)))
    quality = (
        (
            ("average_precision", "average precision", "share"),
            ("best_f1", "best F1", "share"),
            ("recall_at_90_precision", "recall at 90 % precision", "share"),
        )
        if benchmark.gaps
        else (("false_gaps", "false gaps per 10,000 words", "number"),)
    )
    return Table(
        title=f"The second look, {described(benchmark)}",
        columns=columns(*_COST, *quality),
        rows=tuple(rows),
        note=_NOTE,
    )
