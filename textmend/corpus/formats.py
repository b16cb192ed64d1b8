"""The formats: how each reads documents, hands them to a worker, and writes them. One small class each, elsewhere.

A format has no state: main process and workers make their own from its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from textmend.corpus.entries import Article, Entry, Position
from textmend.corpus.options import Options
from textmend.mended import Mended

SUFFIXES = {
    "jsonl": (".jsonl", ".ndjson", ".jsonlines", ".json"),
    "parquet": (".parquet", ".pq"),
    "text": (".txt", ".text"),
}
"""The suffixes of each format's files; before ``.gz``, ``.zst`` and ``.bz2``, which only JSON Lines may have."""


@dataclass(frozen=True, slots=True)
class Input:
    """A file, or a folder of text files, to be cleaned.

    Attributes:
        path: where it is; ``-``: standard input.
        name: what its output is called in an output folder.
        size: in bytes, as it is stored; 0 where that is not known.
        folder: whether it is a folder, whose text files are its documents.
    """

    path: Path
    name: PurePosixPath
    size: int = 0
    folder: bool = False


class Format(Protocol):
    """How documents of a format are read, mended and written. ``raw`` is a document, as only the format knows it."""

    def read(self, inputs: Sequence[Input], options: Options, start: Position) -> Iterator[tuple[Entry, int]]:
        """Yield the documents from ``start`` on, each with how many bytes of its source have been read."""
        ...

    def pack(self, raws: Sequence[Any]) -> Any:
        """Return documents in the form that goes to a worker."""
        ...

    def unpack(self, packed: Any) -> list[Any]:
        """Return the documents that a worker got."""
        ...

    def article(self, raw: Any, options: Options) -> Article:
        """Return what is in a document. Raises :class:`Unfit` where it can't be cleaned."""
        ...

    def render(self, index: int, raw: Any, mended: Mended, options: Options) -> Any:
        """Return a document as it is written; ``index`` is its number in the batch.

        Raises :class:`Unfit` where its encoding can't hold it.
        """
        ...

    def join(self, rendered: Sequence[Any], options: Options) -> Any:
        """Return what goes to the sink for the documents of a batch."""
        ...

    def rejected(self, raw: Any) -> bytes | None:
        """Return a document as it goes to the rejects."""
        ...


def format_named(name: str) -> Format:
    """Return a format."""
    if name == "jsonl":
        from textmend.corpus.jsonl import JsonLines

        return JsonLines()
    if name == "parquet":
        from textmend.corpus.parquet import Parquet

        return Parquet()
    from textmend.corpus.plaintext import TextAsJson, TextFiles

    return TextFiles() if name == "text" else TextAsJson()


def format_of(name: str) -> str | None:
    """Return the format of a file by its name; ``None`` where that does not tell."""
    path = PurePosixPath(name.lower())
    compressed = path.suffix in (".gz", ".zst", ".bz2")
    suffix = PurePosixPath(path.stem).suffix if compressed else path.suffix
    for format_name, suffixes in SUFFIXES.items():
        if suffix in suffixes and (format_name == "jsonl" or not compressed):
            return format_name
    return None
