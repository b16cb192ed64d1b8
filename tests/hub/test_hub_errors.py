"""What is no masked language model is refused, with the reason."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
import transformers

from textmend import Mender
from textmend.errors import ModelError


@pytest.fixture
def folder(tmp_path: Path, tiny_folder) -> Path:
    """A copy of a tiny BERT, to be spoilt."""
    return Path(shutil.copytree(tiny_folder("bert-cased"), tmp_path / "model"))


def refused(folder: Path, match: str) -> str:
    with pytest.raises(ModelError, match=match) as caught:
        Mender(filler=folder, threads=1).proposer  # noqa: B018
    assert "model" in str(caught.value)
    return str(caught.value)


def rewrite(file: Path, **changes) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))


def test_no_language_model_head(folder):
    transformers.BertModel.from_pretrained(folder).save_pretrained(folder)
    message = refused(folder, "made up at random")
    assert "cls.predictions" in message


def test_a_discriminator(folder, tiny_folder):
    shutil.rmtree(folder)
    shutil.copytree(tiny_folder("electra"), folder)
    transformers.ElectraForPreTraining.from_pretrained(folder).save_pretrained(folder)
    refused(folder, "discriminators")


def test_no_mask_token(folder):
    path = folder / "tokenizer.json"
    plan = json.loads(path.read_text())
    plan["added_tokens"] = [token for token in plan["added_tokens"] if token["content"] != "[MASK]"]
    del plan["model"]["vocab"]["[MASK]"]
    path.write_text(json.dumps(plan))
    refused(folder, "no mask token")


def test_pickles_are_never_loaded(folder):
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    message = refused(folder, "only pickles")
    assert "pytorch_model.bin" in message
    assert "save_pretrained" in message


def test_no_weights(folder):
    (folder / "model.safetensors").unlink()
    refused(folder, "there are none")


def test_broken_weights(folder):
    (folder / "model.safetensors").write_bytes(b"nonsense")
    refused(folder, "weights can't be loaded")


def test_weights_of_another_size(folder):
    rewrite(folder / "config.json", intermediate_size=96)
    refused(folder, "model@sha256")


@pytest.mark.parametrize("kind", ["gpt2", "bart", "t5"])
def test_another_kind_of_model(folder, kind):
    (folder / "config.json").write_text(json.dumps({"model_type": kind}))
    refused(folder, "no masked language model")


def test_a_model_with_code_of_its_own(folder):
    rewrite(folder / "config.json", model_type="herring", auto_map={"AutoConfig": "evil.Config"})
    (folder / "evil.py").write_text("raise SystemExit('code was run')")
    refused(folder, "never run")


def test_no_tokenizer(folder):
    for file in folder.glob("tokenizer*"):
        file.unlink()
    refused(folder, "no words")


def test_too_few_places(folder, tiny_folder):
    rewrite(folder / "tokenizer_config.json", model_max_length=16)
    refused(folder, "16 tokens")


def test_numbers_that_overflow(folder):
    model = transformers.AutoModelForMaskedLM.from_pretrained(folder)
    with torch.no_grad():
        model.get_output_embeddings().bias.fill_(7e4)
    model.save_pretrained(folder)
    mender = Mender(filler=folder, dtype="float16", threads=1)
    from textmend.models.queries import Query

    with pytest.raises(ModelError, match="float32"):
        mender.proposer.model.predict([Query((2, 4, 3), 1)])
