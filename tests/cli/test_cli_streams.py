"""Standard streams that are closed, or that can't be written: no traceback, and nothing is written elsewhere."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs a shell of POSIX")


def shell(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    textmend = f"{sys.executable} -m textmend"
    return subprocess.run(
        ["sh", "-c", command.format(textmend)], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_lead_nowhere(tmp_path, closed):
    (tmp_path / "a.txt").write_text("He left.")
    done = shell(f"{{}} damage --help {closed}", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    done = shell(f"{{}} decisions show a.txt {closed}", tmp_path)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert (tmp_path / "a.txt").read_text() == "He left."


def test_closed_standard_input_is_empty(tmp_path):
    done = shell("{} clean - -o out.jsonl <&-", tmp_path)
    assert "Traceback" not in done.stderr
    assert (tmp_path / "out.jsonl").read_bytes() == b""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
@pytest.mark.parametrize("arguments", ["--version", "--help", "mend --help"])
def test_a_full_disk_is_told(tmp_path, arguments):
    done = shell(f"{{}} {arguments} > /dev/full", tmp_path)
    assert (done.returncode, done.stderr) == (3, "textmend: No space left on device\n")
