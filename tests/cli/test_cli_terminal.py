"""What commands write to a terminal, of texts that would steer it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from fake_mender import ARTICLE

from textmend.cli.terminal.article import snippet, with_gaps
from textmend.cli.terminal.screen import open_screen
from textmend.records import Fill, Gap
from textmend.review.decisions import dump, record
from textmend.review.documents import ReviewDocument

pty = pytest.importorskip("pty")
HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202e" + ARTICLE


def at_a_terminal(*arguments):
    ours, theirs = pty.openpty()
    command = [sys.executable, *map(str, arguments)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL) as run:
        os.close(theirs)
        seen = b"".join(iter(lambda: _read(ours), b""))
        code = run.wait()
    os.close(ours)
    return code, seen


def _read(handle):
    try:
        return os.read(handle, 65536)
    except OSError:  # the other side was closed
        return b""


def mend(path):
    folder = os.path.dirname(__file__)
    code = (
        f"import sys; sys.path.insert(0, {folder!r}); from fake_mender import FakeMender; from textmend.cli import run\n"
        "run.make_mender = lambda detector, filler, policy, *rest: FakeMender(policy)\n"
        "from textmend.cli.main import app; app(prog_name='textmend')"
    )
    return at_a_terminal("-c", code, "mend", "-q", path)


def apply(path):
    start = HOSTILE.index(" , among")
    document = ReviewDocument(id=str(path), text=HOSTILE, gaps=(Gap(start=start, end=start + 1, probability=0.9),))
    decisions = path.with_name("d.jsonl")
    decisions.write_text(dump(record(document, document.gaps[0], "fill", "crews")))
    return at_a_terminal("-m", "textmend", "apply", "-q", decisions, path)


@pytest.mark.parametrize("command", [mend, apply])
def test_nothing_in_a_text_steers_the_terminal(command, tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(HOSTILE.encode())
    code, seen = command(path)
    assert code == 0
    shown = seen.decode()
    assert "\x1b]0;" not in shown
    assert "\x1b[2J" not in shown
    assert "\u202e" not in shown
    assert "\\u202e" in shown
    assert "Organised night" in shown


def test_a_gap_stands_in_the_place_of_its_mask():
    text = "They signed a [MASK] deal."
    fill = Fill(text="trade", probability=0.5, origin="model", spacing=("", ""), replaces=6)
    gap = Gap(start=14, end=14, probability=1.0, fills=(fill,))
    assert (
        "".join(piece.text for piece in with_gaps(text, [gap], plain=True, masks=["[MASK]"]))
        == "They signed a [_1_] deal."
    )
    shown = snippet(text, [gap], 0, open_screen(), 60, ["[MASK]"]).plain
    assert shown in ("They signed a [_1_] deal.", "They signed a ▢1 deal.")


def test_words_that_a_page_sets_in_another_order_are_no_mask():
    text = "Oslo, the town by the sea."
    fill = Fill(text="The town by the sea, Oslo.", probability=0.99, origin="source", spacing=("", ""), replaces=26)
    gap = Gap(start=0, end=0, probability=1.0, fills=(fill,))
    assert "".join(piece.text for piece in with_gaps(text, [gap], plain=True)).endswith(text)
