"""Decisions as they are kept: their form, which one counts, and the file they are appended to."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from review_cases import article, decided, documents

from textmend.errors import FileError, RecordError
from textmend.review.decisions import Recorded, dump, latest, read_decisions, record
from textmend.review.log import Log
from textmend.review.quotes import REACH, digest_of, quote_at

some = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@some
@given(st.data())
def test_decisions_round_trip(data):
    decisions = data.draw(decided(data.draw(documents())))
    lines = "".join(map(dump, decisions))
    assert lines.isascii()
    assert read_decisions("x", lines) == decisions


@some
@given(documents())
def test_a_quote_is_what_stands_there(document):
    for gap in document.gaps:
        quote = quote_at(document.text, gap.start, gap.end)
        assert document.text[: gap.start].endswith(quote.prefix)
        assert document.text[gap.end :].startswith(quote.suffix)
        assert quote.exact == document.text[gap.start : gap.end]
        assert len(quote.prefix) == min(REACH, gap.start)


def test_the_digest_is_documented():
    """docs/review.md promises it, and other programs may compute it."""
    assert digest_of("") == "e3b0c44298fc1c14"
    assert digest_of("é\ud800") == digest_of("é\ud800") != digest_of("é")


def _decision(verdict, text=None, number=0):
    return record(article(), article().gaps[number], verdict, text, by="ed")


def test_the_last_decision_about_a_gap_counts():
    first, second = _decision("fill", "captains"), _decision("keep")
    other = _decision("not_a_gap", number=1)
    assert list(latest([first, other, second]).values()) == [other, second]
    assert list(latest([first, other, _decision("undo")]).values()) == [other]
    assert list(latest([first, _decision("undo"), second]).values()) == [second]


def test_a_line_that_was_cut_off_is_passed_over_but_only_the_last():
    first, second = dump(_decision("keep")), dump(_decision("mark", number=1))
    assert read_decisions("x", first + second[:40]) == [_decision("keep")]
    assert read_decisions("x", first + second.rstrip("\n")) == [_decision("keep"), _decision("mark", number=1)]
    with pytest.raises(RecordError, match="x:1: is not JSON"):
        read_decisions("x", first[:40] + "\n" + second)
    with pytest.raises(RecordError, match="no file of decisions"):
        read_decisions("x", "An article.")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema": 2}, "schema version 2"),
        ({"verdict": "maybe"}, "'verdict' should be one of"),
        ({"verdict": "undo", "text": "x"}, "goes without a text"),
        ({"verdict": "undo", "replaces": 1}, "goes without"),
        ({"replaces": 1}, "goes without 'spacing' and 'replaces'"),
        ({"verdict": "fill", "text": "x", "replaces": 900}, "'suffix' has only 64"),
        ({"verdict": "fill", "text": "x", "replaces": -1}, "'replaces' should be an offset"),
        ({"verdict": "fill", "text": "x", "spacing": [" x", ""]}, "two strings of white space"),
        ({"verdict": "fill", "text": ""}, "goes with words"),
        ({"start": -1}, "'start' should be an offset"),
        ({"end": 40}, "offsets count code points"),
        ({"exact": "x"}, "white space, or nothing"),
        ({"digest": 5}, "'digest' should be a string"),
        ({"prefix": None}, "'prefix' should be a string"),
    ],
)
def test_malformed_decisions_name_line_and_key(change, message):
    line = json.dumps(_decision("keep").to_dict() | change)
    with pytest.raises(RecordError, match="file:1: .*" + message):
        read_decisions("file", line)


@pytest.mark.parametrize("key", ["schema", "document", "start", "end", "prefix", "exact", "suffix", "verdict"])
def test_a_missing_key_is_told(key):
    data = _decision("keep").to_dict()
    del data[key]
    with pytest.raises(RecordError):
        Recorded.from_dict(data)


def test_a_log_keeps_every_decision_at_once(tmp_path):
    path = tmp_path / "decisions.jsonl"
    log = Log(path)
    assert not path.exists()
    log.keep(_decision("keep"))
    assert Log(path).decisions == [_decision("keep")]
    log.keep(_decision("undo"))
    assert Log(path).decisions == log.decisions == [_decision("keep"), _decision("undo")]


@pytest.mark.parametrize("tail", ['{"schema": 1, "docu', '{"schema": 1}', "\x00\x00\x00"])
def test_a_log_goes_on_after_a_write_that_was_cut_off(tmp_path, tail):
    path = tmp_path / "decisions.jsonl"
    path.write_text(dump(_decision("keep")) + tail)
    if tail.startswith('{"schema": 1}'):
        with pytest.raises(RecordError):
            Log(path)
        return
    Log(path).keep(_decision("mark", number=1))
    assert path.read_text() == dump(_decision("keep")) + dump(_decision("mark", number=1))


def test_a_last_line_without_its_end_is_not_lost(tmp_path):
    path = tmp_path / "decisions.jsonl"
    path.write_text(dump(_decision("keep")).rstrip("\n"))
    Log(path).keep(_decision("mark", number=1))
    assert path.read_text() == dump(_decision("keep")) + dump(_decision("mark", number=1))


def test_a_log_that_can_not_be_written_says_so(tmp_path):
    log = Log(tmp_path / "no" / "decisions.jsonl")
    with pytest.raises(FileError, match="the decision can't be kept"):
        log.keep(_decision("keep"))
    assert log.decisions == []


def test_a_file_of_something_else_is_no_log(tmp_path):
    path = tmp_path / "article.txt"
    path.write_bytes(b"caf\xe9")
    with pytest.raises(FileError, match="not UTF-8"):
        Log(path)
