"""Turning trained checkpoints into the embedded ONNX models: small, quantized, without torch.

For numpy weights in, `model.onnx` out, and for comparing an export with its full-precision twin. Not for
training, and not for running models over texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort

from textmend.train.graph import (
    Graph,
    attention,
    block_embedding,
    block_linear,
    embedding,
    gelu,
    layer_norm,
    linear,
)
from textmend.train.quantize import Array, Precision, quantize

Weights = Mapping[str, Array]
FLOAT = Precision(32)
TILE = 8
"""MatMulNBits computes the rows left over when it has gone through a matrix by tiles in another order than the
others. Row counts are padded to a multiple of this, so that each row's sums never depend on their number."""
MPNET_MAX_DISTANCE = 128
"""Where MPNet's relative positions end; a constant of the architecture, not in its config."""


@dataclass(frozen=True)
class Size:
    """The numbers of an encoder's `config.json` that its graph needs."""

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
    """What an architecture calls the parts of one encoder layer."""

    query: str
    key: str
    value: str
    mixed: str
    mixed_norm: str
    up: str = "intermediate.dense"
    down: str = "output.dense"
    norm: str = "output.LayerNorm"


BERT = LayerNames(
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "attention.output.LayerNorm",
)
MPNET = LayerNames(
    "attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o", "attention.LayerNorm"
)


@dataclass(frozen=True)
class Builder:
    """A graph, the weights it draws on, how its matrices are stored, and the moments to round them by."""

    graph: Graph
    weights: Weights
    size: Size
    precision: Precision
    moments: Mapping[str, Array]

    def linear(self, x: str, name: str, precision: Precision | None = None) -> str:
        """The dense layer `name`."""
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return linear(self.graph, x, weight, bias, name, precision or self.precision, self.moments.get(name))

    def norm(self, x: str, name: str, skip: str | None = None) -> str:
        """The layer norm `name`, of `x` or of `x + skip`."""
        gain, shift = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return layer_norm(self.graph, x, gain, shift, name, self.size.epsilon, skip)

    def layer(self, x: str, mask: str, prefix: str, names: LayerNames, bias: str = "", only: str | None = None) -> str:
        """One encoder layer; with `only`, its result at those places of the flattened batch alone."""
        graph = self.graph
        query, key, value = (self.linear(x, f"{prefix}.{part}") for part in (names.query, names.key, names.value))
        seen = attention(graph, query, key, value, mask, self.size.heads, f"{prefix}/attention", bias)
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
        store = self.graph.weight if self.precision.is_float else self.graph.half_weight
        rows = store(name, table[None])
        return self.graph.op("Slice", rows, self.graph.ints(0), length, self.graph.ints(1))


def export_detector(
    weights: Weights,
    config: Mapping[str, Any],
    folder: str | Path,
    *,
    bits: int = 8,
    block: int = 128,
    embedding_bits: int = 8,
    embedding_block: int = 128,
    rows: bool = True,
    moments: Mapping[str, Array] | None = None,
    notes: Mapping[str, str] | None = None,
) -> Path:
    """Write a detector as `model.onnx` into a folder.

    Inputs `input_ids`, `type_ids`, `attention_mask` (int64 `[batch, length]`, padded at the end), output
    `logits` (float32 `[batch, length, labels]`).

    Args:
        weights: A BERT encoder under `encoder.` and the labelling layer `gap.weight`, `gap.bias`.
        config: The encoder's `config.json`.
        folder: Made if it is not there.
        bits: 32, 8 or 4, for the matrices of the layers.
        block: Block size of the layers' matrices.
        embedding_bits: 32, 8 or 4, for the word embeddings.
        embedding_block: Block size of the word embeddings.
        rows: Integer products by row (faster) instead of by block, for the matrices of the layers.
        moments: `quantize.second_moments` of a 32-bit export, to round 4-bit matrices with less loss.
        notes: Anything to keep in the model's metadata.

    Returns:
        The path of the model.

    Raises:
        KeyError: If a weight or a number of the config is missing.
    """
    size = Size.of(config)
    graph = Graph("detector")
    build = Builder(graph, weights, size, Precision(bits, block, rows), moments or {})
    ids, types, mask = (graph.input(name, ["batch", "length"]) for name in ("input_ids", "type_ids", "attention_mask"))
    tables = "encoder.embeddings"
    words = weights[f"{tables}.word_embeddings.weight"]
    x = embedding(graph, ids, words, f"{tables}.word_embeddings", Precision(embedding_bits, embedding_block))
    case = f"{tables}.token_type_embeddings"
    kinds = embedding(graph, types, weights[f"{case}.weight"], case, FLOAT)
    places = build.places(ids, weights[f"{tables}.position_embeddings.weight"], f"{tables}.position_embeddings")
    x = build.norm(graph.op("Sum", x, kinds, places), f"{tables}.LayerNorm")
    seen = graph.op("Cast", mask, to=onnx.TensorProto.INT32)
    for index in range(size.layers):
        x = build.layer(x, seen, f"encoder.encoder.layer.{index}", BERT)
    labels = len(weights["gap.bias"])
    graph.output(build.linear(x, "gap", FLOAT), "logits", ["batch", "length", labels])
    return _write(graph, folder, notes)


