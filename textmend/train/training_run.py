"""What every training run has: its data, its schedule, where it is kept, where it computes."""

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
    """A training run, new or to be resumed.

    Attributes:
        base: folder of the base model, with its ``tokenizer.json``.
        sources: files of clean articles (``damage.articles.read_articles``), each with its share; or folders of
            prepared examples (``prepared``).
        linked: a file of articles with known links, from which link-like spans are learnt.
        checkpoint: where the run is kept; resumed from where it exists.
        schedule: how long and how fast.
        start: weights to start from instead of the base's, where there is no checkpoint.
        threads: CPU threads; default: all.
        device: where to compute, ``cpu`` or ``cuda``.
        seed: of the damage, and of how the files take turns. Another one where a run starts from weights that
            have seen these files, so that it doesn't see the same again.
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
        """Return what links look like in ``linked``."""
        return LinkLikeness.learn(read_articles(self.linked), random.Random(0))
