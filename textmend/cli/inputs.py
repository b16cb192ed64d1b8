"""Files and standard input as texts, to be written back byte for byte. Line ends are never touched."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import typer

from textmend.errors import FileError
from textmend.files import STDIN, Document, read_bytes, read_document


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
            document = read_document(path, encoding)
        except FileError as error:
            failed(error)
        else:
            yield document


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
