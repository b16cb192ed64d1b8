"""What each named policy applies, and how often that is exactly what stood there.

``python -m bench.policies`` measures it on records of the development benchmarks; ``--update`` writes the figures to
``textmend/policy_figures.json`` and into ``docs/policies.md``. The gate measures the same on a small sample.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from textmend import policy_figures
from textmend.damage.benchmark import Benchmark, read_benchmark, sample
from textmend.errors import RecordError, TextmendError
from textmend.evaluate.mending import MendedRecord, mend_records, sweep
from textmend.evaluate.report import write_text
from textmend.evaluate.run import by_gaps
from textmend.evaluate.system import MenderSystem, System
from textmend.policy import NAMES, Policy
from textmend.policy_figures import Figures, Measured, PolicyFigures

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "policies.md"

_BLOCK = re.compile(r"(<!-- figures: policies -->\n).*?(<!-- end -->)", re.DOTALL)
_BENCHMARKS = {
    policy_figures.KEYWORDS: "Where names and content words are lost",
    "link_loss": "Where whole link texts are lost",
}
"""What is measured, and what the document calls it."""


def figures_of(mended: Sequence[MendedRecord]) -> dict[str, PolicyFigures]:
    """Return what each named policy would have applied of the fills that were proposed for records."""
    found = {}
    for name in NAMES:
        policy = Policy.named(name)
        (point,) = sweep(mended, policy, [policy.apply_at])
        found[name] = PolicyFigures(fills=point.fills, exact=point.precision, filled=point.applied)
    return found


def pinned(mended: Sequence[MendedRecord]) -> dict[str, float]:
    """Return the figures that the gate pins, by name. Where a policy applies nothing, nothing of it is wrong."""
    found = {}
    for name, one in figures_of(mended).items():
        found[f"{name}_exact"] = one.exact if one.fills else 1.0
        found[f"{name}_filled"] = one.filled
    return found


def measure(system: System, benchmark: Benchmark) -> Measured:
    """Mend the records of a benchmark, and return what each named policy did."""
    mended = mend_records(by_gaps(benchmark.records), system.mend)
    return Measured(records=len(benchmark.records), gaps=benchmark.gaps, policies=figures_of(mended))


def filled_in(document: str, figures: Figures) -> str:
    """Return the document with these figures between its markers. Raises :class:`RecordError` where it has none."""
    new, count = _BLOCK.subn(lambda match: f"{match[1]}\n{markdown(figures)}\n\n{match[2]}", document)
    if count != 1:
        raise RecordError("the document of the policies should have one block '<!-- figures: policies -->'")
    return new


def markdown(figures: Figures) -> str:
    """Return the figures as tables for people."""
    tables = [
        _table(f"{_BENCHMARKS[name]} ({one.records} articles, {one.gaps} gaps)", one)
        for name, one in figures.benchmarks.items()
    ]
    taken = f"<sub>Measured on {figures.date} with {' and '.join(figures.models)}.</sub>"
    return "\n\n".join([*tables, taken])


def _table(title: str, measured: Measured) -> str:
    rows = [
        f"| `{name}` | {Policy.named(name).apply_at:g} | {f'{100 * one.exact:.0f}' if one.fills else '–'} "
        f"| {100 * one.filled:.1f} % | {one.fills} |"
        for name, one in measured.policies.items()
    ]
    heading = [
        "| policy | `apply_at` | of 100 applied fills exactly what stood there "
        "| share of the true gaps that is filled | fills counted |",
        "|---|---:|---:|---:|---:|",
    ]
    return "\n".join([f"**{title}**", "", *heading, *rows])


def main(
    data: Annotated[Path, typer.Option(help="Folder of the development benchmarks.")] = Path("../shared/data/dev"),
    records: Annotated[int, typer.Option(help="How many records of lost names and content words.")] = 110,
    links: Annotated[int, typer.Option(help="How many records of lost link texts.")] = 40,
    seed: Annotated[int, typer.Option(help="Chooses the records.")] = 0,
    threads: Annotated[int | None, typer.Option(help="CPU threads; default: one a core.")] = None,
    update: Annotated[bool, typer.Option("--update", help="Write the figures, for --help and docs.")] = False,
) -> None:
    """Measure what each named policy applies."""
    from textmend.mender import Mender

    try:
        system = MenderSystem(Mender(threads=threads))
        measured = {}
        for name, size in zip(_BENCHMARKS, (records, links), strict=True):
            measured[name] = measure(system, sample(read_benchmark(data / f"{name}.jsonl.bz2"), size, seed))
        figures = Figures(datetime.now(UTC).date().isoformat(), tuple(system.models.values()), measured)
        typer.echo(markdown(figures))
        if update:
            document = filled_in(DOCUMENT.read_text(encoding="utf-8"), figures)
            write_text(json.dumps(figures.to_dict(), indent=1) + "\n", policy_figures.FILE)
            write_text(document, DOCUMENT)
    except TextmendError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(1) from error


if __name__ == "__main__":
    typer.run(main)
