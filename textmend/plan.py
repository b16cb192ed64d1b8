"""From decided gaps to the edits that carry the decisions out."""

from __future__ import annotations

from collections.abc import Sequence

from textmend.edits import insertion, removal
from textmend.records import Edit, Fill, Gap
from textmend.sentences import sentences_around
from textmend.text import Span


def plan(text: str, gaps: Sequence[Gap], placeholder: str) -> tuple[list[Gap], list[Edit]]:
    """Return the gaps and the edits that carry out their decisions, in order.

    A gap decided ``"apply"`` gets its first fill, ``"mark"`` the placeholder; ``"drop"`` removes its sentence,
    whatever was decided of other gaps in it, and those gaps are returned as dropped too.

    Args:
        text: the text the gaps were found in.
        gaps: decided gaps, sorted and disjoint.
        placeholder: the visible mark.
    """
    dropped = [Span(gap.start, gap.end) for gap in gaps if gap.decision == "drop"]
    sentences = _merged(sentences_around(text, dropped)) if dropped else []
    decided: list[Gap] = []
    edits: list[Edit] = []
    waiting = list(reversed(sentences))
    current: Span | None = None
    for gap in gaps:
        while waiting and waiting[-1].start <= gap.start:
            current = waiting.pop()
        if current and gap.end <= current.end and (gap.start < current.end or gap.decision == "drop"):
            gap = gap.with_decision("drop")
            if not edits or edits[-1].replacement or edits[-1].end < current.end:
                edits.append(removal(text, current, gap))
        elif gap.decision == "apply":
            edits.append(insertion(text, gap, gap.fills[0].text, gap.fills[0]))
        elif gap.decision == "mark":
            edits.append(insertion(text, gap, placeholder))
        decided.append(gap)
    return decided, edits


def with_words(gap: Gap, words: str) -> Gap:
    """Return a gap decided ``"apply"`` whose first fill is what a reviewer wrote or chose."""
    chosen = next((fill for fill in gap.fills if fill.text == words), None)
    first = chosen or Fill(text=words, probability=1.0, origin="reviewer")
    rest = tuple(fill for fill in gap.fills if fill is not chosen)
    return gap.with_fills((first, *rest)).with_decision("apply")


def _merged(spans: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(set(spans)):
        if merged and span.start < merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged
