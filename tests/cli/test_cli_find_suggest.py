"""What ``find`` and ``suggest`` show."""

from __future__ import annotations

import json

import pytest
from fake_mender import ARTICLE

from textmend.cli.terminal.article import Places
from textmend.cli.terminal.screen import bar, show
from textmend.records import Gap
from textmend.report.numbers import per_cent


def test_find_shows_gaps_in_place_and_in_a_list(cli, article):
    outcome = cli("find", "--show", article)
    assert outcome.code == 0
    assert "Organised night ▢1 against trawlers" in outcome.text
    assert "Icelandic ▢2, among them" in outcome.text
    start = ARTICLE.index("  against")
    assert f"3:16      {start}" in outcome.text
    assert "99%" in outcome.text
    assert "Two spaces stand between words" in outcome.text


def test_find_json_is_one_object_a_file(cli, article):
    outcome = cli("find", "--json", article, article)
    first, second = map(json.loads, outcome.text.splitlines())
    assert first == second
    assert (first["schema"], first["file"]) == (1, str(article))
    gap = Gap.from_dict(first["gaps"][0])
    assert ARTICLE[gap.start : gap.end] == "  "


def test_fail_if_gaps(cli, article, tmp_path):
    clean = tmp_path / "clean.txt"
    clean.write_text("All is well.")
    assert cli("find", "--fail-if-gaps", article).code == 1
    assert cli("find", "--fail-if-gaps", clean).code == 0
    assert cli("find", article).code == 0
    assert cli("find", "--fail-if-gaps", article, tmp_path / "none").code == 3


def test_an_article_without_gaps_says_so(cli):
    assert "standard input · no gaps" in cli("find", "--show", stdin=b"All is well.").text
    outcome = cli("find", stdin=b"All is well.")
    assert (outcome.text, outcome.err) == ("", "standard input: no gaps in 3 words\n")


def test_at_reaches_the_policy(cli, article, menders):
    cli("find", "--at", "0.7", article)
    assert menders[0].policy.find_at == 0.7


def test_suggest_shows_fills_with_origin_echo_and_what_is_new(cli, article):
    text = cli("suggest", article).text
    assert "line 3, column 16" in text
    assert "double space" in text
    assert "1 raids 97% ███████▊ 96% echo, line 3: “night raids at sea”" in " ".join(text.split())
    assert "Hallsson" in text
    assert "model; new: Hallsson" in text
    assert "<1%" in text


def test_top_cuts_fills_also_in_json(cli, article):
    assert "attacks" not in cli("suggest", "--top", "1", article).text
    record = json.loads(cli("suggest", "--top", "1", "--json", article).out)
    assert [len(gap["fills"]) for gap in record["gaps"]] == [1, 1]


def test_title_goes_with_one_file(cli, article, menders):
    assert cli("suggest", "--title", "Night raids", article).code == 0
    assert menders[0].titles == ["Night raids"]
    assert cli("suggest", "--title", "Night raids", article, article).code == 2


EVIL = "Red \x1b[31m [bold]raids[/bold] [/nope] \u202e \x9b2J :smile: Icelandic , \x07\u2028 end"


@pytest.mark.parametrize("command", [("find",), ("find", "--show"), ("suggest",), ("mend", "--show")])
def test_no_control_character_or_markup_of_the_article_gets_through(cli, command):
    text = cli(*command, stdin=EVIL.encode()).text
    assert not {"\x1b", "\u202e", "\x9b", "\x07", "\u2028"} & set(text)
    assert "[/nope] \\u202e \\x9b2J :smile:" in " ".join(text.split())
    if command != ("find",):  # which shows a few words only
        assert "\\x1b[31m [bold]raids[/bold]" in " ".join(text.split())


@pytest.mark.parametrize("command", [("suggest",), ("mend",)])
def test_json_is_safe_on_a_terminal_and_exact(cli, command):
    out = cli(*command, "--json", stdin=EVIL.encode() + "é".encode()).text
    assert not {"\x1b", "\u202e", "\x9b", "\x07", "\u2028"} & set(out)
    record = json.loads(out)
    assert record.get("original", EVIL + "é") == EVIL + "é"


def test_colour_comes_with_force_color_and_goes_with_no_color(cli, article, monkeypatch):
    assert "\x1b" not in cli("find", article).text
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    assert "\x1b[1;35m▢1" in cli("find", article).text
    assert "\x1b[1;35m" not in cli("find", "--no-color", article).text


@pytest.mark.parametrize("width", ["24", "80", "120"])
def test_lines_keep_to_the_width(cli, article, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", width)
    assert max(map(len, cli("suggest", article).text.splitlines())) <= min(int(width), 100)


def test_places_count_every_kind_of_line_end():
    places = Places("a\r\nb\rc\nd")
    assert [places.of(offset) for offset in (0, 3, 5, 7)] == [(1, 1), (2, 1), (3, 1), (4, 1)]


def test_what_is_not_certain_is_not_called_so():
    assert [per_cent(p) for p in (0.0, 0.001, 0.5, 0.999, 1.0)] == ["0%", "<1%", "50%", ">99%", "100%"]
    assert [bar(p, 4, plain=False) for p in (0.0, 0.5, 1.0)] == ["", "██", "████"]
    assert bar(0.5, 4, plain=True) == "##"


def test_joiners_of_words_and_emoji_stay():
    assert show("👩\u200d🚀 می\u200cخواهم\ttab").plain == "👩\u200d🚀 می\u200cخواهم\ttab"


@pytest.mark.parametrize("command", ["find", "suggest", "mend"])
def test_fast_does_without_the_second_look(cli, article, menders, command):
    cli(command, article)
    cli(command, "--fast", article)
    assert [mender.fast for mender in menders] == [False, True]


def test_suggest_names_its_three_probabilities(cli, article):
    words = " ".join(cli("suggest", article).text.split())
    assert "gap 99%" in words
    assert "fill joint 1 raids 97%" in words
