"""What else is known of a file: its title, its page, other copies. It goes with one file, not with several."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from textmend.cli.inputs import read_copy, read_page
from textmend.files import STDIN


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
