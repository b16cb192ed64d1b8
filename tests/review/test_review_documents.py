"""Documents to review: what is read from suggestions, from annotated lines, and from texts; and their order."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from review_cases import ARTICLE, article, documents, gap_at

from textmend.errors import RecordError
from textmend.policy import Policy
from textmend.records import Fill, Gap
from textmend.review.documents import Keys, ReviewDocument, read_rows, review_documents
from textmend.review.order import by_usefulness, usefulness

some = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def _read(text, name="x", load=None, fields=None):
    def analyse(rows):
        return [(Gap(start=0, end=0, probability=0.25),) for _ in rows]

    return review_documents(read_rows(name, text, load or {}.__getitem__, fields), analyse)


def _line(document, **more):
    return json.dumps({"file": document.id, "text": document.text, "title": document.title, **more}) + "\n"


@some
@given(documents())
def test_suggestions_are_read_as_they_are(document):
    assert _read(_line(document, gaps=[gap.to_dict() for gap in document.gaps])) == [document]


@pytest.mark.parametrize(("key", "fields"), [("textmend", None), ("repairs", Keys(annotations="repairs"))])
def test_lines_that_clean_annotated_are_read(key, fields):
    gaps = [gap.to_dict() for gap in article().gaps]
    edit = {"start": 1, "end": 2, "removed": " ", "replacement": "x", "gap": gaps[1], "fill": None}
    note = {"schema": 1, "mended": False, "gaps": [gaps[2], gaps[0]], "edits": [edit]}
    whole = json.dumps({"text": "All is well.", "id": 7}) + "\n"
    damaged, clean = _read(_line(article(), **{key: note}) + whole, fields=fields)
    assert damaged == article()
    assert (clean.id, clean.gaps) == ("7", ())


def test_a_text_that_was_mended_already_is_refused():
    with pytest.raises(RecordError, match="x:1: this text was mended already"):
        _read(_line(article(), textmend={"mended": True, "gaps": [], "edits": []}))


def test_lines_without_gaps_are_analysed():
    found = _read('{"text": "One."}\n\n{"text": "Two.", "id": "b", "gaps_seen": 1}\r\n')
    assert [(one.id, one.text, len(one.gaps)) for one in found] == [("x:1", "One.", 1), ("b", "Two.", 1)]


def test_other_files_are_one_text():
    for text in (ARTICLE, "", "{not JSON}\n", "[1]\n", '{"text": 1\n}'):
        (document,) = _read(text)
        assert (document.id, document.text) == ("x", text)


def test_keys_can_be_named():
    (document,) = _read('{"body": "One.", "url": "u", "head": "H"}', fields=Keys(text="body", id="url", title="head"))
    assert (document.id, document.text, document.title) == ("u", "One.", "H")


def test_a_line_without_a_text_names_its_file():
    (document,) = _read('{"file": "a.txt", "gaps": []}', load={"a.txt": "One."}.__getitem__)
    assert (document.id, document.text) == ("a.txt", "One.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{"gaps": []}', "x:1: 'text' should be the text"),
        ('{"text": "a"}\n{', "x:2: is not JSON"),
        ('{"text": "a"}\n[]', "x:2: expected a JSON object"),
        ('{"text": "a", "title": 5}', "x:1: 'title' should be a string"),
        ('{"text": "a", "gaps": 5}', "x:1: 'gaps' should be a list"),
        ('{"text": "a", "gaps": [{}]}', "x:1: gap: schema version"),
        ('{"text": "a", "id": "b"}\n{"text": "c", "id": "b"}', "b: two documents have this id"),
    ],
)
def test_malformed_lines_are_named(text, message):
    with pytest.raises(RecordError, match=message):
        _read(text)


def _gap(start, end):
    return Gap(start=start, end=end, probability=0.5)


@pytest.mark.parametrize(
    ("text", "gaps", "message"),
    [
        ("a b", [_gap(0, 1)], "of another text"),
        ("a b", [_gap(1, 9)], "outside the text"),
        ("a b c", [_gap(3, 4), _gap(1, 2)], "out of order"),
        ("a  b", [_gap(1, 2), _gap(2, 3)], "touches"),
        ("a" + "\ud83d" + "\ude00", [], "two surrogates at offset 1"),
    ],
)
def test_gaps_of_another_text_are_refused(text, gaps, message):
    with pytest.raises(RecordError, match=message):
        ReviewDocument(id="x", text=text, gaps=tuple(gaps))


def test_the_most_useful_decision_comes_first():
    sure = Gap(start=0, end=0, probability=0.99, fills=(Fill(text="a", probability=0.98, origin="echo"),))
    quick = Gap(start=2, end=2, probability=0.95, fills=(Fill(text="a", probability=0.7, origin="echo"),))
    guess = Gap(start=4, end=4, probability=0.5, fills=(Fill(text="a", probability=0.3, origin="model"),))
    bare = Gap(start=6, end=6, probability=0.9)
    document = ReviewDocument(id="x", text="aabbccdd", gaps=(sure, quick, guess, bare))
    assert [item.gap for item in by_usefulness([document])] == [1, 2, 0, 3]
    assert usefulness(quick) == pytest.approx(0.665)
    assert usefulness(sure) == pytest.approx(1 - 0.99 * 0.98)
    assert usefulness(sure, Policy(apply_at=1.0)) == pytest.approx(0.99 * 0.98)


def test_a_fill_that_replaces_more_than_there_is_is_refused():
    fill = Fill(text="x", probability=1.0, origin="source", replaces=3)
    with pytest.raises(RecordError, match="replaces more than the rest"):
        ReviewDocument(id="x", text="a b.", gaps=(Gap(start=1, end=2, probability=1.0, fills=(fill,)),))


@some
@given(documents())
def test_every_gap_comes_once_and_ties_in_reading_order(document):
    order = by_usefulness([document, document])
    assert sorted(order) == [(d, g) for d in (0, 1) for g in range(len(document.gaps))]
    worth = [(-round(usefulness(document.gaps[item.gap]), 9), item) for item in order]
    assert worth == sorted(worth)
    assert all(-1 <= value <= 0 for value, _ in worth)


def test_gap_at_finds_white_space():
    gap = gap_at(ARTICLE, "night")
    assert ARTICLE[gap.start : gap.end] == "  "
