"""The ONNX graph of a filler computes what torch computes, and a row's result does not depend on its neighbours."""

import numpy as np
import pytest
import torch
from onnx import TensorProto
from transformers import MPNetConfig

from textmend.models.runtime import onnx_runtime
from textmend.train.export import session
from textmend.train.filler import FillerNetwork
from textmend.train.filler_graph import export_filler
from textmend.train.graph import Graph, _column_scales, _unfolded
from textmend.train.quantize import Precision, quantize

VOCABULARY = 200


@pytest.fixture(scope="module")
def network():
    torch.manual_seed(4)
    config = MPNetConfig(
        vocab_size=VOCABULARY,
        hidden_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=192,
        max_position_embeddings=80,
        initializer_range=0.1,
    )
    return FillerNetwork(config).eval(), config.to_dict()


@pytest.fixture(scope="module")
def models(network, tmp_path_factory):
    model, config = network
    arrays = {name: tensor.float().numpy() for name, tensor in model.state_dict().items()}
    full = export_filler(arrays, config, tmp_path_factory.mktemp("f"), bits=32, embedding_bits=32)
    return session(full, 1), session(export_filler(arrays, config, tmp_path_factory.mktemp("q")), 1)


def batch(lengths, seed=0):
    """Rows of these lengths, one place asked in each."""
    rng = np.random.default_rng(seed)
    shape = (len(lengths), max(lengths))
    mask = (np.arange(shape[1]) < np.array(lengths)[:, None]).astype(np.int64)
    return {
        "input_ids": np.where(mask > 0, rng.integers(5, VOCABULARY, shape), 1),
        "attention_mask": mask,
        "positions": np.array([row * shape[1] + length // 2 for row, length in enumerate(lengths)]),
    }


def row_of(inputs, row):
    width = inputs["input_ids"].shape[1]
    return {
        "input_ids": inputs["input_ids"][row : row + 1],
        "attention_mask": inputs["attention_mask"][row : row + 1],
        "positions": inputs["positions"][row : row + 1] - row * width,
    }


@pytest.mark.parametrize("lengths", [[9], [64], [5, 12, 33]])
def test_the_full_precision_export_agrees_with_torch(network, models, lengths):
    model, inputs = network[0], batch(lengths)
    ids, mask = torch.from_numpy(inputs["input_ids"]), torch.from_numpy(inputs["attention_mask"])
    with torch.no_grad():
        states = model.lm.mpnet(input_ids=ids, attention_mask=mask).last_hidden_state
        states = states.flatten(0, 1)[torch.from_numpy(inputs["positions"])]
        expected, cases = torch.log_softmax(model.head(states), dim=-1), model.case(states)
    found, found_cases = models[0].run(["log_probs", "case_logits"], inputs)
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-4, rtol=0)
    np.testing.assert_allclose(found_cases, cases.numpy(), atol=1e-4, rtol=0)


def test_rounding_changes_little(models):
    inputs = batch([40, 50, 64], seed=5)
    full, rounded = (np.exp(model.run(["log_probs"], inputs)[0]) for model in models)
    assert np.abs(full - rounded).max() < 0.02


@pytest.mark.parametrize("rows", [2, 3, 7, 8, 9, 17])
def test_neighbours_change_not_a_bit(models, rows):
    inputs = batch([32] * rows, seed=rows)
    together = models[1].run(["log_probs", "case_logits"], inputs)
    for row in range(rows):
        alone = models[1].run(["log_probs", "case_logits"], row_of(inputs, row))
        for one, many in zip(alone, together, strict=True):
            np.testing.assert_array_equal(one[0], many[row])


@pytest.mark.parametrize("block", [16, 64])
def test_weights_are_unfolded_to_what_was_stored(block):
    weight = np.random.default_rng(1).normal(size=(24, 128)).astype(np.float32)
    blocks = quantize(weight, Precision(4, block, rows=True))
    scales = _column_scales(blocks.dequantized())
    graph = Graph("unfolded")
    unfolded = graph.op("Cast", _unfolded(graph, blocks, scales, "weight"), to=TensorProto.FLOAT)
    graph.output(unfolded, "found", [128, 24])
    run = onnx_runtime().InferenceSession(graph.model().SerializeToString(), providers=["CPUExecutionProvider"])
    (found,) = run.run(None, {})
    # Half a step for rounding, and what float16 takes from a block's share of the scale.
    np.testing.assert_allclose(found, (blocks.dequantized() / scales[:, None]).T, atol=0.54)
    assert np.abs(found).max() <= 63
