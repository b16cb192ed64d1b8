"""``textmend train export``."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Annotated

import typer

from textmend.cli.train.checks import check_base, check_files, check_skips, logged
from textmend.cli.train.options import Kind, Skip
from textmend.extras import needs

log = logging.getLogger(__name__)


def export(
    kind: Annotated[Kind, typer.Option("--kind", help="What to export.")],
    weights: Annotated[
        Path, typer.Option("--weights", metavar="FILE", help="A checkpoint (its averaged weights) or bare weights.")
    ],
    base: Annotated[Path, typer.Option("--base", metavar="FOLDER", help="The base that it was trained from.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FOLDER", help="The model's folder.")],
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Name and version, recorded with results.")],
    language: Annotated[str, typer.Option("--language", metavar="CODE", help="Language of the training text.")] = "en",
    casing: Annotated[
        Path | None, typer.Option("--casing", metavar="FILE", help="Filler: the table of textmend train casing.")
    ] = None,
    held_out: Annotated[
        list[Path] | None,
        typer.Option(
            "--held-out",
            "--damaged-from",
            metavar="FILE",
            help="Clean articles that weren't trained on. A detector without them runs all layers everywhere.",
        ),
    ] = None,
    linked: Annotated[
        Path | None,
        typer.Option("--linked", metavar="FILE", help="Articles with known links: what links look like."),
    ] = None,
    skip: Skip = None,
    articles: Annotated[
        int, typer.Option("--articles", min=1, metavar="N", help="How many articles of each file.")
    ] = 200,
    windows: Annotated[
        int,
        typer.Option(
            "--windows",
            min=0,
            metavar="N",
            help="Filler: windows of each kind to round 4-bit weights by (GPTQ); 0: plainly; --float: none.",
        ),
    ] = 256,
    in_float: Annotated[
        bool, typer.Option("--float", help="Leave the weights in float32, to measure what rounding loses.")
    ] = False,
) -> None:
    """Write a model's folder: ONNX, tokenizer, configuration. Calibrate it next."""
    check_base(base)
    check_files([weights])
    if kind is Kind.filler:
        for option, value in (("--casing", casing), ("--held-out", held_out), ("--linked", linked)):
            if not value:
                raise typer.BadParameter("a filler needs it", param_hint=option)
    elif bool(held_out) != bool(linked):
        raise typer.BadParameter("each needs the other", param_hint="--held-out, --linked")
    check_files([file for file in (casing, linked, *(held_out or ())) if file])
    skips = check_skips(skip, held_out or ())
    with needs("exporting a model", "train"):
        import onnx  # noqa: F401
        import safetensors  # noqa: F401
        import torch  # noqa: F401
    from textmend.train.export_models import export_detector_folder, export_filler_folder
    from textmend.train.held_out import HeldOut
    from textmend.train.package import Package

    package = Package(base, weights, out, name=name, language=language, quantized=not in_float)
    with logged():
        chosen = HeldOut.read(held_out, skips, articles, linked) if held_out and linked else None
        if kind is Kind.detector:
            export_detector_folder(package, chosen)
        elif casing and chosen:
            export_filler_folder(package, chosen, casing, windows=windows)
        log.info("%s: written; calibrate it with  textmend train calibrate", out)
