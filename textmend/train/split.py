"""Separating texts: those that are held out of training, and those in a benchmark, which must not be trained on."""

from __future__ import annotations

import bz2
import gzip
import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from textmend.damage.articles import parse_article, read_lines
from textmend.errors import FileError
from textmend.text.words import WORD

SHINGLE = 8
"""The number of words of a shingle. Two texts rarely share eight words in a row by chance."""


@dataclass(frozen=True, slots=True)
class Split:
    """The numbers of a file's articles in each part."""

    kept: int
    held_out: int
    near_duplicates: int


def split_file(
    file: Path, train: Path, held_out: Path, *, against: frozenset[int], share: float = 0.02, overlap: float = 0.1
) -> Split:
    """Copy the articles of a file into one to train on and one that is held out, leaving out near-duplicates.

    A hash of its text decides whether an article is held out, so the same article always falls on the same side, in any
    file. The lines are copied as they are.

    Args:
        file: articles (``damage.articles.read_articles``), plain or compressed.
        train: the file for training; compressed as its name says.
        held_out: the file for the held-out articles, likewise.
        against: shingles of texts that must not be trained on (``shingles_of``).
        share: the share that is held out, 0 to 1.
        overlap: an article is a near-duplicate if more than this share of its shingles is in ``against``.

    Raises:
        FileError: a line is no article, or a file can't be read or written.
    """
    kept = held = near = 0
    with _written(train) as trained, _written(held_out) as rest:
        for number, line in enumerate(read_lines(file), 1):
            text = parse_article(line, f"{file}:{number}").text
            if _overlap(text, against) > overlap:
                near += 1
            elif is_held_out(text, share):
                rest.write(line)
                held += 1
            else:
                trained.write(line)
                kept += 1
    return Split(kept, held, near)


def is_held_out(text: str, share: float) -> bool:
    """Return whether a text belongs to the held-out share; this depends only on the text."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "big") < share * 2**64


def shingles_of(texts: Iterable[str]) -> frozenset[int]:
    """Return hashes of all runs of :data:`SHINGLE` words, case and white space aside (Broder 1997).

    The hashes are Python's own, which are valid within one process.
    """
    return frozenset(shingle for text in texts for shingle in _shingles(text))


def _shingles(text: str) -> Iterator[int]:
    words = [word.casefold() for word in WORD.findall(text)]
    return (hash(tuple(words[start : start + SHINGLE])) for start in range(len(words) - SHINGLE + 1))


def _overlap(text: str, against: frozenset[int]) -> float:
    shingles = list(_shingles(text)) if against else []
    return sum(shingle in against for shingle in shingles) / len(shingles) if shingles else 0.0


@contextmanager
def _written(file: Path) -> Iterator[IO[str]]:
    """Open a file for writing, compressed as its name says; it gets its name when the block ends without an error."""
    unfinished = file.with_name(f".unfinished-{file.name}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        opener: Any = {".bz2": bz2.open, ".gz": gzip.open}.get(file.suffix, open)
        stream: IO[str] = opener(unfinished, "wt", encoding="utf-8")
        try:
            with stream:
                yield stream
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
    except FileError:  # an error in reading, within the block
        raise
    except OSError as error:
        raise FileError(f"{file}: can't be written: {error.strerror or error}") from error
