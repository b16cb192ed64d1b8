"""The common part of both models' ONNX exports: encoder layers from numpy weights, and the file.

The models themselves are in `detector_graph` and `filler_graph`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from textmend.train.graph import CONTRIB, MASKED, Dense, Graph, gelu, linear
from textmend.train.quantize import Array, Precision

Weights = Mapping[str, Array]
FLOAT = Precision(32)


@dataclass(frozen=True)
class Size:
    """The numbers in an encoder's `config.json` that its graph needs."""

    layers: int
    heads: int
    width: int
    places: int
    epsilon: float

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Size:
        """Read them from a transformers config."""
        return cls(
            layers=int(config["num_hidden_layers"]),
            heads=int(config["num_attention_heads"]),
            width=int(config["hidden_size"]),
            places=int(config["max_position_embeddings"]),
            epsilon=float(config["layer_norm_eps"]),
        )


@dataclass(frozen=True)
class LayerNames:
    """An architecture's names for the parts of an encoder layer."""

    query: str
    key: str
    value: str
    mixed: str
    mixed_norm: str
    up: str = "intermediate.dense"
    down: str = "output.dense"
    norm: str = "output.LayerNorm"


@dataclass(frozen=True)
class Heeded:
    """Further inputs of attention: a bias on its scores, and keys and values from before."""

    bias: str = ""
    keys: str = ""
    values: str = ""


@dataclass(frozen=True)
class Builder:
    """A graph, its weights, the storage of its matrices, and the moments for rounding them."""

    graph: Graph
    weights: Weights
    size: Size
    precision: Precision
    moments: Mapping[str, Array]

    def linear(self, x: str, name: str, precision: Precision | None = None) -> str:
        """The dense layer `name`."""
        layer = Dense(name, self.weights[f"{name}.weight"], self.weights[f"{name}.bias"], self.moments.get(name))
        return linear(self.graph, x, layer, precision or self.precision)

    def norm(self, x: str, name: str, skip: str | None = None) -> str:
        """The layer norm `name`, of `x` or of `x + skip`."""
        learned = [
            self.graph.weight(f"{name}.{part}", self.weights[f"{name}.{part}"].astype(np.float32))
            for part in ("weight", "bias")
        ]
        if skip is not None:
            # Sum, not Add: ONNX Runtime fuses Add into SkipLayerNormalization, three times slower on the CPU.
            x = self.graph.op("Sum", x, skip)
        return self.graph.op("LayerNormalization", x, *learned, name=name, axis=-1, epsilon=self.size.epsilon)

    def layer(
        self, x: str, mask: str, prefix: str, names: LayerNames, heeded: Heeded = Heeded(), only: str | None = None
    ) -> str:
        """One encoder layer; with `only`, its result is computed only at those places of the flattened batch."""
        graph = self.graph
        query, key, value = (self.linear(x, f"{prefix}.{part}") for part in (names.query, names.key, names.value))
        if heeded.keys:
            key, value = graph.op("Concat", heeded.keys, key, axis=1), graph.op("Concat", heeded.values, value, axis=1)
        seen = graph.op(
            "MultiHeadAttention", query, key, value, "", mask, heeded.bias, name=f"{prefix}/attention", domain=CONTRIB,
            num_heads=self.size.heads, mask_filter_value=MASKED,
        )  # fmt: skip
        if only is not None:
            x, seen = self.at(x, only), self.at(seen, only)
        x = self.norm(self.linear(seen, f"{prefix}.{names.mixed}"), f"{prefix}.{names.mixed_norm}", skip=x)
        inner = gelu(graph, self.linear(x, f"{prefix}.{names.up}"), f"{prefix}/gelu")
        return self.norm(self.linear(inner, f"{prefix}.{names.down}"), f"{prefix}.{names.norm}", skip=x)

    def at(self, x: str, places: str) -> str:
        """The rows of `[batch, length, width]` at places of the flattened batch, as `[1, n, width]`."""
        flat = self.graph.op("Reshape", x, self.graph.ints(1, -1, self.size.width))
        return self.graph.op("Gather", flat, places, axis=1)

    def places(self, ids: str, table: Array, name: str) -> str:
        """The first rows of a position table, as many as the ids are long: `[1, length, width]`."""
        length = self.graph.op("Shape", ids, start=1, end=2)
        return self.graph.op("Slice", self.store(name, table[None]), self.graph.ints(0), length, self.graph.ints(1))

    def store(self, name: str, table: Array) -> str:
        """A table, as it is, or in float16 if the matrices are rounded."""
        return (self.graph.weight if self.precision.is_float else self.graph.half_weight)(name, table)


def write_model(graph: Graph, folder: str | Path) -> Path:
    """Write a finished graph as `model.onnx` into a folder, which is created if it is missing."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.onnx"
    model = graph.model()
    onnx.checker.check_model(model)
    onnx.save_model(model, str(path))
    return path
