"""Keeping text apart: what is held out, and what stands in a benchmark."""

import bz2
import gzip
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from textmend.cli.main import app
from textmend.damage.articles import read_articles
from textmend.errors import FileError
from textmend.train.split import is_held_out, shingles_of, split_file

STORY = "The harbour was closed on Monday after a crane fell on two empty containers near the northern gate. "
OTHER = "Bakers in the old town say that flour has never cost as much as it does this autumn, and prices follow. "


def write(file, texts):
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    return file


@given(st.text(max_size=40), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_holds_out_what_a_smaller_one_does(text, one, other):
    small, large = sorted((one, other))
    assert not is_held_out(text, small) or is_held_out(text, large)
    assert not is_held_out(text, 0.0)
    assert is_held_out(text, 1.0)


def test_every_article_goes_to_one_side_as_it_was(tmp_path):
    texts = [f"{OTHER}{number}" for number in range(400)]
    file = write(tmp_path / "all.jsonl", texts)
    split = split_file(file, tmp_path / "train.jsonl.gz", tmp_path / "held.jsonl.bz2", against=frozenset(), share=0.25)
    train = [article.text for article in read_articles(tmp_path / "train.jsonl.gz")]
    held = [article.text for article in read_articles(tmp_path / "held.jsonl.bz2")]
    assert sorted(train + held) == sorted(texts)
    assert held == [text for text in texts if is_held_out(text, 0.25)]
    assert (split.kept, split.held_out) == (len(train), len(held))
    assert 60 < len(held) < 140


@pytest.mark.parametrize(
    ("text", "near"),
    [
        (STORY, True),
        (STORY.upper().replace(" ", "  "), True),
        (STORY + OTHER, True),
        ("Yesterday: " + STORY.replace("Monday", "Tuesday"), True),
        (OTHER, False),
        ("The harbour was closed. " + OTHER, False),
        ("Short.", False),
        ("", False),
    ],
)
def test_near_duplicates_of_a_benchmark_are_left_out(tmp_path, text, near):
    file = write(tmp_path / "all.jsonl", [text])
    split = split_file(file, tmp_path / "a", tmp_path / "b", against=shingles_of([STORY]), share=0.0)
    assert (split.near_duplicates, split.kept) == ((1, 0) if near else (0, 1))


def test_the_command_reads_benchmarks_and_names_what_is_wrong(tmp_path):
    news = write(tmp_path / "news.jsonl", [STORY, OTHER])
    bench = tmp_path / "bench.jsonl"
    bench.write_text(json.dumps({"text": STORY.replace("a crane fell on", ""), "original": STORY}) + "\n")
    run = CliRunner().invoke(
        app, ["train", "split", str(news), "--against", str(bench), "--out", str(tmp_path / "out")]
    )
    assert run.exit_code == 0, run.output
    files = (tmp_path / "out" / "train" / "news.jsonl", tmp_path / "out" / "held-out" / "news.jsonl")
    assert [article.text for file in files for article in read_articles(file)] == [OTHER]
    news.write_text(news.read_text() + "{}\n")
    with pytest.raises(FileError, match=r"news\.jsonl:3"):
        split_file(news, tmp_path / "a", tmp_path / "b", against=frozenset())
    assert {file.name for file in tmp_path.iterdir()} == {"news.jsonl", "bench.jsonl", "out"}


def broken(data):
    """Return the bytes with some changed in their midst."""
    middle = len(data) // 2
    return data[:middle] + bytes(byte ^ 0xFF for byte in data[middle : middle + 20]) + data[middle + 20 :]


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("cut.jsonl.gz", lambda data: gzip.compress(data)[:-20]),
        ("broken.jsonl.gz", lambda data: broken(gzip.compress(data))),
        ("no.jsonl.gz", lambda data: data),
        ("cut.jsonl.bz2", lambda data: bz2.compress(data)[:-20]),
        ("broken.jsonl.bz2", lambda data: broken(bz2.compress(data))),
        ("latin.jsonl", lambda data: data + b'{"text": "caf\xe9"}\n'),
    ],
)
def test_a_file_that_can_not_be_read_to_its_end_is_named(tmp_path, name, spoil):
    texts = [f"{OTHER}{number * 7919 % 997}" for number in range(3000)]
    file = tmp_path / name
    file.write_bytes(spoil(write(tmp_path / "whole", texts).read_bytes()))
    with pytest.raises(FileError, match=rf"{re.escape(name)}:"):
        list(read_articles(file))
    with pytest.raises(FileError, match=rf"{re.escape(name)}:"):
        split_file(file, tmp_path / "train.jsonl", tmp_path / "held.jsonl", against=frozenset())
    assert {path.name for path in tmp_path.iterdir()} == {"whole", name}
