"""The ONNX graph of a filler computes what torch computes, and a row's result does not depend on its neighbours."""

import numpy as np
import pytest
import torch
from onnx import TensorProto
from transformers import MPNetConfig

from textmend.detect.inputs import TOKEN_TYPES
from textmend.models.runtime import onnx_runtime
from textmend.models.session import open_session
from textmend.models.trunk import NO_TYPE
from textmend.train.filler import FillerNetwork, weights_to_export
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
    model = FillerNetwork(config).eval()
    torch.nn.init.normal_(model.types.weight, std=0.1)  # else no type would matter
    return model, config.to_dict()


@pytest.fixture(scope="module")
def models(network, tmp_path_factory):
    model, config = network
    arrays = weights_to_export(model)
    full = export_filler(arrays, config, tmp_path_factory.mktemp("f"), bits=32, embedding_bits=32)
    return open_session(full, 1), open_session(export_filler(arrays, config, tmp_path_factory.mktemp("q")), 1)


@pytest.fixture(scope="module")
def of_pieces_alone(network, tmp_path_factory):
    """The same filler without its head for lost words, rounded."""
    model, config = network
    arrays = {name: array for name, array in weights_to_export(model).items() if name.startswith(("lm.", "case."))}
    return open_session(export_filler(arrays, config, tmp_path_factory.mktemp("p")), 1)


def batch(lengths, seed=0):
    """Rows of these lengths, one place in each asked for its piece."""
    rng = np.random.default_rng(seed)
    shape = (len(lengths), max(lengths))
    mask = (np.arange(shape[1]) < np.array(lengths)[:, None]).astype(np.int64)
    return {
        "input_ids": np.where(mask > 0, rng.integers(5, VOCABULARY, shape), 1),
        "attention_mask": mask,
        "positions": np.array([row * shape[1] + length // 2 for row, length in enumerate(lengths)]),
        "type_ids": np.full(shape, NO_TYPE),
        "sites": np.zeros(0, np.int64),
    }


def asking_for_gaps(lengths, seed=0):
    """Rows of these lengths with token types, two places in each asked for lost words."""
    inputs = batch(lengths, seed)
    rng, shape = np.random.default_rng(seed), inputs["input_ids"].shape
    inputs["type_ids"] = np.where(inputs["attention_mask"] > 0, rng.integers(0, NO_TYPE, shape), NO_TYPE)
    inputs["sites"] = np.array([row * shape[1] + at for row, length in enumerate(lengths) for at in (1, length - 1)])
    inputs["positions"] = np.zeros(0, np.int64)
    return inputs


def row_of(inputs, row):
    width = inputs["input_ids"].shape[1]
    alone = {name: inputs[name][row : row + 1] for name in ("input_ids", "attention_mask", "type_ids")}
    for name in ("positions", "sites"):
        alone[name] = inputs[name][inputs[name] // width == row] - row * width
    return alone


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


@pytest.mark.parametrize("lengths", [[9], [64], [5, 12, 33]])
def test_lost_words_agree_with_torch(network, models, lengths):
    model, inputs = network[0], asking_for_gaps(lengths)
    ids, types, mask = (torch.from_numpy(inputs[name]) for name in ("input_ids", "type_ids", "attention_mask"))
    with torch.no_grad(), torch.autocast("cpu", enabled=False):
        types = torch.where(mask > 0, types, torch.zeros_like(types))
        words = model.lm.mpnet.embeddings.word_embeddings(ids) + model.types(types)
        states = model.lm.mpnet(inputs_embeds=words, attention_mask=mask).last_hidden_state
        expected = model.gap(model.norm(states.flatten(0, 1)[torch.from_numpy(inputs["sites"])]))
        in_training = model.gaps(ids, types, mask).flatten(0, 1)[torch.from_numpy(inputs["sites"])]
    (found,) = models[0].run(["gap_logits"], inputs)
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-4, rtol=0)
    # Training computes in bfloat16.
    np.testing.assert_allclose(in_training.numpy(), expected.numpy(), atol=0.15, rtol=0)
    untyped = models[0].run(["gap_logits"], inputs | {"type_ids": np.full_like(inputs["type_ids"], NO_TYPE)})[0]
    assert np.abs(found - untyped).max() > 0.05


def test_rounding_changes_little(models):
    lengths = [40, 50, 64]
    cases = ((batch(lengths, seed=5), "log_probs", 0.02), (asking_for_gaps(lengths, seed=5), "gap_logits", 0.04))
    for inputs, name, most in cases:
        full, rounded = (np.exp(model.run([name], inputs)[0]) for model in models)
        shares = [found / found.sum(-1, keepdims=True) for found in (full, rounded)]
        assert np.abs(shares[0] - shares[1]).max() < most


def test_pieces_are_what_they_were_without_the_other_head_to_the_last_bit(models, of_pieces_alone):
    inputs = batch([30, 17, 32], seed=3)
    alone = {name: inputs[name] for name in ("input_ids", "attention_mask", "positions")}
    wanted = ["log_probs", "case_logits"]
    for one, other in zip(models[1].run(wanted, inputs), of_pieces_alone.run(wanted, alone), strict=True):
        np.testing.assert_array_equal(one, other)


def test_pieces_and_lost_words_may_be_asked_for_together(models):
    pieces, gaps = batch([20, 32], seed=1), asking_for_gaps([20, 32], seed=1)
    wanted = ["log_probs", "case_logits", "gap_logits"]
    both = {name: np.concatenate([pieces[name], gaps[name]]) for name in ("input_ids", "attention_mask", "type_ids")}
    both |= {"positions": pieces["positions"], "sites": gaps["sites"] + gaps["input_ids"].size}
    found = models[1].run(wanted, both)
    for one, alone in zip(found[:2], models[1].run(wanted[:2], pieces), strict=True):
        np.testing.assert_array_equal(one, alone)
    np.testing.assert_array_equal(found[2], models[1].run(wanted[2:], gaps)[0])


@pytest.mark.parametrize("rows", [2, 3, 7, 8, 9, 17])
def test_neighbours_change_not_a_bit(models, rows):
    for inputs, wanted in (
        (batch([32] * rows, seed=rows), ["log_probs", "case_logits"]),
        (asking_for_gaps([32] * rows, seed=rows), ["gap_logits"]),
    ):
        together = models[1].run(wanted, inputs)
        for row in range(rows):
            alone = models[1].run(wanted, row_of(inputs, row))
            for one, many in zip(alone, together, strict=True):
                np.testing.assert_array_equal(one, many[row * len(one) : (row + 1) * len(one)])


def test_no_token_type_is_the_one_of_rows_that_have_none():
    assert NO_TYPE == TOKEN_TYPES


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
