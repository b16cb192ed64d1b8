"""``textmend train average``."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from textmend.cli.train.checks import check_base, check_files, check_writable, logged, names, parse_sources
from textmend.cli.train.options import Base, Kind
from textmend.extras import needs

log = logging.getLogger(__name__)


def average(
    base: Base,
    weights: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE[=SHARE]...", help="Checkpoints or weights of several runs, and how much each counts."
        ),
    ],
    kind: Annotated[Kind, typer.Option("--kind", help="Of which model.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The averaged weights, safetensors.")],
    bits: Annotated[
        int | None,
        typer.Option("--bits", metavar="4|8", help="Keep them small: as differences from the base, of so many bits."),
    ] = None,
    after: Annotated[
        Path | None,
        typer.Option("--after", metavar="FILE", help="With --bits: differ from these weights, which stand beside OUT."),
    ] = None,
) -> None:
    """Average the weights of several runs, or keep those of one small."""
    if bits not in (None, 4, 8):
        raise typer.BadParameter(f"{bits} should be 4 or 8", param_hint="--bits")
    if after and (bits is None or after.absolute().parent != out.absolute().parent):
        raise typer.BadParameter("goes with --bits, and must stand in the folder of --out", param_hint="--after")
    check_base(base)
    sources = parse_sources(weights)
    check_files([after] if after else [])
    check_writable(out)
    with needs("averaging weights", "train"):
        import safetensors  # noqa: F401
        import torch  # noqa: F401
    from textmend.train.average import write_average

    if kind is Kind.filler:
        from textmend.train.filler import base_weights

        start = base_weights(base)
    else:
        from textmend.train.detector import from_base

        start = from_base(base).state_dict()
    with logged():
        write_average(start, sources, out, bits=None if bits is None else 4 if bits == 4 else 8, after=after)
        log.info("%s: written, the average of %s", out, names([file for file, _ in sources]))
