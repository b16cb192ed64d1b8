"""The filler as ONNX: numpy weights of an MPNet masked language model in, a quantized `model.onnx` out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx

from textmend.models.trunk import NO_TYPE
from textmend.train.export import FLOAT, Builder, Heeded, LayerNames, Size, Weights, write_model
from textmend.train.graph import Graph, block_embedding, block_linear, embedding, gelu
from textmend.train.quantize import Array, Precision, quantize

TILE = 8
"""MatMulNBits works in tiles of rows, and sums the rows after the last whole tile in another order. Row counts are
padded to a multiple of this, so that no row's sums depend on the number of rows."""
MPNET_MAX_DISTANCE = 128
"""The end of MPNet's relative positions; a constant of the architecture, not in its config."""
MPNET = LayerNames(
    "attention.attn.q", "attention.attn.k", "attention.attn.v", "attention.attn.o", "attention.LayerNorm"
)
_TABLES, _ENCODER, _HEAD = "lm.mpnet.embeddings", "lm.mpnet.encoder", "lm.lm_head"
_ALL = int(np.iinfo(np.int64).max)
_BLOCK, _WORDS_BLOCK = 64, 128


def export_filler(
    weights: Weights,
    config: Mapping[str, Any],
    folder: str | Path,
    *,
    bits: int = 4,
    embedding_bits: int = 8,
    moments: Mapping[str, Array] | None = None,
) -> Path:
    """Write a filler as `model.onnx` into a folder.

    Inputs `input_ids`, `attention_mask` (int64 `[batch, length]`, padded at the end) and `positions` (int64
    `[n]`, places in the flattened batch); outputs `log_probs` (float32 `[n, vocabulary]`) and `case_logits`
    (float32 `[n, cases]`). The word embeddings are stored once, for input and output.

    With a head for lost words there are two more inputs, `type_ids` (int64 `[batch, length]`: token types, or `NO_TYPE`
    in rows that ask for pieces) and `sites` (int64 `[m]`, places in the flattened batch), and one more output,
    `gap_logits` (float32 `[m, labels]`). `positions` or `sites` may be empty.

    A later call can continue from the results of a row. The outputs `keys_i` and `values_i` (float32 `[batch, length,
    width]`) of layer `i` become the inputs `read_keys_i` and `read_values_i` (of one row, or of a row each), with
    `read_places` (int64 `[batch, read]`: their places in a row) and `read_mask` (which of them count). The new rows
    then begin at place `first` (int64 `[batch]`). Without these inputs, nothing was read before.

    Args:
        weights: An MPNet masked LM under `lm.` (its decoder is the word embeddings; a copy of them may be
            there and is ignored), the case layer `case.weight`, `case.bias`, and perhaps a head for lost words:
            `types.weight`, the layer norm `norm`, and the layer `gap`.
        config: The encoder's `config.json`.
        folder: Made if it is not there.
        bits: 32, 8 or 4, for the matrices of the layers.
        embedding_bits: 32, 8 or 4, for the word embeddings.
        moments: `quantize.second_moments` of a 32-bit export, to round 4-bit matrices with less loss.

    Returns:
        The path of the model.

    Raises:
        KeyError: If a weight or a number of the config is missing.
    """
    graph = Graph("filler")
    build = Builder(graph, weights, Size.of(config), Precision(bits, _BLOCK, rows=True), moments or {})
    table = _WordTable(graph, weights[f"{_TABLES}.word_embeddings.weight"], Precision(embedding_bits, _WORDS_BLOCK))
    asked = _Asked.by(graph, gaps="gap.weight" in weights)
    pad = int(config["pad_token_id"])
    given = asked if build.precision.is_float else asked.tiled(graph, pad)
    x = _states(build, table, given, _Read.by(graph, build.size), pad)
    if given.sites:
        count = graph.op("Shape", given.positions)
        _output_gaps(build, _rows(graph, x, count, graph.ints(_ALL)), asked)
        x = _rows(graph, x, graph.ints(0), count)
    case, scores = build.linear(x, "case", FLOAT), _scores(build, table, x)
    if given != asked:
        count = graph.op("Shape", asked.positions)
        case, scores = (_rows(graph, part, graph.ints(0), count) for part in (case, scores))
    graph.output(graph.op("LogSoftmax", scores, axis=-1), "log_probs", ["n", len(table.words)])
    graph.output(case, "case_logits", ["n", len(weights["case.bias"])])
    return write_model(graph, folder)


