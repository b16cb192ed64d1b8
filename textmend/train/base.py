"""Reading the base model with which training starts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file

from textmend.errors import ModelError

Weights = dict[str, torch.Tensor]

TIED = ("decoder.weight", "decoder.bias")
"""Endings of the names of weights that repeat the word embeddings."""

_UNUSED = ("pooler.", "position_ids", "cls.seq_relationship")


def read_base(folder: Path) -> Weights:
    """Return a base model's weights, float32, named as in a model of its architecture with a masked-LM head.

    Old names of layer norms are read too. Weights that textmend's models don't have are left out: poolers, tied
    decoders.

    Args:
        folder: the base, with ``config.json`` and ``model.safetensors``.
    """
    prefix = str(_config(folder)["model_type"])
    weights: Weights = {}
    for old, tensor in load_file(folder / "model.safetensors").items():
        name = old.replace("LayerNorm.gamma", "LayerNorm.weight").replace("LayerNorm.beta", "LayerNorm.bias")
        if name.endswith(TIED) or any(part in name for part in _UNUSED):
            continue
        if not name.startswith((f"{prefix}.", "cls.", "lm_head.")):
            name = f"{prefix}.{name}"
        weights[name] = tensor.float()
    return weights


def longest_row(folder: Path) -> int:
    """Return how many pieces a row may have, special ones included: as many as the base has places for."""
    config = _config(folder)
    places = int(config["max_position_embeddings"])
    # MPNet counts places from the row after the padding's.
    return places - int(config.get("pad_token_id", 1)) - 1 if config["model_type"] == "mpnet" else places


def check_architecture(folder: Path, known: Iterable[str], kind: str) -> None:
    """Raise :class:`ModelError` if models of this kind can't be trained from a base of its architecture."""
    found = str(_config(folder).get("model_type"))
    if found not in known:
        raise ModelError(f"{folder}: is a {found!r} model; {kind}s are trained from {' or '.join(known)}")


def check_complete(folder: Path, absent: Iterable[str]) -> None:
    """Raise :class:`ModelError` if a base lacks weights."""
    if names := sorted(absent):
        raise ModelError(f"{folder / 'model.safetensors'}: lacks the weights {', '.join(names[:5])}")


def _config(folder: Path) -> Mapping[str, Any]:
    config: Mapping[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return config
