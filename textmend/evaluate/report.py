"""An evaluation for machines (JSON) and for people (a table in the terminal). ``page`` writes the HTML report."""

from __future__ import annotations

import importlib.metadata
import json
import math
import os
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from textmend import __version__
from textmend.damage.benchmark import Benchmark
from textmend.evaluate.bootstrap import Interval
from textmend.evaluate.run import Evaluation
from textmend.files import write_file
from textmend.report.numbers import count

REPORT_SCHEMA = 1
"""Version of the JSON form. It grows when a form changes so that an older reader would misread it."""

_PACKAGES = ("numpy", "onnxruntime", "regex", "tokenizers")

NOT_SHARES = frozenset(("ece", "ece_chance", "mrr", "false_gaps", "false_gaps_sure", "harm"))
"""Figures that are rates or means; all others are shares, and shown in percent."""

_SECTIONS = (
    ("Detection", "detection"),
    ("Recall by shape", "recall_by_shape"),
    ("Fills at true gaps", "filling"),
    ("Mending", "mending"),
    ("Calibration of all together", "calibration"),
)

LABELS = {
    "average_precision": "average precision",
    "best_f1": "best F1",
    "recall_at_90_precision": "recall at 90 % precision",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "ece": "ECE",
    "ece_chance": "ECE by chance",
    "false_gaps": "false gaps per 10,000 words",
    "false_gaps_sure": "… with probability 0.9 or more",
    "top_1": "top-1",
    "top_5": "top-5",
    "top_20": "top-20",
    "top_1_accepted": "top-1 or as good",
    "mrr": "MRR",
    "precision_of_place": "… at the right place",
    "applied": "share of gaps filled",
    "harm": "harm per 10,000 words",
    "introducing": "edits with new names or numbers",
}


def provenance(models: Mapping[str, str], options: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what is needed to repeat a run: date, versions, machine, models, options."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "textmend": __version__,
        "python": platform.python_version(),
        "packages": {name: importlib.metadata.version(name) for name in _PACKAGES},
        "machine": {"system": platform.system(), "processor": _processor(), "cores": os.cpu_count()},
        "models": dict(models),
        "options": dict(options or {}),
    }


def _processor() -> str:
    """Return the processor's name if the system gives it, otherwise its architecture."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def to_dict(evaluation: Evaluation, origin: Mapping[str, Any]) -> dict[str, Any]:
    """Return the JSON form of an evaluation; undefined figures are ``null``.

    Args:
        evaluation: the evaluation.
        origin: the result of ``provenance``.
    """
    return {
        "schema": REPORT_SCHEMA,
        "kind": "textmend-evaluation",
        **origin,
        "plan": asdict(evaluation.plan),
        "benchmarks": [
            {
                **_data(result.benchmark),
                "sites": result.detection.sites,
                "false_gaps": dict(zip(("found", "beside"), result.detection.false_beside(), strict=True)),
                "filled_gaps": len(result.filling.filled) if result.filling else 0,
                "mended_records": len(result.mended or ()),
                "counts": result.counts,
                "figures": _figures(result.figures),
            }
            for result in evaluation.benchmarks
        ],
        "clean": [{**_data(result.benchmark), "figures": _figures(result.figures)} for result in evaluation.clean],
        "together": _figures(evaluation.together),
    }


def write_json(record: Mapping[str, Any], path: Path) -> None:
    """Write a record as JSON. Raises :class:`FileError` if the file can't be written."""
    write_text(json.dumps(record, indent=1, ensure_ascii=True, allow_nan=False) + "\n", path)


def write_text(text: str, path: Path) -> None:
    """Write a UTF-8 file. Raises :class:`FileError` if it can't be written."""
    write_file(path, text.encode("utf-8"))


def show(evaluation: Evaluation, console: Console) -> None:
    """Print an evaluation as tables."""
    for result in evaluation.benchmarks:
        benchmark = result.benchmark
        console.print(
            f"\n[bold]{benchmark.name}[/]: {count(len(benchmark.records), 'record')}, "
            f"{count(benchmark.words, 'word')}, {count(benchmark.gaps, 'gap')}"
        )
        for title, columns in sections(result.figures):
            console.print(_table(title, columns, counts_of(columns, title, result.counts)))
        false, beside = result.detection.false_beside()
        console.print(
            f"{count(false, 'false gap')} at {evaluation.plan.threshold:g}; {beside:,} of them beside a true one"
        )
    for clean in evaluation.clean:
        console.print(f"\n[bold]{clean.benchmark.name}[/]: clean, {clean.benchmark.words:,} words")
        for title, columns in sections(clean.figures):
            console.print(_table(title, columns, None))
    for title, columns in sections(evaluation.together):
        console.print()
        console.print(_table(title, columns, None))


