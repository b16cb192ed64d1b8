"""Label Studio: one task a document, its gaps as regions of the text, to be decided by choices and a text area.

Written and read is the JSON of Label Studio 1.x (``labelstud.io/guide/task_format``, ``…/guide/predictions``). Gaps
that are not decided are a prediction, decisions an annotation. Its export has to be of the kind "JSON".
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from textmend import __version__
from textmend.errors import RecordError
from textmend.policy import Policy
from textmend.review.decisions import Key, Recorded
from textmend.review.documents import ReviewDocument
from textmend.review.exchange.passthrough import (
    FIELD,
    FILLS,
    LABELS,
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
from textmend.review.exchange.reading import listed, mapping, optional_text, parsed
from textmend.review.exchange.rendering import marker, shown
from textmend.review.order import usefulness

_KEYS = dict(zip((*FILLS, *VERDICTS), (*"123456789", "x", "k", "m", "d"), strict=True))
_CHOICES = "\n".join(f'      <Choice value="{label}" hotkey="{key}"/>' for label, key in _KEYS.items())

SETUP = f"""<View>
  <Style>.htx-text {{ white-space: pre-wrap; }}</Style>
  <Header value="$title"/>
  <Text name="text" value="$text" granularity="symbol"/>
  <Labels name="gap" toName="text">
    <Label value="{OPEN}" background="#c026d3"/>
  </Labels>
  <View visibleWhen="region-selected">
    <Choices name="decision" toName="text" perRegion="true" choice="single" showInline="true">
{_CHOICES}
    </Choices>
    <TextArea name="words" toName="text" perRegion="true" maxSubmissions="1" rows="1" placeholder="words of your own"/>
  </View>
  <Text name="fills" value="$fills"/>
</View>
"""


def export(documents: Sequence[ReviewDocument], decisions: Mapping[Key, Recorded], policy: Policy | None = None) -> str:
    """Return the tasks; see :class:`textmend.review.exchange.Exchange`."""
    tasks = [_task(document, decisions, policy) for document in documents if document.gaps]
    return json.dumps(tasks, ensure_ascii=True, indent=1) + "\n"


def read(name: str, text: str) -> list[Recorded]:
    """Return the decisions of an export; see :class:`textmend.review.exchange.Exchange`."""
    tasks = parsed(text, name)
    if not isinstance(tasks, list):
        raise RecordError(f"{name}: expected a list of tasks; choose the export format JSON in Label Studio")
    decided: list[Recorded] = []
    for number, task in enumerate(tasks, start=1):
        place = f"{name}: task {number}"
        task = mapping(task, place)
        if not isinstance(task.get("data"), Mapping):
            raise RecordError(f"{place} has no 'data'; choose the export format JSON, not JSON-MIN, in Label Studio")
        gaps = unpack(task["data"].get(FIELD), place)
        for annotation in _in_order(listed(task.get("annotations"), place), place):
            decided += _decisions(gaps, annotation, place)
    return decided


def _task(document: ReviewDocument, decisions: Mapping[Key, Recorded], policy: Policy | None) -> dict[str, Any]:
    text, markers = shown(document)
    gaps = carried(document, markers, decisions)
    regions = [
        _region(number, one, text, gap.probability)
        for number, (one, gap) in enumerate(zip(gaps, document.gaps, strict=True), start=1)
    ]
    task: dict[str, Any] = {
        "data": {
            "text": text,
            "title": one_line(document.title or document.id),
            "document": one_line(document.id),
            "fills": all_fills_in_words(gaps),
            FIELD: pack(gaps),
        },
        "predictions": [
            {
                "model_version": f"textmend {__version__}",
                "score": max(usefulness(gap, policy) for gap in document.gaps),
                "result": regions,
            }
        ],
    }
    if any(one.decision for one in gaps):
        answers = [
            answer for region, one in zip(regions, gaps, strict=True) for answer in _answered(region, one.answer)
        ]
        task["annotations"] = [{"result": [*regions, *answers]}]
    return task


def _region(number: int, one: Carried, text: str, probability: float) -> dict[str, Any]:
    start, end = one.marker
    return {
        "id": _id(number),
        "from_name": "gap",
        "to_name": "text",
        "type": "labels",
        "score": probability,
        "value": {"start": start, "end": end, "text": text[start:end], "labels": [OPEN]},
        "meta": {"text": [f"gap {probability:.0%}", *one.fills_in_words]},
    }


def _answered(region: Mapping[str, Any], answer: Answer) -> Iterator[dict[str, Any]]:
    """Yield the results that stand for an answer beside its region."""
    base = {"id": region["id"], "to_name": "text"}
    span = {key: region["value"][key] for key in ("start", "end", "text")}
    if answer.label == WORDS:
        yield {**base, "from_name": "words", "type": "textarea", "value": {**span, "text": [answer.words]}}
    elif answer.label != OPEN:
        yield {**base, "from_name": "decision", "type": "choices", "value": {**span, "choices": [answer.label]}}


def _in_order(annotations: Sequence[Any], place: str) -> list[Mapping[str, Any]]:
    """Return the annotations that weren't cancelled, the latest last, and after it one that is the ground truth."""
    found = [mapping(annotation, place) for annotation in annotations]
    return sorted(
        (annotation for annotation in found if not annotation.get("was_cancelled")),
        key=lambda annotation: (bool(annotation.get("ground_truth")), _time(annotation) or ""),
    )


