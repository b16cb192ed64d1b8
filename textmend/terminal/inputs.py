"""Files and standard input as texts, to be written back byte for byte. Line ends are never touched."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import typer

from textmend.errors import FileError
from textmend.files import STDIN, Document, decode


def sources(files: Sequence[Path] | None, ctx: typer.Context) -> list[Path]:
    """Return what to read; with nothing to read and a person at the keyboard, show the help and exit."""
    if files:
        if files.count(STDIN) > 1:
            raise typer.BadParameter("standard input (-) can be read only once")
        return list(files)
    if sys.stdin is None or sys.stdin.isatty():
        typer.echo(ctx.get_help())
        raise typer.Exit(2)
    return [STDIN]


def documents(paths: Iterable[Path], encoding: str | None, failed: Callable[[FileError], None]) -> Iterator[Document]:
    """Yield the documents that can be read, one at a time; hand the others' errors to ``failed``."""
    for path in paths:
        try:
            document = decode(path, _read(path), encoding)
        except FileError as error:
            failed(error)
        else:
            yield document


def read_page(path: Path) -> bytes:
    """Return a page's bytes; whoever parses it finds out its encoding.

    Raises:
        FileError: it can't be read.
    """
    return _read(path)


def read_copy(path: Path, encoding: str | None) -> str:
    """Return another copy of a text; a page (``.html``, ``.htm``) tells its own encoding.

    Raises:
        FileError: it can't be read, or isn't in the encoding.
    """
    if path.suffix.lower() in (".html", ".htm"):
        from textmend.source.page import decoded

        return decoded(_read(path))
    return decode(path, _read(path), encoding).text


def _read(path: Path) -> bytes:
    if path == STDIN:
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise FileError(f"{path}: no such file") from error
    except IsADirectoryError as error:
        raise FileError(f"{path}: is a folder; name files, for example  {path / '*.txt'}") from error
    except OSError as error:
        if path.is_dir():  # Windows says: permission denied
            raise FileError(f"{path}: is a folder; name files, for example  {path / '*.txt'}") from error
        raise FileError(f"{path}: can't be read: {error.strerror or error}") from error
    except ValueError as error:  # a zero byte in the name
        raise FileError(f"{path}: no file can have this name") from error
