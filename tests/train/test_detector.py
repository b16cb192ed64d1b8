"""The detector's training: what it starts from, exact resume, and that it learns at all."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from stopped_runs import assert_same_weights, stop_after
from tiny_bases import TEXT, base

from textmend.damage.losing import damage
from textmend.detect.inputs import encode
from textmend.errors import ModelError
from textmend.models.wordpiece import WordPieces
from textmend.train.detector import from_base, held_out, load_weights, measure
from textmend.train.detector_training import train_detector
from textmend.train.examples import NO_LABEL, cut, site_labels
from textmend.train.loop import Schedule
from textmend.train.training_run import TrainingRun


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    return base(tmp_path_factory.mktemp("base") / "bert", "bert")


@pytest.fixture
def corpus(tmp_path):
    file = tmp_path / "articles.jsonl"
    file.write_text("".join(json.dumps({"text": f"{TEXT}\n\n{TEXT}"}) + "\n" for _ in range(6)))
    return file


def test_a_base_keeps_its_weights_and_every_token_type_starts_as_the_first(bert):
    weights = load_file(bert / "model.safetensors")
    model = from_base(bert)
    types = model.encoder.embeddings.token_type_embeddings.weight
    assert torch.equal(types, weights["bert.embeddings.token_type_embeddings.weight"][:1].expand_as(types))
    name = "encoder.layer.1.output.dense.weight"
    assert torch.equal(model.encoder.state_dict()[name], weights[f"bert.{name}"])


@pytest.mark.parametrize("prefix", ["bert.", ""])
def test_weights_may_have_old_names_and_no_prefix(tmp_path, prefix):
    folder = base(tmp_path / "base", "bert")
    weights = {name: torch.randn_like(tensor) for name, tensor in load_file(folder / "model.safetensors").items()}
    renamed = {
        name.removeprefix("bert.").replace("LayerNorm.weight", "LayerNorm.gamma").replace("Norm.bias", "Norm.beta"): t
        for name, t in weights.items()
        if name.startswith("bert.")
    }
    save_file({prefix + name: tensor for name, tensor in renamed.items()}, folder / "model.safetensors")
    name = "embeddings.LayerNorm.weight"
    assert torch.equal(from_base(folder).encoder.state_dict()[name], weights[f"bert.{name}"])


@pytest.mark.parametrize("lost", ["attention.self.query.weight", "word_embeddings", "token_type_embeddings"])
def test_what_a_base_lacks_is_named(tmp_path, lost):
    folder = base(tmp_path / "base", "bert")
    weights = load_file(folder / "model.safetensors")
    kept = {name: tensor for name, tensor in weights.items() if lost not in name}
    save_file(kept, folder / "model.safetensors")
    if lost == "token_type_embeddings":  # models of other families have none
        from_base(folder)
    else:
        with pytest.raises(ModelError, match=lost):
            from_base(folder)


def test_other_architectures_are_refused(tmp_path):
    with pytest.raises(ModelError, match="'mpnet' model; detectors are trained from bert"):
        from_base(base(tmp_path / "base"))


def test_training_learns_a_memorisable_text(bert):
    pieces = WordPieces(bert / "tokenizer.json", start="[CLS]", separator="[SEP]")
    damaged = damage(TEXT, [(5, 12), (40, 44), (54, 57)], "collapsed")
    encoded = encode(damaged.text, pieces)
    labels = site_labels(encoded, damaged)
    assert sorted(labels[labels > 0]) == [1, 1, 2]
    example = cut(encoded, labels, 0, 200, pieces)
    assert int((example.labels != NO_LABEL).sum()) == len(labels)
    model = from_base(bert)
    before = measure(model, [example])
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3)
    ids, types, known = (torch.from_numpy(row)[None] for row in (example.ids, example.types, example.labels))
    for _ in range(80):
        loss = torch.nn.functional.cross_entropy(
            model(ids, types, torch.ones_like(ids))[0].flatten(0, 1), known.flatten(), ignore_index=NO_LABEL
        )
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    after = measure(model, [example])
    assert before["AP"] < 0.9
    assert after["AP"] == after["F1"] == 1.0


def test_a_resumed_training_run_ends_with_the_same_weights(tmp_path, bert, corpus, monkeypatch):
    """N steps are k steps, a restart, and N - k steps."""

    def run(checkpoint, steps):
        stop_after(monkeypatch, "detector_training", steps)
        schedule = Schedule(hours=1, rate=1e-3, head_rate=1e-3, warmup=1)
        train_detector(TrainingRun(bert, [(corpus, 1.0)], corpus, checkpoint, schedule), batch=4)

    monkeypatch.setattr("textmend.train.detector_training.WINDOW", 64)
    monkeypatch.setattr("textmend.train.mixture.BLOCK", 8)
    run(tmp_path / "whole", 5)
    run(tmp_path / "parts", 2)
    run(tmp_path / "parts", 3)
    assert_same_weights(tmp_path / "whole", tmp_path / "parts")
    model = from_base(bert)
    load_weights(model, tmp_path / "whole")
    assert torch.equal(model.gap.weight, load_file(tmp_path / "whole")["average.gap.weight"])


def test_held_out_windows_hold_every_gap_of_the_benchmark(tmp_path, bert):
    pieces = WordPieces(bert / "tokenizer.json", start="[CLS]", separator="[SEP]")
    file = tmp_path / "bench.jsonl"
    gaps = [{"start": 4, "end": 5, "lost": "old"}, {"start": 12, "end": 13, "lost": "by the old"}]
    file.write_text(json.dumps({"text": "Paul saw the river", "gaps": [gaps[0], {**gaps[1]}]}) + "\n")
    (example,) = held_out(file, pieces, 5)
    assert np.array_equal(example.labels[example.labels > 0], [1, 3])
