"""The detector as ONNX: numpy weights of a BERT encoder in, a quantized `model.onnx` out.

A call takes one window and gives results only at its sites. With an early exit, the upper layers run only where the
lower ones are in doubt, and around such places. These places depend only on the window, so batches change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from onnx import TensorProto

from textmend.train.export import FLOAT, Builder, LayerNames, Size, Weights, write_model
from textmend.train.graph import Graph, embedding
from textmend.train.quantize import Precision

BERT = LayerNames(
    "attention.self.query",
    "attention.self.key",
    "attention.self.value",
    "attention.output.dense",
    "attention.output.LayerNorm",
)


MOST_EARLY = -4.0
"""The highest log-odds of a gap at a site that is done early: it is plainly undamaged, however rough the opinion."""


_BLOCK = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyExit:
    """When the lower layers are enough (early exit: Teerapittayanon et al. 2016, Xin et al. 2020 "DeeBERT").

    Attributes:
        layer: the number of layers before the early opinion; its head is `early.LAYER`.
        threshold: sites with early log-odds of a gap up to this are done; the others go on.
        lengths: how likely 1, 2, … words are missing at gaps that are done early; their log-odds are divided in this
            way.
        context: how many places on both sides go on together with a doubtful place.
    """

    layer: int
    threshold: float
    lengths: tuple[float, ...]
    context: int = 12


def export_detector(
    weights: Weights,
    config: Mapping[str, Any],
    folder: str | Path,
    *,
    early: EarlyExit | None = None,
    bits: int = 8,
    embedding_bits: int = 8,
) -> Path:
    """Write a detector as `model.onnx` into a folder.

    Inputs `input_ids`, `type_ids` (int64 `[1, length]`) and `sites` (int64 `[n]`, at least one, places that are
    judged), output `logits` (float32 `[n, labels]`). Where the early opinion was enough, it is spread over the
    labels above 0 as `EarlyExit.lengths` says.

    Args:
        weights: A BERT encoder under `encoder.`, the labelling layer `gap.weight`, `gap.bias`, and early heads.
        config: The encoder's `config.json`.
        folder: Made if it is not there.
        early: When to leave early; by default all layers judge every site.
        bits: 32, 8 or 4, for the matrices of the layers.
        embedding_bits: 32, 8 or 4, for the word embeddings.

    Returns:
        The path of the model.

    Raises:
        KeyError: If a weight or a number of the config is missing.
        ValueError: If the early exit doesn't fit the encoder.
    """
    size, labels = Size.of(config), len(weights["gap.bias"])
    if early and not (0 < early.layer < size.layers and early.context >= 0 and len(early.lengths) == labels - 1):
        raise ValueError(f"{early} doesn't fit an encoder of {size.layers} layers and {labels} labels")
    graph = Graph("detector")
    build = Builder(graph, weights, size, Precision(bits, _BLOCK, rows=True), {})
    x = _embedded(build, Precision(embedding_bits, _BLOCK))
    asked = sites = graph.input("sites", ["n"])
    opinion = None
    for index in range(size.layers):
        last = index == size.layers - 1
        x = build.layer(x, "", f"encoder.encoder.layer.{index}", BERT, only=asked if last else None)
        if early and early.layer == index + 1:
            opinion = _opinion(build, x, sites, early)
            x, asked = graph.op("Gather", x, opinion.kept, axis=1), opinion.asked
    logits = graph.op("Reshape", build.linear(x, "gap", FLOAT), graph.ints(-1, labels))
    graph.output(_joined(graph, logits, opinion, early) if early and opinion else logits, "logits", ["n", labels])
    return write_model(graph, folder)


def _embedded(build: Builder, precision: Precision) -> str:
    """The input of the first layer: the embeddings of words, token types and places, added and normalized."""
    graph, weights, tables = build.graph, build.weights, "encoder.embeddings"
    ids, types = (graph.input(name, [1, "length"]) for name in ("input_ids", "type_ids"))
    x = embedding(graph, ids, weights[f"{tables}.word_embeddings.weight"], f"{tables}.word_embeddings", precision)
    case = f"{tables}.token_type_embeddings"
    kinds = embedding(graph, types, weights[f"{case}.weight"], case, FLOAT)
    places = build.places(ids, weights[f"{tables}.position_embeddings.weight"], f"{tables}.position_embeddings")
    return build.norm(graph.op("Sum", x, kinds, places), f"{tables}.LayerNorm")


@dataclass(frozen=True)
class _Opinion:
    """Names of the results of the early layer.

    Attributes:
        log_odds: its log-odds at the sites, `[n, 1]`.
        doubtful: which sites go on, bool `[n]`.
        kept: the places that go on, theirs and those around, sorted; int64 `[m]`.
        asked: the places of place 0 and of the doubtful sites among these; int64 `[1 + d]`.
    """

    log_odds: str
    doubtful: str
    kept: str
    asked: str


def _opinion(build: Builder, x: str, sites: str, early: EarlyExit) -> _Opinion:
    graph = build.graph
    found = build.linear(graph.op("Gather", x, sites, axis=1), f"early.{early.layer}", FLOAT)
    log_odds = graph.op("Reshape", found, graph.ints(-1, 1))
    threshold = graph.weight("early/threshold", np.array(early.threshold, np.float32))
    doubtful = graph.op("Reshape", graph.op("Greater", log_odds, threshold), graph.ints(-1))
    going = graph.op("Compress", sites, doubtful, axis=0)
    # Place 0 always goes on, so that every layer has an input.
    asked = graph.op("Concat", graph.ints(0), going, axis=0)
    length = graph.op("Shape", x, start=1, end=2)
    nothing = graph.op("Expand", graph.weight("early/nothing", np.zeros(1, np.float32)), length)
    one = graph.weight("early/one", np.ones(1, np.float32))
    ones = graph.op("Expand", one, graph.op("Shape", going))
    marked = graph.op("Reshape", graph.op("ScatterElements", nothing, going, ones), graph.ints(1, 1, -1))
    near = graph.op(
        "MaxPool", marked, kernel_shape=[2 * early.context + 1], pads=[early.context, early.context], strides=[1]
    )
    kept = graph.op("ScatterElements", graph.op("Reshape", near, graph.ints(-1)), graph.ints(0), one)
    order = graph.op(
        "Sub", graph.op("CumSum", graph.op("Cast", kept, to=TensorProto.INT64), graph.ints(0)), graph.ints(1)
    )
    return _Opinion(
        log_odds,
        doubtful,
        graph.op("Reshape", graph.op("NonZero", kept), graph.ints(-1)),
        graph.op("Gather", order, asked),
    )


def _joined(graph: Graph, logits: str, opinion: _Opinion, early: EarlyExit) -> str:
    """The early opinion at every site, replaced by the logits `[1 + d, labels]` of the sites that went on."""
    lengths = np.maximum(np.array(early.lengths, np.float64), 1e-6)
    shares = np.append(0.0, np.log(lengths / lengths.sum())).astype(np.float32)
    some = np.array([0.0] + [1.0] * len(lengths), np.float32)
    most = graph.weight("early/most", np.array(MOST_EARLY, np.float32))
    spread = graph.op(
        "Add",
        graph.op("Mul", graph.op("Min", opinion.log_odds, most), graph.weight("early/some", some[None])),
        graph.weight("early/shares", shares[None]),
    )
    doubtful = graph.op("Transpose", graph.op("NonZero", opinion.doubtful), perm=[1, 0])
    late = graph.op("Slice", logits, graph.ints(1), graph.ints(np.iinfo(np.int64).max), graph.ints(0))
    return graph.op("ScatterND", spread, doubtful, late)
