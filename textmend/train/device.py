"""The device of training: the CPU, or a GPU."""

from __future__ import annotations

import torch

from textmend.errors import ModelError


def find_device(name: str) -> torch.device:
    """Return a device by name, ``cpu`` or ``cuda`` (also ``cuda:1``).

    Raises:
        ModelError: the machine has no such device.
    """
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError) as error:
        reason = str(error).partition("\n")[0]
        raise ModelError(f"device {name!r} can't be used: {reason}; --device cpu always can") from error
    if device.type == "cuda":
        torch.set_float32_matmul_precision("high")  # what autocast leaves in float32: the heads, the optimizer
    return device


def device_of(model: torch.nn.Module) -> torch.device:
    """Return the device of a model's parameters, where its inputs have to be too."""
    return next(model.parameters()).device
