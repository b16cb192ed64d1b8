"""The commands ``textmend evaluate`` and ``textmend damage``, as plain functions for Typer."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import IO, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from textmend.errors import FileError
from textmend.evaluate.benchmark import Record, read_benchmark, sample
from textmend.evaluate.run import Plan, evaluate_system


class VariantChoice(StrEnum):
    """What becomes of the white space around lost words."""

    raw = "raw"
    collapsed = "collapsed"
    tidy = "tidy"
    mixed = "mixed"


def evaluate(
    bench: Annotated[list[Path], typer.Argument(help="Benchmarks: damaged texts with the truth, as JSON Lines.")],
    clean: Annotated[
        list[Path] | None, typer.Option("--clean", help="Whole texts, as JSON Lines: for false gaps and harm.")
    ] = None,
    sample_size: Annotated[
        int | None, typer.Option("--sample", min=1, help="How many records of each file; default: all.")
    ] = None,
    gaps: Annotated[
        int, typer.Option("--gaps", min=0, help="How many gaps of each benchmark to fill, and to mend; 0: all.")
    ] = 300,
    seed: Annotated[int, typer.Option(help="Chooses the sample: the same seed, the same records.")] = 0,
    json_file: Annotated[Path | None, typer.Option("--json", help="Write all figures to this file.")] = None,
    html_file: Annotated[Path | None, typer.Option("--html", help="Write a report with plots to this file.")] = None,
    detector: Annotated[str, typer.Option(help="Detector: a language or a folder.")] = "en",
    filler: Annotated[str, typer.Option(help="Filler: a language, a folder, or a model of the hub.")] = "en",
    fills: Annotated[bool, typer.Option("--fills/--no-fills", help="Measure fills and mending too.")] = True,
    known_lengths: Annotated[
        bool, typer.Option("--known-lengths", help="Measure fills with the number of words given, too.")
    ] = False,
    resamples: Annotated[int, typer.Option(min=0, help="Bootstrap resamples for the intervals; 0: none.")] = 500,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads; default: one a core.")] = None,
) -> None:
    """Measure detection, fills and mending on benchmarks."""
    from textmend.evaluate import page, report
    from textmend.evaluate.system import MenderSystem
    from textmend.mender import Mender

    system = MenderSystem(Mender(detector=detector, filler=filler, threads=threads))
    benchmarks = [sample(read_benchmark(path), sample_size, seed) for path in bench]
    whole = [sample(read_benchmark(path, clean=True), sample_size, seed) for path in clean or ()]
    most = gaps or None
    plan = Plan(
        threshold=system.mender.policy.find_at,
        fills=fills,
        fill_gaps=most,
        mend_gaps=most,
        known_lengths=known_lengths,
        resamples=resamples,
        seed=seed,
    )
    with _progress() as track:
        evaluation = evaluate_system(system, benchmarks, whole, plan, track)
    models = system.models if fills else {"detector": system.mender.detector.name}
    origin = report.provenance(models, {"sample": sample_size, "seed": seed, "gaps": most})
    report.show(evaluation, Console())
    if json_file:
        report.write_json(report.to_dict(evaluation, origin), json_file)
    if html_file:
        report.write_text(page.to_html(evaluation, origin, system.mender.policy), html_file)


def damage(
    sources: Annotated[
        list[Path], typer.Argument(help="Texts with known links, as JSON Lines, or HTML pages (.html, .htm).")
    ],
    out: Annotated[Path | None, typer.Option("--out", "-o", help="The benchmark; default: standard output.")] = None,
    variant: Annotated[
        VariantChoice, typer.Option(help="What becomes of the white space around lost words.")
    ] = VariantChoice.mixed,
    share: Annotated[float, typer.Option(min=0.01, max=1.0, help="Which share of the links is lost.")] = 1.0,
    seed: Annotated[int, typer.Option(help="Chooses what is lost.")] = 0,
) -> None:
    """Make a benchmark: link texts are lost as link-blind extractors lose them."""
    from textmend.evaluate.make import make_records, read_sources

    records = gaps = 0
    with _output(out) as lines:
        for record in make_records(read_sources(sources), variant=variant.value, share=share, seed=seed):
            lines.write(json.dumps(record, ensure_ascii=True) + "\n")
            records += 1
            gaps += len(record["gaps"])
    Console(stderr=True).print(f"{records:,} records, {gaps:,} gaps")


@contextlib.contextmanager
def _output(path: Path | None) -> Iterator[IO[str]]:
    if path is None:
        yield sys.stdout
        return
    try:
        with path.open("w", encoding="utf-8", newline="\n") as lines:
            yield lines
    except OSError as error:
        raise FileError(f"{path}: can't be written: {error.strerror or error}") from error


class _Tracker:
    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    def __call__(self, batches: Sequence[Sequence[Record]], what: str) -> Iterable[Sequence[Record]]:
        task = self._progress.add_task(what, total=sum(map(len, batches)))
        for batch in batches:
            yield batch
            self._progress.advance(task, len(batch))


@contextlib.contextmanager
def _progress() -> Iterator[_Tracker]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        yield _Tracker(progress)
