"""What readers yield: raw documents, and rejects for what can't be read. Each knows where the next one begins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from textmend.article import Article


class Position(NamedTuple):
    """Where reading goes on; stored in checkpoints.

    Attributes:
        source: number of the source, from 0.
        record: how many records of it have been read.
        offset: how many of its bytes, uncompressed.
        inside: how many bytes of a line that is too long have been passed already; 0 at the start of a line.
        digest: of standard input, a digest of what was read, so that another input is told from it.
    """

    source: int = 0
    record: int = 0
    offset: int = 0
    inside: int = 0
    digest: str = ""


class Place(NamedTuple):
    """Where a document stands: its source, its number there from 1, and its offset in bytes, where it has one."""

    source: str
    record: int
    offset: int | None = None


@dataclass(frozen=True, slots=True)
class RawDocument:
    """A document as it is stored: a line, a row, a file.

    Attributes:
        raw: as its format keeps it; goes to a worker.
        size: in bytes, about.
        place: where it stands.
        after: where reading goes on.
    """

    raw: Any
    size: int
    place: Place
    after: Position


@dataclass(frozen=True, slots=True)
class Reject:
    """What was read and is not cleaned.

    Attributes:
        kind: the reason as a word (``REASONS``).
        reason: the reason as a sentence for people.
        place: where it stands.
        raw: as it was read; ``None`` where it stays in its file.
        id: what the document calls itself.
        more: whether the next reject goes on with the same line.
        after: where reading goes on; ``None`` for what a worker rejects.
    """

    kind: str
    reason: str
    place: Place
    raw: bytes | None = None
    id: str | None = None
    more: bool = False
    after: Position | None = None


Entry = RawDocument | Reject


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredArticle(Article):
    """The article that a document holds.

    Attributes:
        id: what the document calls itself.
        source: where it comes from, for the statistics.
    """

    id: str | None = None
    source: str | None = None


class Unfit(Exception):  # noqa: N818 # never leaves the room
    """A document can't be cleaned.

    Args:
        kind: the reason as a word (``REASONS``).
        reason: the reason as a sentence.
        id: what the document calls itself.
    """

    def __init__(self, kind: str, reason: str, id: str | None = None) -> None:
        super().__init__(reason)
        self.kind, self.reason, self.id = kind, reason, id


REASONS = {
    "not_utf8": "the bytes are not in the encoding they should be in",
    "not_json": "the line is no JSON object",
    "no_text": "the text field is missing",
    "not_a_string": "a field that should be a string is none",
    "too_long": "the document is longer than --longest",
    "field_taken": "the record has a field of the annotations' name already",
    "not_mended": "mending raised an error",
    "worker_died": "the process that mended it died, again and again",
    "unreadable": "a file can't be read, or not to its end",
    "unwritable": "the document can't be written",
}
"""The kinds of rejects, with their meaning."""
