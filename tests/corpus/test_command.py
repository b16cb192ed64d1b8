"""``textmend clean`` as people run it."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3

import pytest
from corpus_fakes import article, fake
from typer.testing import CliRunner

from textmend.cli import clean as command
from textmend.cli.main import app
from textmend.edits.mended import Mended
from textmend.policy import Policy
from textmend.records import Fill, Gap


@pytest.fixture
def cli(monkeypatch):
    monkeypatch.setattr(command, "make_spec", lambda detector, filler, policy, **_: fake(unsure=policy.unsure))
    monkeypatch.setenv("COLUMNS", "100")

    def invoke(*arguments):
        result = CliRunner().invoke(app, ["clean", *map(str, arguments)])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return invoke


def test_it_reports_and_says_with_its_code_that_documents_were_rejected(cli, corpus, tmp_path):
    pytest.importorskip("jinja2")
    page, figures = tmp_path / "report.html", tmp_path / "f.json"
    result = cli(
        corpus, "-o", tmp_path / "out.jsonl", "-w", 1, "--source-field", "url", "--report", page, "--json", figures
    )
    assert result.exit_code == 5
    assert "5 documents rejected" in result.stderr
    assert "site0.example" in result.stderr
    shown = " ".join(result.stderr.split())
    assert "They organised night ⟨raids⟩ against trawlers." in shown
    assert "gap 99%, fill 97%, joint 96%" in shown
    assert "A panel on Icelandic ▢, among them." in shown
    assert "best guess “fishermen”: gap 99%, fill 40%, joint 40%" in shown
    html = page.read_text()
    assert html.count('<div class="bars') == 4
    assert "site1.example" in html
    assert not re.search(r"""(src|href)=|@import|url\(""", html)
    data = json.loads(figures.read_text())
    assert data["documents"] == 296
    assert sum(data["rejects"].values()) == 5
    assert sum(data["decisions"].values()) == sum(source["gaps"] for source in data["sources"].values())


def test_a_report_shows_what_was_put_in_and_a_guess_only_as_one(cli, tmp_path):
    pytest.importorskip("jinja2")
    text = "First.\n\nThey organised night  against trawlers.\r\n\r\nA panel on Icelandic , among them."
    (tmp_path / "in.jsonl").write_text(json.dumps({"text": text}) + "\n")
    page = tmp_path / "new" / "report.html"
    result = cli(tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl", "-w", 1, "--report", page)
    assert "1 document, 13 words; 1 with gaps, 1 changed" in result.stderr
    html = page.read_text()
    assert "They organised night <mark>raids</mark> against trawlers." in html
    assert "A panel on Icelandic <mark>▢</mark>, among them." in html
    assert "best guess “fishermen”: gap 99%, fill 40%, joint 40%" in html
    assert "¶" not in html
    assert "in.jsonl: 2 gaps in 13 words" in html
    assert re.search(r'<li><span class="bar s0"\s*(/>|></span>)<span>mended<', html)  # the legend is of the bars' make


def test_all_went_well(cli, tmp_path):
    (tmp_path / "in.jsonl").write_text(json.dumps({"text": article(15)}) + "\n")
    result = cli(tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl", "-w", 1, "-q", "--unsure", "drop-document")
    assert (result.exit_code, result.stderr, (tmp_path / "out.jsonl").read_bytes()) == (0, "", b"")
    again = cli(tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl", "--unsure", "drop-document", "--resume")
    assert again.exit_code == 0
    assert "nothing to resume" in again.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["in.jsonl"], 2, "-o OUT"),
        (["in.jsonl", "-o", "in.jsonl"], 3, "never overwritten"),
        (["in.jsonl", "-o", "o.jsonl", "--report", "in.jsonl"], 3, "never overwritten"),
        (["gone.jsonl", "-o", "o.jsonl"], 3, "no such file"),
        (["in.jsonl", "-o", "o.jsonl", "--sample", "0"], 2, "sample"),
        (["in.jsonl", "-o", "o.jsonl", "--resume", "--force"], 2, "not both"),
    ],
)
def test_what_is_wrong_is_told(cli, tmp_path, monkeypatch, arguments, code, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.jsonl").write_text('{"text": "a"}\n')
    result = cli(*arguments)
    assert result.exit_code == code
    assert message in " ".join(result.stderr.split())
    assert (tmp_path / "in.jsonl").read_text() == '{"text": "a"}\n'


def test_the_embedded_models_clean_as_they_mend(tmp_path):
    from textmend.corpus.menders import embedded
    from textmend.corpus.run import clean
    from textmend.mender import Mender

    texts = ["A panel investigating Icelandic , among them the fleet owner .", "The otters of Tromsø held a vote."]
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    policy = Policy(unsure="mark")
    clean([source], tmp_path / "out.jsonl", mender=embedded("en", "en", policy), workers=1)
    mended: list[Mended] = list(Mender(policy=policy, threads=1).mend(iter(texts)))
    written = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [record["text"] for record in written] == [one.text for one in mended]
    assert [len(record.get("textmend", {}).get("edits", ())) for record in written] == [
        len(one.edits) for one in mended
    ]


def test_workers_take_from_the_cache_what_was_suggested_before(tmp_path, embedded):
    embedded()  # skips where the models are missing
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"text": "He said that the talks with , including the fleet, would end."}) + "\n")
    arguments = ["clean", str(source), "-w", "1", "-q", "--cache", str(tmp_path / "cache")]
    first = CliRunner().invoke(app, [*arguments, "-o", str(tmp_path / "first.jsonl")])
    assert first.exit_code == 0, first.output
    (gap,) = json.loads((tmp_path / "first.jsonl").read_text())["textmend"]["gaps"]
    kept = Gap.from_dict(gap).with_fills((Fill(text="walruses", probability=1.0, origin="model"),))
    with contextlib.closing(sqlite3.connect(next((tmp_path / "cache").glob("*.sqlite")))) as database:
        database.execute("UPDATE suggestions SET gaps = ?", (json.dumps([kept.to_dict()]),))
        database.commit()
    again = CliRunner().invoke(app, [*arguments, "--policy", "bold", "-o", str(tmp_path / "second.jsonl")])
    assert again.exit_code == 0, again.output
    assert "the talks with walruses, including" in json.loads((tmp_path / "second.jsonl").read_text())["text"]


def test_a_cache_that_cannot_be_used_is_an_error_before_the_work(tmp_path):
    (tmp_path / "in.jsonl").write_text("{}\n")
    (tmp_path / "file").write_text("x")
    arguments = ["clean", tmp_path / "in.jsonl", "-o", tmp_path / "out.jsonl", "--cache", tmp_path / "file"]
    result = CliRunner().invoke(app, [*map(str, arguments)])
    assert result.exit_code == 3
    assert "can't be used as a cache" in " ".join(result.stderr.split())
    assert not (tmp_path / "out.jsonl").exists()


def test_the_page_of_an_article_gives_the_true_words_back(tmp_path, embedded):
    embedded()  # skips where the models are missing
    whole = "She wrote to the keeper of the harbour, and he answered in May."
    page = f"<html><body><article><p>{whole.replace('keeper', '<a href=/k>keeper</a>')}</p></article></body></html>"
    rows = [
        {"body": whole.replace("keeper ", ""), "page": page},
        {"body": whole, "page": None},
        {"body": whole, "page": 5},
    ]
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    arguments = [source, "-o", tmp_path / "out.jsonl", "-w", 1, "-q", "--text-field", "body", "--html-field", "page"]
    result = CliRunner().invoke(app, ["clean", *map(str, arguments)])
    assert result.exit_code == 5, result.output
    first, second = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert (first["body"], second) == (whole, rows[1])
    (edit,) = first["textmend"]["edits"]
    assert edit["gap"]["fills"][0]["origin"] == "source"
    (reject,) = [json.loads(line) for line in (tmp_path / "out.jsonl.rejects.jsonl").read_text().splitlines()]
    assert (reject["record"], reject["kind"]) == (3, "not_a_string")


def test_progress_counts_gaps_that_are_done_of_gaps_found(tmp_path, embedded):
    from textmend.corpus.menders import embedded as spec
    from textmend.corpus.run import clean

    embedded()  # skips where the models are missing
    text = "They met officials from  and left, a panel on Icelandic , among them the owner of the  , said."
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps({"text": f"{text} {number}"}) + "\n" for number in range(4)))
    told: list[tuple[int, int]] = []
    outcome = clean(
        [source],
        tmp_path / "out.jsonl",
        mender=spec("en", "en", Policy(find_at=0.2)),
        workers=1,
        progress=lambda now: told.append((now.filled, now.found)),
    )
    found = outcome.statistics.found
    assert found > 0
    assert told[-1] == (found, found)
    assert (0, found) in told  # before anything is filled
    assert all(done <= all_ for done, all_ in told)
    assert [done for done, _ in told] == sorted(done for done, _ in told)
