"""Building an ONNX graph of a transformer encoder by hand, from numpy weights.

For the export: layers as functions on a small `Graph`, plain or with quantized weights. It is not a general converter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from textmend.train.quantize import Array, Blocks, Precision, quantize

CONTRIB = "com.microsoft"
"""The domain of ONNX Runtime's own operators."""
OPSET, CONTRIB_OPSET, IR_VERSION = 21, 1, 10
MASKED = -1.0e9
"""A masked place adds this to an attention score, so that its weight is exactly zero."""
INT8_ACTIVATIONS = 4
"""The accuracy level of MatMulNBits at which activations are rounded to int8, by row and block, never across a
batch."""
ROW_STEPS = 63
"""Weights of an integer product lie between -63 and 63: with larger ones, processors without VNNI instructions (AVX2)
overflow when they add two products in 16 bits."""


@dataclass
class Graph:
    """An ONNX graph under construction: each method adds to it and returns the name of a value."""

    name: str
    rounded: dict[str, Rounded] = field(default_factory=dict)
    gelus: set[str] = field(default_factory=set)
    _nodes: list[onnx.NodeProto] = field(default_factory=list)
    _weights: dict[str, onnx.TensorProto] = field(default_factory=dict)
    _inputs: list[onnx.ValueInfoProto] = field(default_factory=list)
    _outputs: list[onnx.ValueInfoProto] = field(default_factory=list)

    def input(self, name: str, shape: Sequence[str | int], kind: int = TensorProto.INT64) -> str:
        """Declare an input; a string in its shape is a free dimension."""
        self._inputs.append(helper.make_tensor_value_info(name, kind, list(shape)))
        return name

    def optional(self, name: str, shape: Sequence[str | int], default: Array) -> str:
        """Declare an optional input with the value `default`."""
        kind = TensorProto.FLOAT if default.dtype == np.float32 else TensorProto.INT64
        return self.weight(self.input(name, shape, kind), default)

    def output(self, value: str, name: str, shape: Sequence[str | int]) -> None:
        """Declare a float32 value as an output with a name."""
        self._nodes.append(helper.make_node("Identity", [value], [name], name=f"output/{name}"))
        self._outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, list(shape)))

    def weight(self, name: str, array: Array) -> str:
        """Store an array; if the name exists already, the stored array is used."""
        if name not in self._weights:
            self._weights[name] = numpy_helper.from_array(np.ascontiguousarray(array), name)
        return name

    def int4_weight(self, name: str, array: Array) -> str:
        """Store integers from -8 to 7, two in each byte."""
        if name not in self._weights:
            flat = array.ravel().astype(np.uint8) & 15
            packed = flat[0::2] | np.pad(flat[1::2], (0, flat.size % 2)) << 4
            self._weights[name] = helper.make_tensor(name, TensorProto.INT4, array.shape, packed.tobytes(), raw=True)
        return name

    def half_weight(self, name: str, array: Array) -> str:
        """Store an array in float16; the graph sees float32 (ONNX Runtime folds the cast when it loads the model)."""
        if (wide := f"{name}/float") not in self._values():
            self.op("Cast", self.weight(name, array.astype(np.float16)), name=wide, to=TensorProto.FLOAT)
        return wide

    def op(self, kind: str, *inputs: str, name: str | None = None, domain: str = "", **attributes: Any) -> str:
        """Add an operation; an empty string among the inputs means that an optional input is left out."""
        name = name or f"{kind.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(kind, list(inputs), [name], name=name, domain=domain, **attributes))
        return name

    def number(self, value: int) -> str:
        """A constant int64 scalar."""
        return self.weight(f"number/{value}", np.array(value, np.int64))

    def ints(self, *values: int) -> str:
        """A constant int64 vector."""
        return self.weight(f"ints/{'_'.join(map(str, values))}", np.array(values, np.int64))

    def _values(self) -> set[str]:
        return {name for node in self._nodes for name in node.output}

    def model(self) -> onnx.ModelProto:
        """The finished model."""
        graph = helper.make_graph(self._nodes, self.name, self._inputs, self._outputs, list(self._weights.values()))
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(CONTRIB, CONTRIB_OPSET)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="textmend")


@dataclass(frozen=True)
class Dense:
    """A dense layer: its weight `[out, in]`, as in torch, its bias, and perhaps `moments` for `quantize`."""

    name: str
    weight: Array
    bias: Array
    moments: Array | None = None


def linear(graph: Graph, x: str, layer: Dense, precision: Precision) -> str:
    """`x @ weight.T + bias`."""
    name, bias = layer.name, graph.weight(f"{layer.name}.bias", layer.bias.astype(np.float32))
    if precision.is_float:
        weight = graph.weight(f"{name}.weight", layer.weight.T.astype(np.float32))
        return graph.op("Add", graph.op("MatMul", x, weight, name=f"{name}/matmul"), bias, name=name)
    if precision.rows:
        return graph.op("Add", _row_product(graph, x, layer, precision), bias, name=name)
    return block_linear(graph, x, quantize(layer.weight, precision, layer.moments), bias, f"{name}.weight", name)


