"""Benchmarks: damaged texts with known losses, and clean texts. They are read, checked and sampled here.

One JSON object a line, with ``text`` and, for damaged texts, ``id``, ``variant`` and ``gaps`` (``start``, ``end``,
``lost``; optionally ``shape`` and ``accept``); ``title`` is optional. Other keys are ignored.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from textmend.errors import FileError, RecordError

CLEAN = "clean"
"""The variant of clean texts."""

SHAPES = ("name", "word", "phrase")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueGap:
    """A gap with known lost words.

    Attributes:
        start: where the white space begins in the damaged text, in code points.
        end: where it ends.
        lost: the lost words.
        words: the number of lost words.
        shape: ``name``, ``word`` or ``phrase`` (see ``shape_of``).
        accept: other fills that are equally good; may be empty.
    """

    start: int
    end: int
    lost: str
    words: int
    shape: str
    accept: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A text of a benchmark; clean texts have no gaps.

    Attributes:
        id: unique in its file.
        text: the damaged text.
        gaps: its true gaps, sorted and disjoint.
        title: its headline, or ``None``.
        variant: how the white space at the gaps was treated; ``clean`` for clean texts.
        words: the number of words of the text, separated by white space.
    """

    id: str
    text: str
    gaps: tuple[TrueGap, ...]
    title: str | None
    variant: str
    words: int


@dataclass(frozen=True, slots=True)
class Benchmark:
    """The records of a file, or a sample of them.

    Attributes:
        path: the file.
        digest: SHA-256 of its uncompressed bytes, in hex; a sample keeps the digest of the whole file.
        records: in the order of the file.
    """

    path: Path
    digest: str
    records: tuple[Record, ...]

    @property
    def name(self) -> str:
        """Return the file's name without its endings."""
        return self.path.name.split(".")[0]

    @property
    def gaps(self) -> int:
        """Return how many true gaps there are."""
        return sum(len(record.gaps) for record in self.records)

    @property
    def words(self) -> int:
        """Return how many words there are."""
        return sum(record.words for record in self.records)


def shape_of(lost: str) -> str:
    """Return ``name`` (at most three words, all capitalised), ``word`` (one or two words) or ``phrase``."""
    words = lost.split()
    if len(words) <= 3 and all(word[:1].isupper() for word in words):
        return "name"
    return "word" if len(words) <= 2 else "phrase"


def read_benchmark(path: Path, *, clean: bool = False) -> Benchmark:
    """Read a benchmark: JSON Lines, plain or compressed (``.bz2``, ``.gz``).

    Args:
        path: the file.
        clean: the texts are undamaged: ``gaps`` must be missing or empty.

    Raises:
        FileError: the file can't be read, or isn't UTF-8.
        RecordError: a line is malformed; the error names file and line.
    """
    digest = hashlib.sha256()
    records: list[Record] = []
    lines: dict[str, int] = {}
    for number, line in enumerate(_lines(path), start=1):
        digest.update(line)
        if not line.strip():
            continue
        record = _record(line, f"{path}:{number}", number, clean)
        if record.id in lines:
            raise RecordError(f"{path}:{number}: the id {record.id!r} stands in line {lines[record.id]} too")
        lines[record.id] = number
        records.append(record)
    if not records:
        raise RecordError(f"{path}: holds no records")
    return Benchmark(path, digest.hexdigest(), tuple(records))


def sample(benchmark: Benchmark, records: int | None, seed: int = 0) -> Benchmark:
    """Return at most this many records (``None``: all), chosen by their ids and the seed.

    A record is chosen by a digest of its id: the same seed gives the same records for any order of the file, and a
    smaller sample is part of a larger one.
    """
    if records is None or records >= len(benchmark.records):
        return benchmark
    return _only(benchmark, _drawn(benchmark.records, seed)[:records])


