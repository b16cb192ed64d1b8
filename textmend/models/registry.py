"""Names of models, and where their files are."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import regex

from textmend.errors import ModelError

EMBEDDED = Path(__file__).parent / "embedded"


DTYPES = ("float32", "float16", "bfloat16")
"""The precisions that a hub model can run in."""

_HUB_NAME = regex.compile(r"(?:\w[\w.-]*/)?\w[\w.-]*")
_LANGUAGE = regex.compile(r"[a-z]{2,3}")


@dataclass(frozen=True, slots=True)
class HubModel:
    """A masked language model of the hub, or of a folder in its format, and how to run it.

    Attributes:
        name: its name on the hub (``"FacebookAI/roberta-base"``), or the folder.
        revision: a commit, tag or branch; default: the newest of the main branch.
        device: where it runs, as torch names it; default: a GPU of CUDA where there is one.
        dtype: ``"float32"``, ``"float16"`` or ``"bfloat16"``; default: half precision on CUDA only.
    """

    name: str
    revision: str | None = None
    device: str | None = None
    dtype: str | None = None


def hub_model(
    name: str | Path, *, revision: str | None = None, device: str | None = None, dtype: str | None = None
) -> HubModel | None:
    """Return the hub model of a name or folder; ``None`` for textmend's own models (``locate`` finds those).

    A revision may be part of the name, as results record it: ``"FacebookAI/roberta-base@e2da8e2f811d"``.
    Nothing is fetched, and torch is not loaded.

    Raises:
        ModelError: two revisions are given, or one for a folder.
    """
    if not isinstance(name, str | Path) or not str(name) or name in embedded_languages():
        return None
    if is_folder(name):
        if not _is_hub_folder(Path(name)):
            return None
        if revision is not None:
            raise ModelError(
                f"filler {str(name)!r} is a folder, which has no revisions; leave revision={revision!r} out"
            )
        return HubModel(str(name), None, device, dtype)
    bare, _, pinned = str(name).partition("@")
    if isinstance(name, Path) or not _HUB_NAME.fullmatch(bare) or _LANGUAGE.fullmatch(bare):
        return None
    if pinned and revision is not None and pinned != revision:
        raise ModelError(f"filler {name!r}: its name has one revision, revision={revision!r} is another")
    return HubModel(bare, pinned or revision, device, dtype)


def _is_hub_folder(folder: Path) -> bool:
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(config, dict) and "kind" not in config and "model_type" in config


def is_folder(name: str | Path) -> bool:
    """Whether there is a folder of this name; false also for a name that no file can have."""
    try:
        return Path(name).is_dir()
    except (OSError, ValueError):
        return False


def _shown(name: str | Path) -> str:
    shown = repr(str(name))
    return shown if len(shown) <= 200 else shown[:199] + "…"


def embedded_languages() -> list[str]:
    """Return the languages that embedded models exist for."""
    return sorted(path.name for path in EMBEDDED.iterdir() if path.is_dir()) if EMBEDDED.is_dir() else []


def locate(name: str | Path, kind: str) -> Path:
    """Return the folder of a model.

    Args:
        name: the language of an embedded model (``"en"``) or a folder.
        kind: ``"detector"`` or ``"filler"``.

    Raises:
        ModelError: there is no such model.
    """
    # An empty string would mean the current folder.
    if not isinstance(name, str | Path) or not str(name):
        raise ModelError(f"{kind}={name!r} should be the name of an embedded model or a folder")
    if isinstance(name, str) and name in embedded_languages():
        folder = EMBEDDED / name / kind
        if not folder.is_dir():
            raise ModelError(f"textmend embeds no {kind} for {name!r}")
        return folder
    if is_folder(name):
        return Path(name)
    known = ", ".join(map(repr, embedded_languages())) or "none"
    raise ModelError(f"unknown {kind} {_shown(name)}: neither an embedded model ({known}) nor a folder that exists")
