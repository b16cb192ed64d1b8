"""ONNX Runtime, imported so that it sends nothing and writes nothing. All of textmend imports it here."""

from __future__ import annotations

import os
from typing import Any

_SILENT = "ORT_DISABLE_TELEMETRY"


def onnx_runtime() -> Any:
    """Return the module ``onnxruntime``, with its telemetry off.

    From version 1.29 on it reports to its makers unless this variable says otherwise before it starts: it writes an
    id of the device under ``~/.cache/Microsoft`` and looks up a host. The variable stays set, for processes that are
    started later. Where a program has imported ONNX Runtime before textmend did, it has decided already.
    """
    os.environ[_SILENT] = "1"
    import onnxruntime

    return onnxruntime
