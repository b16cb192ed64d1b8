"""A larger network as the detector's teacher."""

import json

import pytest
import torch
from safetensors.torch import save_file
from stopped_runs import stop_after
from tiny_bases import TEXT, base

from textmend.detect.inputs import TOKEN_TYPES
from textmend.errors import ModelError
from textmend.models.wordpiece import WordPieces
from textmend.train.detector import from_base, load_weights
from textmend.train.detector_training import train_detector
from textmend.train.filler import from_base as filler_from_base
from textmend.train.loop import Schedule
from textmend.train.teacher import load_teacher
from textmend.train.training_run import TrainingRun


@pytest.fixture(scope="module")
def bert(tmp_path_factory):
    return base(tmp_path_factory.mktemp("base") / "bert", "bert")


@pytest.fixture(scope="module")
def mpnet(tmp_path_factory):
    return base(tmp_path_factory.mktemp("base") / "mpnet")


@pytest.fixture(scope="module")
def reader(mpnet, tmp_path_factory):
    """A filler that thinks three words are missing everywhere, and its file."""
    model = filler_from_base(mpnet)
    torch.nn.init.normal_(model.types.weight, std=0.3)
    torch.nn.init.normal_(model.gap.weight, std=0.3)
    with torch.no_grad():
        model.gap.bias.zero_()
        model.gap.bias[3] = 4.0
    file = tmp_path_factory.mktemp("reader") / "weights"
    save_file({name: p.detach().clone() for name, p in model.named_parameters() if p.requires_grad}, file)
    return model, file


def own_pieces(bert):
    return WordPieces(bert / "tokenizer.json", start="[CLS]", separator="[SEP]")


def window(pieces, words="Paul saw the old King playing"):
    ids = torch.tensor([[pieces.start, *(piece for word in words.split() for piece in pieces(word)), pieces.separator]])
    return ids, torch.arange(ids.shape[1])[None] % TOKEN_TYPES, torch.ones_like(ids)


def test_it_reads_the_same_words_under_its_own_numbers(bert, mpnet, reader):
    model, file = reader
    ids, types, mask = window(own_pieces(bert))
    theirs = WordPieces(mpnet / "tokenizer.json", start="<s>", separator="</s>")
    translated, _, _ = window(theirs)
    assert not torch.equal(ids, translated)
    expected = model.gaps(translated, types, mask).softmax(-1)
    found = load_teacher(mpnet, file, own_pieces(bert))(ids, types, mask)
    assert torch.allclose(found, expected, atol=1e-5)
    assert (found.argmax(-1) == 3).float().mean() > 0.5


def test_with_a_partner_the_opinion_is_the_mean_of_both(bert, mpnet, reader):
    partner, ids_types_mask = from_base(bert), window(own_pieces(bert))
    with torch.no_grad():
        partner.gap.bias[1] = 9.0
        own = partner(*ids_types_mask)[0].log_softmax(-1)
    alone = load_teacher(mpnet, reader[1], own_pieces(bert))(*ids_types_mask).log()
    both = load_teacher(mpnet, reader[1], own_pieces(bert), partner)(*ids_types_mask)
    assert torch.allclose(both, ((alone + own) / 2).softmax(-1), atol=1e-5)


def test_a_filler_that_finds_nothing_or_cuts_otherwise_teaches_nothing(bert, mpnet, tmp_path):
    save_file({"case.bias": torch.zeros(4)}, tmp_path / "weights")
    with pytest.raises(ModelError, match="never trained to find"):
        load_teacher(mpnet, tmp_path / "weights", own_pieces(bert))
    other = base(tmp_path / "other")
    file = other / "tokenizer.json"
    content = json.loads(file.read_text())
    content["model"]["vocab"]["nowhere"] = content["model"]["vocab"].pop("river")
    file.write_text(json.dumps(content))
    save_file({"gap.bias": torch.zeros(7), "gap.weight": torch.zeros(7, 16)}, tmp_path / "weights")
    with pytest.raises(ModelError, match="lacks the pieces river"):
        load_teacher(other, tmp_path / "weights", own_pieces(bert))


@pytest.mark.parametrize("taught", [0.0, 1.0])
def test_the_detector_comes_to_think_what_the_teacher_thinks(tmp_path, bert, mpnet, reader, monkeypatch, taught):
    corpus = tmp_path / "articles.jsonl"
    corpus.write_text("".join(json.dumps({"text": f"{TEXT}\n\n{TEXT}"}) + "\n" for _ in range(6)))
    monkeypatch.setattr("textmend.train.detector_training.WINDOW", 64)
    monkeypatch.setattr("textmend.train.mixture.BLOCK", 8)
    stop_after(monkeypatch, "detector_training", 48)
    schedule = Schedule(hours=1, rate=3e-3, head_rate=1e-2, warmup=1, average=0.5)
    train_detector(
        TrainingRun(bert, [(corpus, 1.0)], corpus, tmp_path / "run", schedule),
        teacher=(mpnet, reader[1]),
        taught=taught,
        batch=4,
    )
    model = from_base(bert)
    load_weights(model, tmp_path / "run")
    with torch.no_grad():
        (found, _), opinion = model(*window(own_pieces(bert))), load_teacher(mpnet, reader[1], own_pieces(bert))
    apart = (found.softmax(-1) - opinion(*window(own_pieces(bert)))).abs().sum(-1)[0, 1:-1].mean()
    assert apart < 0.8 if taught else apart > 1
