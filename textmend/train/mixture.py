"""An endless, repeatable stream of articles mixed from several files."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from textmend.errors import FileError
from textmend.train.corpus import Article, read_articles


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
