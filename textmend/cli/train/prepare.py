"""``textmend train prepare``."""

from __future__ import annotations

import logging
import math
from pathlib import Path
from typing import Annotated

import typer

from textmend.cli.train.checks import check_base, check_files, logged, parse_sources
from textmend.cli.train.options import Base, Data, Linked, Seed, What

log = logging.getLogger(__name__)


def prepare(
    base: Base,
    data: Data,
    linked: Linked,
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FOLDER", help="Gets the examples; a new folder.")],
    what: Annotated[
        What, typer.Option("--what", help="Windows that have lost words, or windows whose words are masked.")
    ],
    million: Annotated[
        float, typer.Option("--million", metavar="N", help="How many million word pieces to make.")
    ] = 10.0,
    window: Annotated[
        int, typer.Option("--window", min=16, max=512, metavar="N", help="Pieces of a window that lost words.")
    ] = 256,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, metavar="N", help="Processes; default: one a core.")
    ] = None,
    seed: Seed = 0,
) -> None:
    """Damage or mask text beforehand and cut it to pieces, so that a GPU need not wait for it."""
    if not (million > 0 and math.isfinite(million)):
        raise typer.BadParameter(f"{million} should be above 0", param_hint="--million")
    check_base(base)
    sources = parse_sources(data)
    check_files([linked])
    from textmend.train.held_out import learn_likeness
    from textmend.train.mixture import Mixture
    from textmend.train.prepared import Making
    from textmend.train.prepared import prepare as make

    with logged():
        making = Making(base=base, what=what.value, likeness=learn_likeness(linked), size=window)
        header = make(making, Mixture(sources), out, pieces=int(million * 1e6), seed=seed, workers=workers)
        log.info("%s: %d examples, %.1f million pieces", out, header.examples, header.pieces / 1e6)
