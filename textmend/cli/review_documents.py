"""The documents that ``textmend review`` is given: suggestions, or texts in which gaps are looked for first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textmend.cli.terminal.screen import Screen
from textmend.files import read_document

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
        if rows:
            pages = [row.html for row in rows] if any(row.html is not None for row in rows) else None
            with self._screen.err.status("Looking for lost words"):
                yield from self.mender.suggest(
                    (row.text for row in rows), title=[row.title for row in rows], html=pages
                )

    def propose(self, document: ReviewDocument, start: int, end: int) -> Sequence[Fill]:
        """Return what may have stood at a place of a document."""
        (gap,) = self.mender.suggest(document.text, title=document.title, html=document.html, at=[(start, end)])
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
    paths: Sequence[Path], encoding: str | None, fields: Keys, known: Mapping[str, Any], analyse: Analysis
) -> list[ReviewDocument]:
    """Return the documents to review.

    Args:
        paths: their files.
        encoding: its encoding, if not UTF-8.
        fields: the keys of JSON Lines.
        known: what else is known of a single document: its ``title``, ``url`` and ``html``.
        analyse: looks for gaps where there are none yet.
    """
    from textmend.review.documents import read_rows, review_documents

    rows: list[ReadDocument] = []
    for path in paths:
        text = read_document(path, encoding).text
        rows += read_rows(str(path), text, lambda file: read_document(Path(file), encoding).text, fields)
    if len(rows) == 1:
        rows = [replace(rows[0], **{name: value for name, value in known.items() if value is not None})]
    return review_documents(rows, analyse)
