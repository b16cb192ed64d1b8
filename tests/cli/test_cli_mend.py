"""What ``mend`` writes, and where."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from fake_mender import ARTICLE, FakeMender

from textmend import files
from textmend.cli.terminal.diff import unified_diff
from textmend.edits.mended import Mended
from textmend.files import Document
from textmend.records import Edit, Gap, Skipped

MENDED = ARTICLE.replace("night  against", "night raids against")


def test_the_text_goes_out_exactly_and_the_report_to_standard_error(cli, article):
    outcome = cli("mend", article, "--apply-at", "0.9")
    assert outcome.code == 0
    assert outcome.out == MENDED.encode()
    assert "2 gaps: 1 mended, 1 kept" in outcome.err
    assert "“raids” (joint 96%, echo)" in outcome.err
    assert "best “Hallsson” (new: Hallsson)" in outcome.err


def test_quiet_is_silent(cli, article):
    assert cli("mend", "-q", article).err == ""


def test_a_byte_order_mark_is_kept(cli):
    data = b"\xef\xbb\xbf" + ARTICLE.encode()
    assert cli("mend", stdin=data).out == b"\xef\xbb\xbf" + MENDED.encode()


def test_other_encodings_are_kept(cli):
    assert cli("mend", "-e", "utf-16", stdin=ARTICLE.encode("utf-16")).out == MENDED.encode("utf-16")


def test_several_texts_never_become_one(cli, article, tmp_path):
    other = tmp_path / "other.txt"
    other.write_text("All is well.")
    outcome = cli("mend", "-q", article, other)
    assert (outcome.code, outcome.out) == (2, b"")
    assert "-o" in outcome.err
    assert [json.loads(line)["text"] for line in cli("mend", "-q", "--json", article, other).out.splitlines()] == [
        MENDED,
        "All is well.",
    ]
    folder = tmp_path / "mended"
    folder.mkdir()
    assert cli("mend", "-q", article, other, "-o", folder).code == 0
    assert (folder / "article.txt").read_bytes() == MENDED.encode()
    assert (folder / "other.txt").read_text() == "All is well."
    assert cli("mend", "-q", article, article, "-o", folder).code == 2


def test_a_text_that_is_skipped_is_reported(cli, article, monkeypatch):
    def left(self, texts, **about):
        for text in texts:
            yield Mended.left(text, (), "[…]", Skipped(kind="language", reason="no English prose"))

    monkeypatch.setattr(FakeMender, "mend", left)
    outcome = cli("mend", article)
    assert outcome.out == ARTICLE.encode()
    assert "left as it is: no English prose" in outcome.err


def test_options_reach_the_policy(cli, article, menders):
    options = [
        "--apply-at",
        "0.5",
        "--at",
        "0.4",
        "--unsure",
        "mark",
        "--placeholder",
        "<?>",
        "--allow-names",
        "--allow-numbers",
    ]
    outcome = cli("mend", *options, article)
    policy = menders[0].policy
    assert (policy.apply_at, policy.find_at, policy.unsure, policy.placeholder) == (0.5, 0.4, "mark", "<?>")
    assert policy.allow_names
    assert policy.allow_numbers
    assert b"Icelandic Hallsson, among" in outcome.out


def test_unsure_gaps_are_marked(cli, article):
    assert "Icelandic […], among" in cli("mend", "--unsure", "mark", article).text


def test_a_senseless_placeholder_is_usage(cli, article):
    assert cli("mend", "--placeholder", " ", article).code == 2


def test_output_writes_a_file_and_nothing_to_standard_output(cli, article, tmp_path):
    target = tmp_path / "out.txt"
    outcome = cli("mend", "-o", target, article)
    assert (outcome.code, outcome.out) == (0, b"")
    assert target.read_bytes() == MENDED.encode()
    assert article.read_bytes() == ARTICLE.encode()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["article.txt", "out.txt"]


def test_output_never_is_the_input(cli, article, tmp_path):
    link = tmp_path / "link.txt"
    link.symlink_to(article)
    for target in (article, link, tmp_path):
        assert cli("mend", "-o", target, article).code == 2
    assert article.read_bytes() == ARTICLE.encode()


def test_folders_of_the_output_are_made(cli, article, tmp_path):
    target = tmp_path / "no" / "x"
    assert cli("mend", "-o", target, article).code == 0
    assert target.read_bytes() == cli("mend", "-q", article).out


def test_a_folder_that_cannot_be_made_is_a_failure(cli, article):
    outcome = cli("mend", "-o", article / "x", article)
    assert outcome.code == 3
    assert "can't be written" in outcome.err


def test_several_texts_keep_their_places_in_a_folder(cli, article, tmp_path):
    tree = tmp_path / "tree"
    for name in ("a.txt", "deep/a.txt"):
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(ARTICLE.encode())
    whole = cli("mend", "-q", article).out
    for number, given in enumerate(([tree], [tree / "a.txt", tree / "deep/a.txt"], [f"{tree}/**/*.txt"])):
        target = tmp_path / f"out{number}"
        assert cli("mend", *given, "-o", target).code == 0
        assert {file.relative_to(target).as_posix(): file.read_bytes() for file in target.rglob("*.txt")} == {
            "a.txt": whole,
            "deep/a.txt": whole,
        }
    assert (tree / "a.txt").read_bytes() == ARTICLE.encode()


@pytest.mark.parametrize("form", ["there", "slash"])
def test_one_text_goes_into_a_folder_that_is_there_or_has_a_slash(cli, article, tmp_path, form):
    target = tmp_path / "out"
    if form == "there":
        target.mkdir()
    assert cli("mend", article, "-o", target if form == "there" else f"{target}/").code == 0
    assert [file.name for file in target.iterdir()] == ["article.txt"]


def test_what_can_not_be_told_apart_is_usage(cli, article, tmp_path):
    (tmp_path / "file").touch()
    assert cli("mend", article, article, "-o", tmp_path / "out").code == 2  # twice the same
    (tmp_path / "other.txt").touch()
    assert cli("mend", article, article.parent, "-o", tmp_path / "file").code == 2  # a file for several
    assert cli("mend", "-o", f"{tmp_path}/out/", stdin=b"a").code == 2  # standard input has no name
    assert not (tmp_path / "out").exists()


def test_a_failed_write_leaves_what_stood_there(tmp_path, monkeypatch):
    target = tmp_path / "x"
    target.write_text("old")

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "replace", fail)
    with pytest.raises(files.FileError, match="No space left"):
        files.write_file(target, b"new")
    assert target.read_text() == "old"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.skipif(os.name == "nt", reason="modes and links of POSIX")
def test_in_place_keeps_mode_and_links_and_a_backup(cli, article, tmp_path):
    article.chmod(0o640)
    link = tmp_path / "link.txt"
    link.symlink_to(article)
    outcome = cli("mend", "--in-place", "--backup", ".orig", link)
    assert (outcome.code, outcome.out) == (0, b"")
    assert link.is_symlink()
    assert article.read_bytes() == MENDED.encode()
    assert article.stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "link.txt.orig").read_bytes() == ARTICLE.encode()


def test_a_backup_is_never_overwritten(cli, article):
    backup = Path(f"{article}.orig")
    backup.write_text("older")
    outcome = cli("mend", "-i", "--backup", ".orig", article)
    assert outcome.code == 3
    assert "exists already" in outcome.err
    assert backup.read_text() == "older"
    assert article.read_bytes() == ARTICLE.encode()


def test_in_place_leaves_unchanged_files_alone(cli, tmp_path):
    path = tmp_path / "clean.txt"
    path.write_text("All is well.")
    before = path.stat()
    assert cli("mend", "-i", "--backup", "~", path).code == 0
    after = path.stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert not Path(f"{path}~").exists()


@pytest.mark.parametrize(
    "options",
    [
        "-i -",
        "-i -o x {file}",
        "--backup .orig {file}",
        "-i --backup a/b {file}",
        "-o x {file} {file}",
        "--show --json {file}",
        "--unsure maybe {file}",
    ],
)
def test_options_that_make_no_sense_together_are_usage(cli, article, options):
    outcome = cli("mend", *options.format(file=article).split())
    assert (outcome.code, outcome.out) == (2, b"")
    assert article.read_bytes() == ARTICLE.encode()


def test_show_marks_edits_without_colour(cli, article):
    text = cli("mend", "--show", article).text
    assert "night {+raids+} against" in text
    assert "Icelandic ▢2, among" in text
    assert "[-A panel on Icelandic , among them.-]" in cli("mend", "--show", "--unsure", "drop", article).text


def test_json_is_the_record(cli, article):
    record = json.loads(cli("mend", "--json", article).out)
    assert record.pop("file") == str(article)
    mended = Mended.from_dict(record)
    assert (mended.text, mended.undo()) == (MENDED, ARTICLE)


def test_json_with_output_gives_both(cli, article, tmp_path):
    target = tmp_path / "out.txt"
    assert json.loads(cli("mend", "--json", "-o", target, article).out)["text"] == MENDED
    assert target.read_bytes() == MENDED.encode()


def test_diff_of_nothing_is_empty(cli):
    assert cli("mend", "-q", "--diff", stdin=b"All is well.").out == b""


@pytest.mark.skipif(shutil.which("patch") is None, reason="needs patch")
@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_patch_takes_the_diff(tmp_path, end):
    lines = [f"line {number} has  words" for number in range(30)]
    text = "\n".join(lines) + end
    gaps = [
        Gap(
            start=text.index(line) + len(line) - 7,
            end=text.index(line) + len(line) - 5,
            probability=1.0,
            decision="mark",
        )
        for line in (lines[i] for i in (0, 3, 4, 6, 12, 15, 29))
    ]
    mended = Mended.of(text, gaps, "[…]")
    assert len(mended.edits) == 7
    path = tmp_path / "x.txt"
    path.write_bytes(text.encode())
    diff = unified_diff(Document(Path("x.txt"), text, "utf-8"), mended)
    subprocess.run(["patch", "--binary", "-s", "x.txt"], input=diff, cwd=tmp_path, check=True)
    assert path.read_bytes() == mended.text.encode()
    assert isinstance(mended.edits[0], Edit)
