"""What is cleaned: files and folders, and which format the name of a file tells of."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from textmend.files import TEXT_SUFFIXES

SUFFIXES = {
    "jsonl": (".jsonl", ".ndjson", ".jsonlines", ".json"),
    "parquet": (".parquet", ".pq"),
    "text": TEXT_SUFFIXES,
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
        format: its format.
    """

    path: Path
    name: PurePosixPath
    size: int = 0
    folder: bool = False
    format: str = "jsonl"


def within(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and in its folders, in an order that depends on their names alone.

    What is hidden is passed over, and links to folders are not followed.
    """
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(names) if not name.startswith("."))


def format_of(name: str) -> str | None:
    """Return the format of a file by its name; ``None`` where that does not tell."""
    path = PurePosixPath(name.lower())
    compressed = path.suffix in (".gz", ".zst", ".bz2")
    suffix = PurePosixPath(path.stem).suffix if compressed else path.suffix
    for format_name, suffixes in SUFFIXES.items():
        if suffix in suffixes and (format_name == "jsonl" or not compressed):
            return format_name
    return None
