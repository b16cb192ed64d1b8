"""Gaps that people added: places that the machine did not flag, known from the decisions about them alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from textmend.records import Gap
from textmend.review.decisions import Recorded, latest
from textmend.review.documents import ReviewDocument


def with_added(documents: Sequence[ReviewDocument], decisions: Iterable[Recorded]) -> list[ReviewDocument]:
    """Return documents with the gaps that people added to them, each certain and without fills.

    A place that does not fit the text, or that overlaps or touches a gap, is passed over; so is one that was undone.

    Args:
        documents: what is reviewed.
        decisions: in the order they were made; those about other documents are passed over.
    """
    places: dict[tuple[str, str | None], list[Gap]] = {}
    for document, digest, start, end in (key for key, one in latest(decisions).items() if one.added):
        places.setdefault((document, digest), []).append(Gap(start=start, end=end, probability=1.0))
    return [_with(document, places.get((document.id, document.digest), ())) for document in documents]


def fits(document: ReviewDocument, start: int, end: int) -> bool:
    """Return whether a gap can be added to a document at ``text[start:end]``.

    It can where that is white space or nothing, and neither overlaps nor touches a gap.
    """
    inside = 0 <= start <= end <= len(document.text) and not document.text[start:end].strip()
    return inside and all(end < gap.start or gap.end < start for gap in document.gaps)


def _with(document: ReviewDocument, places: Iterable[Gap]) -> ReviewDocument:
    for gap in places:
        if fits(document, gap.start, gap.end):
            gaps = sorted((*document.gaps, gap), key=lambda one: one.start)
            document = replace(document, gaps=tuple(gaps))
    return document
