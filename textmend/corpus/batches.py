"""Grouping documents into batches. These depend on the input alone, so that the number of workers changes no result."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass

from textmend.corpus.entries import Entry, Position, RawDocument
from textmend.corpus.formats import format_named
from textmend.corpus.options import Options
from textmend.corpus.shards import Shard

_START = Position()
MOST_DOCUMENTS = 64
MOST_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a run stands, between two batches.

    Attributes:
        shard: number of the shard.
        position: where reading goes on in it.
        chosen: documents chosen so far, for the limit.
        consumed: bytes read so far, as they are stored; for the progress.
    """

    shard: int = 0
    position: Position = _START
    chosen: int = 0
    consumed: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """Entries that are worked on and written together.

    Attributes:
        shard: number of the shard they belong to.
        entries: documents and rejects, in order.
        after: where the run stands when they are written.
        size: in bytes, about.
        last: whether the shard ends here.
        read: up to where its source has been read.
    """

    shard: int
    entries: tuple[Entry, ...]
    after: Cursor
    size: int
    last: bool = False
    read: Position = _START

    @property
    def documents(self) -> list[RawDocument]:
        """The documents among the entries."""
        return [entry for entry in self.entries if isinstance(entry, RawDocument)]


def batches(shards: list[Shard], options: Options, start: Cursor) -> Iterator[Batch]:
    """Yield the batches from ``start`` on; the last one of each shard, which may be empty, says so."""
    chosen = start.chosen
    before = sum(shard.size for shard in shards[: start.shard])
    for number in range(start.shard, len(shards)):
        shard = shards[number]
        position = start.position if number == start.shard else Position()
        entries: list[Entry] = []
        size = 0
        done_inputs = [0]
        for one in shard.inputs:
            done_inputs.append(done_inputs[-1] + one.size)
        consumed = before
        stream = format_named(shard.format).read(shard.inputs, options, position)
        for entry, read in stream if not _enough(chosen, options) else ():
            assert entry.after is not None
            position = entry.after
            consumed = before + done_inputs[min(position.source, len(shard.inputs) - 1)] + read
            if not _is_chosen(entry, shard, number, options):
                continue
            entries.append(entry)
            size += entry.size if isinstance(entry, RawDocument) else len(entry.raw or b"")
            chosen += not getattr(entry, "more", False)
            if len(entries) >= MOST_DOCUMENTS or size >= MOST_BYTES:
                yield Batch(number, tuple(entries), Cursor(number, position, chosen, consumed), size, read=position)
                entries, size = [], 0
            if _enough(chosen, options):
                break
        before += shard.size
        enough = _enough(chosen, options)
        after = Cursor(len(shards) if enough else number + 1, Position(), chosen, consumed if enough else before)
        yield Batch(number, tuple(entries), after, size, last=True, read=position)
        if enough:
            return


def _enough(chosen: int, options: Options) -> bool:
    return options.limit is not None and chosen >= options.limit


def _is_chosen(entry: Entry, shard: Shard, number: int, options: Options) -> bool:
    """Whether an entry is in the sample: by its place, so that pieces of a line go together.

    Wherever the corpus lies, and whether it goes to a file or to a folder, the sample is the same.
    """
    if options.sample >= 1 or (not isinstance(entry, RawDocument) and entry.kind == "unreadable"):
        return True
    assert entry.after is not None
    one = shard.inputs[entry.after.source]
    file = os.path.relpath(entry.place.source, one.path) if one.folder else os.path.basename(entry.place.source)
    key = f"{options.seed}:{number + entry.after.source}:{file}:{entry.place.record}:{entry.place.offset}"
    digest = hashlib.blake2b(key.encode("utf-8", "surrogateescape"), digest_size=8).digest()
    return int.from_bytes(digest) < options.sample * 2**64
