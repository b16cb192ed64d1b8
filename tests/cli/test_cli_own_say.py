"""The user's own say on the command line: policies by name, regions, words, masks, the cache, and the next step."""

from __future__ import annotations

import pytest

from textmend import Mender


def test_a_policy_by_name(cli, menders, article):
    cli("mend", "--policy", "bold", article)
    assert menders[-1].policy.apply_at < 0.5
    cli("mend", "--policy", "bold", "--apply-at", "0.8", article)
    assert menders[-1].policy.apply_at == 0.8
    cli("mend", article)
    assert menders[-1].policy.apply_at == 0.95


def test_a_policy_that_is_none(cli, menders, article):
    outcome = cli("mend", "--policy", "reckless", article)
    assert outcome.code == 2
    assert "careful" in outcome.err


@pytest.mark.parametrize("command", [["find"], ["suggest"], ["mend"], ["review", "--export", "csv"]])
def test_regions_and_words_that_are_no_gaps(cli, menders, article, command):
    cli(*command, "--ignore", "code", "--ignore", "^#", "--known-word", "Brill", article)
    assert menders[-1].policy.ignore == ("code", "^#")
    assert menders[-1].policy.known_words == ("Brill",)


def test_a_region_that_is_none_is_wrong_usage(cli, menders, article):
    outcome = cli("find", "--ignore", "(", article)
    assert outcome.code == 2
    assert "regular expression" in outcome.err


def test_masks_reach_the_mender(cli, menders, article):
    cli("suggest", "--mask", "[MASK]", "--mask", "___", article)
    assert menders[-1].about["masks"] == ("[MASK]", "___")


def test_mend_says_what_is_next(cli, menders, article):
    outcome = cli("mend", article)
    last = outcome.err.strip().splitlines()[-1]
    assert "left: textmend review -o review.html" in last
    assert str(article) in last
    assert "textmend review" not in cli("mend", "--quiet", article).err


def test_nothing_is_next_where_nothing_is_left(cli, menders, tmp_path):
    path = tmp_path / "whole.txt"
    path.write_text("It was cold.")
    assert "textmend review" not in cli("mend", path).err


class TestCache:
    """Where suggestions are kept; the commands' cache of the tests is a folder of their own."""

    @pytest.mark.parametrize("command", [["suggest"], ["mend"], ["review", "--export", "csv"]])
    def test_the_users_cache_unless_another_is_named_or_none(
        self, cli, menders, article, tmp_path, monkeypatch, command
    ):
        monkeypatch.setenv("TEXTMEND_CACHE", str(tmp_path / "own"))
        assert cli(*command, article).code == 0
        assert menders[-1].cache.folder == tmp_path / "own"
        assert cli(*command, "--cache", tmp_path / "other", article).code == 0
        assert menders[-1].cache.folder == tmp_path / "other"
        assert cli(*command, "--no-cache", article).code == 0
        assert menders[-1].cache is None

    def test_it_is_opened_once(self, cli, menders, article, monkeypatch):
        from textmend.cache import Cache

        opened = []
        make = Cache.__init__
        monkeypatch.setattr(Cache, "__init__", lambda self, *given: (opened.append(given), make(self, *given))[1])
        cli("mend", article)
        Mender(cache=menders[-1].cache)
        assert len(opened) == 1

    def test_a_named_folder_that_cannot_be_used_is_an_error_the_users_is_passed_over(
        self, cli, menders, article, tmp_path, monkeypatch
    ):
        (tmp_path / "file").write_text("x")
        outcome = cli("mend", "--cache", tmp_path / "file", article)
        assert outcome.code == 3
        assert "can't be used as a cache" in outcome.err
        monkeypatch.setenv("TEXTMEND_CACHE", str(tmp_path / "file"))
        assert cli("mend", article).code == 0
        assert menders[-1].cache is None


class TestNextStep:
    """Every run that leaves something to do names the command that goes on."""

    def test_of_find(self, cli, article):
        assert cli("find", article).err.endswith(f"textmend suggest {article}\n")
        for option in ("--quiet", "--json", "--sarif"):
            assert "textmend suggest" not in cli("find", option, article).err

    def test_of_suggest(self, cli, article):
        assert f"2 gaps to decide on: textmend review -o review.html {article}\n" in cli("suggest", article).err
        assert cli("suggest", "--json", article).err == ""

    def test_of_suggestions_that_were_written(self, cli, article, tmp_path):
        told = cli("suggest", "--json", "-o", tmp_path / "s.jsonl", article).err
        assert told == f"2 gaps to decide on: textmend review -o review.html {tmp_path / 's.jsonl'}\n"

    def test_it_knows_what_this_run_knew(self, cli, article, tmp_path):
        page = tmp_path / "its page.html"
        page.write_text("<p>A page.</p>")
        for command in (["find"], ["suggest"], ["mend"]):
            assert cli(*command, "--html", page, article).err.endswith(f" --html '{page}' {article}\n")
        told = cli("suggest", "--title", "Trawlers", "--reference", page, article).err
        assert told.endswith(f"textmend review -o review.html --title Trawlers --reference '{page}' {article}\n")
        told = cli("mend", "--html-dir", tmp_path, article).err
        assert told.endswith(f"textmend review -o review.html --html-dir {tmp_path} {article}\n")

    def test_of_mend_where_all_is_mended(self, cli, article):
        told = cli("mend", "--apply-at", "0.01", "--allow-names", article).err
        assert told.endswith("\n2 mended, nothing left to decide\n")

    def test_of_a_page_and_of_tasks_for_another_tool(self, cli, article, tmp_path):
        told = cli("review", "-o", tmp_path / "page.html", article).err
        assert told.endswith("then: textmend apply DECISIONS\n")
        told = cli("review", "--export", "csv", "-o", tmp_path / "tasks.csv", article).err
        assert told.endswith("then: textmend apply --from csv ANSWERS\n")

    def test_it_names_what_was_given_not_every_file_of_a_folder(self, cli, article):
        for number in range(4):
            (article.parent / f"{number}.txt").write_bytes(article.read_bytes())
        for command in (["find"], ["suggest"], ["mend", "--diff"]):
            assert cli(*command, article.parent).err.endswith(f" {article.parent}\n")

    def test_there_is_none_without_gaps(self, cli, tmp_path):
        (tmp_path / "whole.txt").write_text("All is well.")
        for command in ("find", "suggest", "mend"):
            assert "textmend" not in cli(command, tmp_path / "whole.txt").err.replace(str(tmp_path), "")
