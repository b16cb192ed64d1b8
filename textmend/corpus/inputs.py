"""What is cleaned: files and folders, and which format the name of a file tells of."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from textmend.compressed import name_inside
from textmend.files import TEXT_SUFFIXES, is_special

SUFFIXES = {
    "jsonl": (".jsonl", ".ndjson", ".jsonlines", ".json"),
    "parquet": (".parquet", ".pq"),
    "text": TEXT_SUFFIXES,
}
"""The suffixes of each format's files; ``.gz``, ``.zst`` or ``.bz2`` may follow those of all but Parquet."""


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

    What is hidden is passed over, as are pipes and devices; links to folders are not followed.
    """
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        files = (Path(place, name) for name in sorted(names) if not name.startswith("."))
        yield from (file for file in files if not is_special(file))


def format_of(name: str) -> str | None:
    """Return the format of a file by its name; ``None`` where that does not tell."""
    inner = name_inside(name)
    suffix = PurePosixPath(inner.lower()).suffix
    for format_name, suffixes in SUFFIXES.items():
        if suffix in suffixes and (format_name != "parquet" or inner == name):
            return format_name
    return None
