"""The command line with the embedded models; skipped where they are missing."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from textmend.models.registry import EMBEDDED
from textmend.records import Gap

FIXTURE = Path(__file__).parents[2] / "fixtures" / "article.txt"

pytestmark = pytest.mark.skipif(
    not all((EMBEDDED / "en" / kind / "model.onnx").is_file() for kind in ("detector", "filler")),
    reason="the embedded models are missing",
)


def _textmend(*arguments):
    command = [sys.executable, "-m", "textmend", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False)


def test_find_gives_gaps_that_are_white_space():
    run = _textmend("find", "-q", "--json", "--threads", 1, FIXTURE)
    assert (run.returncode, run.stderr) == (0, b"")
    text = FIXTURE.read_bytes().decode()
    gaps = [Gap.from_dict(gap) for gap in json.loads(run.stdout)["gaps"]]
    assert gaps
    assert not any(text[gap.start : gap.end].strip() for gap in gaps)


def test_mend_can_be_undone():
    from textmend.edits.mended import Mended

    run = _textmend("mend", "--json", "--threads", 1, FIXTURE)
    assert run.returncode == 0, run.stderr
    record = json.loads(run.stdout)
    record.pop("file")
    assert Mended.from_dict(record).undo() == FIXTURE.read_bytes().decode()


def test_results_appear_before_all_files_are_read():
    from textmend.cli.run import make_mender
    from textmend.policy import Policy

    def texts():
        yield "They met officials from  Oslo and a panel on Icelandic , among them."
        raise RuntimeError("the second text was read first")

    results = make_mender("en", "en", Policy(), 1).find_gaps(texts())
    assert isinstance(next(results), list)
    with pytest.raises(RuntimeError):
        next(results)
