"""``textmend train calibrate``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from textmend.cli.train.checks import check_files, check_skips, check_writable, logged
from textmend.cli.train.options import Skip
from textmend.extras import needs


def calibrate(
    detector: Annotated[Path, typer.Option("--detector", metavar="FOLDER", help="The detector's folder.")],
    held_out: Annotated[
        list[Path] | None, typer.Option("--held-out", metavar="FILE", help="Clean articles that weren't trained on.")
    ] = None,
    linked: Annotated[
        Path | None,
        typer.Option("--linked", metavar="FILE", help="Articles with known links: what links look like."),
    ] = None,
    decisions: Annotated[
        list[Path] | None,
        typer.Option("--decisions", metavar="FILE", help="Instead of held-out articles: what people decided."),
    ] = None,
    suggestions: Annotated[
        list[Path] | None,
        typer.Option("--suggestions", metavar="FILE", help="The suggestions that they decided about (suggest --json)."),
    ] = None,
    filler: Annotated[
        str | None,
        typer.Option("--filler", metavar="NAME", help="The filler, to be calibrated too: a folder, or a hub model."),
    ] = None,
    ranking: Annotated[
        Path | None,
        typer.Option("--ranking", metavar="FILE", help="Where the ranking of a hub model is written, JSON."),
    ] = None,
    filler_only: Annotated[
        bool, typer.Option("--filler-only", help="Leave the detector's calibration as it is.")
    ] = False,
    skip: Skip = None,
    articles: Annotated[int, typer.Option("--articles", min=1, metavar="N", help="How many of each file.")] = 220,
    gaps: Annotated[
        int, typer.Option("--gaps", min=1, metavar="N", help="How many gaps to fill; three take about a second.")
    ] = 600,
) -> None:
    """Make the probabilities of exported models mean what they say."""
    if filler_only and not filler:
        raise typer.BadParameter("there is no filler; give --filler", param_hint="--filler-only")
    with needs("calibrating a model", "train"):
        import scipy  # noqa: F401
    if decisions or suggestions:
        if not (decisions and suggestions) or held_out or linked or ranking:
            raise typer.BadParameter(
                "goes with --suggestions, and without --held-out, --linked and --ranking", param_hint="--decisions"
            )
        on_decisions = (None if filler_only else detector, Path(filler) if filler else None)
        _calibrate_on_decisions(*on_decisions, decisions, suggestions, gaps)
        return
    if not (held_out and linked):
        raise typer.BadParameter("needs --linked; or give --decisions and --suggestions", param_hint="--held-out")
    check_files([linked, *held_out])
    skips = check_skips(skip, held_out)
    from textmend.models.folder import ModelFolder
    from textmend.models.registry import hub_model
    from textmend.train import calibrate_models
    from textmend.train.held_out import HeldOut

    ModelFolder.open(detector, "detector")
    hub = hub_model(filler) if filler else None
    if (hub is None) != (ranking is None):
        raise typer.BadParameter("goes with a hub model, and a hub model needs it", param_hint="--ranking")
    if ranking:
        check_writable(ranking)
        with needs("a hub model", "hub"):
            import torch  # noqa: F401
    elif filler:
        ModelFolder.open(Path(filler), "filler")
    with logged():
        chosen = HeldOut.read(held_out, skips, articles, linked)
        if not filler_only:
            calibrate_models.calibrate_detector_on(chosen, detector)
        if hub and ranking:
            calibrate_models.calibrate_hub_filler_on(chosen, hub, ranking, detector, gaps=gaps)
        elif filler:
            calibrate_models.calibrate_filler_on(chosen, Path(filler), detector, gaps=gaps)


def _calibrate_on_decisions(
    detector: Path | None, filler: Path | None, decisions: Sequence[Path], suggestions: Sequence[Path], gaps: int
) -> None:
    from textmend.models.folder import ModelFolder
    from textmend.train.calibrate_models import calibrate_on_decisions

    for folder, kind in ((detector, "detector"), (filler, "filler")):
        if folder:
            ModelFolder.open(folder, kind)
    with logged():
        calibrate_on_decisions(suggestions, decisions, detector=detector, filler=filler, gaps=gaps)
