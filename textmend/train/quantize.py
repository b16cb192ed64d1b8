"""Rounding matrices to 8 or 4 bits, plainly or such that the outputs of a layer change least.

This is for the export and needs only numpy. ONNX Runtime rounds activations when it runs (`graph`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx

from textmend.models.runtime import onnx_runtime

Array = npt.NDArray[Any]

SCALE_FACTORS = tuple(np.linspace(1.0, 0.7, 13).tolist())
"""The shares of the full range that are tried for the scale of a 4-bit block."""
SMALLEST_SCALE = 2.0**-14
"""The smallest normal float16."""
DAMPING = 0.01
"""Added to the diagonal of the second moments, as a share of its mean, before they are inverted."""
CHUNK = 128
"""The number of columns that are rounded before the rest of the matrix is corrected."""


@dataclass(frozen=True)
class Precision:
    """How a matrix is stored.

    Attributes:
        bits: 32 for plain float32, 8 or 4 for integers with one scale a block.
        block: How many neighbours of a row share a scale: a power of two, at least 16.
        rows: Whether products are computed in integers, with a scale for each row of the activations and each column of
            the weights, instead of by blocks (`graph.row_linear`, `graph.block_linear`). At 8 bits the stored scale
            then belongs to a column, not to a block.
    """

    bits: int = 32
    block: int = 32
    rows: bool = False

    def __post_init__(self) -> None:
        """Refuse precisions for which ONNX Runtime has no operator."""
        if self.bits not in (4, 8, 32):
            raise ValueError(f"bits is {self.bits}: it must be 4, 8 or 32")
        if self.block < 16 or self.block & (self.block - 1):
            raise ValueError(f"block is {self.block}: it must be a power of two, at least 16")

    @property
    def is_float(self) -> bool:
        """Whether the matrix stays as it is."""
        return self.bits == 32


@dataclass(frozen=True)
class Blocks:
    """A matrix of `rows × columns`, quantized in blocks along its rows.

    Attributes:
        codes: uint8 `[rows, blocks, bytes a block]`, 4-bit codes two a byte, the low half first; a code
            stands for `(code - 2 ** (bits - 1)) * scale`.
        scales: float16 `[rows, blocks]`.
        precision: Bits and block size.
    """

    codes: Array
    scales: Array
    precision: Precision

    @property
    def steps(self) -> Array:
        """The codes minus their middle: int16 `[rows, blocks, block]`."""
        codes = self.codes
        if self.precision.bits == 4:
            codes = np.stack([codes & 15, codes >> 4], axis=-1).reshape(*codes.shape[:2], -1)
        return np.asarray(codes.astype(np.int16) - 2 ** (self.precision.bits - 1))

    def dequantized(self) -> Array:
        """The float32 matrix that the codes stand for."""
        values = self.steps.astype(np.float32) * self.scales.astype(np.float32)[..., None]
        return np.asarray(values.reshape(len(self.codes), -1))


def quantize(matrix: Array, precision: Precision, moments: Array | None = None) -> Blocks:
    """Round a matrix to 8 or 4 bits, with one float16 scale for each block.

    At 4 bits, several scales below the full range are tried for each block, and the one with the least squared error is
    taken. Its sign is such that the largest weight can use the sixteenth level (-8).

    Args:
        matrix: Float array `[rows, columns]`; columns must be a multiple of the block size.
        precision: 8 or 4 bits, and the block size.
        moments: Second moments `[columns, columns]` of the layer's inputs (`second_moments`). With them, each column's
            rounding error is compensated in the columns that are still to be rounded (GPTQ, Frantar et al. 2022), so
            that the layer's outputs change least, instead of its weights.

    Raises:
        ValueError: If the columns don't divide into blocks.
    """
    rows, columns = matrix.shape
    if columns % precision.block:
        raise ValueError(f"{columns} columns don't divide into blocks of {precision.block}")
    if moments is None:
        scales, codes = _nearest(matrix.astype(np.float32).reshape(rows, -1, precision.block), precision.bits)
    else:
        scales, codes = _compensated(matrix, moments, precision)
    if precision.bits == 4:
        codes = codes[..., 0::2] | codes[..., 1::2] << 4
    return Blocks(codes, scales, precision)


def _nearest(blocks: Array, bits: int, weight: Array | None = None) -> tuple[Array, Array]:
    """Scales and codes of blocks `[rows, count, block]`; the squared error has a weight for each column."""
    middle = 2 ** (bits - 1)
    if bits == 8:
        scales = _half(np.abs(blocks).max(-1) / (middle - 1))
        return scales, _codes(blocks, scales, middle)
    furthest = np.take_along_axis(blocks, np.abs(blocks).argmax(-1)[..., None], -1)[..., 0]
    least = np.full(furthest.shape, np.inf, np.float32)
    scales = np.zeros(furthest.shape, np.float16)
    codes = np.full(blocks.shape, middle, np.uint8)
    for factor in SCALE_FACTORS:
        tried = _half(furthest / -middle * factor)
        rounded = _codes(blocks, tried, middle)
        error = np.square((rounded.astype(np.float32) - middle) * tried.astype(np.float32)[..., None] - blocks)
        total = (error if weight is None else error * weight).sum(-1)
        better = total < least
        least = np.where(better, total, least)
        scales = np.where(better, tried, scales)
        codes = np.where(better[..., None], rounded, codes)
    return scales, codes


def _half(scales: Array) -> Array:
    """The scales in float16, none of them zero (a block of zeros takes any scale)."""
    half = scales.astype(np.float16)
    smallest = np.float16(SMALLEST_SCALE)
    return np.asarray(np.where(np.abs(half) < smallest, np.copysign(smallest, half), half))


def _codes(blocks: Array, scales: Array, middle: int) -> Array:
    steps = np.rint(blocks / scales.astype(np.float32)[..., None]) + middle
    return np.asarray(np.clip(steps, 0, 2 * middle - 1), np.uint8)


def _compensated(matrix: Array, moments: Array, precision: Precision) -> tuple[Array, Array]:
    """Scales and codes, column after column; the error of each column is carried into the following ones."""
    rows, columns = matrix.shape
    middle = 2 ** (precision.bits - 1)
    left = matrix.astype(np.float32).copy()
    diagonal = np.diag(moments).astype(np.float64)
    damped = moments.astype(np.float64) + np.eye(columns) * max(DAMPING * float(diagonal.mean()), 1e-12)
    carry = np.linalg.cholesky(np.linalg.inv(damped)).T.astype(np.float32)
    weight = np.maximum(diagonal, 1e-12).astype(np.float32)
    scales = np.zeros((rows, columns // precision.block), np.float16)
    codes = np.zeros((rows, columns), np.uint8)
    step = max(CHUNK, precision.block)
    for start in range(0, columns, step):
        stop = min(start + step, columns)
        errors = np.zeros((rows, stop - start), np.float32)
        for column in range(start, stop):
            block, first = divmod(column, precision.block)
            if not first:
                span = slice(column, column + precision.block)
                scales[:, block] = _nearest(left[:, None, span], precision.bits, weight[span])[0][:, 0]
            scale = scales[:, block].astype(np.float32)
            codes[:, column] = np.clip(np.rint(left[:, column] / scale) + middle, 0, 2 * middle - 1)
            rounded = (codes[:, column].astype(np.float32) - middle) * scale
            error = (left[:, column] - rounded) / carry[column, column]
            left[:, column + 1 : stop] -= np.outer(error, carry[column, column + 1 : stop])
            errors[:, column - start] = error
        left[:, stop:] -= errors @ carry[start:stop, stop:]
    return scales, codes.reshape(rows, -1, precision.block)


def second_moments(path: str | Path, batches: Iterable[Mapping[str, Array]]) -> dict[str, Array]:
    """The mean of `x xᵀ` over the inputs `x` of every dense layer of a full-precision export.

    Args:
        path: A model exported at 32 bits.
        batches: Inputs by name: some thousand tokens of the kind the model will see.

    Returns:
        By the layer's name, a float32 matrix `[inputs, inputs]`; layers that share an input share the matrix.
    """
    model = onnx.load(str(path))
    stored = {weight.name for weight in model.graph.initializer}
    layers = {
        node.input[1].removesuffix(".weight"): node.input[0]
        for node in model.graph.node
        if node.op_type == "MatMul" and node.input[1] in stored
    }
    watched = sorted(set(layers.values()))
    del model.graph.output[:]
    model.graph.output.extend(onnx.helper.make_empty_tensor_value_info(name) for name in watched)
    for value in model.graph.output:
        value.type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    session = onnx_runtime().InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    sums: dict[str, Array] = {}
    counts = dict.fromkeys(watched, 0)
    for batch in batches:
        keep = batch["attention_mask"] > 0 if "attention_mask" in batch else np.ones(batch["input_ids"].shape, bool)
        for name, found in zip(watched, session.run(None, dict(batch)), strict=True):
            values = np.asarray(found)
            flat = values[keep] if values.shape[:2] == keep.shape else values.reshape(-1, values.shape[-1])
            sums[name] = sums.get(name, 0) + flat.T @ flat
            counts[name] += len(flat)
    return {layer: sums[name] / max(counts[name], 1) for layer, name in layers.items()}
