"""The examples of docs/connect.md and docs/scale.md run as scripts, each in an empty folder, with the embedded models."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "connect.md").read_text(encoding="utf-8")
SCALE = (ROOT / "docs" / "scale.md").read_text(encoding="utf-8")


def examples():
    """Yield the Python blocks of the pages, named by their section."""
    for section in [part for page in (PAGE, SCALE) for part in re.split(r"^## ", page, flags=re.MULTILINE)[1:]]:
        title = section.partition("\n")[0]
        for number, code in enumerate(re.findall(r"^```python\n(.*?)^```$", section, re.MULTILINE | re.DOTALL), 1):
            yield pytest.param(code, id=f"{title} {number}")


def imported(code):
    """Return the libraries that a script imports."""
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize("code", list(examples()))
def test_an_example_runs(code, tmp_path, embedded):
    embedded()  # skips where they are missing
    for library in imported(code):
        if importlib.util.find_spec(library) is None:
            pytest.skip(f"{library} is not installed: needs the extra test-connect")
    if "pyspark" in code and not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        pytest.skip("Spark needs Java")
    if "add_pipe" in code:
        code = "import textmend.connect.spacy\n" + code  # where textmend is not installed, it has no entry point
    (tmp_path / "example.py").write_text(code, encoding="utf-8")
    paths = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    home = {**os.environ, "PYTHONPATH": paths, "PYSPARK_PYTHON": sys.executable}
    run = subprocess.run(
        [sys.executable, "example.py"], cwd=tmp_path, env=home, capture_output=True, text=True, timeout=600, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_page_has_an_example_of_every_connector():
    modules = {path.stem for path in (ROOT / "textmend" / "connect").glob("*.py")}
    for connector in ("spacy", "batches", "ray", "spark", "datatrove", "nemo_curator", "dolma", "scrapy"):
        assert connector in modules
        assert f"textmend.connect.{connector}" in PAGE
    assert len(list(examples())) >= 10
