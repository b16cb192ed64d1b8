"""Averaging the weights of several runs."""

import pytest
import torch
from safetensors.torch import load_file, save_file

from textmend.errors import ModelError
from textmend.train.average import average_weights, write_average
from textmend.train.checkpoint import save_checkpoint
from textmend.train.compact import load_compact, save_compact

BASE = {"layer.weight": torch.zeros(4, 6), "layer.bias": torch.ones(4), "frozen": torch.full((3,), 5.0)}


@pytest.fixture
def runs(tmp_path):
    """Three runs from one base, each kept in another way: bare, as a checkpoint, small."""
    bare, checkpoint, small = tmp_path / "bare", tmp_path / "checkpoint", tmp_path / "small"
    save_file({"layer.weight": torch.full((4, 6), 3.0), "layer.bias": torch.full((4,), 4.0)}, bare)
    averaged = {"average.layer.weight": torch.full((4, 6), 6.0), "model.layer.weight": torch.full((4, 6), 99.0)}
    save_checkpoint(checkpoint, averaged, {"run": {}})
    save_compact({**BASE, "layer.weight": torch.full((4, 6), 12.0)}, BASE, small)
    return bare, checkpoint, small


@pytest.mark.parametrize(
    ("shares", "weight", "bias"), [((1, 1, 1), 7, 2), ((2, 0.5, 0.5), 5, 3), ((0.1, 0.1, 0.1), 7, 2)]
)
def test_runs_are_averaged_by_their_shares(runs, shares, weight, bias):
    mean = average_weights(BASE, list(zip(runs, shares, strict=True)))
    # The second and third run left the bias as it was in the base.
    assert mean.keys() == {"layer.weight", "layer.bias"}
    torch.testing.assert_close(mean["layer.weight"], torch.full((4, 6), float(weight)))
    torch.testing.assert_close(mean["layer.bias"], torch.full((4,), float(bias)))


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"layer.weight": torch.ones(2, 6)}, r"other: layer\.weight is \(2, 6\), in .*bare it is \(4, 6\)"),
        ({"elsewhere": torch.ones(2)}, r"bare: lacks elsewhere, .*not runs of one model"),
    ],
)
def test_different_models_are_not_averaged(runs, tmp_path, other, says):
    save_file(other, tmp_path / "other")
    with pytest.raises(ModelError, match=says):
        average_weights(BASE, [(runs[0], 1.0), (tmp_path / "other", 1.0)])


def test_an_average_is_kept_bare_or_small(runs, tmp_path):
    sources = [(run, 1.0) for run in runs]
    write_average(BASE, sources, tmp_path / "average")
    assert set(load_file(tmp_path / "average")) == {"layer.weight", "layer.bias"}
    write_average(BASE, sources, tmp_path / "compact", bits=4, after=runs[0])
    kept = load_compact(BASE, tmp_path / "compact")
    torch.testing.assert_close(kept["layer.weight"], torch.full((4, 6), 7.0))
