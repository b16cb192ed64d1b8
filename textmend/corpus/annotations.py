"""What ``textmend clean`` writes of a mended text: the text, and what stands beside it (``textmend.edits.annotations``)."""

from __future__ import annotations

from typing import Any

from textmend.corpus.options import Options
from textmend.edits.annotations import annotations_of as beside
from textmend.edits.mended import Mended
from textmend.records import Gap


def text_of(mended: Mended, options: Options) -> str:
    """Return the text that is written."""
    return mended.original if options.annotate else mended.text


def annotations_of(mended: Mended, options: Options) -> dict[str, Any] | None:
    """Return what is written beside the text; ``None`` where there is nothing to say."""
    if options.annotations is None:
        return None
    return beside(mended, annotate=options.annotate, top=options.top)


def counts_of(mended: Mended, options: Options) -> dict[str, int | float]:
    """Return how much is missing in a text, by field; nothing where that isn't asked for."""
    if not options.counts:
        return {}
    words, gaps = len(mended.original.split()), mended.gaps
    counts = {
        "words": words,
        "gaps": len(gaps),
        "applied": sum(gap.decision == "apply" for gap in gaps),
        "open": sum(is_open(gap) for gap in gaps),
        "rate": round(1000 * len(gaps) / words, 4) if words else 0.0,
    }
    return {options.count_field(name): value for name, value in counts.items()}


def is_open(gap: Gap) -> bool:
    """Whether a gap is neither filled nor dropped with its sentence: there is something left to decide."""
    return gap.decision in ("keep", "mark", None)
