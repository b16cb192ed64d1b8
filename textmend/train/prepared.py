"""Examples made in advance: cut, damaged or masked, and packed in flat files that training maps into memory.

A folder holds one kind of examples: windows with lost words (``lost``), or with masked words (``masked``). Each field
of the examples is one file of small numbers, with all examples in a row, without padding; ``lengths`` has the length of
each. Making them uses all cores. Reading them costs almost nothing, so that a GPU need not wait.
"""

from __future__ import annotations

import json
import logging
import multiprocessing
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from textmend.damage.articles import LinkedText
from textmend.damage.spans import LinkLikeness
from textmend.errors import FileError
from textmend.train.base import longest_row
from textmend.train.examples import NO_LABEL, Example, ExampleMaker
from textmend.train.filler_examples import MaskedWindow, Masking, WindowMaker
from textmend.train.mixture import BLOCK, Mixture
from textmend.train.vocabulary import digest_of, read_pieces

log = logging.getLogger(__name__)

What = Literal["lost", "masked"]

_SCHEMA = 1
_NO_PIECE = 0xFFFF
_HEADER = "prepared.json"
_FIELDS: dict[What, dict[str, type[np.integer[Any]]]] = {
    "lost": {"ids": np.uint16, "types": np.uint8, "labels": np.int8},
    "masked": {"ids": np.uint16, "labels": np.uint16, "cases": np.int8},
}
_MOST_EMPTY = 10
_SHUFFLED = 4096
"""The number of examples in a block, within which batches group similar lengths."""


@dataclass(frozen=True, slots=True)
class Header:
    """The contents of a folder.

    Attributes:
        what: ``lost`` or ``masked``.
        vocabulary: SHA-256 of the ``tokenizer.json`` that cut the words.
        examples: how many there are.
        pieces: the total number of their pieces.
        schema: the version of the format.
    """

    what: What
    vocabulary: str
    examples: int
    pieces: int
    schema: int = _SCHEMA


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """How to make examples; small enough to be sent to other processes.

    Attributes:
        base: the base's folder.
        what: the kind.
        likeness: which spans look like links.
        size: the number of pieces of a window with lost words, the start token included.
    """

    base: Path
    what: What
    likeness: LinkLikeness
    size: int = 256

    def maker(self) -> Callable[[LinkedText, random.Random], Iterable[Any]]:
        """Return the maker of an article's examples."""
        pieces, mask = read_pieces(self.base / "tokenizer.json")
        if self.what == "masked":
            return WindowMaker(self.likeness, pieces, mask, Masking().within(longest_row(self.base)))
        return ExampleMaker(self.likeness, pieces, self.size)


