"""Held-out articles: which are taken, and how they are damaged to calibrate a detector on."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path

from textmend.damage.articles import LinkedText, read_articles
from textmend.damage.losing import Damaged
from textmend.damage.spans import LinkLikeness
from textmend.errors import FileError
from textmend.train.calibrate import damaged_articles

CLEAN_SHARE = 0.6
"""Of the articles that the detector is calibrated on, and its early exit chosen on, how many stay clean."""
_DETECTOR_SEEDS = (11, 14)
"""A detector is calibrated on every article once for each seed, damaged differently: held-out articles are few."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Clean articles that no model was trained on.

    Attributes:
        files: where they stand.
        articles: of each file in turn, so that any beginning of the list holds all kinds.
        likeness: what links look like; words are lost alike.
    """

    files: Sequence[Path]
    articles: Sequence[LinkedText]
    likeness: LinkLikeness

    @classmethod
    def read(cls, files: Sequence[Path], skips: Sequence[int], count: int, linked: Path) -> HeldOut:
        """Read articles.

        Args:
            files: clean articles, JSON Lines.
            skips: for each file, how many articles are left out first.
            count: how many of each file are taken at most.
            linked: articles with known links.

        Raises:
            FileError: a file can't be read, or holds no articles after those that are left out.
        """
        rows = [list(islice(read_articles(file, skip), count)) for file, skip in zip(files, skips, strict=True)]
        for file, skip, row in zip(files, skips, rows, strict=True):
            if not row:
                raise FileError(f"{file}: holds no articles after the first {skip}")
        articles = [article for turn in zip_longest(*rows) for article in turn if article is not None]
        return cls(files, articles, learn_likeness(linked))

    def damaged(self, *, clean_share: float, seed: int) -> list[Damaged]:
        """Return the articles, damaged but for a share that stays clean."""
        return damaged_articles(self.articles, self.likeness, clean_share=clean_share, seed=seed)

    def damaged_for_detector(self) -> list[Damaged]:
        """Return what gap probabilities are calibrated on: every article damaged more than once, most of it whole.

        Raises:
            FileError: no words can be lost in these articles.
        """
        return self._some_lost(
            [item for seed in _DETECTOR_SEEDS for item in self.damaged(clean_share=CLEAN_SHARE, seed=seed)]
        )

    def damaged_for_filler(self) -> list[Damaged]:
        """Return what a filler's ranking is fitted on, shuffled, so that the first gaps are of all files.

        Raises:
            FileError: no words can be lost in these articles.
        """
        mixed = random.Random(12).sample(self.articles, len(self.articles))
        return self._some_lost(damaged_articles(mixed, self.likeness, clean_share=0.0, seed=12))

    def _some_lost(self, damaged: list[Damaged]) -> list[Damaged]:
        if not any(item.gaps for item in damaged):
            names = ", ".join(map(str, self.files))
            raise FileError(f"{names}: no words could be lost in these articles, so nothing can be fitted")
        return damaged


def learn_likeness(linked: Path) -> LinkLikeness:
    """Return what links look like in articles with known links."""
    return LinkLikeness.learn(read_articles(linked), random.Random(0))


def gaps_in(damaged: Sequence[Damaged]) -> int:
    """Return how many gaps there are."""
    return sum(len(item.gaps) for item in damaged)
