"""Endless, repeatable streams: of articles mixed from several files, and of the batches made of them."""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar

from textmend.damage.articles import Article, read_articles
from textmend.errors import FileError

Batch = TypeVar("Batch")

_BLOCK = 96


class Mixture:
    """Draws articles from files in given proportions, each file read round and round.

    The stream is cut into blocks. ``positions`` is all that is needed to go on at a block's start.
    """

    def __init__(self, sources: Sequence[tuple[Path, float]], positions: Sequence[int] | None = None) -> None:
        if not sources:
            raise FileError("no training files were given")
        self._paths = [path for path, _ in sources]
        self._weights = [weight for _, weight in sources]
        self.positions = list(positions) if positions else [0] * len(sources)
        self._streams = [read_articles(path, skip) for path, skip in zip(self._paths, self.positions, strict=True)]

    def block(self, size: int, rng: random.Random) -> Iterator[Article]:
        """Yield the next ``size`` articles."""
        for _ in range(size):
            yield self._next(rng.choices(range(len(self._paths)), self._weights)[0])

    def _next(self, index: int) -> Article:
        article = next(self._streams[index], None)
        if article is None:
            self._streams[index] = read_articles(self._paths[index])
            self.positions[index] = 0
            article = next(self._streams[index], None)
            if article is None:
                raise FileError(f"{self._paths[index]}: holds no articles")
        self.positions[index] += 1
        return article


class BatchStream(ABC, Generic[Batch]):
    """An endless, repeatable stream of batches (see ``loop.Batches``), made of blocks of articles.

    Args:
        mixture: where the articles come from.
        seed: another seed gives other batches.
        position: where to go on, from ``position()``.
    """

    def __init__(self, mixture: Mixture, seed: int, position: dict[str, Any] | None) -> None:
        self._mixture, self._seed = mixture, seed
        self._block = position["block"] if position else 0
        self._done = position["done"] if position else 0
        self._positions = list(mixture.positions)

    def position(self) -> dict[str, Any]:
        """Return where the stream is: the block, the batches done in it, the files' positions at its start."""
        return {"block": self._block, "done": self._done, "positions": self._positions}

    def __iter__(self) -> Iterator[Batch]:
        """Yield batches without end, those of a block in random order."""
        while True:
            rng = random.Random(f"{self._seed}:{self._block}")
            self._positions = list(self._mixture.positions)
            batches = self._batches(self._mixture.block(_BLOCK, rng), rng)
            rng.shuffle(batches)
            for batch in batches[self._done :]:
                self._done += 1
                yield batch
            self._block, self._done = self._block + 1, 0

    @abstractmethod
    def _batches(self, articles: Iterable[Article], rng: random.Random) -> list[Batch]:
        """Return the batches of a block, items of about one length together."""