def _output_gaps(build: Builder, states: str, asked: _Asked) -> None:
    """Add the output for lost words at the sites, from the encoder's states there."""
    graph = build.graph
    gaps = build.linear(build.norm(states, "norm"), "gap", FLOAT)
    gaps = _rows(graph, gaps, graph.ints(0), graph.op("Shape", asked.sites))
    graph.output(gaps, "gap_logits", ["m", len(build.weights["gap.bias"])])


@dataclass(frozen=True)
class _Asked:
    """Names of the inputs: a batch of rows, and the queried places; `types` and `sites` may be missing."""

    ids: str
    mask: str
    positions: str
    types: str = ""
    sites: str = ""

    @classmethod
    def by(cls, graph: Graph, *, gaps: bool) -> _Asked:
        """Declare the inputs."""
        ids, mask = (graph.input(name, ["batch", "length"]) for name in ("input_ids", "attention_mask"))
        positions = graph.input("positions", ["n"])
        if not gaps:
            return cls(ids, mask, positions)
        return cls(ids, mask, positions, graph.input("type_ids", ["batch", "length"]), graph.input("sites", ["m"]))

    def tiled(self, graph: Graph, pad: int) -> _Asked:
        """The inputs, padded to whole tiles of places, of positions and of sites."""
        length, tile = graph.op("Shape", self.ids, start=1, end=2), graph.ints(TILE)

        def missing(count: str) -> str:
            return graph.op("Mod", graph.op("Sub", tile, graph.op("Mod", count, tile)), tile)

        more = graph.op("Concat", graph.ints(0, 0, 0), missing(length), axis=0)

        def longer(rows: str, value: int) -> str:
            return graph.op("Pad", rows, more, graph.number(value)) if rows else ""

        ids, mask, types = longer(self.ids, pad), longer(self.mask, 0), longer(self.types, NO_TYPE)

        def moved(places: str) -> str:
            if not places:
                return ""
            row, column = graph.op("Div", places, length), graph.op("Mod", places, length)
            there = graph.op("Add", graph.op("Mul", row, graph.op("Shape", ids, start=1, end=2)), column)
            filled = graph.op("Concat", graph.ints(0), missing(graph.op("Shape", places)), axis=0)
            return graph.op("Pad", there, filled, graph.number(0))

        return _Asked(ids, mask, moved(self.positions), types, moved(self.sites))


class _WordTable:
    """The word embeddings, stored once: the input of words, and the weights of the scores of pieces."""

    def __init__(self, graph: Graph, words: Array, precision: Precision) -> None:
        self.graph, self.words = graph, words
        self.blocks = None if precision.is_float else quantize(words, precision)
        self.name = f"{_TABLES}.word_embeddings"

    def rows(self, ids: str) -> str:
        """The embeddings of pieces."""
        if self.blocks:
            return block_embedding(self.graph, ids, self.blocks, self.name)
        return embedding(self.graph, ids, self.words, self.name, FLOAT)

    def scores(self, x: str, bias: Array, head: str) -> str:
        """The score of each piece at a state."""
        graph, given = self.graph, self.graph.weight(f"{head}.bias", bias.astype(np.float32))
        if self.blocks:
            return block_linear(graph, x, self.blocks, given, self.name, f"{head}.decoder")
        turned = graph.op("Transpose", graph.weight(self.name, self.words), perm=[1, 0])
        return graph.op("Add", graph.op("MatMul", x, turned), given)


@dataclass(frozen=True)
class _Read:
    """Names of the inputs with earlier readings; each may be left out."""

    first: str
    places: str
    mask: str
    keys: Sequence[str]
    values: Sequence[str]

    @classmethod
    def by(cls, graph: Graph, size: Size) -> _Read:
        """Declare the inputs."""
        nothing, none = np.zeros((1, 0, size.width), np.float32), np.zeros((1, 0), np.int64)

        def states(name: str) -> list[str]:
            shape: list[str | int] = ["read_rows", "read", size.width]
            return [graph.optional(f"{name}_{layer}", shape, nothing) for layer in range(size.layers)]

        return cls(
            graph.optional("first", ["read_rows"], np.zeros(1, np.int64)),
            graph.optional("read_places", ["read_rows", "read"], none),
            graph.optional("read_mask", ["read_rows", "read"], none),
            states("read_keys"),
            states("read_values"),
        )

    def heeded(self, graph: Graph, ids: str, layer: int, bias: str) -> Heeded:
        """The further inputs of attention in a layer: keys and values, the same for every row of the batch."""
        keys, values = (self._for_each_row(graph, ids, kept[layer]) for kept in (self.keys, self.values))
        return Heeded(bias, keys, values)

    def with_mask(self, graph: Graph, ids: str, mask: str) -> str:
        """The mask of the earlier places, and of the new places after them: int32 `[batch, read + length]`."""
        both = graph.op("Concat", self._for_each_row(graph, ids, self.mask), mask, axis=1)
        return graph.op("Cast", both, to=onnx.TensorProto.INT32)

    def here(self, graph: Graph, ids: str) -> str:
        """The new places: `[read_rows, length]`."""
        length = graph.op("Squeeze", graph.op("Shape", ids, start=1, end=2))
        steps = graph.op("Range", graph.number(0), length, graph.number(1))
        return graph.op("Add", graph.op("Unsqueeze", self.first, graph.ints(1)), steps)

    def _for_each_row(self, graph: Graph, ids: str, value: str) -> str:
        rows, shape = graph.op("Shape", ids, start=0, end=1), graph.op("Shape", value, start=1)
        return graph.op("Expand", value, graph.op("Concat", rows, shape, axis=0))


