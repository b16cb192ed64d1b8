"""The rooms of the house: imports run one way. A new arrow must be allowed here, or fails."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import textmend

PACKAGE = Path(textmend.__file__).parent

ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "metrics": set(),
    "nested": set(),
    "policy_figures": set(),
    "extras": {"errors"},
    "compressed": {"errors", "extras"},
    "report": {"extras"},
    "files": {"compressed", "errors"},
    "page_files": {"errors", "files"},
    "calibration": {"errors"},
    "article": {"errors"},
    "streams": {"article", "errors"},
    "record_reader": {"errors"},
    "records": {"errors", "record_reader"},
    "text": {"errors", "records"},
    "damage": {"errors", "text"},
    "policy": {"errors", "records", "text"},
    "edits": {"errors", "records", "text"},
    "annotations": {"edits"},
    "models": {"errors", "text"},
    "detect": {"calibration", "errors", "models", "records", "text"},
    "source": {"errors", "records", "text"},
    "fill": {"article", "calibration", "edits", "errors", "files", "models", "records", "text"},
    "loading": {"detect", "errors", "fill", "models", "records"},
    "cache": {"article", "errors", "records"},
    "mender": {
        *("article", "cache", "detect", "edits", "errors", "fill", "loading", "policy", "records", "source"),
        *("streams", "text"),
    },
    "recipe": {"errors", "mender", "policy"},
    "api": {"article", "edits", "mender", "records", "streams"},
    "connect": {"article", "edits", "errors", "extras", "files", "models", "recipe", "records", "streams"},
    "corpus": {
        *("article", "compressed", "edits", "errors", "extras", "files", "mender", "models", "page_files"),
        *("policy", "recipe", "records", "report"),
    },
    "review": {
        *("article", "detect", "edits", "errors", "files", "metrics", "nested", "policy", "records", "report"),
        *("source", "text"),
    },
    "evaluate": {
        *("damage", "detect", "edits", "files", "fill", "mender", "metrics", "policy", "records", "report", "text"),
    },
    "train": {
        *("calibration", "damage", "detect", "errors", "extras", "files", "fill", "metrics", "models", "records"),
        *("review", "text"),
    },
    "cli": {
        *("__init__", "article", "cache", "compressed", "corpus", "damage", "detect", "edits", "errors", "evaluate"),
        *("extras", "files", "mender", "models", "page_files", "policy", "policy_figures", "records", "report"),
        *("review", "source", "text", "train"),
    },
    "__init__": {"api", "article", "edits", "errors", "mender", "policy", "records"},
    "__main__": {"cli"},
}
"""Which rooms the files of a room may import, itself aside."""


def _modules() -> dict[str, Path]:
    return {
        ".".join(path.relative_to(PACKAGE).with_suffix("").parts).removesuffix(".__init__"): path
        for path in PACKAGE.rglob("*.py")
    }


def _imports(path: Path, modules: dict[str, Path]) -> Iterator[str]:
    """Yield the modules of textmend that a file imports anywhere, in functions too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        assert not getattr(node, "level", 0), f"{path}: a relative import hides where it leads"
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "textmend":
            base = node.module.removeprefix("textmend").lstrip(".")
            for alias in node.names:
                if alias.name == "__version__":  # a name of the package, not a room of it
                    continue
                inner = f"{base}.{alias.name}".lstrip(".")
                yield inner if inner in modules else base or "__init__"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.split(".")[0] == "textmend":
                    yield alias.name.removeprefix("textmend").lstrip(".") or "__init__"


@cache
def _arrows() -> dict[str, set[str]]:
    modules = _modules()
    return {name: set(_imports(path, modules)) for name, path in modules.items()}


def test_imports_run_only_along_the_allowed_arrows():
    wrong = [
        f"{name} imports {target}"
        for name, targets in _arrows().items()
        for target in sorted(targets)
        if (room := name.split(".")[0]) != (other := target.split(".")[0]) and other not in ALLOWED[room]
    ]

    assert not wrong


def test_every_allowed_arrow_is_used():
    used = {(name.split(".")[0], target.split(".")[0]) for name, targets in _arrows().items() for target in targets}

    assert not [
        f"{room} to {other}" for room, others in ALLOWED.items() for other in others if (room, other) not in used
    ]


def test_the_allowed_arrows_have_no_circle():
    order: list[str] = []
    left = {room: targets - {room} for room, targets in ALLOWED.items()}
    while free := sorted(room for room, targets in left.items() if targets <= set(order)):
        order += free
        left = {room: targets for room, targets in left.items() if room not in order}

    assert not left


def test_every_allowed_arrow_is_for_a_room_that_is_there():
    rooms = {name.split(".")[0] for name in _modules()}

    assert rooms == set(ALLOWED)


def test_files_do_not_import_each_other_in_a_circle():
    left = {name: targets - {name} for name, targets in _arrows().items()}
    while free := [name for name, targets in left.items() if not targets & set(left)]:
        for name in free:
            del left[name]

    assert not left, f"a circle goes through some of {sorted(left)}"
