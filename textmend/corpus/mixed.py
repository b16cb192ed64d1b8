"""Inputs of several formats, written to one file as JSON Lines: each document is left to its own format."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Any, NamedTuple

from textmend.corpus.entries import Entry, Position, RawDocument, StoredArticle
from textmend.corpus.format import Format
from textmend.corpus.inputs import Input
from textmend.corpus.options import Options
from textmend.edits.mended import Mended

AS_JSON = {"jsonl": "jsonl", "parquet": "parquet_as_json", "text": "text_as_json"}
"""For each format of inputs, the one that writes its documents as JSON Lines."""


class Tagged(NamedTuple):
    """A document, and the format that knows it."""

    format: str
    raw: Any


class Mixed:
    """Inputs of several formats as a :class:`~textmend.corpus.format.Format`.

    Args:
        named: returns a format by its name.
    """

    def __init__(self, named: Callable[[str], Format]) -> None:
        self._format = named

    def read(self, inputs: Sequence[Input], options: Options, start: Position) -> Iterator[tuple[Entry, int]]:
        """Yield the documents of all inputs, each as its own format reads it."""
        for number in range(start.source, len(inputs)):
            name = AS_JSON[inputs[number].format]
            here = start._replace(source=0) if number == start.source else Position()
            for entry, consumed in self._format(name).read([inputs[number]], options, here):
                assert entry.after is not None
                after = entry.after._replace(source=entry.after.source + number)
                if isinstance(entry, RawDocument):
                    yield replace(entry, raw=Tagged(name, entry.raw), after=after), consumed
                else:
                    yield replace(entry, after=after), consumed

    def pack(self, raws: Sequence[Any]) -> Any:
        """Return the documents, those of one format in a row packed together."""
        return [
            (name, self._format(name).pack([one.raw for one in row]))
            for name, row in groupby(raws, lambda one: one.format)
        ]

    def unpack(self, packed: Any) -> list[Any]:
        """Return the documents."""
        return [Tagged(name, raw) for name, row in packed for raw in self._format(name).unpack(row)]

    def article(self, raw: Any, options: Options) -> StoredArticle:
        """Return what is in a document."""
        return self._format(raw.format).article(raw.raw, options)

    def render(self, index: int, raw: Any, mended: Mended, options: Options) -> Any:
        """Return the line to be written."""
        return self._format(raw.format).render(index, raw.raw, mended, options)

    def join(self, rendered: Sequence[Any], options: Options) -> Any:
        """Return the lines in one."""
        return b"".join(rendered)

    def rejected(self, raw: Any) -> bytes | None:
        """Return a document as it goes to the rejects."""
        return self._format(raw.format).rejected(raw.raw)
