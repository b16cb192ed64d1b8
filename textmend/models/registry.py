"""Names of models, and where they lie."""

from __future__ import annotations

from pathlib import Path

from textmend.errors import ModelError

EMBEDDED = Path(__file__).parent / "embedded"


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
    if not isinstance(name, str | Path):
        raise ModelError(f"{kind}={name!r} should be the name of an embedded model or a folder")
    if isinstance(name, str) and name in embedded_languages():
        folder = EMBEDDED / name / kind
        if not folder.is_dir():
            raise ModelError(f"textmend embeds no {kind} for {name!r}")
        return folder
    path = Path(name)
    if path.is_dir():
        return path
    known = ", ".join(map(repr, embedded_languages())) or "none"
    raise ModelError(f"unknown {kind} {str(name)!r}: neither an embedded model ({known}) nor a folder that exists")
