"""Folders that may not be written, files that may not be read: a clear error, and nothing changed. As an ordinary user."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
NOBODY = 65534

SCRIPT = """
import contextlib, io, os, sys
from pathlib import Path
from corpus_fakes import fake
from textmend.cache import Cache
from textmend.cli.main import app
from textmend.corpus.run import clean
from textmend.errors import FileError
from textmend.files import read_document, write_file

def told(action, *arguments, **options):
    try:
        action(*arguments, **options)
    except FileError as error:
        print("FileError:", error)
    else:
        print("done")

def command(*words):
    errors, code = io.StringIO(), None
    with contextlib.redirect_stderr(errors), contextlib.redirect_stdout(io.StringIO()):
        try:
            app(list(words))
        except SystemExit as end:
            code = end.code
    print("exit", code, "".join(errors.getvalue().split()))

def all_of(open_folder, closed, secret):
    told(clean, [open_folder / "in.jsonl"], closed / "out.jsonl", mender=fake(), workers=1)
    told(clean, [secret], open_folder / "out.jsonl", mender=fake(), workers=1)
    told(write_file, closed / "new.txt", b"x")
    told(read_document, secret)
    told(Cache, closed / "cache")
    command("find", str(secret))
    command("apply", str(secret), str(open_folder / "in.txt"))
    command("decisions", "show", str(secret))

if __name__ == "__main__":
    folders = [Path(name) for name in sys.argv[1:]]
    with contextlib.redirect_stdout(io.StringIO()):  # so that all is imported that an ordinary user may not read here
        all_of(folders[0], folders[0] / "warm", folders[0] / "none.jsonl")
        command("find", "--no-such-option")
    if os.getuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    all_of(*folders)
"""


@pytest.fixture
def folders():
    """An open folder, one that may not be written, and a file that may not be read."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        root.chmod(0o755)
        for part in ("open", "closed", "open/warm"):
            (root / part).mkdir()
        (root / "open/in.jsonl").write_text('{"text": "They organised night  against trawlers."}\n')
        (root / "open/in.txt").write_text("They left.")
        secret = root / "secret.jsonl"
        secret.write_text('{"text": "They left."}\n')
        if os.getuid() == 0:
            for path in (root / "open", root / "open/in.jsonl", root / "open/in.txt"):
                os.chown(path, NOBODY, NOBODY)
        (root / "closed/kept.txt").write_text("kept")
        (root / "closed").chmod(0o555)
        secret.chmod(0)
        yield root / "open", root / "closed", secret
        (root / "closed").chmod(0o755)


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="rights of files are another matter there")
def test_what_may_not_be_read_or_written_is_an_error_and_changes_nothing(folders):
    open_folder, closed, secret = folders
    script = open_folder / "script.py"
    script.write_text(SCRIPT)
    environment = {**os.environ, "PYTHONPATH": ":".join(map(str, (TESTS.parent, TESTS, TESTS / "corpus")))}
    environment["TEXTMEND_CACHE"] = str(closed / "cache")
    run = subprocess.run(
        [sys.executable, script, open_folder, closed, secret], env=environment, capture_output=True, text=True
    )
    lines = run.stdout.splitlines()
    assert len(lines) == 8, run.stdout + run.stderr
    for line in lines[:5]:
        assert line.startswith("FileError: ")
        assert str(closed) in line or str(secret) in line
    for line in lines[5:]:
        assert line.startswith("exit 2 ") or line.startswith("exit 1 ")
        assert "secret.jsonl" in line
        assert "Traceback" not in line
    assert [path.name for path in closed.iterdir()] == ["kept.txt"]
    assert not (open_folder / "out.jsonl").exists()