def prepare(
    making: Making, mixture: Mixture, folder: Path, *, pieces: int, seed: int = 0, workers: int | None = None
) -> Header:
    """Make examples until they have enough pieces, and write them into a new folder.

    The examples depend on the files, their shares and the seed, not on the number of workers.

    Args:
        making: how they are made.
        mixture: the source of the articles, which are read again and again, with other damage each time.
        folder: the folder, which must be missing or empty; it is complete when it holds ``prepared.json``.
        pieces: the fewest pieces to make; a block of articles is always finished.
        seed: another seed gives other examples.
        workers: the number of processes; default: one for each core.

    Raises:
        FileError: the folder is not empty, or can't be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FileError(f"{folder}: is not empty; prepared examples get a folder of their own")
        return _write(making, folder, _made(making, mixture, seed, workers), pieces)
    except FileError:
        raise
    except OSError as error:
        raise FileError(f"{folder}: can't be written: {error.strerror or error}") from error


def _write(making: Making, folder: Path, blocks: Iterator[dict[str, NDArray[Any]]], pieces: int) -> Header:
    names = [*_FIELDS[making.what], "lengths"]
    files = {name: (folder / f"{name}.bin").open("wb") for name in names}
    examples = written = 0
    try:
        for number, block in enumerate(blocks, 1):
            for name in names:
                block[name].tofile(files[name])
            examples += len(block["lengths"])
            written += len(block["ids"])
            if not written and number == _MOST_EMPTY:
                raise FileError(f"{number * BLOCK} articles gave no example: they are shorter than a window may be")
            if number % 50 == 0:
                log.info("%.1f of %.1f million pieces", written / 1e6, pieces / 1e6)
            if written >= pieces:
                break
    finally:
        for file in files.values():
            file.close()
    header = Header(making.what, digest_of(making.base), examples, written)
    (folder / _HEADER).write_text(json.dumps(asdict(header), indent=1) + "\n", encoding="utf-8")
    return header


def _made(making: Making, mixture: Mixture, seed: int, workers: int | None) -> Iterator[dict[str, NDArray[Any]]]:
    """Yield packed blocks in order; several processes make them in advance."""
    workers = workers or multiprocessing.cpu_count()

    def work() -> Iterator[tuple[list[LinkedText], random.Random]]:
        for number in count():
            rng = random.Random(f"{seed}:{number}")
            yield list(mixture.block(BLOCK, rng)), rng

    if workers == 1:
        _start(making)
        for articles, rng in work():
            yield _make(articles, rng)
    context = multiprocessing.get_context("spawn")  # a fork would copy locks of threads
    with ProcessPoolExecutor(workers, context, initializer=_start, initargs=(making,)) as pool:
        waiting: list[Future[dict[str, NDArray[Any]]]] = []
        try:
            for articles, rng in work():
                waiting.append(pool.submit(_make, articles, rng))
                if len(waiting) > 2 * workers:
                    yield waiting.pop(0).result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


_maker: tuple[What, Callable[[LinkedText, random.Random], Iterable[Any]]]


def _start(making: Making) -> None:
    global _maker
    _maker = making.what, making.maker()


def _make(articles: Sequence[LinkedText], rng: random.Random) -> dict[str, NDArray[Any]]:
    what, make = _maker
    return pack([example for article in articles for example in make(article, rng)], what)


def pack(examples: Sequence[Any], what: What) -> dict[str, NDArray[Any]]:
    """Return the fields of examples, with all examples in a row, and ``lengths``."""
    packed: dict[str, NDArray[Any]] = {"lengths": np.array([len(e.ids) for e in examples], dtype=np.uint16)}
    for name, kind in _FIELDS[what].items():
        joined = np.concatenate([getattr(e, name) for e in examples]) if examples else np.zeros(0, dtype=np.int64)
        if len(joined) and joined.max() >= np.iinfo(kind).max:  # the highest number means that there is no piece
            raise FileError(f"{name}: {int(joined.max())} has no room in {np.dtype(kind).name}")
        if kind is np.uint16:
            joined = np.where(joined == NO_LABEL, _NO_PIECE, joined)
        packed[name] = joined.astype(kind)
    return packed


def folders_of(paths: Iterable[Path]) -> dict[What, Path]:
    """Return folders of prepared examples by their kind; empty if the paths are files of articles.

    Raises:
        FileError: files and folders are mixed, two folders hold the same kind, or a folder is incomplete.
    """
    found: dict[What, Path] = {}
    paths = list(paths)
    folders = [path for path in paths if path.is_dir()]
    if folders and len(folders) < len(paths):
        raise FileError(f"{folders[0]}: prepared examples and files of articles can't be mixed in one run")
    for folder in folders:
        what = read_header(folder).what
        if what in found:
            raise FileError(f"{folder}: holds examples of words {what}, as {found[what]} does; give one of them")
        found[what] = folder
    return found


def folder_for(folders: Mapping[What, Path], what: What) -> Path:
    """Return the folder of a kind. Raises :class:`FileError` if there is none."""
    if what not in folders:
        raise FileError(f"{', '.join(map(str, folders.values()))}: no examples of words {what} were prepared there")
    return folders[what]


def read_header(folder: Path) -> Header:
    """Read the contents of a folder. Raises :class:`FileError` if it is incomplete or has another version."""
    try:
        header = Header(**json.loads((folder / _HEADER).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError, RecursionError) as error:
        raise FileError(
            f"{folder}: holds no prepared examples, or not all: textmend train prepare ({error})"
        ) from error
    if header.schema != _SCHEMA or header.what not in _FIELDS:
        raise FileError(f"{folder}: prepared by another version of textmend; prepare the text again")
    return header


class PreparedBatches:
    """An endless, repeatable stream of batches of prepared examples (see ``mixture.Batches``).

    Args:
        folder: prepared examples.
        what: the kind of examples.
        base: the base with whose vocabulary they must have been cut.
        pieces: the number of pieces in a batch, padding included; a batch has at least one example.
        seed: another seed gives another order.
        position: where to go on, from ``position()``.

    Raises:
        FileError: the folder holds another kind, pieces of another vocabulary, or too few bytes.
    """

    def __init__(
        self,
        folder: Path,
        what: What,
        base: Path,
        *,
        pieces: int,
        seed: int = 0,
        position: dict[str, Any] | None = None,
    ) -> None:
        header = read_header(folder)
        if header.what != what:
            raise FileError(f"{folder}: holds examples of words {header.what}, not {what}")
        if header.vocabulary != digest_of(base):
            raise FileError(f"{folder}: its words were cut with another vocabulary than that of {base}")
        self._what, self._pieces, self._seed = what, pieces, seed
        lengths = _mapped(folder / "lengths.bin", np.uint16, header.examples)
        self._starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
        self._fields = {
            name: _mapped(folder / f"{name}.bin", kind, header.pieces) for name, kind in _FIELDS[what].items()
        }
        self._examples = header.examples
        if position and position.get("examples") != header.examples:
            raise FileError(f"{folder}: isn't what this run was begun on; give the same, or another --checkpoint")
        self._block = position["block"] if position else 0
        self._done = position["done"] if position else 0

    def position(self) -> dict[str, Any]:
        """Return the stream's place: the block, the batches done in it, and the number of examples."""
        return {"block": self._block, "done": self._done, "examples": self._examples}

    def __iter__(self) -> Iterator[list[Any]]:
        """Yield batches without end: all examples once, then again in another order, and so on."""
        while True:
            batches = self._batches(self._block)
            while self._done < len(batches):
                rows = batches[self._done]
                self._done += 1
                yield [self.example(int(row)) for row in rows]
            self._block, self._done = self._block + 1, 0

    def example(self, row: int) -> Example | MaskedWindow:
        """Return one example in its original form."""
        place = slice(self._starts[row], self._starts[row + 1])
        fields = {name: values[place].astype(np.int64) for name, values in self._fields.items()}
        if self._what == "lost":
            return Example(**fields)
        fields["labels"][fields["labels"] == _NO_PIECE] = NO_LABEL
        return MaskedWindow(**fields)

    def _batches(self, block: int) -> list[NDArray[np.int64]]:
        """Return the rows of a block's batches, with similar lengths together."""
        turn, block = divmod(block, -(-self._examples // _SHUFFLED))
        order = np.random.default_rng((self._seed, turn)).permutation(self._examples)
        rows = order[block * _SHUFFLED : (block + 1) * _SHUFFLED]
        lengths = (self._starts[1:] - self._starts[:-1])[rows]
        rows, lengths = rows[np.argsort(lengths, kind="stable")], np.sort(lengths)
        batches, first = [], 0
        for last in range(1, len(rows) + 1):
            if last == len(rows) or (last + 1 - first) * lengths[last] > self._pieces:
                batches.append(rows[first:last])
                first = last
        random.Random(f"{self._seed}:{turn}:{block}").shuffle(batches)
        return batches


def _mapped(file: Path, kind: type[np.integer[Any]], count: int) -> NDArray[Any]:
    try:
        if file.stat().st_size != count * np.dtype(kind).itemsize:
            raise FileError(f"{file}: is {file.stat().st_size} bytes long, not as prepared; prepare the text again")
        return np.memmap(file, dtype=kind, mode="r") if count else np.zeros(0, dtype=kind)
    except OSError as error:
        raise FileError(f"{file}: can't be read: {error.strerror or error}") from error
