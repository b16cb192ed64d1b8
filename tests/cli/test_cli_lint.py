"""``find`` as a linter: folders and patterns, lines, rates, exit codes, SARIF."""

from __future__ import annotations

import json
import re

import pytest
from fake_mender import ARTICLE

from textmend.files import write_text

LINE = re.compile(r"(?P<file>.*?):(?P<line>\d+):(?P<column>\d+): +(?P<sure>[<>]?\d+%) (?P<around>.*)")


@pytest.fixture
def tree(tmp_path):
    """A folder of articles, with files that are none of its texts."""
    root = tmp_path / "articles"
    for name in ("b.txt", "a.md", "deep/er/c.text", ".git/hidden.txt", "page.html"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(ARTICLE.encode())
    (root / "whole.txt").write_text("All is well.")
    return root


def test_a_line_says_where_how_sure_and_what_stands_around(cli, article):
    outcome = cli("find", article)
    first, second = (LINE.fullmatch(line) for line in outcome.text.splitlines())
    assert (first["file"], first["line"], first["column"], first["sure"]) == (str(article), "3", "16", "99%")
    assert first["around"] == "Organised night ▢1 against trawlers, and night raids… [double space]"
    assert (second["line"], second["around"]) == (
        "4",
        "A panel on Icelandic ▢2, among them. [space before punctuation]",
    )
    counted, following = outcome.err.splitlines()
    assert counted == f"{article}: 2 gaps in 22 words, 90.91 in 1,000"
    assert following == f"to see what may have stood there: textmend suggest {article}"


def test_long_paragraphs_are_cut_to_a_few_words(cli):
    outcome = cli("find", stdin=b"before " * 80 + b"Icelandic , " + b"after " * 80)
    (line,) = outcome.text.splitlines()
    assert "Icelandic ▢1, after" in line
    assert len(line) < 140


def test_folders_hold_texts_by_name_and_hidden_ones_are_passed_over(cli, tree):
    outcome = cli("find", tree)
    files = list(dict.fromkeys(LINE.fullmatch(line)["file"] for line in outcome.text.splitlines()))
    assert files == [str(tree / name) for name in ("a.md", "b.txt", "deep/er/c.text")]
    assert outcome.err.splitlines()[-2] == "6 gaps in 69 words, 86.96 in 1,000; 3 of 4 files with gaps"
    assert "whole.txt" not in outcome.err


def test_of_folders_compressed_texts_are_read_too(cli, tmp_path):
    for name in ("a.txt.gz", "b.md.bz2", "c.txt"):
        write_text(tmp_path / name, ARTICLE.encode())
    read = {json.loads(line)["file"] for line in cli("find", "--json", tmp_path).out.splitlines()}
    assert read == {str(tmp_path / name) for name in ("a.txt.gz", "b.md.bz2", "c.txt")}
    outcome = cli("find", "--include", "*.txt", "--json", tmp_path)  # a pattern means what it says
    assert json.loads(outcome.out)["file"] == str(tmp_path / "c.txt")


def test_include_names_other_files(cli, tree):
    outcome = cli("find", "--include", "*.html", "--include", "c.*", "--json", tree)
    assert [json.loads(line)["file"] for line in outcome.text.splitlines()] == [
        str(tree / "page.html"),
        str(tree / "deep/er/c.text"),
    ]


def test_patterns_that_the_shell_left_are_spelt_out(cli, tree):
    assert cli("find", f"{tree}/**/c.*").text.count(":4:") == 1
    outcome = cli("find", f"{tree}/*.rst")
    assert outcome.code == 3
    assert "nothing matches" in outcome.err


def test_a_file_with_magic_in_its_name_is_itself(cli, tmp_path):
    path = tmp_path / "a[1].txt"
    path.write_text(ARTICLE)
    assert cli("find", path).text.startswith(f"{path}:")


def test_a_folder_without_texts_is_an_error(cli, tmp_path):
    outcome = cli("find", tmp_path)
    assert outcome.code == 3
    assert "--include" in outcome.err


def test_show_brings_the_article_back(cli, article):
    text = cli("find", "--show", article).text
    assert "They met officials from Oslo and" in text
    assert "Two spaces stand between words" in text


@pytest.mark.parametrize(
    ("rate", "code"), [("90/1000", 1), ("91/1000", 0), ("91", 0), ("90", 1), ("1/11", 0), (".9/10", 1), ("0", 1)]
)
def test_max_rate_is_that_of_all_files_together(cli, article, rate, code):
    outcome = cli("find", "--max-rate", rate, article)
    assert outcome.code == code
    assert (f"more than --max-rate {rate}" in outcome.err) == bool(code)


def test_max_rate_passes_where_nothing_is_missing_and_nothing_is_there(cli):
    assert cli("find", "--max-rate", "0", stdin=b"All is well.").code == 0
    assert cli("find", "--max-rate", "0", stdin=b"").code == 0


@pytest.mark.parametrize("rate", ["x", "1/0", "-1", "1/", "1/2/3", "nan"])
def test_a_rate_that_makes_no_sense_is_usage(cli, article, rate):
    assert cli("find", f"--max-rate={rate}", article).code == 2


def test_quiet_says_only_the_lines(cli, tree):
    outcome = cli("find", "-q", tree)
    assert outcome.err == ""
    assert len(outcome.text.splitlines()) == 6


def test_sarif_places_gaps_by_line_column_and_offset(cli, article):
    log = json.loads(cli("find", "--sarif", article).out)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["invocations"][0]["executionSuccessful"] is True
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["lost-words"]
    first, _ = run["results"]
    start = ARTICLE.index("  against")
    assert first["locations"][0]["physicalLocation"]["region"] == {
        "startLine": 3, "startColumn": 16, "endLine": 3, "endColumn": 18, "charOffset": start, "charLength": 2
    }  # fmt: skip
    assert first["rank"] == 99.0
    assert "Organised night ▢ against trawlers" in first["message"]["text"]


def test_sarif_tells_a_gap_by_the_words_around_it_wherever_it_stands(cli, tmp_path):
    path = tmp_path / "a.txt"

    def prints(text):
        path.write_text(text)
        (run,) = json.loads(cli("find", "--sarif", path).out)["runs"]
        return [result["partialFingerprints"]["wordsAround/v1"] for result in run["results"]]

    line = "A panel on Icelandic , among them.\n"
    assert prints(line) == prints("A new line.\n\n" + line)[-1:]
    twice = prints(line * 2)
    assert len(set(twice)) == 2


def test_sarif_names_relative_paths_as_they_are_and_what_failed(cli, tree, monkeypatch):
    monkeypatch.chdir(tree)
    (tree / "é b.txt").write_bytes(ARTICLE.encode())
    outcome = cli("find", "--sarif", "é b.txt", "none.txt")
    assert outcome.code == 3
    (run,) = json.loads(outcome.out)["runs"]
    assert {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in run["results"]} == {
        "%C3%A9%20b.txt"
    }
    assert run["invocations"][0]["executionSuccessful"] is False
    assert "none.txt" in run["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]


@pytest.mark.parametrize("command", ["find", "suggest"])
def test_output_goes_to_a_file_whose_folders_are_made(cli, article, tmp_path, command):
    target = tmp_path / "new" / "er" / "out.jsonl"
    outcome = cli(command, "--json", article, "-o", target)
    assert (outcome.code, outcome.out) == (0, b"")
    assert target.read_bytes() == cli(command, "--json", article).out
    assert [file.name for file in target.parent.iterdir()] == ["out.jsonl"]


@pytest.mark.parametrize("command", ["find", "suggest"])
@pytest.mark.parametrize("target", ["article.txt", "folder/", "."])
def test_output_is_no_input_and_no_folder(cli, article, monkeypatch, command, target):
    monkeypatch.chdir(article.parent)
    assert cli(command, article, "-o", target).code == 2
    assert article.read_bytes() == ARTICLE.encode()


def test_a_file_is_written_also_where_gaps_make_the_run_fail(cli, article, tmp_path):
    outcome = cli("find", "--fail-if-gaps", article, "-o", tmp_path / "out.txt")
    assert outcome.code == 1
    assert "Icelandic" in (tmp_path / "out.txt").read_text()


@pytest.mark.parametrize("flags", [("--json", "--sarif"), ("--show", "--json")])
def test_forms_exclude_each_other(cli, article, flags):
    assert cli("find", *flags, article).code == 2


def test_the_pre_commit_hook_runs_a_command_that_is_there(cli):
    from pathlib import Path

    manifest = (Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text()
    entry = re.search(r"entry: textmend (.*)", manifest)
    assert entry
    assert cli(*entry[1].split(), stdin=b"All is well.").code == 0
    assert cli(*entry[1].split(), stdin=ARTICLE.encode()).code == 1
