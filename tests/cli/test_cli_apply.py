"""``textmend apply``: texts, logs, refusals, and nothing half-written."""

from __future__ import annotations

import json

import pytest
from fake_mender import ARTICLE

from textmend.files import read_document, write_text
from textmend.records import Gap
from textmend.review.decisions import dump, record
from textmend.review.documents import ReviewDocument

START = ARTICLE.index(" , among")
MENDED = ARTICLE.replace("Icelandic ,", "Icelandic crews,")


def _decisions(name, text=ARTICLE, verdict="fill", words="crews", start=None):
    start = text.index(" , among") if start is None else start
    document = ReviewDocument(id=name, text=text, gaps=(Gap(start=start, end=start + 1, probability=0.9),))
    return dump(record(document, document.gaps[0], verdict, words, by="ed", at="2026-02-01T10:00:00Z"))


@pytest.fixture
def decisions(tmp_path, article):
    path = tmp_path / "decisions.jsonl"
    path.write_text(_decisions(str(article)))
    return path


def test_the_text_goes_out_as_it_came_but_for_the_decisions(cli, decisions, article):
    outcome = cli("apply", decisions, article)
    assert (outcome.code, outcome.out) == (0, MENDED.encode())
    assert "1 decision: 1 filled" in outcome.err


def test_it_says_where_the_texts_are_and_what_is_next(cli, decisions, article, tmp_path):
    told = cli("apply", decisions, article, "-o", tmp_path / "new" / "out.txt").err
    report = f"to see how well the machine knew: textmend decisions report {decisions} SUGGESTIONS\n"
    assert told.endswith(f"written to {tmp_path / 'new' / 'out.txt'}\n{report}")
    assert "textmend decisions report" not in cli("apply", decisions, article, "-q").err


def test_decisions_of_several_people_say_what_is_next(cli, decisions, tmp_path):
    merged = tmp_path / "merged.jsonl"
    assert cli("decisions", "merge", decisions, "-o", merged).err.endswith(f"textmend apply {merged}\n")
    other = tmp_path / "ben.jsonl"
    other.write_text(decisions.read_text().replace('"ed"', '"ben"').replace("crews", "owners"))
    told = cli("decisions", "merge", decisions, other, "-o", merged).err
    assert told.endswith(f"people disagree about 1 gap: textmend decisions agree {merged} tells which\n")


def test_without_texts_those_that_were_reviewed_are_read(cli, decisions, article):
    assert cli("apply", decisions).out == MENDED.encode()
    article.unlink()
    outcome = cli("apply", decisions)
    assert outcome.code == 3
    assert "name the texts" in outcome.err


def test_standard_input_and_a_byte_order_mark(cli, decisions):
    assert (
        cli("apply", decisions, "-", stdin=b"\xef\xbb\xbf" + ARTICLE.encode()).out == b"\xef\xbb\xbf" + MENDED.encode()
    )


def test_the_log_tells_who_decided_what(cli, decisions, article, tmp_path):
    target, log = tmp_path / "out.txt", tmp_path / "log.jsonl"
    decisions.write_text(_decisions(str(article), words="owners") + decisions.read_text())
    assert cli("apply", decisions, article, "-o", target, "--log", log, "-q").err == ""
    assert target.read_bytes() == MENDED.encode()
    (line,) = map(json.loads, log.read_text().splitlines())
    assert (line["by"], line["at"], line["verdict"], line["text"]) == ("ed", "2026-02-01T10:00:00Z", "fill", "crews")
    assert (line["outcome"], line["start"], line["placed_by"]) == ("edited", START, "offset")
    assert line["edit"]["removed"] + "|" + line["edit"]["replacement"] == " | crews"
    assert line["earlier"] == [{"verdict": "fill", "text": "owners", "by": "ed", "at": "2026-02-01T10:00:00Z"}]


def test_if_one_is_refused_nothing_is_written(cli, decisions, article, tmp_path):
    decisions.write_text(decisions.read_text() + _decisions("other.txt", "An other text with , among others."))
    target, log = tmp_path / "out.txt", tmp_path / "log.jsonl"
    target.write_text("old")
    outcome = cli("apply", decisions, article, "-o", target, "--log", log)
    assert outcome.code == 3
    assert "other.txt, gap at 18:19: refused: its text is not among those given" in outcome.err
    assert "nothing was written" in outcome.err
    assert (target.read_text(), log.exists()) == ("old", False)
    outcome = cli("apply", decisions, article, "-o", target, "--log", log, "--skip-refused")
    assert outcome.code == 0
    assert target.read_bytes() == MENDED.encode()
    assert [json.loads(line)["outcome"] for line in log.read_text().splitlines()] == ["edited", "refused"]