def counts_of(columns: Iterable[str], title: str, counts: Mapping[str, int]) -> dict[str, int] | None:
    """Return how many gaps each part of a table has; ``None`` if the number of a part is unknown."""
    prefix = next((prefix for name, prefix in _SECTIONS if name == title), "")
    names = {part: prefix if part == "all" else f"{prefix}/{part}" for part in columns}
    if not all(name in counts for name in names.values()):
        return None
    return {part: counts[name] for part, name in names.items()}


def sections(figures: Mapping[str, Mapping[str, Interval]]) -> list[tuple[str, dict[str, Mapping[str, Interval]]]]:
    """Return figures as tables: a title, and the figures of each column. Parts of one kind share a table."""
    tables: list[tuple[str, dict[str, Mapping[str, Interval]]]] = []
    for title, prefix in _SECTIONS:
        columns = {
            (name.removeprefix(prefix).removeprefix("/") or "all"): values
            for name, values in figures.items()
            if name == prefix or name.startswith(prefix + "/")
        }
        if columns:
            tables.append((title, columns))
    return tables


def shown(name: str, interval: Interval) -> tuple[str, str]:
    """Return a figure and its interval as people read them."""
    number = _plain if name in NOT_SHARES else _percent
    if math.isnan(interval.value):
        return "–", ""
    between = "" if math.isnan(interval.low) else f"{number(interval.low)}–{number(interval.high)}"
    return number(interval.value), between


def label(name: str) -> str:
    """Return the name of a figure."""
    return LABELS.get(name, name)


class Grid(NamedTuple):
    """A table of figures for people: a heading, and rows with a name and cells (a figure, its interval)."""

    heading: list[str]
    rows: list[tuple[str, list[tuple[str, str]]]]


def grid(columns: Mapping[str, Mapping[str, Interval]], counts: Mapping[str, int] | None = None) -> Grid:
    """Return figures as a table: one row for each figure if there is one part, otherwise one row for each part.

    Args:
        columns: figures by part.
        counts: the number of gaps of a part, if it is known.
    """
    names = list(dict.fromkeys(name for values in columns.values() for name in values))
    if len(columns) == 1:
        ((part, values),) = columns.items()
        return Grid([part], [(label(name), [shown(name, values[name])]) for name in names])
    rows = []
    for part, values in columns.items():
        cells = [shown(name, values[name]) if name in values else ("", "") for name in names]
        rows.append((part, [(f"{counts[part]:,}", ""), *cells] if counts else cells))
    return Grid([*(["gaps"] if counts else []), *map(label, names)], rows)


def _table(title: str, columns: Mapping[str, Mapping[str, Interval]], counts: Mapping[str, int] | None) -> Table:
    heading, rows = grid(columns, counts)
    single = len(columns) == 1
    # Intervals of parts are in the JSON and in the HTML report; here they would hide the figures.
    texts = [
        [_with_interval(*cell, folded=not single) if number == 0 or single else cell[0] for cell in cells]
        for number, (_, cells) in enumerate(rows)
    ]
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=0)
    table.add_column("", no_wrap=True)
    for column, *own in zip(heading, *texts, strict=True):
        # As narrow as the words allow, so that a terminal of 80 columns cuts neither headings nor figures.
        words = " ".join([column, *(Text.from_markup(text).plain for text in own)]).split()
        table.add_column(column, justify="right", width=None if single else max(map(len, words)))
    for (name, _), line in zip(rows, texts, strict=True):
        table.add_row(name, *line)
    return table


def _with_interval(value: str, between: str, *, folded: bool) -> str:
    if not between:
        return value
    low, dash, high = between.partition("–")
    return f"{value}\n[dim]{low}{dash}[/]\n[dim]{high}[/]" if folded else f"{value}\n[dim]{between}[/]"


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"


def _plain(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 1 else f"{value:.2f}"


def _data(benchmark: Benchmark) -> dict[str, Any]:
    return {
        "name": benchmark.name,
        "file": str(benchmark.path),
        "sha256": benchmark.digest,
        "records": len(benchmark.records),
        "words": benchmark.words,
        "gaps": benchmark.gaps,
    }


def _figures(figures: Mapping[str, Mapping[str, Interval]]) -> dict[str, Any]:
    return {
        part: {
            name: {key: None if math.isnan(value) else value for key, value in interval._asdict().items()}
            for name, interval in values.items()
        }
        for part, values in figures.items()
    }
