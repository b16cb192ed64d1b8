from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from strategies import decisions, edits, evidence, fills, gaps

from textmend.edits.mended import Mended
from textmend.errors import RecordError
from textmend.records import SCHEMA, Decision, Edit, Evidence, Fill, Gap


def through_json(record: Any) -> Any:
    return type(record).from_dict(json.loads(json.dumps(record.to_dict())))


@given(evidence)
def test_evidence_comes_back_from_json(record):
    assert through_json(record) == record


@given(fills)
def test_a_fill_comes_back_from_json(record):
    assert through_json(record) == record


@given(gaps)
def test_a_gap_comes_back_from_json(record):
    assert through_json(record) == record


@given(edits)
def test_an_edit_comes_back_from_json(record):
    assert through_json(record) == record


@given(decisions())
def test_a_decision_comes_back_from_json(record):
    assert through_json(record) == record


@given(edits)
def test_json_survives_utf_8_though_a_text_holds_lone_surrogates(record):
    stored = json.dumps(record.to_dict()).encode("utf-8")
    assert Edit.from_dict(json.loads(stored.decode("utf-8"))) == record


EVIDENCE = {"place": "text", "quote": "the otters of Tromsø", "start": 4, "end": 10, "detail": None}
FILL = {
    "text": "otters",
    "probability": 0.5,
    "origin": "echo",
    "evidence": EVIDENCE,
    "introduces": ["Tromsø"],
    "model": "herring/tiny@c0ffee",
    "calibrated": False,
}
GAP = {
    "schema": SCHEMA,
    "start": 3,
    "end": 4,
    "probability": 1,
    "lengths": [0.75, 0.25],
    "cues": ["double_space"],
    "fills": [FILL],
    "decision": "apply",
}
EDIT = {"schema": SCHEMA, "start": 3, "end": 4, "removed": " ", "replacement": " otters ", "gap": GAP, "fill": FILL}
DECISION = {"schema": SCHEMA, "start": 3, "end": 4, "verdict": "fill", "text": "otters", "by": "Liv", "at": None}
FORMS: dict[Any, dict[str, Any]] = {Evidence: EVIDENCE, Fill: FILL, Gap: GAP, Edit: EDIT, Decision: DECISION}

BAD: list[tuple[Any, str, Any]] = [
    *((Evidence, "place", value) for value in ("attic", None, 3, ["text"])),
    *((Evidence, "quote", value) for value in (None, 3, ["otters"])),
    *((Evidence, key, value) for key in ("start", "end") for value in (-1, 1.0, "4", True)),
    (Evidence, "detail", 3),
    *((Fill, "text", value) for value in (None, 3, b"otters")),
    *((Fill, "probability", value) for value in (None, "0.5", True, -0.1, 1.1, float("nan"), float("inf"), 10**400)),
    *((Fill, "origin", value) for value in ("oracle", None, 3, {})),
    *((Fill, "evidence", value) for value in (3, "the page", [EVIDENCE])),
    *((Fill, "introduces", value) for value in (None, "Tromsø", [3], {"Tromsø": 1})),
    (Fill, "model", 3),
    *((Fill, "calibrated", value) for value in (None, 1, "no")),
    *((Gap, key, value) for key in ("start", "end") for value in (None, -1, 3.0, "3", True)),
    *((Gap, "probability", value) for value in (None, "1", 2, float("nan"))),
    *((Gap, "lengths", value) for value in (None, 1, "75", [2], [True], ["0.5"], [float("nan")])),
    *((Gap, "cues", value) for value in (None, "double_space", [None])),
    *((Gap, "fills", value) for value in (None, FILL, ["otters"], [None])),
    *((Gap, "decision", value) for value in ("maybe", 3, ["apply"])),
    *((Edit, key, value) for key in ("removed", "replacement") for value in (None, 3)),
    *((Edit, "gap", value) for value in (None, 3, [GAP])),
    *((Edit, "fill", value) for value in (3, "otters")),
    *((Edit, key, value) for key in ("start", "end") for value in (None, -1, "3")),
    *((Decision, "verdict", value) for value in ("perhaps", None, 3)),
    *((Decision, key, 3) for key in ("text", "by", "at")),
    *((record, "schema", value) for record in (Gap, Edit, Decision) for value in (None, SCHEMA + 1, "1", [])),
]


@pytest.mark.parametrize("record", FORMS)
def test_a_form_written_by_hand_is_read_and_written_alike(record):
    assert record.from_dict(FORMS[record]).to_dict() == FORMS[record]


