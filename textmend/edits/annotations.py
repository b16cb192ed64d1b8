"""Annotations, which are written beside a mended text: its edits, and the gaps that stay open."""

from __future__ import annotations

from typing import Any

from textmend.edits.mended import Mended
from textmend.records import SCHEMA, Gap


def annotations_of(mended: Mended, *, annotate: bool = False, top: int = 5) -> dict[str, Any] | None:
    """Return the JSON form (``docs/connect.md``); ``None`` if no gap was found and no error happened.

    Every gap is there once: with its edit, or among the open ones.

    Args:
        mended: the result for the text.
        annotate: whether the text is left as it was, so that the edits only say what would be done.
        top: how many fills of a gap are given at most.
    """
    if not mended.gaps and mended.skipped is None:
        return None
    edited = {(edit.gap.start, edit.gap.end) for edit in mended.edits}
    form = {
        "schema": SCHEMA,
        "mended": not annotate,
        "edits": [edit.to_dict() | {"gap": _gap(edit.gap, top)} for edit in mended.edits],
        "gaps": [_gap(gap, top) for gap in mended.gaps if (gap.start, gap.end) not in edited],
    }
    return form if mended.skipped is None else {**form, "skipped": mended.skipped.to_dict()}


def _gap(gap: Gap, top: int) -> dict[str, Any]:
    return gap.with_fills(gap.fills[:top]).to_dict()
