"""ONNX Runtime sessions, set up so that a row's result does not depend on the other rows of its batch."""

from __future__ import annotations

import contextlib
import ctypes
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textmend.errors import ModelError
from textmend.models.runtime import onnx_runtime

if TYPE_CHECKING:
    import onnxruntime

_STEP = 32


def open_session(file: Path, threads: int | None) -> onnxruntime.InferenceSession:
    """Load an ONNX model on the CPU.

    Args:
        file: the model.
        threads: threads within an operator; default: one a core.

    Raises:
        ModelError: the file is no ONNX model that this ONNX Runtime can run.
    """
    runtime = onnx_runtime()
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    options.inter_op_num_threads = 1
    # Memory is given back between calls, so that one long document does not hold it for good.
    options.enable_cpu_mem_arena = False
    try:
        if threads:
            options.intra_op_num_threads = threads
        session: onnxruntime.InferenceSession = runtime.InferenceSession(
            str(file), options, providers=["CPUExecutionProvider"]
        )
    except Exception as error:  # the library raises many kinds
        raise ModelError(f"{file}: ONNX Runtime can't load this model: {error}") from error
    _give_memory_back()
    return session


def run_session(session: onnxruntime.InferenceSession, names: list[str], inputs: dict[str, Any]) -> list[Any]:
    """Run a model. Raises :class:`ModelError` if it fails: its files don't fit each other, or memory is short."""
    try:
        found: list[Any] = session.run(names, inputs)
    except Exception as error:  # the library raises many kinds
        raise ModelError(f"ONNX Runtime can't run the model: {error}") from error
    return found


def _give_memory_back() -> None:
    """Give memory that loading took back to the system: unfolding a filler's weights takes some hundreds of megabytes.

    Only glibc holds such memory, and only glibc has this function; on other systems nothing is done.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def usable_cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def padded(length: int) -> int:
    """Return the length to which a row is padded. It depends on the row alone, so batches can't change it."""
    return -(-length // _STEP) * _STEP


def batches(lengths: Sequence[int], tokens: int) -> Iterator[list[int]]:
    """Yield the indices of rows to run together: rows of one padded length, at most ``tokens`` with padding."""
    order = sorted(range(len(lengths)), key=lambda index: padded(lengths[index]))
    start = 0
    while start < len(order):
        size = padded(lengths[order[start]])
        most = max(1, tokens // size)
        end = start
        while end < len(order) and end - start < most and padded(lengths[order[end]]) == size:
            end += 1
        yield order[start:end]
        start = end
