"""``textmend train detector``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmend.cli.train.checks import check_base, logged
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


def detector(
    base: Base,
    data: DataOrPrepared,
    linked: Linked,
    checkpoint: Checkpoint,
    hours: Hours = 1.0,
    rate: Rate = 2.5e-4,
    head_rate: HeadRate = 1e-3,
    decay: Decay = 0.0,
    start: Start = None,
    benchmark: Annotated[
        list[Path] | None,
        typer.Option("--benchmark", metavar="FILE", help="Benchmarks to measure on at every checkpoint."),
    ] = None,
    teacher: Annotated[
        Path | None,
        typer.Option("--teacher", metavar="FILE", help="Weights of a filler that finds lost words: it teaches, too."),
    ] = None,
    teacher_base: Annotated[
        Path | None, typer.Option("--teacher-base", metavar="FOLDER", help="The base of --teacher.")
    ] = None,
    taught: Annotated[
        float, typer.Option("--taught", min=0, max=1, metavar="SHARE", help="How much the teacher's opinion counts.")
    ] = 0.5,
    batch: Annotated[int, typer.Option("--batch", min=1, metavar="N", help="Windows a step.")] = 12,
    threads: Threads = None,
    device: Device = "cpu",
    seed: Seed = 0,
) -> None:
    """Train a detector, or go on training one."""
    if (teacher is None) != (teacher_base is None):
        raise typer.BadParameter("each needs the other", param_hint="--teacher, --teacher-base")
    files = [linked, start, teacher, *(benchmark or ())]
    schedule, sources = check_training(base, data, checkpoint, files, Pace(hours, rate, head_rate, decay))
    if teacher_base:
        check_base(teacher_base)
    from textmend.train.detector_training import train_detector
    from textmend.train.training_run import TrainingRun

    run = TrainingRun(base, sources, linked, checkpoint, schedule, start, threads, device, seed)
    with logged():
        train_detector(
            run,
            benchmarks=benchmark or (),
            teacher=(teacher_base, teacher) if teacher_base and teacher else None,
            taught=taught,
            batch=batch,
        )