@pytest.mark.parametrize(("record", "key", "value"), BAD, ids=lambda value: getattr(value, "__name__", None))
def test_a_bad_value_is_refused_and_its_key_named(record, key, value):
    with pytest.raises(RecordError, match=key):
        record.from_dict({**FORMS[record], key: value})


OPTIONAL = {"detail", "evidence", "decision", "fill", "by", "at", "model", "calibrated"}


@pytest.mark.parametrize(
    ("record", "key"),
    [(record, key) for record, form in FORMS.items() for key in form if key not in OPTIONAL],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_missing_key_is_named(record, key):
    form = {name: value for name, value in FORMS[record].items() if name != key}
    if record is Evidence and key in ("start", "end"):
        pytest.skip("offsets mean nothing in some places")
    with pytest.raises(RecordError, match=key):
        record.from_dict(form)


def test_a_fill_written_before_models_were_recorded_is_read():
    fill = Fill.from_dict({key: value for key, value in FILL.items() if key not in ("model", "calibrated")})
    assert (fill.model, fill.calibrated) == (None, True)


@pytest.mark.parametrize("record", FORMS)
@pytest.mark.parametrize("data", [None, 3, "otters", ["otters"]])
def test_what_is_no_object_is_refused(record, data):
    with pytest.raises(RecordError, match="expected a JSON object"):
        record.from_dict(data)


@pytest.mark.parametrize("record", [Evidence, Gap, Edit, Decision])
def test_a_span_that_ends_before_it_starts_is_refused(record):
    with pytest.raises(RecordError, match="before"):
        record.from_dict({**FORMS[record], "start": 9, "end": 8})


def test_true_is_no_schema_version():
    with pytest.raises(RecordError, match="schema"):
        Gap.from_dict({**GAP, "schema": True})


def test_a_removed_text_must_fill_its_span():
    with pytest.raises(RecordError, match="'removed' has 2 code points, its span 3:4 has 1"):
        Edit.from_dict({**EDIT, "removed": "  "})


def test_a_fault_deep_inside_names_the_inner_record():
    broken = {**FILL, "evidence": {**EVIDENCE, "place": "attic"}}
    with pytest.raises(RecordError, match=r"^evidence: 'place' .*'attic'"):
        Edit.from_dict({**EDIT, "fill": broken})


def test_a_long_bad_value_is_shown_in_part():
    with pytest.raises(RecordError) as caught:
        Fill.from_dict({**FILL, "origin": "o" * 10_000})
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("text", [None, ""])
def test_a_decision_to_fill_needs_words(text):
    with pytest.raises(RecordError, match="with words"):
        Decision(start=0, end=1, verdict="fill", text=text)


@pytest.mark.parametrize("verdict", ["keep", "mark", "drop", "not_a_gap"])
@pytest.mark.parametrize("text", ["otters", " "])
def test_other_decisions_take_no_words(verdict, text):
    with pytest.raises(RecordError, match="without a text"):
        Decision(start=0, end=1, verdict=verdict, text=text)


def test_a_gap_is_changed_by_copies_only():
    gap = Gap.from_dict(GAP)
    assert gap.with_fills(()).fills == ()
    assert gap.with_decision("keep").decision == "keep"
    assert gap == Gap.from_dict(GAP)
    with pytest.raises(AttributeError):
        gap.start = 5  # type: ignore[misc]


@given(gaps)
def test_records_are_hashable(gap):
    assert hash(gap) == hash(through_json(gap))


@pytest.mark.parametrize(
    "value", [10**5000, -(10**5000), float("nan"), "\ud800", b"x"], ids=lambda value: type(value).__name__
)
def test_values_that_can_not_be_shown_are_told_too(value):
    form = Gap(start=1, end=2, probability=0.5).to_dict()
    for key in ("schema", "start", "end", "probability", "cues"):
        with pytest.raises(RecordError):
            Gap.from_dict({**form, key: value})


def test_a_value_that_is_nested_too_deeply_is_told():
    value = []
    for _ in range(10_000):
        value = [value]
    with pytest.raises(RecordError, match="not list"):
        Gap.from_dict({**Gap(start=1, end=2, probability=0.5).to_dict(), "start": value})


@pytest.mark.parametrize("change", [{"start": 10**9, "end": 10**9}, {"end": 4}, {"decision": "apply"}])
def test_a_mended_text_has_its_gaps_inside_and_fills_for_those_it_applies(change):
    form = Mended.of("a b", [Gap(start=1, end=2, probability=0.5)], "[…]").to_dict()
    with pytest.raises(RecordError, match="lies after the text, or has no fill"):
        Mended.from_dict({**form, "gaps": [{**form["gaps"][0], **change}]})
