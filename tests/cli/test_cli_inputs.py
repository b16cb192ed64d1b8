"""What is read: files, standard input, encodings, and what can't be read."""

from __future__ import annotations

import codecs
import json
import subprocess
import sys
from pathlib import Path

import pytest
from fake_mender import ARTICLE

from textmend.compressed import unpacked
from textmend.errors import FileError
from textmend.files import decode, read_document, write_text

MENDED = ARTICLE.replace("night  against", "night raids against")


def test_standard_input_is_read_without_files_and_as_dash(cli):
    for arguments in ((), ("-",)):
        outcome = cli("find", "--json", *arguments, stdin=ARTICLE.encode())
        assert outcome.code == 0
        record = json.loads(outcome.out)
        assert record["file"] == "-"
        assert len(record["gaps"]) == 2


def test_dash_twice_is_usage(cli):
    assert cli("find", "-", "-").code == 2


def test_nothing_at_a_keyboard_shows_help():
    keyboard = (
        "import sys; sys.stdin.isatty = lambda: True; from textmend.cli.main import app; app(prog_name='textmend')"
    )
    run = subprocess.run([sys.executable, "-c", keyboard, "find"], capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert "Usage: textmend find" in run.stdout


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"caf\xe9", "not UTF-8 at byte 3 (0xe9); name its encoding, for example  --encoding cp1252"),
        (codecs.BOM_UTF8 + b"a\xff", "at byte 4 (0xff)"),
        (codecs.BOM_UTF16_LE + "hi".encode("utf-16-le"), "--encoding utf-16"),
        (b"GIF\x00\x01", "looks binary (a zero byte at 3)"),
        (b"\x89PNG\x00", "looks binary"),
    ],
)
def test_a_wrong_encoding_is_told_with_offset_and_remedy(cli, tmp_path, data, message):
    path = tmp_path / "bad.txt"
    path.write_bytes(data)
    outcome = cli("find", path)
    assert outcome.code == 3
    assert f"textmend: {path}: " in outcome.err
    assert message in outcome.err


def test_a_missing_file_is_told_and_the_others_are_done(cli, article, tmp_path):
    outcome = cli("find", "--json", tmp_path / "no.txt", article, tmp_path)
    assert outcome.code == 3
    assert [json.loads(line)["file"] for line in outcome.text.splitlines()] == [str(article)]  # of the folder, too
    assert "no.txt: no such file" in outcome.err


def test_an_explicit_encoding_admits_zero_characters(cli, tmp_path):
    path = tmp_path / "zero.txt"
    path.write_bytes(b"a\0b")
    assert cli("find", path).code == 3
    assert cli("find", "-e", "utf-8", path).code == 0


@pytest.mark.parametrize("name", ["no-such", "base64"])
def test_an_unknown_encoding_is_usage(cli, article, name):
    outcome = cli("find", "--encoding", name, article)
    assert outcome.code == 2
    assert name in outcome.err


@pytest.mark.parametrize(
    ("encoding", "data"),
    [
        (None, b"a\r\nb\rc\n"),
        (None, codecs.BOM_UTF8 + "å\r\n".encode()),
        ("utf-8-sig", "å".encode()),
        ("utf-16", codecs.BOM_UTF16_BE + "å".encode("utf-16-be")),
        ("utf-16", codecs.BOM_UTF16_LE + "å".encode("utf-16-le")),
        ("utf-16", "å".encode(f"utf-16-{sys.byteorder[0]}e")),
        ("utf-16-le", codecs.BOM_UTF16_LE + "å".encode("utf-16-le")),
        ("cp1252", "å–".encode("cp1252")),
        ("shift_jis", "日本".encode("shift_jis")),
    ],
)
def test_what_is_read_is_written_back_byte_for_byte(encoding, data):
    document = decode(Path("x"), data, encoding)
    assert document.is_exact()
    assert document.encode(document.text) == data


def test_encodings_that_lose_bytes_are_noticed(cli, tmp_path):
    path = tmp_path / "jis.txt"
    path.write_bytes(b"a\x1b(B\x1b(B b")  # two escapes that change nothing
    outcome = cli("mend", "-e", "iso2022_jp", path)
    assert outcome.code == 3
    assert outcome.out == b""
    assert "convert the file to UTF-8" in outcome.err


def test_a_character_the_encoding_lacks_is_told():
    with pytest.raises(FileError, match=r"can't be written in iso8859-1.*--placeholder"):
        decode(Path("x"), b"x", "latin-1").encode("[…]")


@pytest.mark.parametrize("suffix", [".gz", ".bz2"])
def test_compressed_texts_are_read_and_written_as_such(cli, tmp_path, suffix):
    path = tmp_path / f"article.txt{suffix}"
    write_text(path, ARTICLE.encode())
    (gap, *_) = json.loads(cli("find", "--json", path).out)["gaps"]
    assert gap["start"] == ARTICLE.index("  against")
    assert cli("mend", path).out == MENDED.encode()  # to standard output it goes plain
    assert cli("mend", path, "-o", tmp_path / f"out{suffix}").code == 0
    assert unpacked((tmp_path / f"out{suffix}").read_bytes(), f"out{suffix}") == MENDED.encode()
    assert cli("mend", "--in-place", path).code == 0
    assert read_document(path).text == MENDED


@pytest.mark.parametrize("command", ["find", "suggest", "mend"])
@pytest.mark.parametrize("name", ["news.jsonl", "news.jsonl.gz", "-", "news.parquet"])
def test_files_of_records_are_refused_with_the_command_that_takes_them(cli, tmp_path, command, name):
    data = json.dumps({"text": ARTICLE}).encode() + b"\n"
    if name != "-":
        write_text(tmp_path / name, data)
    outcome = cli(command, name if name == "-" else tmp_path / name, stdin=data)
    assert outcome.code == 3
    assert "textmend clean" in outcome.err
    assert ("textmend review" in outcome.err) == ("parquet" not in name)
    assert outcome.out == b""


def test_texts_are_called_alike_wherever_a_folder_is_read():
    from textmend.cli.inputs import TEXTS
    from textmend.corpus.inputs import SUFFIXES

    assert tuple(f"*{suffix}" for suffix in SUFFIXES["text"]) == TEXTS


def test_a_file_that_is_found_in_several_ways_is_read_once(cli, tmp_path):
    for name in ("a.txt", "in/b.txt", "in/deep/c.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("All is well.")
    given = [tmp_path, tmp_path / "in", tmp_path / "in" / "b.txt", str(tmp_path / "**" / "*.md")]
    outcome = cli("find", "--json", *given)
    read = [Path(json.loads(line)["file"]).name for line in outcome.text.splitlines()]
    assert sorted(read) == ["a.txt", "b.txt", "c.md"]
