"""The ONNX graph of a detector computes what torch computes, with and without an early exit."""

import numpy as np
import pytest
import torch
from scipy.special import softmax
from transformers import BertConfig

from textmend.detect.inputs import TOKEN_TYPES
from textmend.models.session import open_session
from textmend.train.detector import DetectorNetwork
from textmend.train.detector_graph import MOST_EARLY, EarlyExit, export_detector

LABELS = 7
LAYERS = 4
LENGTHS = (0.5, 0.2, 0.1, 0.1, 0.05, 0.05)


def network(width, vocabulary=60):
    torch.manual_seed(3)
    config = BertConfig(
        vocab_size=vocabulary,
        hidden_size=width,
        num_hidden_layers=LAYERS,
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


def window(length, seed=0):
    rng = np.random.default_rng(seed)
    return {
        "input_ids": rng.integers(0, 60, (1, length)),
        "type_ids": rng.integers(0, TOKEN_TYPES, (1, length)),
        "sites": np.sort(rng.choice(length, max(1, length // 2), replace=False)),
    }


def logits_of(run, inputs):
    return run.run(["logits"], inputs)[0]


@torch.no_grad()
def in_torch(model, inputs, early=None):
    """Full precision, the plain way: the network itself computes in bfloat16."""
    ids, types, sites = (torch.from_numpy(inputs[name]) for name in ("input_ids", "type_ids", "sites"))
    states = model.encoder(input_ids=ids, token_type_ids=types, output_hidden_states=True).hidden_states
    if early is None:
        return model.gap(states[-1][0, sites]).numpy()
    x = states[early.layer]
    opinion = model.early[str(early.layer)](x)[0, :, 0]
    doubtful = [int(site) for site in sites if opinion[site] > early.threshold]
    kept = [p for p in range(ids.shape[1]) if not p or any(abs(p - at) <= early.context for at in doubtful)]
    x = x[:, kept]
    for layer in model.encoder.encoder.layer[early.layer :]:
        x = layer(x)
        x = x[0] if isinstance(x, tuple) else x
    rows = []
    for site in map(int, sites):
        if site in doubtful:
            rows.append(model.gap(x[0, kept.index(site)]))
        else:
            rows.append(torch.cat([torch.zeros(1), opinion[site].clamp(max=MOST_EARLY) + torch.tensor(LENGTHS).log()]))
    return torch.stack(rows).numpy()


@pytest.fixture(scope="module")
def full():
    return network(16)


def exported(full, folder, early=None):
    model, config = full
    return open_session(export_detector(arrays(model), config, folder, early=early, bits=32, embedding_bits=32), 1)


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    model, config = network(128)
    weights = arrays(model)
    float32 = export_detector(weights, config, tmp_path_factory.mktemp("f"), bits=32, embedding_bits=32)
    return float32, export_detector(weights, config, tmp_path_factory.mktemp("q"))


@pytest.mark.parametrize("length", [1, 2, 17, 64])
def test_the_full_precision_export_agrees_with_torch(full, length, tmp_path):
    inputs = window(length)
    found = logits_of(exported(full, tmp_path), inputs)
    assert found.shape == (len(inputs["sites"]), LABELS)
    np.testing.assert_allclose(found, in_torch(full[0], inputs), atol=1e-4, rtol=0)


@pytest.mark.parametrize("layer", [2, 3])
@pytest.mark.parametrize("context", [1, 4, 12])
@pytest.mark.parametrize("share", [0.0, 0.5, 0.9, 1.0])
def test_sites_that_leave_no_doubt_leave_early(full, layer, context, share, tmp_path):
    """``share`` of the sites leave; the others see what goes on with them, and no more."""
    inputs = window(60, seed=7)
    with torch.no_grad():
        states = (
            full[0]
            .encoder(
                input_ids=torch.from_numpy(inputs["input_ids"]),
                token_type_ids=torch.from_numpy(inputs["type_ids"]),
                output_hidden_states=True,
            )
            .hidden_states[layer]
        )
        opinions = np.sort(full[0].early[str(layer)](states)[0, inputs["sites"], 0].numpy())
    at = int(share * len(opinions))
    threshold = float(opinions[at - 1] + 1e-4) if at else -1e9
    early = EarlyExit(layer=layer, threshold=threshold, lengths=LENGTHS, context=context)
    found = logits_of(exported(full, tmp_path, early), inputs)
    np.testing.assert_allclose(found, in_torch(full[0], inputs, early), atol=1e-4, rtol=0)


def test_rounding_changes_little(wide):
    windows = [window(length, seed=5) for length in (40, 50, 64)]
    full, rounded = (
        np.concatenate([softmax(logits_of(open_session(model, 1), one), axis=-1) for one in windows]) for model in wide
    )
    assert (full.argmax(-1) == rounded.argmax(-1)).mean() > 0.8
    assert np.abs(full - rounded).max(-1).mean() < 0.06
    assert wide[1].stat().st_size < 0.45 * wide[0].stat().st_size


def test_a_missing_weight_is_named(tmp_path):
    model, config = network(16)
    weights = arrays(model)
    del weights["gap.bias"]
    with pytest.raises(KeyError, match=r"gap\.bias"):
        export_detector(weights, config, tmp_path, bits=32, embedding_bits=32)


@pytest.mark.parametrize(
    "wrong",
    [{"layer": LAYERS}, {"layer": 0}, {"context": -1}, {"lengths": (0.5, 0.5)}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_an_early_exit_that_does_not_fit_is_refused(full, tmp_path, wrong):
    early = EarlyExit(**{"layer": 2, "threshold": 0.0, "lengths": LENGTHS} | wrong)
    with pytest.raises(ValueError, match="doesn't fit an encoder of 4 layers and 7 labels"):
        exported(full, tmp_path, early)
