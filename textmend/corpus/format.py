"""How a format reads documents, hands them to a worker, and writes them. Each format has a file of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from textmend.corpus.entries import Entry, Position, StoredArticle
from textmend.corpus.inputs import Input
from textmend.corpus.options import Options
from textmend.edits.mended import Mended


class Format(Protocol):
    """How documents of a format are read, mended and written. ``raw`` is a document, as only the format knows it."""

    def read(self, inputs: Sequence[Input], options: Options, start: Position) -> Iterator[tuple[Entry, int]]:
        """Yield the documents from ``start`` on, each with how many bytes of its source have been read."""
        ...

    def pack(self, raws: Sequence[Any]) -> Any:
        """Return documents in the form that goes to a worker."""
        ...

    def unpack(self, packed: Any) -> list[Any]:
        """Return the documents that a worker got."""
        ...

    def article(self, raw: Any, options: Options) -> StoredArticle:
        """Return what is in a document. Raises :class:`Unfit` where it can't be cleaned."""
        ...

    def render(self, index: int, raw: Any, mended: Mended, options: Options) -> Any:
        """Return a document as it is written; ``index`` is its number in the batch.

        Raises :class:`Unfit` where its encoding can't hold it.
        """
        ...

    def join(self, rendered: Sequence[Any], options: Options) -> Any:
        """Return what goes to the sink for the documents of a batch."""
        ...

    def rejected(self, raw: Any) -> bytes | None:
        """Return a document as it goes to the rejects."""
        ...
