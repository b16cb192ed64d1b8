"""Checkpoints of a training run: tensors as safetensors, the rest as JSON inside the same file's header."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from safetensors.torch import save_file

from textmend.errors import ModelError


def save_checkpoint(path: Path, tensors: Mapping[str, torch.Tensor], state: Mapping[str, Any]) -> None:
    """Write a checkpoint; the old one stays until the new one is complete."""
    part = path.with_name(path.name + ".part")
    contiguous = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    save_file(contiguous, part, metadata={"state": json.dumps(state)})
    os.replace(part, path)


def load_checkpoint(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, Any]]:
    """Read a checkpoint: its tensors and its state."""
    try:
        with safe_open(path, framework="pt") as file:
            state = json.loads((file.metadata() or {}).get("state", "{}"))
            return {name: file.get_tensor(name) for name in file.keys()}, state  # noqa: SIM118
    except Exception as error:
        raise ModelError(f"{path}: not a checkpoint of a training run: {error}") from error


def trained_weights(path: Path) -> dict[str, torch.Tensor]:
    """Return the averaged weights of a checkpoint: only the trained ones, since the rest are those of the base."""
    tensors, _ = load_checkpoint(path)
    prefix = "average."
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def optimizer_tensors(optimizer: torch.optim.Optimizer, names: list[str]) -> dict[str, torch.Tensor]:
    """Return the moments of an Adam optimizer by parameter name, and the number of steps of each parameter."""
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    tensors: dict[str, torch.Tensor] = {}
    for name, parameter in zip(names, parameters, strict=True):
        for key in ("exp_avg", "exp_avg_sq", "step"):
            if parameter in optimizer.state:
                tensors[f"optimizer.{key}.{name}"] = optimizer.state[parameter][key]
    return tensors


def restore_optimizer(
    optimizer: torch.optim.Optimizer, names: list[str], tensors: Mapping[str, torch.Tensor], step: int
) -> None:
    """Restore saved moments; parameters without any start afresh.

    ``step`` is the step of the run. It counts for checkpoints without steps of parameters, which come from runs in
    which every parameter took part in every step.
    """
    parameters = [p for group in optimizer.param_groups for p in group["params"]]
    for name, parameter in zip(names, parameters, strict=True):
        if f"optimizer.exp_avg.{name}" in tensors:
            saved = {
                "step": tensors.get(f"optimizer.step.{name}", torch.tensor(float(step))),
                "exp_avg": tensors[f"optimizer.exp_avg.{name}"],
                "exp_avg_sq": tensors[f"optimizer.exp_avg_sq.{name}"],
            }
            optimizer.state[parameter] = {key: value.to(parameter.device, copy=True) for key, value in saved.items()}
