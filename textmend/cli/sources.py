"""What else is known of a file: its title, its page, other copies. But for a folder of pages it goes with one file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import typer

from textmend.article import Article
from textmend.cli.inputs import read_copy, read_page
from textmend.files import STDIN, Document
from textmend.page_files import PageFolder


def about(
    paths: Sequence[Path],
    title: str | None,
    html: Path | None,
    references: Sequence[Path] | None,
    encoding: str | None,
) -> dict[str, Any]:
    """Return the arguments of ``Mender.suggest`` and ``Mender.mend`` that tell more of the files, of which there is one.

    Raises:
        FileError: a page or copy can't be read.
    """
    given = {"--title": title, "--html": html, "--reference": references or None}
    for name, value in given.items():
        if value is not None and len(paths) > 1:
            raise typer.BadParameter(f"{name} goes with one file, not with several")
    if [*paths, html, *(references or ())].count(STDIN) > 1:
        raise typer.BadParameter("standard input (-) can be read only once")
    return {
        "title": None if title is None else [title],
        "html": None if html is None else [read_page(html)],
        "reference": None if not references else [[read_copy(path, encoding) for path in references]],
    }


def with_pages(html: Path | None, html_dir: Path | None) -> Callable[[Document], Article] | None:
    """Return how the article of a document is read, if a page may belong to it.

    Args:
        html: the page of the one document.
        html_dir: a folder with the pages of all.

    Raises:
        FileError: the folder is none, or the page can't be read.
    """
    if html is not None and html_dir is not None:
        raise typer.BadParameter("--html and --html-dir exclude each other")
    if html is not None:
        page = read_page(html)
        return lambda document: Article(text=document.text, html=page)
    if html_dir is not None:
        folder = PageFolder(html_dir)
        return lambda document: Article(text=document.text, html=folder.page(document.path.name))
    return None


def told_again(
    title: str | None = None,
    html: Path | None = None,
    html_dir: Path | None = None,
    references: Sequence[Path] | None = None,
) -> list[str]:
    """Return what is known of the files as options for the next command; what came from standard input is gone."""
    given = [
        ("--title", title),
        ("--html", html),
        ("--html-dir", html_dir),
        *(("--reference", path) for path in references or ()),
    ]
    return [part for name, value in given if value not in (None, STDIN) for part in (name, str(value))]