def export_filler(
    weights: Weights,
    config: Mapping[str, Any],
    folder: str | Path,
    *,
    bits: int = 4,
    block: int = 64,
    embedding_bits: int = 8,
    embedding_block: int = 128,
    rows: bool = False,
    moments: Mapping[str, Array] | None = None,
    notes: Mapping[str, str] | None = None,
) -> Path:
    """Write a filler as `model.onnx` into a folder.

    Inputs `input_ids`, `attention_mask` (int64 `[batch, length]`, padded at the end) and `positions` (int64
    `[n]`, places in the flattened batch); outputs `log_probs` (float32 `[n, vocabulary]`) and `case_logits`
    (float32 `[n, cases]`). The word embeddings are stored once, for input and output.

    Args:
        weights: An MPNet masked LM under `lm.` (its decoder is the word embeddings; a copy of them may be
            there and is ignored) and the case layer `case.weight`, `case.bias`.
        config: The encoder's `config.json`.
        folder: Made if it is not there.
        bits: 32, 8 or 4, for the matrices of the layers.
        block: Block size of the layers' matrices.
        embedding_bits: 32, 8 or 4, for the word embeddings.
        embedding_block: Block size of the word embeddings.
        rows: Integer products by row (faster) instead of by block, for the matrices of the layers.
        moments: `quantize.second_moments` of a 32-bit export, to round 4-bit matrices with less loss.
        notes: Anything to keep in the model's metadata.

    Returns:
        The path of the model.

    Raises:
        KeyError: If a weight or a number of the config is missing.
    """
    size = Size.of(config)
    graph = Graph("filler")
    build = Builder(graph, weights, size, Precision(bits, block, rows), moments or {})
    ids, mask = (graph.input(name, ["batch", "length"]) for name in ("input_ids", "attention_mask"))
    asked = positions = graph.input("positions", ["n"])
    if not build.precision.is_float and not rows:
        ids, mask, positions = _tiled(graph, ids, mask, positions, int(config["pad_token_id"]))
    tables, encoder, head = "lm.mpnet.embeddings", "lm.mpnet.encoder", "lm.lm_head"
    words, stored = weights[f"{tables}.word_embeddings.weight"], f"{tables}.word_embeddings"
    precision = Precision(embedding_bits, embedding_block)
    blocks = None if precision.is_float else quantize(words, precision)
    x = block_embedding(graph, ids, blocks, stored) if blocks else embedding(graph, ids, words, stored, FLOAT)
    # MPNet counts positions from the row after the padding's.
    start = int(config["pad_token_id"]) + 1
    places = build.places(ids, weights[f"{tables}.position_embeddings.weight"][start:], f"{tables}.position_embeddings")
    x = build.norm(x, f"{tables}.LayerNorm", skip=places)
    seen = graph.op("Cast", mask, to=onnx.TensorProto.INT32)
    bias = _relative_bias(graph, ids, weights[f"{encoder}.relative_attention_bias.weight"], size.places - start)
    for index in range(size.layers):
        last = index == size.layers - 1
        x = build.layer(x, seen, f"{encoder}.layer.{index}", MPNET, bias, positions if last else None)
    x = graph.op("Reshape", x, graph.ints(-1, size.width))
    case = build.linear(x, "case", FLOAT)
    x = build.norm(gelu(graph, build.linear(x, f"{head}.dense"), f"{head}/gelu"), f"{head}.layer_norm")
    given = weights[f"{head}.bias"].astype(np.float32)
    if blocks:
        scores = block_linear(graph, x, blocks, graph.weight(f"{head}.bias", given), stored, f"{head}.decoder")
    else:
        turned = graph.op("Transpose", graph.weight(stored, words), perm=[1, 0])
        scores = graph.op("Add", graph.op("MatMul", x, turned), graph.weight(f"{head}.bias", given))
    if positions != asked:
        count = graph.op("Shape", asked)
        case, scores = (graph.op("Slice", x, graph.ints(0), count, graph.ints(0)) for x in (case, scores))
    graph.output(graph.op("LogSoftmax", scores, axis=-1), "log_probs", ["n", len(words)])
    graph.output(case, "case_logits", ["n", len(weights["case.bias"])])
    return _write(graph, folder, notes)


