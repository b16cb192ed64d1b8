"""Weights in a small file, for further training: their rounded difference from a base, or from earlier weights."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import torch
from safetensors.torch import save_file

from textmend.errors import ModelError
from textmend.train.base import TIED, Weights
from textmend.train.checkpoint import load_checkpoint, trained_weights


def save_compact(
    weights: Mapping[str, torch.Tensor],
    base: Mapping[str, torch.Tensor],
    file: Path,
    *,
    bits: Literal[4, 8] = 8,
    after: Path | None = None,
) -> None:
    """Write weights in a quarter (8 bits) or an eighth of their size.

    A matrix that the base has is stored as its difference from the base's: ``NAME.q``, int8, or two of 4 bits in a
    uint8, and ``NAME.s``, one float32 scale for each row. So the error of an element is at most 1/254 (1/14) of its
    row's greatest change. Vectors, and matrices that the base lacks, are stored in float16. Weights that equal the
    base's are left out.

    Args:
        weights: by name (a checkpoint's ``trained_weights``, or a state dict).
        base: the weights from which they differ: the base's, or those of ``after`` (``load_compact``).
        file: the safetensors file to write.
        bits: the bits of a difference.
        after: the file of the weights from which they differ; it must be in the folder of ``file`` when that is read.
    """
    most = 2 ** (bits - 1) - 1
    tensors: Weights = {}
    for name, tensor in weights.items():
        old, new = base.get(name), tensor.detach().float()
        if name.endswith(TIED) or (old is not None and torch.equal(old.float(), new)):
            continue
        if old is None or new.ndim != 2:
            tensors[name] = new.half().contiguous()
            continue
        difference = new - old.float()
        scale = difference.abs().amax(1, keepdim=True) / most
        steps = (difference / scale.clamp_min(1e-30)).round().to(torch.int8)
        tensors[f"{name}.q"] = steps if bits == 8 else _packed(steps)
        tensors[f"{name}.s"] = scale
    state = {"after": {"file": after.name, "sha256": _digest(after)}} if after else {}
    save_file(tensors, file, metadata={"compact": json.dumps(state)})


def load_compact(base: Mapping[str, torch.Tensor], file: Path) -> Weights:
    """Read weights as float32: the compact form (``save_compact``), bare weights, or a checkpoint's averaged ones.

    Args:
        base: the weights of the base, from which the compact form differs.
        file: a safetensors file.

    Raises:
        ModelError: the file can't be read, differs from a base other than this, or the file that it differs from
            does not stand beside it.
    """
    tensors, state = load_checkpoint(file)
    if state:
        return trained_weights(file)
    weights: Weights = {}
    if before := _state(file).get("after"):
        weights = load_compact(base, _beside(file, before))
        base = {**base, **weights}
    for name, tensor in tensors.items():
        if name.endswith(".q"):
            name = name.removesuffix(".q")
            old = base.get(name)
            if old is None or f"{name}.s" not in tensors or tensor.shape != _stored_shape(old, tensor.dtype):
                raise ModelError(f"{file}: {name} differs from a matrix that this base lacks")
            steps = tensor if tensor.dtype == torch.int8 else _unpacked(tensor, old.shape[1])
            weights[name] = old.float() + steps.float() * tensors[f"{name}.s"].float()
        elif not name.endswith(".s"):
            weights[name] = tensor.float()
    return weights


def _packed(steps: torch.Tensor) -> torch.Tensor:
    codes = (steps + 8).to(torch.uint8)
    codes = torch.nn.functional.pad(codes, (0, codes.shape[1] % 2))
    return codes[:, ::2] | codes[:, 1::2] << 4


def _unpacked(codes: torch.Tensor, columns: int) -> torch.Tensor:
    pairs = torch.stack([codes & 15, codes >> 4], dim=-1).flatten(1)
    return pairs[:, :columns].to(torch.int8) - 8


def _stored_shape(matrix: torch.Tensor, kind: torch.dtype) -> tuple[int, ...]:
    rows, columns = matrix.shape if matrix.ndim == 2 else (0, 0)
    return (rows, columns) if kind == torch.int8 else (rows, -(-columns // 2))


def _state(file: Path) -> dict[str, dict[str, str]]:
    from safetensors import safe_open

    with safe_open(file, framework="pt") as opened:
        state: dict[str, dict[str, str]] = json.loads((opened.metadata() or {}).get("compact", "{}"))
    return state


def _beside(file: Path, before: Mapping[str, str]) -> Path:
    other = file.with_name(before["file"])
    if not other.is_file() or _digest(other) != before["sha256"]:
        raise ModelError(
            f"{file}: differs from {before['file']} ({before['sha256'][:12]}…), which does not stand beside it"
        )
    return other


def _digest(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()
