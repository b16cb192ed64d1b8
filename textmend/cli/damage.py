"""``textmend damage``: makes a benchmark, by losing the link texts of whole articles."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from textmend.cli.outputs import standard_output
from textmend.report.numbers import count

_EXAMPLES = """
Examples:
  textmend damage pages/*.html --out bench.jsonl
  textmend damage linked.jsonl --variant tidy --share 0.5 > bench.jsonl
"""

app = typer.Typer(add_completion=False, rich_markup_mode="rich")


class VariantChoice(StrEnum):
    """What becomes of the white space around lost words."""

    raw = "raw"
    collapsed = "collapsed"
    tidy = "tidy"
    mixed = "mixed"


@app.command(epilog=_EXAMPLES)
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
    from textmend.damage.make import make_records, read_sources

    records = gaps = 0
    with standard_output(None if out is None else str(out)):
        for record in make_records(read_sources(sources), variant=variant.value, share=share, seed=seed):
            sys.stdout.write(json.dumps(record, ensure_ascii=True) + "\n")
            records += 1
            gaps += len(record["gaps"])
    Console(stderr=True).print(f"{count(records, 'record')}, {count(gaps, 'gap')}")
