"""Endless, repeatable streams of articles mixed from several files, and of batches made of them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from textmend.damage.articles import LinkedText, read_articles
from textmend.errors import FileError, ModelError

Item = TypeVar("Item")

BLOCK = 96


class Batches(Protocol):
    """A repeatable stream of batches; ``position`` is its place, as JSON."""

    def __iter__(self) -> Iterator[Any]:
        """Yield batches without end."""
        ...

    def position(self) -> dict[str, Any]:
        """Return the data that is needed to continue from here."""
        ...


class Mixture:
    """Draws articles from files in given proportions; each file is read again from its start when it ends.

    The stream is cut into blocks. ``positions`` is enough to continue at a block's start.
    """

    def __init__(self, sources: Sequence[tuple[Path, float]], positions: Sequence[int] | None = None) -> None:
        if not sources:
            raise FileError("no training files were given")
        self._paths = [path for path, _ in sources]
        self._weights = [weight for _, weight in sources]
        self.positions = list(positions) if positions else [0] * len(sources)
        self._streams = [read_articles(path, skip) for path, skip in zip(self._paths, self.positions, strict=True)]

    def block(self, size: int, rng: random.Random) -> Iterator[LinkedText]:
        """Yield the next ``size`` articles."""
        for _ in range(size):
            yield self._next(rng.choices(range(len(self._paths)), self._weights)[0])

    def _next(self, index: int) -> LinkedText:
        article = next(self._streams[index], None)
        if article is None:
            self._streams[index] = read_articles(self._paths[index])
            self.positions[index] = 0
            article = next(self._streams[index], None)
            if article is None:
                raise FileError(f"{self._paths[index]}: holds no articles")
        self.positions[index] += 1
        return article


def resumed(sources: Sequence[tuple[Path, float]], position: Mapping[str, Any] | None) -> Mixture:
    """Return a mixture that continues where a stream stopped.

    Raises:
        ModelError: it was a stream of prepared examples.
    """
    if position and "positions" not in position:
        raise ModelError("this run was begun on prepared examples; give the same folder, or another --checkpoint")
    return Mixture(sources, position["positions"] if position else None)


class ArticleBatches(Generic[Item]):
    """An endless, repeatable stream of batches (see ``Batches``), made of blocks of articles.

    Args:
        mixture: the source of the articles.
        make: makes the examples of an article.
        group: groups the examples of a block into batches, with similar lengths together.
        seed: another seed gives other batches.
        position: where to go on, from ``position()``.
    """

    def __init__(
        self,
        mixture: Mixture,
        make: Callable[[LinkedText, random.Random], Iterable[Item]],
        group: Callable[[list[Item]], list[list[Item]]],
        seed: int = 0,
        position: Mapping[str, Any] | None = None,
    ) -> None:
        self._mixture, self._make, self._group, self._seed = mixture, make, group, seed
        self._block = position["block"] if position else 0
        self._done = position["done"] if position else 0
        self._positions = list(mixture.positions)

    def position(self) -> dict[str, Any]:
        """Return the stream's place: the block, the batches done in it, and the files' positions at its start."""
        return {"block": self._block, "done": self._done, "positions": self._positions}

    def __iter__(self) -> Iterator[list[Item]]:
        """Yield batches without end, those of a block in random order."""
        while True:
            rng = random.Random(f"{self._seed}:{self._block}")
            self._positions = list(self._mixture.positions)
            batches = self._group([item for one in self._mixture.block(BLOCK, rng) for item in self._make(one, rng)])
            rng.shuffle(batches)
            for batch in batches[self._done :]:
                self._done += 1
                yield batch
            self._block, self._done = self._block + 1, 0


class Turns:
    """Endless, repeatable batches of several streams in turns, each with the name of its stream.

    Args:
        streams: the streams by name; each already has its own part of the position.
        shares: how often each has its turn.
        seed: another seed gives another order.
        position: where to go on, from ``position()``.
    """

    def __init__(
        self,
        streams: Mapping[str, Batches],
        shares: Mapping[str, float],
        seed: int = 0,
        position: Mapping[str, Any] | None = None,
    ) -> None:
        self._streams, self._shares, self._seed = streams, shares, seed
        self._turn = position["turn"] if position else 0

    def position(self) -> dict[str, Any]:
        """Return the place: the turn, and the place of each stream."""
        return {"turn": self._turn} | {name: stream.position() for name, stream in self._streams.items()}

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Yield batches without end."""
        running = {name: iter(stream) for name, stream in self._streams.items()}
        names, weights = list(self._shares), list(self._shares.values())
        while True:
            (name,) = random.Random(f"{self._seed}:turn:{self._turn}").choices(names, weights)
            self._turn += 1
            yield name, next(running[name])
