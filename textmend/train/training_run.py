"""The settings of every training run: its data, its schedule, its checkpoint, its device."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch

from textmend.damage.articles import read_articles
from textmend.damage.spans import LinkLikeness
from textmend.train.loop import Schedule


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """A training run, a new one or one to continue.

    Attributes:
        base: folder of the base model, with its ``tokenizer.json``.
        sources: files of clean articles (``damage.articles.read_articles``), each with its share; or folders of
            prepared examples (``prepared``).
        linked: a file of articles with known links, which show what links look like.
        checkpoint: the file of the run's state; if it exists, the run is continued.
        schedule: the duration and the learning rates.
        start: weights to start with instead of the base's, if there is no checkpoint.
        threads: CPU threads; default: all.
        device: the device, ``cpu`` or ``cuda``.
        seed: the seed of the damage and of the order of files. A run that starts with weights trained on these files
            needs another seed, so that it sees other examples.
    """

    base: Path
    sources: Sequence[tuple[Path, float]]
    linked: Path
    checkpoint: Path
    schedule: Schedule
    start: Path | None = None
    threads: int | None = None
    device: str = "cpu"
    seed: int = 0

    def set_up_torch(self) -> None:
        """Set torch's threads and its seed."""
        if self.threads:
            torch.set_num_threads(self.threads)
        torch.manual_seed(self.seed)

    def learn_likeness(self) -> LinkLikeness:
        """Return the look of links in ``linked``."""
        return LinkLikeness.learn(read_articles(self.linked), random.Random(0))
