"""What stands beside a text: its edits, and the gaps that stay open. ``docs/clean.md`` describes the JSON."""

from __future__ import annotations

from typing import Any

from textmend.corpus.options import Options
from textmend.mended import Mended
from textmend.records import SCHEMA, Gap


def text_of(mended: Mended, options: Options) -> str:
    """Return the text that is written."""
    return mended.original if options.annotate else mended.text


def annotations_of(mended: Mended, options: Options) -> dict[str, Any] | None:
    """Return what is written beside the text; ``None`` where there is nothing to say."""
    if options.annotations is None or not mended.gaps:
        return None
    edited = {(edit.gap.start, edit.gap.end) for edit in mended.edits}
    edits = []
    for edit in mended.edits:
        written = edit.to_dict()
        written["gap"] = _gap(edit.gap, options.top)
        edits.append(written)
    return {
        "schema": SCHEMA,
        "mended": not options.annotate,
        "edits": edits,
        "gaps": [_gap(gap, options.top) for gap in mended.gaps if (gap.start, gap.end) not in edited],
    }


def _gap(gap: Gap, top: int) -> dict[str, Any]:
    return gap.with_fills(gap.fills[:top]).to_dict()
