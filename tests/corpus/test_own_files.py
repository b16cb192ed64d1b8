"""A run touches no files but its own: neither what a user called alike, nor one of its outputs with another."""

from __future__ import annotations

import os

import pytest
from corpus_fakes import article
from test_run import records, run, write_lines

from textmend.corpus.options import Options
from textmend.errors import FileError, TextmendError


@pytest.fixture
def source(tmp_path):
    return write_lines(tmp_path / "in.jsonl", {"text": article(15)}, {"body": "x"})


@pytest.mark.parametrize("more", [{"resume": True}, {"force": True}])
@pytest.mark.parametrize("name", ["documents", "file", "state.json.new", "rejects.jsonl"])
def test_a_users_folder_of_this_name_stays_whatever_is_in_it(source, tmp_path, name, more):
    mine = tmp_path / "out.jsonl.part" / name
    mine.parent.mkdir()
    mine.write_text("years of work")
    with pytest.raises(FileError, match="files of others"):
        run(source, tmp_path / "out.jsonl", **more)
    assert mine.read_text() == "years of work"


def test_a_users_folder_stays_where_the_output_is_done(source, tmp_path):
    run(source, tmp_path / "out.jsonl")
    mine = tmp_path / "out.jsonl.part" / "documents"
    mine.parent.mkdir()
    mine.write_text("years of work")
    assert run(source, tmp_path / "out.jsonl", resume=True).statistics is None
    assert mine.read_text() == "years of work"


def test_a_link_to_a_users_folder_is_told(source, tmp_path):
    (tmp_path / "home").mkdir()
    (tmp_path / "out.jsonl.part").symlink_to(tmp_path / "home")
    with pytest.raises(FileError, match="is a link"):
        run(source, tmp_path / "out.jsonl", resume=True)
    assert not list((tmp_path / "home").iterdir())


@pytest.mark.parametrize("name", ["out.jsonl.done.json", "out.jsonl.review.jsonl"])
def test_a_users_file_beside_the_output_stays(source, tmp_path, name):
    (tmp_path / name).write_text("my notes")
    for more in ({}, {"resume": True}):
        with pytest.raises(FileError, match=r"is none|exists already"):
            run(source, tmp_path / "out.jsonl", options=Options(review_sample=2), **more)
    assert (tmp_path / name).read_text() == "my notes"


@pytest.mark.parametrize(
    ("output", "beside"),
    [
        ("out.jsonl", {"rejects": "out.jsonl"}),
        ("out.jsonl", {"rejects": "same", "review": "same"}),
        ("out.jsonl", {"reports": ["out.jsonl"]}),
        ("out.jsonl", {"reports": ["same", "same"]}),
        ("out.jsonl", {"reports": ["out.jsonl.done.json"]}),
        ("out.jsonl", {"reports": ["out.jsonl.rejects.jsonl"]}),
        ("out.jsonl", {"reports": ["in.jsonl"]}),
        ("out.jsonl", {"rejects": "out.jsonl.part/rejects.jsonl"}),
        ("out", {"rejects": "out/in.jsonl"}),
        ("out", {"reports": ["out/.textmend.part"]}),
    ],
)
def test_no_two_files_of_a_run_are_one(source, tmp_path, output, beside):
    before = source.read_bytes()
    named = {
        role: [tmp_path / name for name in names] if role == "reports" else tmp_path / names
        for role, names in beside.items()
    }
    with pytest.raises(FileError):
        run(source, tmp_path / output, options=Options(review_sample=2), force=True, **named)
    assert source.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.jsonl"]


def test_no_text_of_a_folder_is_replaced_by_a_report(tmp_path):
    texts = tmp_path / "in"
    texts.mkdir()
    for name in ("a.txt", "b.txt"):
        (texts / name).write_text(article(3))
    with pytest.raises(FileError, match="would be written there"):
        run(texts, tmp_path / "out", rejects=tmp_path / "out" / "b.txt")


@pytest.mark.parametrize("name", ["a\0b", "\ud800"])
def test_a_name_that_no_file_can_have(source, tmp_path, name):
    for role in ("rejects", "review"):
        with pytest.raises(TextmendError):
            run(source, tmp_path / "out.jsonl", options=Options(review_sample=2), **{role: f"{tmp_path}/{name}"})


def test_pipes_and_devices_in_a_folder_are_passed_over(tmp_path):
    folder = write_lines(tmp_path / "a.jsonl", {"text": "Whole."}).parent
    for name in ("pipe.jsonl", "pipe.txt"):
        os.mkfifo(folder / name)
    (folder / "device.jsonl").symlink_to("/dev/zero")
    (folder / "nowhere.jsonl").symlink_to(folder / "gone.jsonl")
    out = tmp_path.parent / f"{tmp_path.name}-out.jsonl"
    outcome = run(folder, out)
    assert [record["text"] for record in records(out)] == ["Whole."]
    assert [reject["kind"] for reject in records(outcome.rejects)] == ["unreadable"]
