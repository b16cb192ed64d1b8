"""The rooms of the house: imports run one way. A new arrow must be allowed here, or fails."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import textmend

PACKAGE = Path(textmend.__file__).parent

GROUND = {"errors", "extras", "compressed", "nested", "text", "records", "calibration", "metrics", "files", "article"}
MENDING = GROUND | {"edits", "policy", "models", "detect", "source", "fill"}
WHOLE = MENDING | {"mender", "annotations", "recipe", "streams"}
ALLOWED: dict[str, set[str]] = {
    "errors": set(),
    "extras": {"errors"},
    "record_reader": {"errors"},
    "records": {"errors", "record_reader"},
    "article": {"errors"},
    "streams": {"errors", "article"},
    "text": {"errors", "records"},
    "calibration": {"errors"},
    "metrics": set(),
    "compressed": {"errors", "extras"},
    "nested": set(),
    "files": {"compressed", "errors"},
    "page_files": {"errors", "files"},
    "report": {"errors", "extras"},
    "policy": {"errors", "records", "text"},
    "policy_figures": set(),
    "edits": {"errors", "records", "text"},
    "annotations": {"edits"},
    "models": {"errors", "text", "files"},
    "detect": {"errors", "text", "records", "calibration", "models"},
    "source": {"errors", "text", "records"},
    "fill": {"errors", "text", "records", "article", "calibration", "files", "edits", "models"},
    "loading": {"errors", "records", "models", "detect", "fill"},
    "cache": {"errors", "article", "records"},
    "mender": MENDING | {"cache", "loading", "streams"},
    "recipe": {"errors", "mender", "policy"},
    "api": {"article", "edits", "mender", "records", "streams"},
    "connect": WHOLE,
    "corpus": WHOLE | {"report", "page_files"},
    "review": WHOLE | {"report"},
    "damage": {"errors", "text", "files"},
    "evaluate": WHOLE | {"damage", "report"},
    "train": WHOLE | {"damage", "review"},
    "cli": WHOLE
    | {
        "cache",
        "policy_figures",
        "corpus",
        "review",
        "damage",
        "evaluate",
        "train",
        "report",
        "page_files",
        "__init__",
    },
    "__init__": {"api", "article", "mender", "edits", "policy", "records", "errors"},
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
