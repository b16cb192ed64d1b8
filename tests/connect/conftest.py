"""What the connectors' tests share: options that name tiny models."""

from __future__ import annotations

from typing import Any

import pytest

pytest.importorskip("onnx", reason="onnx makes the tiny models: pip install -e '.[test]'")

from tiny_models import make_detector, make_filler


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Options with the tiny models, and one thread."""
    folder = tmp_path_factory.mktemp("tiny")
    detector, filler = make_detector(folder / "detector"), make_filler(folder / "filler")
    return {"detector": str(detector), "filler": str(filler), "threads": 1}
