"""``textmend evaluate``: measures detection, fills and mending on benchmarks."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from textmend.damage.benchmark import Record, read_benchmark, sample
from textmend.evaluate.run import Plan, evaluate_system

_EXAMPLES = """
Examples:
  textmend evaluate bench.jsonl --clean clean.jsonl
  textmend evaluate bench.jsonl --no-fills --sample 100
  textmend evaluate bench.jsonl --json figures.json --html report.html
"""

app = typer.Typer(add_completion=False, rich_markup_mode="rich")


@app.command(epilog=_EXAMPLES)
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
    fast: Annotated[bool, typer.Option("--fast", help="Without the second look at doubtful places.")] = False,
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

    system = MenderSystem(Mender(detector=detector, filler=filler, threads=threads, second_look=not fast))
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
