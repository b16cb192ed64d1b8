"""The user's own say on the command line: policies by name, regions, words, masks, the cache, and the next step."""

from __future__ import annotations

import pytest


def test_a_policy_by_name(cli, menders, article):
    cli("mend", "--policy", "bold", article)
    assert menders[-1].policy.apply_at < 0.5
    cli("mend", "--policy", "bold", "--apply-at", "0.8", article)
    assert menders[-1].policy.apply_at == 0.8
    cli("mend", article)
    assert menders[-1].policy.apply_at == 0.9


def test_a_policy_that_is_none(cli, menders, article):
    outcome = cli("mend", "--policy", "reckless", article)
    assert outcome.code == 2
    assert "careful" in outcome.err


@pytest.mark.parametrize("command", ["find", "suggest", "mend"])
def test_regions_and_words_that_are_no_gaps(cli, menders, article, command):
    cli(command, "--ignore", "code", "--ignore", "^#", "--known-word", "Brill", article)
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