def test_another_text_is_refused(cli, decisions, tmp_path):
    other = tmp_path / "article.txt"
    other.write_text("Quite another text, about otters in the river and of what they like to eat.")
    outcome = cli("apply", decisions, other)
    assert (outcome.code, outcome.out) == (3, b"")
    assert "is another text" in outcome.err


def test_a_text_that_shifted_is_told(cli, decisions, article):
    article.write_bytes(b"New: " + ARTICLE.encode())
    outcome = cli("apply", decisions, article)
    assert outcome.out == b"New: " + MENDED.encode()
    assert "1 placed by the words around them" in outcome.err


@pytest.mark.parametrize(("key", "options"), [("textmend", ()), ("repairs", ("--annotations", "repairs"))])
def test_lines_of_json_keep_their_other_fields(cli, tmp_path, key, options):
    rows = [
        {"id": 1, "text": "All is well.", "score": 1.5},
        {"id": "b", "text": ARTICLE, "tags": ["é"], "gaps": [], key: {}},
    ]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    corpus = tmp_path / "corpus.jsonl"
    corpus.write_text("\n".join(lines) + "\n")
    decisions = tmp_path / "d.jsonl"
    decisions.write_text(_decisions("b"))
    out = cli("apply", decisions, corpus, *options).text.split("\n")
    assert out[0] == lines[0]
    assert json.loads(out[1]) == {"id": "b", "text": MENDED, "tags": ["é"]}
    assert out[2] == ""


def test_in_place_rewrites_what_changes_and_keeps_a_copy(cli, decisions, article, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("All is well.")
    before = other.stat().st_mtime_ns
    outcome = cli("apply", decisions, article, other, "-i", "--backup", ".orig")
    assert (outcome.code, outcome.out) == (0, b"")
    assert article.read_bytes() == MENDED.encode()
    assert (tmp_path / "article.txt.orig").read_bytes() == ARTICLE.encode()
    assert other.stat().st_mtime_ns == before


def test_several_texts_go_into_a_folder(cli, decisions, article, tmp_path):
    other, folder = tmp_path / "other.txt", tmp_path / "out"
    other.write_text("All is well.")
    folder.mkdir()
    assert cli("apply", decisions, article, other, "-o", folder).code == 0
    assert (folder / "article.txt").read_bytes() == MENDED.encode()
    assert (folder / "other.txt").read_text() == "All is well."


def test_marks_have_the_placeholder_that_was_asked_for(cli, decisions, article):
    decisions.write_text(_decisions(str(article), verdict="mark", words=None))
    assert "Icelandic <?>, among" in cli("apply", decisions, article, "--placeholder", "<?>").text
    assert cli("apply", decisions, article, "--placeholder", "").code == 2


@pytest.mark.parametrize(
    "options",
    [
        "-i",
        "-i -o x {file}",
        "-i -",
        "--backup .o {file}",
        "-o {file} {file}",
        "-o x {file} {file}",
        "-o {folder} {file}",
        "--from brat {file}",
    ],
)
def test_options_that_make_no_sense_are_usage(cli, decisions, article, options):
    outcome = cli("apply", decisions, *options.format(file=article, folder=article.parent).split())
    assert (outcome.code, outcome.out) == (2, b"")
    assert article.read_bytes() == ARTICLE.encode()


def test_a_file_of_something_else_is_refused(cli, article):
    outcome = cli("apply", article, article)
    assert outcome.code == 3
    assert "no file of decisions" in outcome.err


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_a_nested_text_is_reviewed_and_written_back_where_it_stood(cli, menders, tmp_path, suffix):
    corpus, made = tmp_path / f"corpus.jsonl{suffix}", tmp_path / "made.jsonl"
    lines = [
        {"meta": {"id": number, "by": "x"}, "article": {"body": text}} for number, text in enumerate([ARTICLE, "a b"])
    ]
    write_text(corpus, "".join(json.dumps(line) + "\n" for line in lines).encode())
    fields = ["--text-field", "article.body", "--id-field", "meta.id"]
    shown = cli("review", corpus, *fields, "--export", "csv")
    assert shown.code == 0, shown.err
    assert "raids" in shown.text
    made.write_text(_decisions("0"))
    outcome = cli("apply", made, corpus, *fields, "-o", tmp_path / f"out.jsonl{suffix}")
    assert outcome.code == 0, outcome.err
    first, second = map(json.loads, read_document(tmp_path / f"out.jsonl{suffix}").text.splitlines())
    assert first == {"meta": {"id": 0, "by": "x"}, "article": {"body": MENDED}}
    assert second == lines[1]
