"""The filler as ONNX: numpy weights of an MPNet masked language model in, a quantized `model.onnx` out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from textmend.train.export import FLOAT, Builder, LayerNames, Size, Weights, write_model
from textmend.train.graph import Graph, block_embedding, block_linear, embedding, gelu
from textmend.train.quantize import Array, Precision, quantize

TILE = 8
"""MatMulNBits computes the rows left over when it has gone through a matrix by tiles in another order than the
others. Row counts are padded to a multiple of this, so that each row's sums never depend on their number."""
MPNET_MAX_DISTANCE = 128
"""Where MPNet's relative positions end; a constant of the architecture, not in its config."""
MPNET = LayerNames(
    "attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o", "attention.LayerNorm"
)


def export_filler(
    weights: Weights,
    config: Mapping[str, Any],
    folder: str | Path,
    *,
    bits: int = 4,
    block: int = 64,
    embedding_bits: int = 8,
    embedding_block: int = 128,
    rows: bool = True,
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
    if not build.precision.is_float:
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
    return write_model(graph, folder, notes)


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