def _tiled(graph: Graph, ids: str, mask: str, positions: str, pad: int) -> tuple[str, str, str]:
    """The inputs padded so that there are whole tiles of places and of positions."""
    length, tile = graph.op("Shape", ids, start=1, end=2), graph.ints(TILE)

    def missing(count: str) -> str:
        return graph.op("Mod", graph.op("Sub", tile, graph.op("Mod", count, tile)), tile)

    more = graph.op("Concat", graph.ints(0, 0, 0), missing(length), axis=0)
    ids, mask = graph.op("Pad", ids, more, graph.number(pad)), graph.op("Pad", mask, more, graph.number(0))
    row, column = graph.op("Div", positions, length), graph.op("Mod", positions, length)
    moved = graph.op("Add", graph.op("Mul", row, graph.op("Shape", ids, start=1, end=2)), column)
    more = graph.op("Concat", graph.ints(0), missing(graph.op("Shape", positions)), axis=0)
    return ids, mask, graph.op("Pad", moved, more, graph.number(0))


def _relative_bias(graph: Graph, ids: str, table: Array, places: int) -> str:
    """MPNet's attention bias `[1, heads, length, length]`: one number a head and a distance."""
    distances = np.arange(1 - places, places)
    by_distance = table[relative_buckets(distances, len(table))].T.astype(np.float32)
    length = graph.op("Squeeze", graph.op("Shape", ids, start=1, end=2))
    steps = graph.op("Range", graph.number(0), length, graph.number(1))
    there, here = graph.op("Unsqueeze", steps, graph.ints(0)), graph.op("Unsqueeze", steps, graph.ints(1))
    column = graph.op("Add", graph.op("Sub", there, here), graph.number(places - 1))
    heads = graph.op("Gather", graph.weight("relative_attention_bias", by_distance), column, axis=1)
    return graph.op("Unsqueeze", heads, graph.ints(0))


def relative_buckets(distances: Array, buckets: int) -> Array:
    """MPNet's bucket for each distance `key - query`: exact when near, logarithmic when far.

    The same as `MPNetEncoder.relative_position_bucket` of transformers, down to its float32 arithmetic.
    """
    half = buckets // 2
    exact = half // 2
    away = np.abs(distances)
    grown = np.log(np.maximum(away, 1).astype(np.float32) / exact) / np.float32(np.log(MPNET_MAX_DISTANCE / exact))
    far = np.minimum(exact + (grown * np.float32(half - exact)).astype(np.int64), half - 1)
    return np.where(distances > 0, half, 0) + np.where(away < exact, away, far)


def _write(graph: Graph, folder: str | Path, notes: Mapping[str, str] | None) -> Path:
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.onnx"
    model = graph.model(notes)
    onnx.checker.check_model(model)
    onnx.save_model(model, str(path))
    return path


def session(path: str | Path, threads: int = 0) -> ort.InferenceSession:
    """A CPU session on a model; 0 threads lets ONNX Runtime choose."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


@dataclass(frozen=True)
class Difference:
    """How far a quantized export's answers are from the full-precision ones, over the places compared.

    Attributes:
        places: How many rows of the output were compared.
        largest: The largest difference of a probability.
        mean: The mean of each row's largest difference of a probability.
        divergence: Mean Kullback-Leibler divergence of the quantized from the full-precision distribution, in nats.
        agreement: Share of the rows whose likeliest answer is the same.
    """

    places: int
    largest: float
    mean: float
    divergence: float
    agreement: float


def compare(full: str | Path, quantized: str | Path, batches: Sequence[Mapping[str, Array]]) -> Difference:
    """Compare the first output of two exports of the same weights on the same batches.

    Padding is left out where the output has a row for every token.

    Args:
        full: The full-precision model (32 bits).
        quantized: The quantized one.
        batches: Inputs by name, at least one batch.

    Raises:
        ValueError: If there is nothing to compare.
    """
    models = session(full), session(quantized)
    rows: list[tuple[Array, Array]] = []
    for batch in batches:
        one, other = (_log_softmax(np.asarray(model.run(None, dict(batch))[0], np.float64)) for model in models)
        keep = batch["attention_mask"] > 0 if one.ndim == 3 else np.ones(len(one), bool)
        rows.append((one[keep], other[keep]))
    if not sum(len(one) for one, _ in rows):
        raise ValueError("no places to compare: the batches are empty")
    one, other = (np.concatenate(side) for side in zip(*rows, strict=True))
    apart = np.abs(np.exp(one) - np.exp(other)).max(-1)
    return Difference(
        places=len(one),
        largest=float(apart.max()),
        mean=float(apart.mean()),
        divergence=float((np.exp(one) * (one - other)).sum(-1).mean()),
        agreement=float((one.argmax(-1) == other.argmax(-1)).mean()),
    )


def _log_softmax(scores: Array) -> Array:
    shifted = scores - scores.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)))
