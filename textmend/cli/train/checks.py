"""What a command checks before it starts, so that nothing fails an hour later; and its log on standard error."""

from __future__ import annotations

import logging
import math
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer

from textmend.errors import FileError, ModelError

_BASE_FILES = ("config.json", "model.safetensors", "tokenizer.json")


def parse_sources(data: Sequence[str], *, folders: bool = False) -> list[tuple[Path, float]]:
    """Read ``FILE[=SHARE]`` arguments; without a share a file counts 1. Folders are taken where they are allowed.

    Raises:
        typer.BadParameter: a share is no number above 0.
        FileError: a file doesn't exist.
    """
    sources: list[tuple[Path, float]] = []
    for item in data:
        file, sign, share = item.rpartition("=")
        if not sign or Path(item).exists():
            file, share = item, "1"
        try:
            value = float(share)
        except ValueError:
            value = math.nan
        if not (value > 0 and math.isfinite(value)):
            raise typer.BadParameter(f"{item!r}: the share should be a number above 0, for example {file}=0.5")
        sources.append((Path(file), value))
    check_files([file for file, _ in sources if not (folders and file.is_dir())])
    return sources


def check_base(folder: Path) -> None:
    """Raise :class:`ModelError` where a folder holds no base."""
    for name in _BASE_FILES:
        if not (folder / name).is_file():
            raise ModelError(f"{folder}: the file {name} is missing; a base is a folder with {', '.join(_BASE_FILES)}")


def check_files(files: Sequence[Path]) -> None:
    """Raise :class:`FileError` where a file is missing."""
    for file in files:
        if not file.is_file():
            raise FileError(f"{file}: no such file")


def check_writable(file: Path) -> None:
    """Raise :class:`FileError` where the folder of a file is missing."""
    if not file.absolute().parent.is_dir():
        raise FileError(f"{file}: can't be written: the folder {file.absolute().parent} doesn't exist")


def names(files: Sequence[Path]) -> str:
    """Return the names of files, one after the other."""
    return ", ".join(map(str, files))


def check_skips(skips: Sequence[int] | None, files: Sequence[Path]) -> list[int]:
    """Return how many articles of each file are left out first.

    Raises:
        typer.BadParameter: there are not as many numbers as files.
    """
    given = list(skips or [0])
    if len(given) not in (1, len(files)):
        raise typer.BadParameter(f"{len(given)} numbers for {len(files)} files", param_hint="--skip")
    return given * len(files) if len(given) == 1 else given


@contextmanager
def logged() -> Iterator[None]:
    """Within the block, what textmend logs is written to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s  %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("textmend")
    level = logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(level)
