"""Nothing goes out: no process of textmend looks up a host, opens a connection or leaves a file nobody asked for."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import textmend

PACKAGE = Path(textmend.__file__).parent
FIXTURES = PACKAGE.parent / "fixtures"
_TRACED = (
    "--trace=socket,connect,sendto,sendmsg,openat,openat2,creat,mkdir,mkdirat,rename,renameat,renameat2,link,symlink"
)
_WRITES = re.compile(r"O_CREAT|O_WRONLY|O_RDWR|\b(?:creat|mkdir|mkdirat|rename\w*|link|symlink)\(")
_PATH = re.compile(r'"([^"]*)"')
_HARMLESS = ("/dev/", "/proc/", "/sys/")

VERBS = """
import textmend
text = 'He was accused of  and sent to prison.'
assert textmend.find_gaps(text)
assert textmend.suggest(text)
assert textmend.mend(text).original == text
"""
TRAINING = """
import numpy, onnx
import textmend.train.export, textmend.train.quantize
from textmend.models.registry import EMBEDDED
runtime = textmend.train.quantize.onnx_runtime()
runtime.InferenceSession(str(EMBEDDED / "en" / "detector" / "model.onnx"), providers=["CPUExecutionProvider"])
"""


def _can_trace() -> bool:
    if not (shutil.which("strace") and shutil.which("unshare")):
        return False
    tried = subprocess.run(["unshare", "-rn", "strace", "-o", os.devnull, "true"], capture_output=True, check=False)
    return tried.returncode == 0


traced = pytest.mark.skipif(not _can_trace(), reason="needs strace and the right to make a network namespace")


def _calls(arguments: list[str], folder: Path) -> list[str]:
    """Run Python without a network and without the marks of a test machine; return the calls that would tell."""
    home, log = folder / "home", folder / "calls.log"
    home.mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "TMPDIR": str(folder),
        "PYTHONPATH": str(PACKAGE.parent),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    command = ["unshare", "-rn", "strace", "-f", "-qq", "-o", str(log), _TRACED, sys.executable, *arguments]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert not list(home.iterdir())
    return log.read_text(errors="replace").splitlines()


def _going_out(calls: list[str]) -> list[str]:
    return [call for call in calls if "AF_INET" in call]


def _written(calls: list[str]) -> set[str]:
    made = {path for call in calls if _WRITES.search(call) and " = -1 " not in call for path in _PATH.findall(call)[:1]}
    return {path for path in made if not path.startswith(_HARMLESS)}


@traced
@pytest.mark.parametrize("code", [VERBS, TRAINING], ids=["verbs", "training"])
@pytest.mark.usefixtures("embedded")
def test_python_neither_connects_nor_writes(code, tmp_path):
    if code is TRAINING:
        pytest.importorskip("onnx")
    calls = _calls(["-c", code], tmp_path)
    assert _going_out(calls) == []
    assert _written(calls) == set()


@traced
@pytest.mark.usefixtures("embedded")
def test_the_workers_of_clean_write_only_the_output(tmp_path):
    out = tmp_path / "out"
    source = tmp_path / "in.jsonl"
    source.write_text('{"text": "He was accused of  and sent to prison."}\n' * 2)
    calls = _calls(["-m", "textmend", "clean", str(source), "-o", f"{out}/", "-w", "2", "--quiet"], tmp_path)
    assert _going_out(calls) == []
    assert {path for path in _written(calls) if not Path(path).is_relative_to(out)} == set()


def test_onnx_runtime_is_imported_in_one_place():
    importing = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(_without_type_checking(ast.parse(file.read_text()))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if any(name.split(".")[0] == "onnxruntime" for name in names):
                importing.add(file.relative_to(PACKAGE).as_posix())
    assert importing == {"models/runtime.py"}


def _without_type_checking(tree: ast.Module) -> ast.Module:
    tree.body = [
        node for node in tree.body if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING")
    ]
    return tree
