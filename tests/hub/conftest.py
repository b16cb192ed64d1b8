"""Tiny models of every family, each made once, when first asked for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from tiny import FAMILIES, make  # noqa: E402

from textmend import Mender  # noqa: E402
from textmend.fill.propose import Proposer  # noqa: E402


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the folder of a family's tiny model."""
    made: dict[str, Path] = {}

    def folder(family: str) -> Path:
        if family not in made:
            made[family] = tmp_path_factory.mktemp(family)
            make(FAMILIES[family], made[family])
        return made[family]

    return folder


@pytest.fixture(scope="session")
def tiny_proposer(tiny_folder: Callable[[str], Path]) -> Callable[[str], Proposer]:
    """Return a family's tiny model as a mender loads it."""
    loaded: dict[str, Proposer] = {}

    def proposer(family: str) -> Proposer:
        if family not in loaded:
            loaded[family] = Mender(filler=tiny_folder(family), device="cpu", threads=1).proposer
        return loaded[family]

    return proposer
