"""The quality gate: figures on a fixed sample of fixed data must not fall below what ``tests/bench/gate.json`` pins.

``python -m bench.gate --data ../shared/data/dev`` fails when a figure is worse than its limit by more
than its noise, or when the data differ. ``--update`` moves limits to the figures measured; it moves none to the worse,
and takes no other data, without ``--allow-lower``.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from bench.policies import pinned
from bench.wild import Case, measure_cases, read_cases
from textmend.damage.benchmark import read_benchmark, sample
from textmend.errors import RecordError, TextmendError
from textmend.evaluate.bootstrap import Interval
from textmend.evaluate.report import write_text
from textmend.evaluate.run import Plan, evaluate_system
from textmend.evaluate.system import System

GATE_SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A pinned figure.

    Attributes:
        figure: ``benchmark/part/name``, as in ``link_loss/detection/f1``.
        bound: the pinned value.
        noise: how much worse than that a figure may be.
        at_least: whether more is better; otherwise less is.
    """

    figure: str
    bound: float
    noise: float
    at_least: bool

    def worse(self, value: float) -> float:
        """Return by how much a figure is worse than pinned; negative where it is better, infinite where undefined."""
        if math.isnan(value):
            return math.inf
        return self.bound - value if self.at_least else value - self.bound

    def passes(self, value: float) -> bool:
        """Return whether a figure is no worse than pinned, but for noise."""
        return self.worse(value) <= self.noise

    def moved(self, value: float) -> Limit:
        """Return the limit pinned to a figure, rounded to the easier side."""
        rounded = math.floor(value * 10_000) if self.at_least else math.ceil(value * 10_000)
        return replace(self, bound=rounded / 10_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A file that is measured, and how much of it.

    Attributes:
        file: its name within the suite's folder.
        sha256: the pinned digest of its uncompressed bytes.
        clean: whether its texts are whole.
        wild: whether it holds wild cases (``bench.wild``), all of which are judged through the public face.
        records: how many records are judged; ``None``: all.
        fill_gaps: how many true gaps are filled, at most.
        mend_gaps: records with how many true gaps are mended, at most.
        mend_clean: how many clean texts are mended, at most; ``None``: all.
    """

    file: str
    sha256: str
    clean: bool = False
    wild: bool = False
    records: int | None = None
    fill_gaps: int = 0
    mend_gaps: int = 0
    mend_clean: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """Files of one folder with the limits on what is measured on them."""

    name: str
    sources: tuple[Source, ...]
    limits: tuple[Limit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """The pinned suites, and the seed of all samples."""

    seed: int
    suites: tuple[Suite, ...]


class Measured(NamedTuple):
    """The figures of a suite by name, and the digests of its files."""

    figures: Mapping[str, float]
    digests: Mapping[str, str]


def read_gate(path: Path) -> Gate:
    """Read the pinned limits. Raises :class:`RecordError` where the file is missing or malformed."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        if data["schema"] != GATE_SCHEMA:
            raise RecordError(f"{path}: schema version {data['schema']!r} can't be read; this reads {GATE_SCHEMA}")
        return Gate(
            seed=int(data["seed"]),
            suites=tuple(
                Suite(
                    name=name,
                    sources=tuple(Source(**source) for source in suite["sources"]),
                    limits=tuple(_read_limit(figure, limit) for figure, limit in suite["limits"].items()),
                )
                for name, suite in data["suites"].items()
            ),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        if isinstance(error, RecordError):
            raise
        raise RecordError(f"{path}: is no gate file: {error!r}") from error


def write_gate(gate: Gate, path: Path) -> None:
    """Write the pinned limits."""
    suites = {
        suite.name: {
            "sources": [_source_record(source) for source in suite.sources],
            "limits": {
                limit.figure: {"at_least" if limit.at_least else "at_most": limit.bound, "noise": limit.noise}
                for limit in suite.limits
            },
        }
        for suite in gate.suites
    }
    write_text(json.dumps({"schema": GATE_SCHEMA, "seed": gate.seed, "suites": suites}, indent=2) + "\n", path)


def measure(system: System, suite: Suite, folder: Path, seed: int, console: Console | None = None) -> Measured:
    """Measure a system on the sample of a suite; say on the console how long each file took."""
    figures: dict[str, float] = {}
    digests: dict[str, str] = {}
    for source in suite.sources:
        start = time.monotonic()
        if source.wild:
            cases, digests[source.file] = read_cases(folder / source.file)
            figures |= _judge_cases(system, source.file.split(".")[0], cases)
            continue
        benchmark = read_benchmark(folder / source.file, clean=source.clean)
        digests[source.file] = benchmark.digest
        sampled = sample(benchmark, source.records, seed)
        plan = Plan(
            fill_gaps=source.fill_gaps,
            mend_gaps=source.mend_gaps,
            mend_clean=source.mend_clean,
            resamples=0,
            seed=seed,
        )
        if source.clean:
            (clean,) = evaluate_system(system, [], [sampled], plan).clean
            found = clean.figures
        else:
            (result,) = evaluate_system(system, [sampled], [], plan).benchmarks
            found = result.figures
            if result.mended:
                figures |= {f"{benchmark.name}/policies/{name}": value for name, value in pinned(result.mended).items()}
        figures.update(_flat(benchmark.name, found))
        if console:
            console.print(f"{suite.name}: {benchmark.name} measured in {time.monotonic() - start:.0f} s")
    return Measured(figures, digests)


def failures(suite: Suite, measured: Measured) -> list[str]:
    """Return what keeps a suite from passing, one line each; empty where it passes."""
    found = [
        f"{source.file}: the data differ: pinned {source.sha256[:12]}…, found {measured.digests[source.file][:12]}…"
        for source in suite.sources
        if measured.digests[source.file] != source.sha256
    ]
    for limit in suite.limits:
        value = measured.figures.get(limit.figure, math.nan)
        if not limit.passes(value):
            words = "is not measured" if math.isnan(value) else f"is {value:.4f}"
            side = "least" if limit.at_least else "most"
            found.append(f"{limit.figure} {words}; pinned at {side} {limit.bound:g}, noise {limit.noise:g}")
    return found


def updated(suite: Suite, measured: Measured, *, allow_lower: bool) -> Suite:
    """Return the suite with limits moved to the figures measured.

    A figure that is worse within its noise leaves its limit alone.

    Raises:
        RecordError: a limit would move to the worse, or the data differ, and that is not allowed.
    """
    refused = failures(suite, measured)
    if refused and not allow_lower:
        raise RecordError(
            f"{suite.name}: nothing was pinned, for this would lower the gate (--allow-lower does it all the same):\n  "
            + "\n  ".join(refused)
        )
    limits = []
    for limit in suite.limits:
        value = measured.figures.get(limit.figure, math.nan)
        if math.isnan(value):
            raise RecordError(f"{suite.name}: {limit.figure} is not measured, so it can't be pinned")
        keeps = 0 <= limit.worse(value) <= limit.noise
        limits.append(limit if keeps else limit.moved(value))
    sources = tuple(replace(source, sha256=measured.digests[source.file]) for source in suite.sources)
    return replace(suite, sources=sources, limits=tuple(limits))


def table(suite: Suite, measured: Measured) -> Table:
    """Return a suite's figures beside their limits."""
    result = Table(title=f"Gate: {suite.name}", title_justify="left")
    result.add_column("figure", overflow="fold")
    for column in ("measured", "pinned", "noise"):
        result.add_column(column, justify="right", no_wrap=True)
    result.add_column("", no_wrap=True)
    for limit in suite.limits:
        value = measured.figures.get(limit.figure, math.nan)
        verdict = "[green]passes[/]" if limit.passes(value) else "[bold red]FAILS[/]"
        if limit.worse(value) < -limit.noise:
            verdict = "[green]better[/]"
        sign = "≥" if limit.at_least else "≤"
        result.add_row(limit.figure, f"{value:.4f}", f"{sign} {limit.bound:.4f}", f"{limit.noise:g}", verdict)
    return result


def run(
    system: System,
    gate: Gate,
    folders: Mapping[str, Path],
    console: Console,
) -> dict[str, Measured]:
    """Measure every suite whose folder exists, and show it beside its limits; the others are named as left out."""
    measured = {}
    for suite in gate.suites:
        folder = folders.get(suite.name)
        if folder is None or not folder.is_dir():
            console.print(f"[yellow]{suite.name}: left out, for {folder} does not exist[/]")
            continue
        measured[suite.name] = measure(system, suite, folder, gate.seed, console)
        console.print(table(suite, measured[suite.name]))
        for line in failures(suite, measured[suite.name]):
            console.print(f"[red]{line}[/]", highlight=False)
    return measured


def main(
    data: Annotated[Path, typer.Option(help="Folder of the development benchmarks.")] = Path("../shared/data/dev"),
    fixtures: Annotated[Path, typer.Option(help="Folder of the project's fixtures.")] = Path("fixtures"),
    wild: Annotated[Path, typer.Option(help="Folder of the wild cases.")] = Path("../shared/data/wild"),
    gate_file: Annotated[Path, typer.Option("--gate", help="The pinned limits.")] = Path("tests/bench/gate.json"),
    update: Annotated[bool, typer.Option("--update", help="Pin the figures measured.")] = False,
    allow_lower: Annotated[bool, typer.Option("--allow-lower", help="Let --update lower limits.")] = False,
    detector: Annotated[str, typer.Option(help="Detector: a language or a folder.")] = "en",
    filler: Annotated[str, typer.Option(help="Filler: a language or a folder.")] = "en",
    threads: Annotated[int | None, typer.Option(help="CPU threads; default: one a core.")] = None,
) -> None:
    """Fail when a measured figure falls below what is pinned."""
    from textmend.evaluate.system import MenderSystem
    from textmend.mender import Mender

    console = Console(soft_wrap=False)
    try:
        gate = read_gate(gate_file)
        system = MenderSystem(Mender(detector=detector, filler=filler, threads=threads))
        passed = decide(
            system,
            gate,
            {"dev": data, "fixtures": fixtures, "wild": wild},
            gate_file if update else None,
            allow_lower=allow_lower,
            console=console,
        )
    except TextmendError as error:
        console.print(f"[bold red]error:[/] {error}", highlight=False)
        raise typer.Exit(1) from error
    if not passed:
        raise typer.Exit(1)


def decide(
    system: System,
    gate: Gate,
    folders: Mapping[str, Path],
    update: Path | None,
    *,
    allow_lower: bool,
    console: Console,
) -> bool:
    """Run the gate; with ``update``, write moved limits to that file instead of failing.

    Returns:
        Whether every suite that was measured passes. Nothing measured does not pass.

    Raises:
        RecordError: an update is refused; see ``updated``.
    """
    measured = run(system, gate, folders, console)
    if update is not None:
        suites = tuple(
            updated(suite, measured[suite.name], allow_lower=allow_lower) if suite.name in measured else suite
            for suite in gate.suites
        )
        write_gate(replace(gate, suites=suites), update)
        console.print(f"pinned in {update}")
        return True
    red = [suite.name for suite in gate.suites if suite.name in measured and failures(suite, measured[suite.name])]
    console.print("[bold red]the gate is red[/]" if red or not measured else "[bold green]the gate is green[/]")
    return bool(measured) and not red


def _judge_cases(system: System, name: str, cases: Sequence[Case]) -> dict[str, float]:
    mender = getattr(system, "mender", None)
    if mender is None:
        raise RecordError("wild cases are judged through the public face, so a Mender is needed")
    return {f"{name}/{figure}": value for figure, value in measure_cases(mender, cases).items()}


def _flat(benchmark: str, figures: Mapping[str, Mapping[str, Interval]]) -> dict[str, float]:
    return {
        f"{benchmark}/{part}/{name}": interval.value
        for part, values in figures.items()
        for name, interval in values.items()
    }


def _read_limit(figure: str, data: Mapping[str, Any]) -> Limit:
    (side,) = data.keys() - {"noise"}
    if side not in ("at_least", "at_most"):
        raise ValueError(f"{figure}: expected 'at_least' or 'at_most', not {side!r}")
    return Limit(figure=figure, bound=float(data[side]), noise=float(data["noise"]), at_least=side == "at_least")


def _source_record(source: Source) -> dict[str, Any]:
    record: dict[str, Any] = {"file": source.file, "sha256": source.sha256}
    if source.wild:
        return record | {"wild": True}
    if source.clean:
        record["clean"] = True
    if source.mend_clean is not None:
        record["mend_clean"] = source.mend_clean
    if source.records is not None:
        record["records"] = source.records
    if not source.clean:
        record |= {"fill_gaps": source.fill_gaps, "mend_gaps": source.mend_gaps}
    return record


if __name__ == "__main__":
    typer.run(main)
