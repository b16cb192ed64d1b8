"""Exchange: what goes out comes back, exactly, and what people changed in the tool comes back as they meant it."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from review_cases import ARTICLE, article, decided, documents

from textmend.errors import PolicyError, RecordError
from textmend.records import Gap
from textmend.review.decisions import latest, record
from textmend.review.documents import ReviewDocument
from textmend.review.exchange import FORMATS, exchange
from textmend.review.exchange.rendering import fit, shown
from textmend.review.exchange.spreadsheet import led, unled

AT = "2026-02-01T10:00:00Z"

some = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def reviews(draw):
    both = [draw(documents(name)) for name in ("a.txt", "=b/ü\ud800.txt")]
    return both, [decision for document in both for decision in draw(decided(document))]


def _place(decision):
    return decision.document, decision.start


@pytest.mark.parametrize("name", FORMATS)
@some
@given(review=reviews())
def test_decisions_come_back_exactly(name, review):
    both, decisions = review
    text = exchange(name).export(both, latest(decisions))
    text.encode()  # no lone surrogate gets out
    back = exchange(name).read("x", text)
    assert sorted(back, key=_place) == sorted(decisions, key=_place)


@pytest.mark.parametrize("name", FORMATS)
@some
@given(document=documents())
def test_nothing_is_decided_where_nothing_was(name, document):
    assert exchange(name).read("x", exchange(name).export([document], {})) == []


@some
@given(document=documents())
def test_placeholders_stand_where_the_map_says(document):
    view = shown(document)
    assert [view.text[start:end] for start, end in view.markers] == [f"▢{n + 1}" for n in range(len(document.gaps))]
    without = []
    position = 0
    for start, end in view.markers:
        without.append(view.text[position:start])
        position = end
    without.append(view.text[position:])
    assert "".join("".join(without).split()) == "".join(fit(document.text).split())


@some
@given(text=st.text(st.characters(exclude_categories=())))
def test_what_tools_are_shown_is_as_long_and_has_no_control_characters(text):
    assert len(fit(text)) == len(text)
    assert not set(fit(text)) & set("\r\x00\x1b\u202e\u2066\u2028\ud800\x85")


def test_markup_emoji_and_joiners_are_shown_as_they_are():
    text = "<b>&amp; 👩\u200d👩\u200d👧 שלום\n\t"
    assert fit(text) == text


# What people do in the tools, on the article: the first gap gets its second fill, the second words, the third is none.


def _expected(by, at=AT):
    document = article()
    answers = [("fill", "owners"), ("fill", "the neighbours"), ("not_a_gap", None)]
    return [
        record(document, gap, verdict, text, by=by, at=at)
        for gap, (verdict, text) in zip(document.gaps, answers, strict=True)
    ]


def test_label_studio_brings_back_what_annotators_chose():
    (task,) = json.loads(exchange("label-studio").export([article()], {}))
    regions = task["predictions"][0]["result"]
    result = [*regions]
    for region, (name, kind, value) in zip(
        regions,
        [
            ("decision", "choices", {"choices": ["fill 2"]}),
            ("words", "textarea", {"text": ["the neighbours "]}),
            ("decision", "choices", {"choices": ["not a gap"]}),
        ],
        strict=True,
    ):
        span = {key: region["value"][key] for key in ("start", "end")}
        result.append({"id": region["id"], "from_name": name, "to_name": "text", "type": kind, "value": span | value})
    cancelled = {"result": result[:1], "was_cancelled": True, "updated_at": "2027"}
    annotation = {"result": result, "completed_by": {"email": "ed@otter.example"}, "updated_at": AT}
    exported = json.dumps([{**task, "id": 7, "annotations": [cancelled, annotation]}])
    assert exchange("label-studio").read("x", exported) == _expected("ed@otter.example")


def test_label_studio_takes_the_latest_annotation_last():
    (task,) = json.loads(exchange("label-studio").export([article()], {}))
    region = task["predictions"][0]["result"][0]

    def annotated(choice, when):
        chosen = {
            **region,
            "from_name": "decision",
            "type": "choices",
            "value": {**region["value"], "choices": [choice]},
        }
        return {"result": [region, chosen], "updated_at": when, "completed_by": 3}

    task["annotations"] = [annotated("fill 1", "2026-03-02"), annotated("keep", "2026-03-01")]
    back = exchange("label-studio").read("x", json.dumps([task]))
    assert [(one.verdict, one.by) for one in back] == [("keep", "user 3"), ("fill", "user 3")]
    assert [one.text for one in latest(back).values()] == ["captains"]


def test_doccano_brings_back_labels():
    line = json.loads(exchange("doccano").export([article()], {}))
    spans = [
        [*span[:2], label]
        for span, label in zip(line["label"], ["fill 2", "words: the neighbours", "not a gap"], strict=True)
    ]
    exported = json.dumps({"id": 1, **line, "label": spans, "Comments": []})
    assert exchange("doccano").read("x", exported) == _expected(None, None)
    entities = [{"id": 1, "label": label, "start_offset": start, "end_offset": end} for start, end, label in spans]
    del line["label"]
    assert exchange("doccano").read("x", json.dumps({**line, "entities": entities})) == _expected(None, None)


def test_prodigy_brings_back_answers():
    tasks = [json.loads(line) for line in exchange("prodigy").export([article()], {}).splitlines()]
    tasks.sort(key=lambda task: task["meta"]["gap"])
    answers = [
        {"answer": "accept", "accept": ["fill 2"]},
        {"answer": "accept", "accept": [], "words": " the neighbours"},
        {"answer": "reject", "accept": []},
    ]
    stamp = {"_annotator_id": "ed", "_timestamp": 1769940000}
    exported = "\n".join(json.dumps(task | answer | stamp) for task, answer in zip(tasks, answers, strict=True))
    assert exchange("prodigy").read("x", exported) == _expected("ed")
    ignored = "\n".join(json.dumps({**task, "answer": "ignore"}) for task in tasks)
    assert exchange("prodigy").read("x", ignored) == []


def test_prodigy_shows_the_most_useful_first_with_its_gap_in_place():
    tasks = [json.loads(line) for line in exchange("prodigy").export([article()], {}).splitlines()]
    assert [task["options"][0]["text"].split()[0] for task in tasks] == ["raids", "captains", "Norway"]
    for task in tasks:
        (span,) = [span for span in task["spans"] if span["label"] == "GAP"]
        assert task["text"][span["start"] : span["end"]].startswith("▢")
        assert {"fill 1", "keep", "mark", "drop"} <= {option["id"] for option in task["options"]}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_table_brings_back_cells_however_it_was_saved(delimiter):
    rows = list(csv.DictReader(io.StringIO(exchange("csv").export([article()], {}).removeprefix("\ufeff"))))
    rows.sort(key=lambda row: row["gap"])
    for row, decision, words in zip(rows, ["2", "", "Not a gap "], ["", "the neighbours", ""], strict=True):
        row |= {"decision": decision, "words": words, "by": "ed", "at": AT}
    saved = io.StringIO()
    writer = csv.DictWriter(saved, list(reversed(rows[0])), delimiter=delimiter)
    writer.writeheader()
    writer.writerows(rows)
    assert exchange("csv").read("x", saved.getvalue()) == _expected("ed")


@pytest.mark.parametrize("value", ["=1", "+1", "-1", "@x", "\t=1", "\rx", "'=1", "''+", "＝1", "plain", "'quoted'", ""])
def test_no_cell_is_a_formula_and_none_is_changed(value):
    assert led(value)[:1] not in tuple("=+-@\t\r＝＋－＠")
    assert unled(led(value)) == value


_STARTS = tuple("=+-@＝＋－＠")


@given(st.text("=+-@＝'\" ;\t\r\nax", max_size=14))
def test_no_part_of_a_cell_is_a_formula_where_semicolons_part_cells(value):
    cell = led(value)
    assert unled(cell) == value
    for part in re.split(r"[;\t\r\n]", cell):
        assert not part.lstrip(' "').startswith(_STARTS)


@some
@given(document=documents(), data=st.data())
def test_no_cell_of_a_table_is_a_formula(document, data):
    table = exchange("csv").export([document], latest(data.draw(decided(document))))
    for row in csv.reader(io.StringIO(table.removeprefix("\ufeff"))):
        assert not any(cell.startswith(tuple("=+-@\t\r")) for cell in row)
    for part in re.split(r"[;\t\r\n]", table.removeprefix("\ufeff")):
        assert not part.lstrip(' "').startswith(_STARTS)


def test_web_annotations_name_the_place_by_position_and_by_the_words_around_it():
    page = json.loads(exchange("web-annotation").export([article()], {}))
    assert page["@context"][0] == "http://www.w3.org/ns/anno.jsonld"
    item = page["items"][0]
    position, quote = item["target"]["selector"]
    gap = article().gaps[0]
    assert (position["start"], position["end"]) == (gap.start, gap.end)
    assert quote["exact"] == "Icelandic ,"
    assert ARTICLE.startswith(quote["prefix"] + quote["exact"] + quote["suffix"])
    start, end = quote["refinedBy"]["start"], quote["refinedBy"]["end"]
    assert quote["exact"][start:end] == " "
    assert [body["value"] for body in item["body"]] == ["captains", "owners"]


def test_a_foreign_web_annotation_is_read():
    annotation = {
        "type": "Annotation",
        "motivation": ["editing"],
        "creator": "https://otter.example/ed",
        "created": AT,
        "body": {"type": "TextualBody", "value": "captains"},
        "target": {
            "source": "https://otter.example/article",
            "selector": [
                {"type": "TextPositionSelector", "start": 31, "end": 32},
                {"type": "TextQuoteSelector", "prefix": ARTICLE[:31], "exact": " ", "suffix": ARTICLE[32:70]},
            ],
        },
    }
    (decision,) = exchange("web-annotation").read("x", json.dumps({"type": "AnnotationPage", "items": [annotation]}))
    assert (decision.document, decision.digest, decision.by) == (
        "https://otter.example/article",
        None,
        "https://otter.example/ed",
    )
    assert (decision.start, decision.end, decision.text) == (31, 32, "captains")


@pytest.mark.parametrize("name", ["label-studio", "prodigy", "doccano", "csv"])
def test_a_decision_taken_back_in_the_tool_is_undone(name):
    document = article()
    decision = record(document, document.gaps[0], "fill", "captains", by="ed", at=AT)
    text = exchange(name).export([document], latest([decision]))
    if name == "label-studio":
        (task,) = json.loads(text)
        task["annotations"][0]["result"] = [r for r in task["annotations"][0]["result"] if r["type"] == "labels"]
        text = json.dumps([task])
    elif name == "prodigy":
        tasks = [json.loads(line) for line in text.splitlines()]
        text = "\n".join(json.dumps({**task, "accept": []}) for task in tasks)
    elif name == "doccano":
        line = json.loads(text)
        text = json.dumps({**line, "label": []})
    else:
        rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
        saved = io.StringIO()
        writer = csv.DictWriter(saved, list(rows[0]))
        writer.writeheader()
        writer.writerows({**row, "decision": ""} for row in rows)
        text = saved.getvalue()
    (undone,) = exchange(name).read("x", text)
    assert undone.verdict == "undo"
    assert latest([decision, undone]) == {}


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("label-studio", "{}", "expected a list of tasks"),
        ("label-studio", '[{"text": "x"}]', "not JSON-MIN"),
        ("label-studio", '[{"data": {"text": "x"}}]', "'textmend' is missing"),
        ("label-studio", "[1]", "task 1: expected a JSON object"),
        ("doccano", '{"text": "x"}', "x:1: the field 'textmend' is missing"),
        ("doccano", "nothing", "x:1: is not JSON"),
        ("prodigy", '{"textmend": "{}"}', "was altered"),
        ("csv", "a,b\n1,2\n", "the column 'decision' is missing"),
        ("csv", 'decision,words,textmend\n"a', "is not CSV"),
        ("csv", "decision,words,textmend\nkeep,,\n", "was altered"),
        ("web-annotation", '{"type": "Other"}', "expected an AnnotationPage"),
        ("web-annotation", '[{"motivation": "editing"}]', "annotation 1: expected one target"),
    ],
)
def test_files_of_another_kind_are_refused(name, text, message):
    with pytest.raises(RecordError, match=message):
        exchange(name).read("x", text)


def _relabelled(label):
    line = json.loads(exchange("doccano").export([article()], {}))
    line["label"][0][2] = label
    return json.dumps(line)


@pytest.mark.parametrize("label", ["fill 3", "fill 12", "PERSON", "words:"])
def test_labels_that_stand_for_nothing_are_refused(label):
    with pytest.raises(RecordError, match="gap at 31:32"):
        exchange("doccano").read("x", _relabelled(label))


def test_a_decision_where_no_placeholder_is_is_refused():
    line = json.loads(exchange("doccano").export([article()], {}))
    line["label"].append([0, 1, "keep"])
    with pytest.raises(RecordError, match="no gap's placeholder"):
        exchange("doccano").read("x", json.dumps(line))


def test_an_unknown_format_is_refused():
    with pytest.raises(PolicyError, match="label-studio"):
        exchange("brat")


def test_documents_without_gaps_are_no_tasks():
    whole = ReviewDocument(id="whole.txt", text="All is well.", gaps=())
    assert json.loads(exchange("label-studio").export([whole], {})) == []
    assert exchange("doccano").export([whole, article()], {}).count("\n") == 1


def test_many_gaps_are_exported_in_one_go():
    text = "word  " * 1000
    gaps = tuple(Gap(start=6 * n + 4, end=6 * n + 6, probability=0.5) for n in range(1000))
    document = ReviewDocument(id="long", text=text, gaps=gaps)
    for name in FORMATS:
        assert exchange(name).read("x", exchange(name).export([document], {})) == []
