"""Files and standard input as texts, to be written back byte for byte. Line ends are never touched."""

from __future__ import annotations

import glob
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import typer

from textmend.compressed import name_inside
from textmend.errors import FileError
from textmend.files import STDIN, TEXT_SUFFIXES, Document, is_special, read_bytes, read_document

TEXTS = tuple(f"*{suffix}" for suffix in TEXT_SUFFIXES)
"""Which files of a folder are read, plain or compressed, where nothing else is asked for."""

_PARQUET = (".parquet", ".pq")


class Found(NamedTuple):
    """A file to read.

    Attributes:
        path: where it is.
        name: what it is called in an output folder: its place below the folder that all inputs have in common.
        inside: whether it was found in a folder.
    """

    path: Path
    name: PurePosixPath
    inside: bool = False


def named(files: Sequence[Path] | None, ctx: typer.Context) -> list[Path]:
    """Return the files and folders to read, patterns such as ``articles/**/*.txt`` spelt out.

    With nothing to read and a person at the keyboard, show the help and exit.

    Raises:
        FileError: nothing matches a pattern.
    """
    if files:
        if list(files).count(STDIN) > 1:
            raise typer.BadParameter("standard input (-) can be read only once")
        return [path for file in files for path in _matching(file)]
    if sys.stdin is None or sys.stdin.isatty():
        typer.echo(ctx.get_help())
        raise typer.Exit(2)
    return [STDIN]


def sources(files: Sequence[Path] | None, ctx: typer.Context, include: Sequence[str] | None = None) -> list[Found]:
    """Return the files to read: those that were named, and of folders those whose names match, in a fixed order.

    A file of a folder that is named itself too, or lies in two of the folders, is read once.

    Args:
        files: files, folders, patterns, ``-``; none: standard input.
        ctx: the command's context.
        include: the names that are taken from folders, as patterns; default: ``TEXTS``, also compressed.

    Raises:
        FileError: a folder holds no such file, or nothing matches a pattern.
    """
    paths = named(files, ctx)
    base = _base([path if path.is_dir() else path.parent for path in paths if path != STDIN])
    found = [one for path in paths for one in _within(path, base, include)]
    known = {os.path.abspath(one.path) for one in found if not one.inside}
    return [one for one in found if not one.inside or _is_new(os.path.abspath(one.path), known)]


def _is_new(path: str, known: set[str]) -> bool:
    """Whether a path is not known yet; now it is."""
    new = path not in known
    known.add(path)
    return new


def _matching(file: Path) -> list[Path]:
    """Return a file, or what a pattern that the shell left as it is stands for."""
    if file == STDIN or not glob.has_magic(str(file)) or os.path.lexists(file):
        return [file]
    matches = sorted(glob.glob(str(file), recursive=True))
    if not matches:
        raise FileError(f"{file}: there is no such file, and nothing matches this pattern")
    return [Path(match) for match in matches]


def _within(path: Path, base: str, include: Sequence[str] | None) -> Iterator[Found]:
    """Yield a file, or the files of a folder and of its folders; hidden folders, pipes and devices are passed over."""
    if path == STDIN or not path.is_dir():
        yield Found(path, _name(path, base))
        return
    empty = True
    for folder, folders, names in os.walk(path):
        folders[:] = sorted(inner for inner in folders if not inner.startswith("."))
        for name in sorted(names):
            if _is_included(name, include) and not is_special(Path(folder, name)):
                empty = False
                yield Found(Path(folder, name), _name(Path(folder, name), base), inside=True)
    if empty:
        raise FileError(f"{path}: there is no file in this folder named {' or '.join(include or TEXTS)}: see --include")


def _is_included(name: str, include: Sequence[str] | None) -> bool:
    """Whether a file of a folder is read, by its name."""
    if include:
        return any(fnmatch(name, pattern) for pattern in include)
    return any(fnmatch(name_inside(name), pattern) for pattern in TEXTS)


def _base(folders: Sequence[Path]) -> str:
    """Return the folder that folders have in common, where there is one."""
    try:
        return os.path.commonpath([os.path.abspath(folder) for folder in folders])
    except ValueError:  # there are none, or they lie on different drives
        return ""


def _name(path: Path, base: str) -> PurePosixPath:
    if path == STDIN or not base:
        return PurePosixPath(path.name)
    return PurePosixPath(Path(os.path.relpath(os.path.abspath(path), base)).as_posix())


def documents(paths: Iterable[Path], encoding: str | None, failed: Callable[[FileError], None]) -> Iterator[Document]:
    """Yield the texts that can be read, one at a time; hand the others' errors to ``failed``, also files of records."""
    for path in paths:
        try:
            document = _text(path, encoding)
        except FileError as error:
            failed(error)
        else:
            yield document


def _text(path: Path, encoding: str | None) -> Document:
    from textmend.review.documents import is_json_lines

    records = "holds {}, not one text:  textmend clean  mends such files (--annotate leaves the texts as they are){}"
    if path.suffix.lower() in _PARQUET:
        raise FileError(f"{path}: " + records.format("the rows of Parquet", ""))
    document = read_document(path, encoding)
    if is_json_lines(document.text):
        raise FileError(f"{document.name}: " + records.format("JSON Lines", ", and  textmend review  takes them"))
    return document


def read_page(path: Path) -> bytes:
    """Return a page's bytes; whoever parses it finds out its encoding.

    Raises:
        FileError: it can't be read.
    """
    return read_bytes(path)


def read_copy(path: Path, encoding: str | None) -> str:
    """Return another copy of a text; a page (``.html``, ``.htm``) tells its own encoding.

    Raises:
        FileError: it can't be read, or isn't in the encoding.
    """
    if path.suffix.lower() in (".html", ".htm"):
        from textmend.source.parsing import decoded

        return decoded(read_bytes(path))
    return read_document(path, encoding).text
