"""The rejects: what was read and not cleaned, each with its reason, its place and its bytes. JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from textmend.corpus.entries import Reject

SCHEMA = 1
"""Version of the JSON form."""

PIECE = 1 << 20

KEPT = 16 << 20
"""Bytes of a document that go to the rejects, at most, where it is still in its file: a few compressed kilobytes may
stand for gigabytes."""


def lines_of(reject: Reject) -> Iterator[bytes]:
    """Yield a reject as lines. What is long comes in several, of which all but the last say ``more``.

    ``raw`` holds bytes as text: ``raw.encode("utf-8", "surrogateescape")`` gives them back exactly.
    """
    raw = reject.raw
    if raw is None:
        yield _line(reject, None, reject.more)
        return
    for at in range(0, max(1, len(raw)), PIECE):
        piece = raw[at : at + PIECE]
        yield _line(reject, piece.decode("utf-8", "surrogateescape"), reject.more or at + PIECE < len(raw))


def _line(reject: Reject, raw: str | None, more: bool) -> bytes:
    record: dict[str, Any] = {
        "schema": SCHEMA,
        "kind": reject.kind,
        "reason": reject.reason,
        "source": reject.place.source,
        "record": reject.place.record,
        "offset": reject.place.offset,
        "id": reject.id,
        "raw": raw,
        "more": more,
    }
    return json.dumps(record).encode() + b"\n"
