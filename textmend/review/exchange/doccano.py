"""doccano: one line a document for a sequence labelling project, each gap a span whose label is the decision.

Written and read is doccano's JSONL. A decision is made by giving the span another label; words of one's own are a
label that begins with ``words:``. Other fields, the one that carries the offset map among them, are kept as metadata.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from textmend.errors import RecordError
from textmend.policy import Policy
from textmend.review.decisions import Key, Recorded
from textmend.review.documents import ReviewDocument
from textmend.review.exchange.passthrough import (
    FIELD,
    FILLS,
    OPEN,
    VERDICTS,
    WORDS,
    Answer,
    Carried,
    all_fills_in_words,
    carried,
    one_line,
    pack,
    unpack,
)
from textmend.review.exchange.reading import listed, objects, optional_text
from textmend.review.exchange.rendering import shown

_PREFIX = f"{WORDS}:"
_LONGEST_LABEL = 100
"""doccano's own limit, in code points."""

_COLOURS = {OPEN: "#c026d3", "not a gap": "#6b7280", "keep": "#0369a1", "mark": "#b45309", "drop": "#b91c1c"}

SETUP = (
    json.dumps(
        [
            {
                "text": label,
                "suffix_key": key,
                "background_color": _COLOURS.get(label, "#15803d"),
                "text_color": "#ffffff",
            }
            for label, key in zip((OPEN, *FILLS, *VERDICTS), ("0", *"123456789", "x", "k", "m", "d"), strict=True)
        ],
        indent=1,
    )
    + "\n"
)


def export(documents: Sequence[ReviewDocument], decisions: Mapping[Key, Recorded], policy: Policy | None = None) -> str:
    """Return the lines; see :class:`textmend.review.exchange.Exchange`."""
    return "".join(_line(document, decisions) for document in documents if document.gaps)


def read(name: str, text: str) -> list[Recorded]:
    """Return the decisions of an export; see :class:`textmend.review.exchange.Exchange`."""
    decided: list[Recorded] = []
    for place, line in objects(name, text):
        gaps = unpack(line.get(FIELD), place)
        labels = _labels(line, place)
        for one in gaps:
            # doccano lets a span be deleted; then nothing is decided about its gap.
            decision = one.back(_answer(labels.pop(one.marker, OPEN), one))
            if decision is not None:
                decided.append(decision)
        for (start, end), label in labels.items():
            if label != OPEN:
                raise RecordError(f"{place}: {label!r} stands at {start}:{end}, where no gap's placeholder is")
    return decided


def _line(document: ReviewDocument, decisions: Mapping[Key, Recorded]) -> str:
    text, markers = shown(document)
    gaps = carried(document, markers, decisions)
    line = {
        "text": text,
        "label": [[*one.marker, _label(one.answer)] for one in gaps],
        "title": one_line(document.title or ""),
        "document": one_line(document.id),
        "fills": all_fills_in_words(gaps),
        FIELD: pack(gaps),
    }
    return json.dumps(line, ensure_ascii=True) + "\n"


def _label(answer: Answer) -> str:
    return f"{_PREFIX} {answer.words}"[:_LONGEST_LABEL] if answer.words is not None else answer.label


def _labels(line: Mapping[str, Any], place: str) -> dict[tuple[int, int], str]:
    """Return the labels by the spans they stand at; beside a decision, the label ``OPEN`` says nothing."""
    found: dict[tuple[int, int], str] = {}
    for span in listed(next((line[key] for key in ("label", "labels", "entities") if key in line), None), place):
        start, end, label = _span(span, place)
        before = found.get((start, end), OPEN)
        if OPEN not in (before, label) and before != label:
            raise RecordError(f"{place}: {start}:{end} is labelled both {before!r} and {label!r}")
        found[start, end] = before if label == OPEN else label
    return found


def _answer(label: str, one: Carried) -> Answer:
    if label == _label(one.answer):
        return one.answer
    return Answer(WORDS, label.removeprefix(_PREFIX).strip()) if label.startswith(_PREFIX) else Answer(label)


def _span(span: Any, place: str) -> tuple[int, int, str]:
    if isinstance(span, Mapping):  # projects that also have relations export spans as objects
        span = [span.get("start_offset"), span.get("end_offset"), optional_text(span.get("label"))]
    if not (
        isinstance(span, list)
        and len(span) == 3
        and isinstance(span[0], int)
        and isinstance(span[1], int)
        and isinstance(span[2], str)
    ):
        raise RecordError(f"{place}: {span!r:.80} is no label [start, end, text]")
    return span[0], span[1], span[2]