def _row_product(graph: Graph, x: str, layer: Dense, precision: Precision) -> str:
    """`x @ weight.T` as an integer product: each row of `x` and each column of the result has its own scale."""
    name, weight = layer.name, layer.weight
    if precision.bits == 8:
        scales = _column_scales(weight)
        codes = graph.weight(f"{name}.weight", np.rint(weight / scales[:, None]).astype(np.int8).T)
    else:
        blocks = quantize(weight, precision, layer.moments)
        scales = _column_scales(blocks.dequantized())
        codes = _unfolded(graph, blocks, scales, f"{name}.weight")
    rounded = round_rows(graph, x)
    product = graph.op(
        "MatMulIntegerToFloat", rounded.codes, codes, rounded.scale, graph.weight(f"{name}.scales", scales),
        rounded.middle, "", "", name=f"{name}/matmul", domain=CONTRIB,
    )  # fmt: skip
    return graph.op("Mul", product, rounded.tops)


def _column_scales(weight: Array) -> Array:
    return np.asarray(np.maximum(np.abs(weight).max(1), 1e-6) / ROW_STEPS, np.float32)


def _unfolded(graph: Graph, blocks: Blocks, scales: Array, name: str) -> str:
    """Blocks of 4 bits as int8 `[columns, rows]`; ONNX Runtime computes it once, when it loads the model.

    This takes as few steps as possible, in float16, because all intermediate results stay in memory until the model is
    loaded: a code is cast, then divided by its share of the column's scale and rounded.
    """
    steps = blocks.steps.reshape(len(blocks.codes), -1).T
    codes = graph.op("Cast", graph.int4_weight(name, steps), to=TensorProto.FLOAT16)
    share = scales / blocks.scales.astype(np.float32).T
    return graph.op(
        "QuantizeLinear", codes, graph.weight(f"{name}.shares", share.astype(np.float16)),
        axis=0, block_size=blocks.precision.block, output_dtype=TensorProto.INT8,
    )  # fmt: skip


@dataclass(frozen=True)
class Rounded:
    """Names of activations rounded to uint8 by row: `(codes - middle) * scale * tops`."""

    codes: str
    middle: str
    scale: str
    tops: str


def round_rows(graph: Graph, x: str) -> Rounded:
    """Round each row of `x` on its own scale; repeated calls compute it once."""
    if x in graph.rounded:
        return graph.rounded[x]
    last = graph.ints(-1)
    top = graph.op("ReduceMax", x, last, keepdims=1)
    if x in graph.gelus:
        # The range goes from the minimum of GELU to the row's maximum: 42 + 213 steps, the ratio at the least top.
        least, middle, steps = 0.87, 42, 213
    else:
        top = graph.op("Max", top, graph.op("Neg", graph.op("ReduceMin", x, last, keepdims=1)))
        least, middle, steps = 1e-6, 128, 127
    top = graph.op("Max", top, graph.weight(f"least/{least}", np.array(least, np.float32)))
    zero = graph.weight(f"middle/{middle}", np.array(middle, np.uint8))
    scale = graph.weight(f"step/{steps}", np.array(1 / steps, np.float32))
    graph.rounded[x] = Rounded(graph.op("QuantizeLinear", graph.op("Div", x, top), scale, zero), zero, scale, top)
    return graph.rounded[x]


def block_linear(graph: Graph, x: str, blocks: Blocks, bias: str, stored: str, name: str) -> str:
    """`linear` with a quantized matrix, stored (once) under the name `stored`."""
    rows, count, _ = blocks.codes.shape
    codes = graph.weight(stored, blocks.codes)
    scales = graph.half_weight(f"{stored}.scales", blocks.scales)
    return graph.op(
        "MatMulNBits", x, codes, scales, "", "", bias, name=name, domain=CONTRIB,
        N=rows, K=count * blocks.precision.block, bits=blocks.precision.bits, block_size=blocks.precision.block,
        accuracy_level=INT8_ACTIVATIONS,
    )  # fmt: skip


def embedding(graph: Graph, ids: str, table: Array, name: str, precision: Precision) -> str:
    """The rows of a table `[entries, width]` at the ids."""
    if precision.is_float:
        return graph.op("Gather", graph.weight(name, table.astype(np.float32)), ids, name=f"{name}/rows", axis=0)
    return block_embedding(graph, ids, quantize(table, precision), name)


def block_embedding(graph: Graph, ids: str, blocks: Blocks, stored: str) -> str:
    """`embedding` in a quantized table, stored (once) under the name `stored`."""
    # MatMulNBits wants three dimensions, GatherBlockQuantized two: one stored table serves both.
    codes = graph.op(
        "Reshape", graph.weight(stored, blocks.codes), graph.ints(len(blocks.codes), -1), name=f"{stored}/flat"
    )
    scales = graph.half_weight(f"{stored}.scales", blocks.scales)
    return graph.op(
        "GatherBlockQuantized", codes, ids, scales, name=f"{stored}/rows", domain=CONTRIB,
        gather_axis=0, quantize_axis=1, bits=blocks.precision.bits, block_size=blocks.precision.block,
    )  # fmt: skip


def gelu(graph: Graph, x: str, name: str) -> str:
    """The exact GELU, with the error function, as in the training."""
    graph.gelus.add(name)
    return graph.op("Gelu", x, name=name, domain=CONTRIB)
