"""What the two trainings check before they start, so that nothing fails an hour later."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

from textmend.cli.train.checks import check_base, check_files, check_writable, parse_sources
from textmend.extras import needs

if TYPE_CHECKING:
    from textmend.train.loop import Schedule


class Pace(NamedTuple):
    """How long and how fast is trained; see the options of these names."""

    hours: float
    rate: float
    head_rate: float
    decay: float


def check_training(
    base: Path, data: Sequence[str], checkpoint: Path, files: Sequence[Path | None], pace: Pace
) -> tuple[Schedule, list[tuple[Path, float]]]:
    """Return the schedule of a training, and its data with their shares.

    Args:
        base: folder of the base.
        data: ``FILE[=SHARE]`` or folders of prepared examples.
        checkpoint: where the run is kept.
        files: other files that it reads, where given.
        pace: how long and how fast.

    Raises:
        typer.BadParameter: a number makes no sense.
        ModelError: the base is none.
        FileError: a file is missing, or the checkpoint can't be written.
        MissingExtraError: torch or safetensors is missing.
    """
    for option, value in (("--hours", pace.hours), ("--rate", pace.rate), ("--head-rate", pace.head_rate)):
        if not (value > 0 and math.isfinite(value)):
            raise typer.BadParameter(f"{value} should be above 0", param_hint=option)
    check_base(base)
    sources = parse_sources(data, folders=True)
    check_files([file for file in files if file])
    check_writable(checkpoint)
    with needs("training a model", "train"):
        import safetensors  # noqa: F401
        import torch  # noqa: F401
    from textmend.train.loop import Schedule

    return Schedule(**pace._asdict()), sources
