"""Importing ONNX Runtime without its telemetry. All of textmend imports it through this file."""

from __future__ import annotations

import os
from typing import Any

_SILENT = "ORT_DISABLE_TELEMETRY"


def onnx_runtime() -> Any:
    """Return the module ``onnxruntime``, with its telemetry off.

    From version 1.29 on it reports to its makers unless this variable is set before it is imported: it writes an id of
    the device under ``~/.cache/Microsoft`` and looks up a host. The variable stays set, for processes that start later.
    It has no effect if a program imported ONNX Runtime before textmend did.
    """
    os.environ[_SILENT] = "1"
    import onnxruntime

    return onnxruntime