def sample_gaps(benchmark: Benchmark, gaps: int | None, seed: int = 0) -> Benchmark:
    """Return whole records with at most this many gaps in all (``None``: all), chosen as ``sample`` chooses.

    Records without gaps are left out, and so is a record whose gaps would exceed the limit.
    """
    if gaps is None:
        return _only(benchmark, [record for record in benchmark.records if record.gaps])
    chosen: list[Record] = []
    left = gaps
    for record in _drawn(benchmark.records, seed):
        if 0 < len(record.gaps) <= left:
            chosen.append(record)
            left -= len(record.gaps)
    return _only(benchmark, chosen)


def _only(benchmark: Benchmark, chosen: Sequence[Record]) -> Benchmark:
    ids = {record.id for record in chosen}
    kept = tuple(record for record in benchmark.records if record.id in ids)
    return Benchmark(benchmark.path, benchmark.digest, kept)


def _drawn(records: Sequence[Record], seed: int) -> list[Record]:
    return sorted(records, key=lambda record: hashlib.sha256(_bytes(f"{seed}\n{record.id}")).digest())


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with _open(path) as lines:
            yield from lines
    except (OSError, EOFError, zlib.error, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise FileError(f"{path}: can't be read: {reason}") from error


def _open(path: Path) -> IO[bytes]:
    if path.suffix == ".bz2":
        return bz2.open(path, "rb")
    if path.suffix == ".gz":
        return gzip.open(path, "rb")  # type: ignore[return-value]
    return path.open("rb")


def _record(line: bytes, place: str, number: int, clean: bool) -> Record:
    try:
        data = json.loads(line.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise FileError(f"{place}: is not UTF-8: {error}") from error
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{place}: is not JSON: {error}") from error
    if not isinstance(data, Mapping):
        raise RecordError(f"{place}: expected a JSON object, got {type(data).__name__}")
    text = _string(data, "text", place)
    gaps = data.get("gaps", [] if clean else None)
    if not isinstance(gaps, list):
        raise RecordError(f"{place}: 'gaps' should be a list of gaps (for whole texts use --clean)")
    if clean and gaps:
        raise RecordError(f"{place}: a clean text has gaps")
    return Record(
        id=_string(data, "id", place) if "id" in data or not clean else f"line {number}",
        text=text,
        gaps=_gaps(gaps, text, place),
        title=_string(data, "title", place) if data.get("title") is not None else None,
        variant=CLEAN if clean else _string(data, "variant", place),
        words=len(text.split()),
    )


def _string(data: Mapping[str, Any], key: str, place: str) -> str:
    value = data.get(key)
    if not isinstance(value, str):
        problem = f"should be a string, not {value!r:.60}" if key in data else "is missing"
        raise RecordError(f"{place}: {key!r} {problem}")
    return value


def _gaps(items: Sequence[Any], text: str, place: str) -> tuple[TrueGap, ...]:
    gaps = []
    floor = -1
    for index, item in enumerate(items):
        here = f"{place}: gap {index}"
        if not isinstance(item, Mapping):
            raise RecordError(f"{here}: expected a JSON object, got {type(item).__name__}")
        start, end = item.get("start"), item.get("end")
        if not (type(start) is int and type(end) is int and 0 <= start <= end <= len(text)):
            raise RecordError(f"{here}: {start!r}:{end!r} is no span of the text, which has {len(text)} code points")
        if start <= floor:
            raise RecordError(f"{here}: {start}:{end} overlaps the gap before it or is out of order")
        if text[start:end].strip():
            raise RecordError(f"{here}: {start}:{end} holds {text[start:end]!r}; a gap is white space or empty")
        lost = _string(item, "lost", here)
        if not lost.strip():
            raise RecordError(f"{here}: 'lost' holds no words")
        accept = item.get("accept", [])
        if not isinstance(accept, list) or not all(isinstance(words, str) for words in accept):
            raise RecordError(f"{here}: 'accept' should be a list of strings")
        shape = _string(item, "shape", here) if "shape" in item else shape_of(lost)
        gaps.append(
            TrueGap(start=start, end=end, lost=lost, words=len(lost.split()), shape=shape, accept=tuple(accept))
        )
        floor = end
    return tuple(gaps)
