"""``textmend train filler``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmend.cli.train.checks import logged
from textmend.cli.train.options import (
    Base,
    Checkpoint,
    DataOrPrepared,
    Decay,
    Device,
    HeadRate,
    Hours,
    Linked,
    Rate,
    Seed,
    Start,
    Threads,
)
from textmend.cli.train.training import Pace, check_training


def filler(
    base: Base,
    data: DataOrPrepared,
    linked: Linked,
    checkpoint: Checkpoint,
    hours: Hours = 1.0,
    rate: Rate = 1e-4,
    head_rate: HeadRate = 1e-3,
    decay: Decay = 0.0,
    start: Start = None,
    benchmark: Annotated[
        Path | None, typer.Option("--benchmark", metavar="FILE", help="Benchmark to measure on at every checkpoint.")
    ] = None,
    held_out: Annotated[
        Path | None, typer.Option("--held-out", metavar="FILE", help="Clean articles to measure on, likewise.")
    ] = None,
    lost: Annotated[
        float,
        typer.Option(
            "--lost",
            min=0,
            max=1,
            metavar="SHARE",
            help="Of the batches, those that train the head that finds lost words; the others have masked words.",
        ),
    ] = 0.5,
    batch: Annotated[int, typer.Option("--batch", min=64, metavar="N", help="Word pieces a step.")] = 2048,
    threads: Threads = None,
    device: Device = "cpu",
    seed: Seed = 0,
) -> None:
    """Train a filler, or go on training one."""
    files = [linked, start, benchmark, held_out]
    schedule, sources = check_training(base, data, checkpoint, files, Pace(hours, rate, head_rate, decay))
    from textmend.train.filler_training import train_filler
    from textmend.train.training_run import TrainingRun

    run = TrainingRun(base, sources, linked, checkpoint, schedule, start, threads, device, seed)
    with logged():
        train_filler(
            run,
            clean=held_out,
            gaps=benchmark,
            lost=lost,
            batch=batch,
        )