def _decisions(gaps: Sequence[Carried], annotation: Mapping[str, Any], place: str) -> Iterator[Recorded]:
    by_marker = {tuple(one.marker): number for number, one in enumerate(gaps)}
    by_id: dict[str, int] = {}
    answers: dict[int, Answer] = {}
    results = [mapping(result, place) for result in listed(annotation.get("result"), place)]
    for result in results:
        if result.get("from_name") == "gap" and (number := _gap_of(result, by_marker)) is not None:
            by_id[str(result.get("id"))] = number
            answers.setdefault(number, Answer(OPEN))
    for result in results:
        if (answer := _answer(result, place)) is None:
            continue
        number = by_id.get(str(result.get("id")), _gap_of(result, by_marker))
        if number is None:
            raise RecordError(f"{place}: there is a decision ({answer.label}) on a region that is no gap's placeholder")
        before = answers.get(number, Answer(OPEN))
        if before.label != answer.label and (
            before.label in VERDICTS or (answer.label in VERDICTS and before.label != OPEN)
        ):
            raise RecordError(f"{place}: gap {number + 1} is called {before.label!r} and {answer.label!r} at once")
        if before.label != WORDS:  # words of one's own say more than a choice of "fill"
            answers[number] = answer
    by, at = _person(annotation.get("completed_by")), _time(annotation)
    for number, answer in sorted(answers.items()):
        if (decision := gaps[number].back(answer, by=by, at=at)) is not None:
            yield decision


def _gap_of(result: Mapping[str, Any], by_marker: Mapping[tuple[int, ...], int]) -> int | None:
    """Return the number of the gap whose placeholder a region is, from 0."""
    value = result.get("value")
    if not isinstance(value, Mapping):
        return None
    start, end = value.get("start"), value.get("end")
    if isinstance(start, int) and isinstance(end, int) and (start, end) in by_marker:
        return by_marker[start, end]
    # Label Studio may count a text's offsets anew, but it keeps the ids and texts of regions.
    number = next((n for n in by_marker.values() if result.get("id") == _id(n + 1)), None)
    return number if number is not None and value.get("text") == marker(number + 1) else None


def _id(number: int) -> str:
    return f"gap-{number}"


def _answer(result: Mapping[str, Any], place: str) -> Answer | None:
    value = result.get("value")
    if not isinstance(value, Mapping):
        return None
    if result.get("from_name") == "decision" and isinstance(value.get("choices"), list) and value["choices"]:
        label = str(value["choices"][0])
        if label not in LABELS:
            raise RecordError(f"{place}: there is no decision called {label!r}; choose from {', '.join(LABELS)}")
        return Answer(label)
    if result.get("from_name") == "words":
        texts = value.get("text")
        words = " ".join(str(text) for text in texts) if isinstance(texts, list) else texts
        return Answer(WORDS, str(words).strip()) if words and str(words).strip() else None
    return None


def _person(value: object) -> str | None:
    if isinstance(value, Mapping):
        return (
            optional_text(value.get("email")) or optional_text(value.get("username")) or optional_text(value.get("id"))
        )
    return None if value is None else f"user {value}"


def _time(annotation: Mapping[str, Any]) -> str | None:
    return optional_text(annotation.get("updated_at")) or optional_text(annotation.get("created_at"))
