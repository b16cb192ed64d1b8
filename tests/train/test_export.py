"""The ONNX graph of a detector computes what torch computes, whatever else is in the batch."""

import numpy as np
import pytest
import torch
from transformers import BertConfig

from textmend.detect.inputs import TOKEN_TYPES
from textmend.train.detector import DetectorNetwork
from textmend.train.export import compare, export_detector, session

LABELS = 7


def network(width, vocabulary=60):
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=2 * width,
        max_position_embeddings=64,
        type_vocab_size=TOKEN_TYPES,
        initializer_range=0.2,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return DetectorNetwork(config).eval(), config.to_dict()


def arrays(model):
    return {name: tensor.float().numpy() for name, tensor in model.state_dict().items()}


def batch(lengths, seed=0):
    rng = np.random.default_rng(seed)
    shape = (len(lengths), max(lengths))
    mask = (np.arange(shape[1]) < np.array(lengths)[:, None]).astype(np.int64)
    return {
        "input_ids": rng.integers(0, 60, shape) * mask,
        "type_ids": rng.integers(0, TOKEN_TYPES, shape) * mask,
        "attention_mask": mask,
    }


def logits_of(run, inputs):
    return run.run(["logits"], inputs)[0]


def in_torch(model, inputs):
    """Full precision: the network itself computes in bfloat16."""
    ids, types, mask = (torch.from_numpy(inputs[name]) for name in ("input_ids", "type_ids", "attention_mask"))
    with torch.no_grad():
        states = model.encoder(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state
        return model.gap(states).numpy()


@pytest.fixture(scope="module")
def full(tmp_path_factory):
    model, config = network(16)
    path = export_detector(arrays(model), config, tmp_path_factory.mktemp("full"), bits=32, embedding_bits=32)
    return model, session(path, 1)


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    model, config = network(128)
    weights = arrays(model)
    float32 = export_detector(weights, config, tmp_path_factory.mktemp("f"), bits=32, embedding_bits=32)
    return float32, export_detector(weights, config, tmp_path_factory.mktemp("q"), notes={"made": "by a test"})


@pytest.mark.parametrize("lengths", [[1], [17], [64], [5, 12, 33]])
def test_the_full_precision_export_agrees_with_torch(full, lengths):
    model, run = full
    inputs = batch(lengths)
    keep = inputs["attention_mask"] > 0
    found = logits_of(run, inputs)
    assert found.shape == (*keep.shape, LABELS)
    np.testing.assert_allclose(found[keep], in_torch(model, inputs)[keep], atol=1e-4, rtol=0)


@pytest.mark.parametrize("length", [1, 9, 31])
def test_padding_and_neighbours_change_nothing_in_full_precision(full, length):
    _, run = full
    inputs = batch([length, 40, 22])
    alone = {name: array[:1, :length] for name, array in inputs.items()}
    np.testing.assert_allclose(logits_of(run, inputs)[0, :length], logits_of(run, alone)[0], atol=1e-5, rtol=0)


def test_neighbours_change_not_a_bit_in_integers(wide):
    run = session(wide[1], 1)
    inputs = batch([9, 40, 22])
    for row in range(3):
        alone = {name: array[row : row + 1] for name, array in inputs.items()}
        length = int(alone["attention_mask"].sum())
        np.testing.assert_array_equal(logits_of(run, inputs)[row, :length], logits_of(run, alone)[0, :length])


def test_rounding_changes_little(wide):
    difference = compare(*wide, [batch([40, 50, 64], seed=5)])
    assert difference.places == 154
    assert difference.agreement > 0.85
    assert difference.mean < 0.05
    assert wide[1].stat().st_size < 0.45 * wide[0].stat().st_size


def test_a_missing_weight_is_named(tmp_path):
    model, config = network(16)
    weights = arrays(model)
    del weights["gap.bias"]
    with pytest.raises(KeyError, match=r"gap\.bias"):
        export_detector(weights, config, tmp_path, bits=32, embedding_bits=32)


def test_nothing_to_compare_is_an_error(wide):
    with pytest.raises(ValueError, match="no places"):
        compare(*wide, [])
