"""What ``textmend clean`` writes of a mended text: the text, and what stands beside it (``textmend.edits.annotations``)."""

from __future__ import annotations

from typing import Any

from textmend.corpus.options import Options
from textmend.edits.annotations import annotations_of as beside
from textmend.edits.mended import Mended


def text_of(mended: Mended, options: Options) -> str:
    """Return the text that is written."""
    return mended.original if options.annotate else mended.text


def annotations_of(mended: Mended, options: Options) -> dict[str, Any] | None:
    """Return what is written beside the text; ``None`` where there is nothing to say."""
    if options.annotations is None:
        return None
    return beside(mended, annotate=options.annotate, top=options.top)
