"""`import textmend` is light: it loads no model, no heavy library, and shows the public names."""

from __future__ import annotations

import importlib.resources
import os
import subprocess
import sys
from pathlib import Path

import pytest

import textmend

NAMES = {
    *("find_gaps", "suggest", "mend", "rank", "Mender", "Mended", "Policy", "Article"),
    *("Gap", "Fill", "Edit", "Decision", "TextmendError"),
}
HEAVY = ("torch", "transformers", "spacy", "onnxruntime", "tokenizers", "numpy", "lxml", "jinja2", "rich", "typer")


def _in_a_fresh_interpreter(code: str) -> str:
    home = {**os.environ, "PYTHONPATH": str(Path(textmend.__file__).parents[1])}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=home)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_importing_loads_nothing_heavy():
    loaded = _in_a_fresh_interpreter("import sys, textmend; print(*sys.modules)").split()
    assert "textmend" in loaded
    assert not {name.split(".")[0] for name in loaded} & set(HEAVY)


def test_importing_loads_no_room():
    loaded = _in_a_fresh_interpreter("import sys, textmend; print(*sys.modules)").split()
    rooms = {name.split(".")[1] for name in loaded if name.startswith("textmend.")}
    assert rooms.isdisjoint({"detect", "fill", "models", "train", "evaluate", "damage", "cli", "mender", "api"})


def test_the_small_names_load_nothing_heavy():
    code = "import sys; from textmend import Policy, Gap, Fill, Edit, Decision, TextmendError; print(*sys.modules)"
    loaded = {name.split(".")[0] for name in _in_a_fresh_interpreter(code).split()}
    assert not loaded & set(HEAVY)


def test_making_a_mender_loads_no_model():
    code = "import sys, textmend; textmend.Mender(); print(*sys.modules)"
    loaded = {name.split(".")[0] for name in _in_a_fresh_interpreter(code).split()}
    assert not loaded & {"torch", "transformers", "spacy", "onnxruntime", "tokenizers"}


def test_the_public_names():
    assert set(textmend.__all__) == NAMES
    assert set(dir(textmend)) >= NAMES


@pytest.mark.parametrize("name", sorted(NAMES))
def test_every_public_name_is_there_and_documented(name):
    assert getattr(textmend, name).__doc__


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'heal'"):
        textmend.heal  # noqa: B018


def test_star_import_gives_the_public_names():
    space: dict = {}
    exec("from textmend import *", space)
    assert set(space) >= NAMES


def test_it_is_typed():
    assert importlib.resources.files("textmend").joinpath("py.typed").is_file()


def test_it_has_a_version():
    assert textmend.__version__.count(".") >= 2