def _states(build: Builder, table: _WordTable, given: _Asked, read: _Read, pad: int) -> str:
    """The encoder's states at the positions, then at the sites: `[n + m, width]`."""
    graph, weights, size = build.graph, build.weights, build.size
    x = table.rows(given.ids)
    if given.types:
        # Added first: without a type, x stays the same to the last bit.
        kinds = np.concatenate([weights["types.weight"], np.zeros((1, size.width), np.float32)])
        x = graph.op("Add", x, graph.op("Gather", build.store("types", kinds), given.types, axis=0))
    # MPNet counts positions from the row after the padding's.
    start = pad + 1
    here, stored = read.here(graph, given.ids), f"{_TABLES}.position_embeddings"
    places = build.store(stored, weights[f"{stored}.weight"][start:])
    x = build.norm(x, f"{_TABLES}.LayerNorm", skip=graph.op("Gather", places, here, axis=0))
    seen = read.with_mask(graph, given.ids, given.mask)
    there = graph.op("Concat", read.places, here, axis=1)
    bias = _relative_bias(
        graph, here, there, weights[f"{_ENCODER}.relative_attention_bias.weight"], size.places - start
    )
    wanted = graph.op("Concat", given.positions, given.sites, axis=0) if given.sites else given.positions
    for index in range(size.layers):
        last, prefix = index == size.layers - 1, f"{_ENCODER}.layer.{index}"
        heeded = read.heeded(graph, given.ids, index, bias)
        x = build.layer(x, seen, prefix, MPNET, heeded, wanted if last else None)
        graph.output(f"{prefix}.{MPNET.key}", f"keys_{index}", ["batch", "tiled_length", size.width])
        graph.output(f"{prefix}.{MPNET.value}", f"values_{index}", ["batch", "tiled_length", size.width])
    return graph.op("Reshape", x, graph.ints(-1, size.width))


def _scores(build: Builder, table: _WordTable, x: str) -> str:
    x = build.norm(gelu(build.graph, build.linear(x, f"{_HEAD}.dense"), f"{_HEAD}/gelu"), f"{_HEAD}.layer_norm")
    return table.scores(x, build.weights[f"{_HEAD}.bias"], _HEAD)


def _rows(graph: Graph, x: str, start: str, end: str) -> str:
    return graph.op("Slice", x, start, end, graph.ints(0))


def _relative_bias(graph: Graph, here: str, there: str, table: Array, places: int) -> str:
    """MPNet's attention bias `[read_rows, heads, here, there]`: one number for each head and distance."""
    distances = np.arange(1 - places, places)
    by_distance = table[relative_buckets(distances, len(table))].T.astype(np.float32)
    away = graph.op("Sub", graph.op("Unsqueeze", there, graph.ints(1)), graph.op("Unsqueeze", here, graph.ints(2)))
    column = graph.op("Add", away, graph.number(places - 1))
    heads = graph.op("Gather", graph.weight("relative_attention_bias", by_distance), column, axis=1)
    return graph.op("Transpose", heads, perm=[1, 0, 2, 3])


def relative_buckets(distances: Array, buckets: int) -> Array:
    """MPNet's bucket for each distance `key - query`: exact for near keys, logarithmic for far ones.

    It equals `MPNetEncoder.relative_position_bucket` of transformers, including its float32 arithmetic.
    """
    half = buckets // 2
    exact = half // 2
    away = np.abs(distances)
    grown = np.log(np.maximum(away, 1).astype(np.float32) / exact) / np.float32(np.log(MPNET_MAX_DISTANCE / exact))
    far = np.minimum(exact + (grown * np.float32(half - exact)).astype(np.int64), half - 1)
    return np.where(distances > 0, half, 0) + np.where(away < exact, away, far)
