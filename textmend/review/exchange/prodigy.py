"""Prodigy: one task a gap, the most useful first, with its fills as options and a field for words of one's own.

Written and read are the JSON Lines of Prodigy's ``db-in`` and ``db-out`` (``prodi.gy/docs/api-interfaces``), for the
interfaces ``ner`` (the excerpt with its gap), ``choice`` and ``text_input`` in ``blocks``. Accept takes the option or
the words; reject says that it is not a gap; ignore decides nothing.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from textmend.errors import RecordError
from textmend.policy import Policy
from textmend.review.decisions import Key, Recorded
from textmend.review.documents import ReviewDocument
from textmend.review.exchange.passthrough import (
    FIELD,
    FILLS,
    OPEN,
    WORDS,
    Answer,
    Carried,
    carried,
    one_line,
    pack,
    unpack,
)
from textmend.review.exchange.reading import listed, objects, optional_text
from textmend.review.exchange.rendering import excerpt, shown
from textmend.review.order import by_usefulness
from textmend.text.words import Span

_REACH = 400
_OPTIONS = {"keep": "leave it as it is", "mark": "mark it as missing", "drop": "drop the sentence"}

SETUP = """{
  "blocks": [
    {"view_id": "ner"},
    {"view_id": "choice", "text": null},
    {"view_id": "text_input", "field_id": "words", "field_label": "words of your own"}
  ],
  "choice_style": "single",
  "keymap": {"accept": ["a", "enter"], "reject": ["x"], "ignore": ["s", "space"], "undo": ["u", "backspace"]}
}
"""


def export(documents: Sequence[ReviewDocument], decisions: Mapping[Key, Recorded], policy: Policy | None = None) -> str:
    """Return the tasks; see :class:`textmend.review.exchange.Exchange`."""
    views = [shown(document) for document in documents]
    gaps = [carried(document, view.markers, decisions) for document, view in zip(documents, views, strict=True)]
    return "".join(
        json.dumps(_task(documents[d], gaps[d], g, views[d].text), ensure_ascii=True) + "\n"
        for d, g in by_usefulness(documents, policy)
    )


def read(name: str, text: str) -> list[Recorded]:
    """Return the decisions of an export; see :class:`textmend.review.exchange.Exchange`."""
    decided: list[Recorded] = []
    for place, task in objects(name, text):
        gaps = unpack(task.get(FIELD), place)
        if len(gaps) != 1:
            raise RecordError(f"{place}: the field {FIELD!r} should tell of one gap, not of {len(gaps)}")
        if task.get("answer") in ("accept", "reject"):
            decision = gaps[0].back(_answer(task, place), by=_person(task), at=_time(task))
            if decision is not None:
                decided.append(decision)
        elif (decision := gaps[0].decision) is not None and "answer" not in task:
            decided.append(decision)
    return decided


def _task(document: ReviewDocument, gaps: Sequence[Carried], number: int, text: str) -> dict[str, Any]:
    one, gap = gaps[number], document.gaps[number]
    window = excerpt(text, one.marker, _REACH)
    task: dict[str, Any] = {
        "text": text[window.start : window.end],
        "spans": list(_spans(gaps, number, window)),
        "options": [
            *(
                {"id": label, "text": fill.partition(" ")[2]}
                for label, fill in zip(FILLS, one.fills_in_words, strict=False)
            ),
            *({"id": label, "text": words} for label, words in _OPTIONS.items()),
        ],
        "meta": {
            "document": one_line(document.title or document.id),
            "gap": f"{number + 1} of {len(gaps)}",
            "gap probability": round(gap.probability, 3),
        },
        FIELD: pack([one]),
    }
    answer = one.answer
    if answer.label == "not a gap":
        task["answer"] = "reject"
    elif answer.label != OPEN:
        task |= {"answer": "accept", "accept": [] if answer.label == WORDS else [answer.label]}
        if answer.label == WORDS:
            task["words"] = answer.words
    return task


def _spans(gaps: Sequence[Carried], number: int, window: Span) -> list[dict[str, Any]]:
    found = []
    first = bisect_left(gaps, window.start, key=lambda one: one.marker.start)
    last = bisect_right(gaps, window.end, key=lambda one: one.marker.end)
    for near in range(first, last):
        start, end = gaps[near].marker
        label = "GAP" if near == number else "OTHER"
        found.append({"start": start - window.start, "end": end - window.start, "label": label})
    return found


def _answer(task: Mapping[str, Any], place: str) -> Answer:
    if task["answer"] == "reject":
        return Answer("not a gap")
    words = task.get("words")
    if isinstance(words, str) and words.strip():
        return Answer(WORDS, words.strip())
    chosen = listed(task.get("accept"), place)
    if len(chosen) > 1:
        raise RecordError(f"{place}: several options were chosen ({', '.join(map(str, chosen))}); choose one")
    return Answer(str(chosen[0])) if chosen else Answer(OPEN)


def _person(task: Mapping[str, Any]) -> str | None:
    return optional_text(task.get("_annotator_id")) or optional_text(task.get("_session_id"))


def _time(task: Mapping[str, Any]) -> str | None:
    stamp = task.get("_timestamp")
    if not isinstance(stamp, int | float) or isinstance(stamp, bool):
        return None
    try:
        return datetime.fromtimestamp(stamp, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return None
