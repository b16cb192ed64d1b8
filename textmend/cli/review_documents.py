"""The documents that ``textmend review`` is given: suggestions, or texts in which gaps are looked for first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from textmend.cli.terminal.screen import Screen
from textmend.files import read_document
from textmend.page_files import PageFolder

if TYPE_CHECKING:
    from textmend.mender import Mender
    from textmend.records import Fill, Gap
    from textmend.review.documents import Keys, ReadDocument, ReviewDocument


class Analysis:
    """Looks for gaps in the documents that have none yet; loads models only if there are such.

    Args:
        make_mender: makes the mender.
        screen: where progress is shown.
    """

    def __init__(self, make_mender: Callable[[], Mender], screen: Screen) -> None:
        self._make_mender, self._screen = make_mender, screen
        self._mender: Mender | None = None

    def __call__(self, rows: Sequence[ReadDocument]) -> Iterator[list[Gap]]:
        """Yield the gaps of each text."""
        from textmend.review.documents import article_of

        if rows:
            with self._screen.err.status("Looking for lost words"):
                yield from self.mender.suggest(map(article_of, rows))

    def propose(self, document: ReviewDocument, start: int, end: int) -> Sequence[Fill]:
        """Return what may have stood at a place of a document."""
        from textmend.review.documents import article_of

        (gap,) = self.mender.suggest(article_of(document), at=[(start, end)])
        if (gap.start, gap.end) == (start, end):
            return gap.fills
        # The mender takes all white space there for the gap, across a line end; a source's spacing is of that.
        return [replace(fill, spacing=None) for fill in gap.fills if fill.text.strip() and not fill.replaces]

    @property
    def mender(self) -> Mender:
        """The mender, made when it is first needed."""
        if self._mender is None:
            self._mender = self._make_mender()
        return self._mender


def read_reviewed(
    paths: Sequence[Path],
    encoding: str | None,
    fields: Keys,
    analyse: Analysis,
    known: Mapping[str, Any],
    pages: PageFolder | None = None,
) -> list[ReviewDocument]:
    """Return the documents to review.

    Args:
        paths: their files.
        encoding: their encoding, if not UTF-8.
        fields: the keys of JSON Lines.
        analyse: looks for gaps where there are none yet.
        known: what else is known of a single document: its ``title``, ``url``, ``html`` and ``references``.
        pages: holds the pages of documents, by their ids.

    Raises:
        FileError: a file can't be read.
        RecordError: a line is malformed, or two documents have the same id.
        typer.BadParameter: something is known of a single document, and there are several, or none.
    """
    from textmend.review.documents import read_rows, review_documents

    rows: list[ReadDocument] = []
    for path in paths:
        text = read_document(path, encoding).text
        rows += read_rows(str(path), text, lambda file: read_document(Path(file), encoding).text, fields)
    if known and len(rows) != 1:
        raise typer.BadParameter(
            f"--title, --url, --html and --reference tell of one document; there are {len(rows)}: "
            "see --title-field, --url-field, --html-field and --html-dir"
        )
    if known:
        rows = [replace(rows[0], **known)]
    if pages is not None:
        rows = [row if row.html is not None else replace(row, html=pages.page(row.id)) for row in rows]
    return review_documents(rows, analyse)
