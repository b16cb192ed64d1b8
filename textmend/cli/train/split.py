"""``textmend train split``."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from textmend.cli.train.checks import check_files, logged

log = logging.getLogger(__name__)


def split(
    data: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Articles, JSON Lines.")],
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FOLDER", help="Gets the folders train and held-out, a file each.")
    ],
    against: Annotated[
        list[Path] | None,
        typer.Option("--against", metavar="FILE", help="Benchmarks: leave out articles that are nearly in one."),
    ] = None,
    share: Annotated[float, typer.Option("--share", min=0, max=1, metavar="S", help="How much is held out.")] = 0.02,
) -> None:
    """Hold articles out of training, by a hash of their text, and leave out what stands in a benchmark."""
    check_files([*data, *(against or ())])
    repeated = {file.name for file in data if sum(file.name == other.name for other in data) > 1}
    if repeated:
        raise typer.BadParameter(f"several files are called {', '.join(sorted(repeated))}", param_hint="FILE")
    from textmend.damage.articles import read_benchmark_texts
    from textmend.train.split import shingles_of, split_file

    with logged():
        known = shingles_of(text for file in against or () for text in read_benchmark_texts(file))
        for file in data:
            result = split_file(
                file, out / "train" / file.name, out / "held-out" / file.name, against=known, share=share
            )
            log.info(
                "%s: %d to train on, %d held out, %d left out as near-duplicates",
                file,
                result.kept,
                result.held_out,
                result.near_duplicates,
            )
