"""Peak memory, each contender in a process of its own."""

from __future__ import annotations

from typing import Any

from bench.compare.configuration import Report, Setting
from bench.compare.subprocess_job import run
from bench.compare.tables import Row, Table, columns

LENGTH, PARAGRAPH, GAPS = 100_000, 600, 8
RUNS = 2
"""The allocator's luck moves peaks by some tens of megabytes from run to run: the largest counts."""


def measure_memory(setting: Setting, report: Report) -> list[Table]:
    """Return the peak memory of textmend and of its rivals at comparable jobs."""
    models = {"detector": setting.detector, "filler": setting.filler}
    filled = {"characters": 10_000, "gaps": GAPS, **models}
    jobs: list[tuple[str, str, dict[str, Any]]] = [
        ("Python, and this module", "nothing", {}),
        ("textmend, `find_gaps`, 100 KB", "find", {"characters": LENGTH, **models}),
        ("spaCy's small pipeline, 100 KB", "spacy", {"characters": LENGTH}),
        ("the same encoder under torch, 100 KB", "torch-find", {"characters": LENGTH, **models}),
        (f"textmend, filling {GAPS} gaps", "fill", filled),
        ("a filler under torch, 2 gaps", "torch-fill", {**filled, "gaps": 2}),
        ("language model, one paragraph", "llm", {"characters": PARAGRAPH, "llm": setting.llm}),
    ]
    rows = []
    for name, job, options in jobs:
        report(name)
        answers = [run(job, **options) for _ in range(RUNS)]
        largest = max(answers, key=lambda answer: answer.peak)
        rows.append(Row(name, {"peak": largest.peak / 1e6, "before": largest.before / 1e6}))
    return [
        Table(
            title="Peak memory",
            columns=columns(("before", "before the job, MB", "count"), ("peak", "peak, MB", "count")),
            rows=tuple(rows),
            note=f"Resident memory, each in a process of its own, the largest of {RUNS} runs. *Before the job*: Python, libraries, models and text. "
            "Whoever fills has both of textmend's models loaded.",
        )
    ]
