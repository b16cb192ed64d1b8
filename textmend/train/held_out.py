"""Held-out articles: which ones are taken, and how they are damaged to calibrate a detector."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest
from pathlib import Path

from textmend.damage.articles import LinkedText, read_articles
from textmend.damage.densities import Density, draw_variant, lose_kinds
from textmend.damage.losing import Damaged, damage
from textmend.damage.spans import LinkLikeness
from textmend.errors import FileError
from textmend.train.calibrate import damaged_articles

CLEAN_SHARE = 0.6
"""The share of articles that stay clean when a detector is calibrated and its early exit is chosen."""
_DETECTOR_SEEDS = (11, 14)
"""A detector is calibrated on every article once for each seed, with other damage each time, because held-out articles
are few."""

_QUANTITIES = ("numbers", "measures", "amounts")


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Clean articles that no model was trained on.

    Attributes:
        files: their files.
        articles: the articles, from each file in turn, so that every beginning of the list holds all kinds.
        likeness: the look of links; words are lost in the same way.
    """

    files: Sequence[Path]
    articles: Sequence[LinkedText]
    likeness: LinkLikeness

    @classmethod
    def read(cls, files: Sequence[Path], skips: Sequence[int], count: int, linked: Path) -> HeldOut:
        """Read articles.

        Args:
            files: clean articles, JSON Lines.
            skips: for each file, how many articles to skip at its beginning.
            count: how many articles of each file to take at most.
            linked: articles with known links.

        Raises:
            FileError: a file can't be read, or holds no articles after the skipped ones.
        """
        rows = [list(islice(read_articles(file, skip), count)) for file, skip in zip(files, skips, strict=True)]
        for file, skip, row in zip(files, skips, rows, strict=True):
            if not row:
                raise FileError(f"{file}: holds no articles after the first {skip}")
        articles = [article for turn in zip_longest(*rows) for article in turn if article is not None]
        return cls(files, articles, learn_likeness(linked))

    def damaged(self, *, clean_share: float, seed: int) -> list[Damaged]:
        """Return the articles, damaged, except for a share that stays clean."""
        return damaged_articles(self.articles, self.likeness, clean_share=clean_share, seed=seed)

    def damaged_for_detector(self) -> list[Damaged]:
        """Return the texts for calibrating gap probabilities: every article several times, mostly undamaged.

        Raises:
            FileError: no words can be lost in these articles.
        """
        return self._some_lost(
            [item for seed in _DETECTOR_SEEDS for item in self.damaged(clean_share=CLEAN_SHARE, seed=seed)]
        )

    def damaged_for_filler(self) -> list[Damaged]:
        """Return the texts for fitting a filler's ranking, shuffled, so that the first gaps come from all files.

        Raises:
            FileError: no words can be lost in these articles.
        """
        mixed = random.Random(12).sample(self.articles, len(self.articles))
        return self._some_lost(damaged_articles(mixed, self.likeness, clean_share=0.0, seed=12))

    def damaged_in_quantities(self) -> list[Damaged]:
        """Return the articles, half of which lost up to three numbers, measures or sums each."""
        rng = random.Random(13)
        density = Density(1.0, most=3)
        damaged = []
        for article in self.articles:
            spans = lose_kinds(article.text, _QUANTITIES, density, rng) if rng.random() < 0.5 else []
            damaged.append(damage(article.text, spans, draw_variant(rng)))
        return damaged

    def _some_lost(self, damaged: list[Damaged]) -> list[Damaged]:
        if not any(item.gaps for item in damaged):
            names = ", ".join(map(str, self.files))
            raise FileError(f"{names}: no words could be lost in these articles, so nothing can be fitted")
        return damaged


def learn_likeness(linked: Path) -> LinkLikeness:
    """Return the look of links in articles with known links."""
    return LinkLikeness.learn(read_articles(linked), random.Random(0))


def gaps_in(damaged: Sequence[Damaged]) -> int:
    """Return how many gaps there are."""
    return sum(len(item.gaps) for item in damaged)
