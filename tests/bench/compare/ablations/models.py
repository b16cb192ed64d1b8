"""The embedded models as ablations take them: with parts changed, and named with their size."""

from __future__ import annotations

import copy
from pathlib import Path

from textmend.detect.finder import Detector


def changed(detector: Detector, **parts: object) -> Detector:
    """Return a detector like another but for some of its attributes; the network is shared."""
    result = copy.copy(detector)
    for name, part in parts.items():
        setattr(result, name, part)
    return result


def model_title(name: str, folder: Path) -> str:
    """Return what a model is called in a table: with the size of its file."""
    return f"{name} ({(folder / 'model.onnx').stat().st_size / 1e6:.0f} MB)"
