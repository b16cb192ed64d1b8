"""``textmend review --terminal`` and ``--export``, driven by lines on standard input."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys

import pytest
from fake_mender import ARTICLE

from textmend.records import Gap
from textmend.review.decisions import dump, latest, read_decisions, record
from textmend.review.documents import ReviewDocument

FIRST = "Hallsson"  # of the useful order: a one-key repair that the machine alone would not make


@pytest.fixture
def decisions(tmp_path):
    return tmp_path / "decisions.jsonl"


@pytest.fixture
def ask(cli, article, decisions):
    def run(*lines, options=(), name=article):
        keys = "".join(f"{line}\n" for line in lines).encode()
        return cli(
            *("review", "--terminal", "-d", decisions, "--by", "ed", "--order", "useful"), *options, name, stdin=keys
        )

    return run


def _made(path):
    return [(one.start, one.verdict, one.text) for one in read_decisions("x", path.read_text())]


def _places():
    return ARTICLE.index(" , among"), ARTICLE.index("  against")


def test_keys_decide_and_every_decision_is_kept(ask, decisions):
    outcome = ask("1", "x")
    panel, night = _places()
    assert outcome.code == 0
    assert _made(decisions) == [(panel, "fill", FIRST), (night, "not_a_gap", None)]
    assert "2 of 2 gaps decided" in outcome.err
    (one, _) = read_decisions("x", decisions.read_text())
    assert (one.by, one.at[-1]) == ("ed", "Z")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one.at)


def test_it_goes_on_where_it_stopped(ask, decisions):
    panel, night = _places()
    first = ask("1", "q")
    assert "1 gap left: the same command goes on" in first.err
    second = ask("2")
    assert _made(decisions) == [(panel, "fill", FIRST), (night, "fill", "attacks")]
    assert "1 left of 2" in second.text
    third = ask("1")
    assert "2 of 2 gaps decided" in third.err
    assert len(_made(decisions)) == 2


def test_the_end_of_the_input_is_the_end(ask, decisions):
    outcome = ask()
    assert outcome.code == 0
    assert "0 of 2 gaps decided" in outcome.err
    assert not decisions.exists()


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["e the fleet"], ("fill", "the fleet")),
        (["e", "  the fleet "], ("fill", "the fleet")),
        (["l"], ("keep", None)),
        (["m"], ("mark", None)),
        (["d"], ("drop", None)),
    ],
)
def test_words_and_other_verdicts(ask, decisions, lines, expected):
    ask(*lines, "q")
    ((_, *made),) = _made(decisions)
    assert tuple(made) == expected


@pytest.mark.parametrize(
    "lines", [["e", ""], ["9"], ["0"], ["z"], [""], ["?"], ["s"], ["99999999999999999999999"], ["²"]]
)
def test_these_decide_nothing(ask, decisions, lines):
    outcome = ask(*lines, "q")
    assert outcome.code == 0
    assert not decisions.exists()


def test_undo_takes_back_and_returns(ask, decisions):
    panel, night = _places()
    ask("1", "u", "2", "q")
    assert _made(decisions) == [(panel, "fill", FIRST), (panel, "undo", None), (panel, "fill", "officials")]
    ask("u", "u", "q")  # that of an earlier session too, but nothing before it
    assert latest(read_decisions("x", decisions.read_text())) == {}
    assert night not in [start for start, _, _ in _made(decisions)]


def test_undo_of_a_second_thought_restores_the_first(ask, decisions):
    ask("1", "k", "x", "u", "q")
    counting = latest(read_decisions("x", decisions.read_text()))
    assert [(one.verdict, one.text) for one in counting.values()] == [("fill", FIRST)]


def test_skipped_gaps_are_not_asked_about_again_but_left(ask, decisions):
    outcome = ask("s", "1")
    assert [text for _, _, text in _made(decisions)] == ["raids"]
    assert "1 gap left" in outcome.err


def test_moving_shows_what_was_decided(ask):
    text = ask("1", "k", "k", "j", "j", "q").text
    assert "decided: “Hallsson” by ed" in text
    assert "This is the first gap." in text
    assert "This is the last gap." in text


def test_gaps_are_asked_about_as_they_stand_in_the_text(ask, decisions):
    ask("1", "1", options=("--order", "reading"))
    panel, night = _places()
    assert [start for start, _, _ in _made(decisions)] == sorted((panel, night))


def test_earlier_choices_are_shown_in_the_text(ask):
    text = ask("1", "k", "q").text
    assert "Icelandic ▢2 Hallsson, among" in text
    assert "Icelandic […], among" in ask("k", "m", "q").text
    assert "Icelandic ✂, among" in ask("k", "d", "q").text
    assert "Icelandic , among" in ask("k", "x", "q").text


def test_the_prompt_names_all_keys(ask):
    assert "[1-2,e,x,l,m,d,a,s,j,k,u,q,?]" in ask("q").text


def test_a_gap_is_added_after_words_that_a_person_writes(ask, decisions, cli, article):
    outcome = ask("a", "Organised night", "a raids at", "e the northern", "q")
    assert "There is a gap already." in outcome.text
    assert "added" in outcome.text
    (made,) = read_decisions("x", decisions.read_text())
    assert (made.added, made.text) == (True, "the northern")
    assert ARTICLE[: made.start].endswith("night raids at")
    assert "and night raids at the northern sea." in cli("apply", decisions, article).text
    again = ask("q")
    assert "3 gaps" in again.err
    assert "raids at {+the northern+} sea" in " ".join(again.text.split())


@pytest.mark.parametrize(
    ("words", "answer"), [("night", "2 times"), ("nowhere", "No such words"), ("", "Nothing was written")]
)
def test_a_place_that_the_words_do_not_tell_is_not_added(ask, decisions, words, answer):
    assert answer in ask("a", words, "q").text
    assert not decisions.exists()


def test_a_gap_is_shown_in_context_with_its_fills(ask):
    text = ask("q").text
    assert "Icelandic ▢2, among" in text
    assert "line 4, column 21" in text
    assert "White space stands before a punctuation mark" in text
    assert re.search(r"1 +Hallsson +95%", text)
    assert "new: Hallsson" in text


def test_the_answer_is_shown_in_the_article_without_colour(ask):
    assert "Icelandic {+Hallsson+}, among" in ask("1", "q").text


def test_hostile_text_can_not_steer_the_terminal(cli, tmp_path):
    path = tmp_path / "s.jsonl"
    gap = {"schema": 1, "start": 1, "end": 2, "probability": 0.9, "lengths": [], "cues": ["\x1b[31m"], "decision": None}
    fill = {"text": "\x1b]0;x\x07\u202e", "probability": 0.5, "origin": "model", "evidence": None, "introduces": []}
    line = {"id": "\x1b[2J", "text": "a \x1b[31mb\u202ec", "title": "\x9b5n", "gaps": [gap | {"fills": [fill]}]}
    path.write_text(json.dumps(line))
    outcome = cli("review", "-t", path, "-d", tmp_path / "d", stdin=b"1\nk\n")
    assert outcome.code == 0
    assert not set(outcome.text + outcome.err) & set("\x1b\x07\x9b\u202e")


def test_suggestions_need_no_models(cli, article, tmp_path, decisions, menders):
    path = tmp_path / "suggestions.jsonl"
    path.write_bytes(cli("suggest", "--json", "--title", "Trawlers", article).out)
    menders.clear()
    outcome = cli("review", "--terminal", path, "-d", decisions, "--order", "useful", stdin=b"1\n")
    assert menders == []
    assert "Trawlers" in outcome.text
    (decision,) = read_decisions("x", decisions.read_text())
    assert decision.document == str(article)
    assert cli("apply", decisions).text == ARTICLE.replace("Icelandic ,", "Icelandic Hallsson,")


def test_export_goes_out_and_decisions_come_back(cli, article, tmp_path, decisions, ask):
    ask("1", "q")
    table = tmp_path / "table.csv"
    outcome = cli("review", article, "-d", decisions, "--export", "csv", "-o", table)
    assert (outcome.code, outcome.out) == (0, b"")
    assert "2 gaps in 1 document" in outcome.err
    rows = list(csv.DictReader(io.StringIO(table.read_bytes().decode("utf-8-sig"))))
    assert [(row["decision"], row["words"]) for row in rows] == [("fill 1", ""), ("", "")]
    back = cli("decisions", "import", "csv", table)
    assert latest(read_decisions("x", back.text)) == latest(read_decisions("x", decisions.read_text()))
    assert cli("apply", "--from", "csv", table, article).out == cli("apply", decisions, article).out


def test_an_empty_file_of_json_lines_holds_no_document(cli, menders, tmp_path):
    for name in ("none.jsonl", "none.ndjson"):
        (tmp_path / name).write_text("\n")
        outcome = cli("review", tmp_path / name, "-o", tmp_path / "page.html")
        assert (outcome.code, outcome.err) == (0, f"{tmp_path / 'page.html'}: 0 gaps in 0 documents\n")
    (tmp_path / "none.txt").write_text("\n")
    assert "0 gaps in 1 document\n" in cli("review", tmp_path / "none.txt", "-o", tmp_path / "page.html").err


def test_a_ranking_reaches_the_mender_and_the_policy_orders_what_is_exported(cli, article, menders):
    ranking = article.with_name("ranking.json")
    firsts = []
    for apply_at in ("0.9", "1"):
        out = cli("review", article, "--ranking", ranking, "--apply-at", apply_at, "--export", "csv").out
        firsts.append(next(csv.DictReader(io.StringIO(out.decode("utf-8-sig"))))["fill 1"])
    assert [mender.ranking for mender in menders] == [ranking, ranking]
    assert firsts == ["1 Hallsson (fill 95%)", "1 raids (fill 97%)"]


def test_words_of_a_source_are_shown_with_what_they_replace_and_mended_so(cli, tmp_path, decisions):
    text = "A panel  Hallsson of Hull, Jon, met. They saw , again."
    fill = {"text": "Jon Hallsson", "probability": 1.0, "origin": "source", "evidence": None, "introduces": []}
    fill |= {"spacing": [" of ", ""], "replaces": 8}
    gap = {"schema": 1, "probability": 0.9, "lengths": [], "cues": [], "decision": None}
    gaps = [gap | {"start": 7, "end": 9, "fills": [fill]}, gap | {"start": 45, "end": 46, "fills": []}]
    path = tmp_path / "s.jsonl"
    path.write_text(json.dumps({"id": "x", "text": text, "gaps": gaps}))
    assert "two strings of white space" in cli("review", "-t", path, "-d", decisions).err
    fill["spacing"] = ["\n", ""]
    path.write_text(json.dumps({"id": "x", "text": text, "gaps": gaps}))
    outcome = cli("review", "-t", path, "-d", decisions, stdin=b"e Jon Hallsson\nx\n")
    assert "stands in the place of “Hallsson” too" in outcome.text
    assert "{+Jon Hallsson+}[-Hallsson-] of Hull" in outcome.text
    (filled, _) = read_decisions("x", decisions.read_text())
    assert (filled.spacing, filled.replaces) == (("\n", ""), 8)
    assert cli("apply", decisions, path).text.count(json.dumps(text.replace("  Hallsson", "\nJon Hallsson"))) == 1


def test_import_names_people_where_the_tool_does_not(cli, article, tmp_path):
    exported = json.loads(cli("review", article, "--export", "doccano").out)
    exported["label"][0][2] = "keep"
    path = tmp_path / "ed.jsonl"
    path.write_text(json.dumps(exported))
    target = tmp_path / "d.jsonl"
    outcome = cli("decisions", "import", "doccano", path, "--by", "ed", "-o", target)
    assert "1 decision" in outcome.err
    assert [one.by for one in read_decisions("x", target.read_text())] == ["ed"]


@pytest.mark.parametrize(
    "options",
    [
        "{file}",
        "-t --export csv {file}",
        "-t -o x {file}",
        "-t --serve {file}",
        "--serve --export csv {file}",
        "--serve -o x {file}",
        "--serve --twice 1.5 {file}",
        "--serve --reviewer= {file}",
        "-t --order random {file}",
        "-o x --url https://example.org {file} {file}",
        "-t -",
        "--export brat {file}",
        "-o {file} {file}",
        "-o x --at 2 {file}",
    ],
)
def test_options_that_make_no_sense_are_usage(cli, article, options):
    assert cli("review", *options.format(file=article).split()).code == 2
    assert article.read_bytes() == ARTICLE.encode()


def test_files_that_fail_are_told(cli, article, tmp_path):
    assert cli("review", "-t", tmp_path / "no.txt").code == 3
    assert cli("review", "--export", "csv", "-d", tmp_path / "no.jsonl", article).code == 3
    bad = tmp_path / "d.jsonl"
    bad.write_text("no\n")
    outcome = cli("review", "-t", "-d", bad, article)
    assert outcome.code == 3
    assert "no file of decisions" in outcome.err


@pytest.mark.parametrize("options", [("--host", "no such host"), ("-d", "no/such/folder/d.jsonl")])
def test_a_server_that_can_not_start_says_so_and_nothing_else(cli, article, decisions, options):
    outcome = cli("review", "--serve", article, "-d", decisions, *options)
    assert outcome.code == 3
    assert outcome.err.count("\n") == 1


@pytest.mark.parametrize(("port", "again"), [("0", "started again with  --port "), (None, "started again, it")])
def test_a_server_says_how_it_goes_on_at_the_same_addresses(cli, article, decisions, monkeypatch, port, again):
    from textmend.review.serve.server import ReviewServer

    def stopped(server: ReviewServer, poll_interval: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(ReviewServer, "serve_forever", stopped)
    monkeypatch.setattr(ReviewServer, "server_bind", lambda server: None)
    monkeypatch.setattr(ReviewServer, "server_activate", lambda server: None)
    outcome = cli("review", "--serve", article, "-d", decisions, *(("--port", port) if port else ()))
    assert outcome.code == 0
    assert f"Control-C stops the server; {again}" in outcome.err
    assert "2 gaps left: the same command goes on" in outcome.err


def test_setup_is_shown(cli):
    assert "<Labels" in cli("decisions", "setup", "label-studio").text
    assert cli("decisions", "setup", "brat").code == 2


@pytest.mark.skipif(os.name == "nt", reason="a terminal of POSIX")
@pytest.mark.parametrize(("term", "keys"), [("xterm", b"?ek\n\x1b[Aj2q"), ("dumb", b"?\ne k\nk\nj\n2\nq\n")])
def test_at_a_terminal_one_key_is_enough_and_on_a_dumb_one_a_line(tmp_path, decisions, term, keys):
    gap = {"schema": 1, "probability": 0.9, "lengths": [], "cues": [], "decision": None}
    fills = [
        {"text": text, "probability": 0.4, "origin": "model", "evidence": None, "introduces": []} for text in ("b", "c")
    ]
    gaps = [gap | {"start": at, "end": at + 1, "fills": fills} for at in (1, 5)]
    path = tmp_path / "s.jsonl"
    path.write_text(json.dumps({"id": "x", "text": "a . b .", "gaps": gaps}))
    command = [sys.executable, "-m", "textmend", "review", "-t", str(path), "-d", str(decisions), "--by", "ed"]
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=os.environ | {"TERM": term, "COLUMNS": "80"}
    ) as run:
        os.close(theirs)
        os.write(ours, keys)  # all at once: a fast typist loses nothing
        seen = b"".join(iter(lambda: _read(ours), b""))
        assert run.wait() == 0
    os.close(ours)
    assert [(one.start, one.text) for one in read_decisions("x", decisions.read_text())] == [(1, "k"), (5, "c")]
    assert (b"\x1b[" in seen) == (term == "xterm")


def _read(handle):
    try:
        return os.read(handle, 65536)
    except OSError:  # the other side was closed
        return b""


def _decisions_of(doc, tmp_path, name, *verdicts):
    path = tmp_path / f"{name}.jsonl"
    made = [
        record(doc, gap, *verdict, by=name, at=f"2026-01-31T12:0{number}:00Z")
        for number, (gap, verdict) in enumerate(zip(doc.gaps, verdicts, strict=False))
    ]
    path.write_text("".join(map(dump, made)))
    return path


@pytest.fixture
def people(tmp_path):
    """An article, and what two people decided about its two gaps."""
    gaps = tuple(Gap(start=at, end=at + 1, probability=0.9) for at in (1, 5))
    doc = ReviewDocument(id=str(tmp_path / "a.txt"), text="a . b .", gaps=gaps)
    (tmp_path / "a.txt").write_text(doc.text)
    ada = _decisions_of(doc, tmp_path, "Ada", ("fill", "cat"), ("not_a_gap",))
    ben = _decisions_of(doc, tmp_path, "Ben", ("fill", "dog"), ("not_a_gap",))
    return doc, ada, ben


def test_decisions_are_merged_shown_and_compared(cli, people, tmp_path):
    _, ada, ben = people
    joined = tmp_path / "all.jsonl"
    outcome = cli("decisions", "merge", ada, ben, ada, "-o", joined)
    assert "4 decisions" in outcome.err
    assert "people disagree about 1 gap" in outcome.err
    assert cli("decisions", "merge", joined, ben).text == joined.read_text()
    shown = cli("decisions", "show", joined).text
    assert "“cat” Ada · 2026-01-31T12:00:00Z" in re.sub(r" +", " ", shown)
    assert "2 gaps decided; people disagree about 1 of them" in shown
    alone = cli("decisions", "show", joined, "--by", "Ben").text
    assert "dog" in alone
    assert "cat" not in alone
    assert cli("decisions", "show", joined, "--document", "elsewhere").text == "no decisions\n"
    figures = tmp_path / "agree.json"
    agreed = cli("decisions", "agree", ada, ben, "--json", figures)
    assert "50.0" in agreed.text
    assert "1 gap to settle" in agreed.text
    (pair,) = json.loads(figures.read_text())["pairs"]
    assert (pair["gaps"], pair["same_verdict"], pair["same_answer"], pair["kappa_verdict"]) == (2, 2, 1, 1.0)
    applied = cli("apply", joined)
    assert (applied.text, applied.code) == ("a dog. b .", 0)
    assert "1 gap is decided differently by different people; the last decision counts" in applied.err


def test_what_was_taken_back_is_shown_when_asked_for(cli, people, tmp_path):
    doc, ada, _ = people
    ada.write_text(ada.read_text() + dump(record(doc, doc.gaps[0], "undo", by="Ada", at="2026-01-31T13:00:00Z")))
    assert "cat" not in cli("decisions", "show", ada).text
    everything = cli("decisions", "show", ada, "--all").text
    assert "cat" in everything
    assert "taken back" in everything
    assert cli("decisions", "agree", ada).text.startswith("no two people decided")


def test_a_page_of_a_page_and_its_address(cli, article, tmp_path):
    html = tmp_path / "page.html"
    html.write_text(
        "<p>They met officials from <a>Oslo</a> and Organised night raids against trawlers, and night raids at sea.</p>"
    )
    page = tmp_path / "review.html"
    outcome = cli("review", article, "--html", html, "--url", "https://news.example/1", "-o", page)
    assert outcome.code == 0
    assert "https://news.example/1" in page.read_text()
    assert '"more":[[' in page.read_text()


def test_a_folder_holds_the_pages_of_the_texts(cli, article, tmp_path, menders):
    other = tmp_path / "other.txt"
    other.write_text("All is well in the harbour, and the boats are all at sea.")
    pages = tmp_path / "pages"
    pages.mkdir()
    (pages / "other.html").write_text("<p>All is well in the old harbour, and the boats are all at sea.</p>")
    page = tmp_path / "review.html"
    assert cli("review", article, other, "--html-dir", pages, "-o", page).code == 0
    assert menders[0].pages == [None, (pages / "other.html").read_bytes()]
    assert "old harbour" in page.read_text()
    outcome = cli("review", article, "--html-dir", pages, "--html", pages / "other.html", "-o", page)
    assert outcome.code == 2


def test_a_page_that_a_line_names_goes_before_the_folder(cli, tmp_path, menders):
    lines = tmp_path / "articles.jsonl"
    rows = [{"id": "7", "text": ARTICLE, "page": "<p>its own"}, {"id": "8", "text": ARTICLE}]
    lines.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for name in "78":
        (tmp_path / f"{name}.html").write_text(f"<p>page {name}")
    cli("review", lines, "--html-field", "page", "--html-dir", tmp_path, "-o", tmp_path / "review.html")
    assert menders[0].pages == ["<p>its own", b"<p>page 8"]


def test_other_copies_are_looked_at(cli, article, tmp_path, menders):
    (tmp_path / "copy.txt").write_text("Another copy.")
    asked = ("--title", "Raids", "--reference", tmp_path / "copy.txt")
    assert cli("review", article, *asked, "-o", tmp_path / "review.html").code == 0
    (read,) = menders[0].articles
    assert (read.title, read.references) == ("Raids", ("Another copy.",))


@pytest.mark.parametrize("option", ["--title", "--url", "--html", "--reference"])
def test_what_belongs_to_one_document_goes_with_no_other_number(cli, article, tmp_path, option):
    lines = tmp_path / "articles.jsonl"
    lines.write_text("".join(json.dumps({"id": name, "text": "All is well."}) + "\n" for name in "ab"))
    outcome = cli("review", lines, option, article, "-o", tmp_path / "review.html")
    assert outcome.code == 2
    assert "tell of one document" in " ".join(outcome.err.replace("│", " ").split())


def test_lines_tell_their_pages_and_addresses(cli, tmp_path):
    line = {"id": "x", "text": "They met officials from  and left.", "gaps": [], "link": "https://news.example/2"}
    line["page"] = "<p>They met officials from Oslo and left.</p>"
    path = tmp_path / "s.jsonl"
    path.write_text(json.dumps(line))
    page = tmp_path / "review.html"
    fields = ("--url-field", "link", "--html-field", "page")
    assert cli("review", path, *fields, "-o", page).code == 0
    assert "https://news.example/2" in page.read_text()
    assert "They met officials from Oslo and left." in page.read_text()
    path.write_text(json.dumps(line | {"page": 7}))
    assert "'page' should be a string" in cli("review", path, *fields, "-o", page).err


@pytest.mark.parametrize("output", ["folder", "new/", "the input"])
@pytest.mark.parametrize("command", [["review"], ["decisions", "merge"], ["decisions", "import", "csv"]])
def test_output_is_a_file_that_is_no_input_as_in_every_command(cli, article, tmp_path, command, output):
    (tmp_path / "folder").mkdir()
    named = article if output == "the input" else f"{tmp_path}/{output}"
    before = article.read_bytes()
    outcome = cli(*command, article, "-o", named)
    assert outcome.code == 2
    assert "--output" in outcome.err
    assert article.read_bytes() == before
    assert not (tmp_path / "new").exists()
