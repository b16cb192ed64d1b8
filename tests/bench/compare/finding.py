"""Rivals at finding gaps: the same records, the same measures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.compare.configuration import Report, Setting
from bench.compare.tables import Row, Table, columns
from bench.rivals.cues import CuesAlone
from bench.rivals.parse import ParseHeuristic
from textmend.damage.benchmark import Benchmark, Record
from textmend.evaluate.bootstrap import intervals, paired_differences
from textmend.evaluate.detection import Detection, clean_statistic, judge_records
from textmend.evaluate.system import Judge
from textmend.policy import FIND_AT

THRESHOLD = FIND_AT
RECORDS, WHOLE = 120, 120

_COLUMNS = columns(
    ("precision", "precision", "share"),
    ("recall", "recall", "share"),
    ("f1", "F1", "share"),
    ("average_precision", "average precision", "share"),
    ("recall_at_90_precision", "recall at 90 % precision", "share"),
    ("f1_change", "F1, change", "points"),
)
_BATCH = 16


def compare_finders(setting: Setting, report: Report) -> list[Table]:
    """Return a table for each damaged file, and one of false gaps in whole texts."""
    finders: list[tuple[str, Judge]] = [
        ("textmend", setting.system.judge),
        ("cues alone", CuesAlone().judge),
        ("parse heuristic (spaCy)", ParseHeuristic().judge),
    ]
    tables = []
    for benchmark in setting.damaged(RECORDS):
        rows = []
        ours: Detection | None = None
        for name, judge in finders:
            report(f"{benchmark.name}: {name}")
            detection = Detection(judge_records(batches(benchmark), judge), THRESHOLD)
            values = dict(intervals(detection.figures, len(benchmark.records)))
            if ours:
                values["f1_change"] = paired_differences(detection.figures, ours.figures, len(benchmark.records))["f1"]
            ours = ours or detection
            rows.append(Row(name, values))
        tables.append(
            Table(
                title=f"Finding gaps in {described(benchmark)}",
                columns=_COLUMNS,
                rows=tuple(rows),
                note="In percent, with 95 % intervals from resampling whole records; the change is in percentage points "
                "against textmend, on the same records. Rivals without probabilities "
                "have one operating point, so their recall at 90 % precision is 0 where that point is below it.",
            )
        )
    for benchmark in setting.whole(WHOLE):
        rows = []
        for name, judge in finders:
            report(f"{benchmark.name}: {name}")
            judged = judge_records(batches(benchmark), judge)
            figures = intervals(clean_statistic(judged, THRESHOLD), len(judged))
            rows.append(Row(name, {"false_gaps": figures["false_gaps"]}))
        tables.append(
            Table(
                title=f"False gaps in whole text: {described(benchmark)}",
                columns=columns(("false_gaps", "false gaps per 10,000 words", "number")),
                rows=tuple(rows),
                note="The whole texts had been sifted: paragraphs with a space before a comma, or with empty "
                "brackets, were taken out. That flatters the cues, and textmend.",
            )
        )
    return tables


def batches(benchmark: Benchmark) -> Iterator[Sequence[Record]]:
    """Yield a benchmark's records, a few at a time."""
    for start in range(0, len(benchmark.records), _BATCH):
        yield benchmark.records[start : start + _BATCH]


def described(benchmark: Benchmark) -> str:
    """Return what a sample is: its file and size."""
    gaps = f", {benchmark.gaps:,} gaps" if benchmark.gaps else ""
    return f"`{benchmark.name}` ({len(benchmark.records):,} records, {benchmark.words:,} words{gaps})"
