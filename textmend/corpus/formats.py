"""The formats: how each reads documents, hands them to a worker, and writes them. One small class each, elsewhere.

A format has no state: main process and workers make their own from its name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from textmend.corpus.entries import Article, Entry, Position
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

    def article(self, raw: Any, options: Options) -> Article:
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


def format_named(name: str) -> Format:
    """Return a format."""
    if name == "jsonl":
        from textmend.corpus.jsonl import JsonLines

        return JsonLines()
    if name == "parquet":
        from textmend.corpus.parquet import Parquet

        return Parquet()
    from textmend.corpus.plaintext import TextAsJson, TextFiles

    return TextFiles() if name == "text" else TextAsJson()
