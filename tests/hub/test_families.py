"""One decoding for models of every family: on each, the right fill is known exactly."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
import torch
import transformers
from tiny import FAMILIES, LOSSES, SENTENCES, damaged

from textmend import Gap, Mended
from textmend.fill.context import contexts
from textmend.fill.infill import Request, Search, infill
from textmend.fill.propose import GappedArticle
from textmend.models.queries import Query

pytestmark = pytest.mark.parametrize("family", FAMILIES)


@pytest.fixture
def proposer(family, tiny_proposer):
    return tiny_proposer(family)


@pytest.fixture
def own(family, tiny_folder):
    """The model and tokenizer, as transformers itself loads them."""
    folder = tiny_folder(family)
    return (
        transformers.AutoModelForMaskedLM.from_pretrained(folder).eval(),
        transformers.AutoTokenizer.from_pretrained(folder),
    )


def test_every_loss_comes_back(family, proposer):
    losses = damaged()
    found = proposer.propose([GappedArticle(text=one.text, gaps=[one.gap]) for one in losses])
    for one, [gap] in zip(losses, found, strict=True):
        best = gap.fills[0]
        assert best.text == (one.lost if FAMILIES[family].cased else LOSSES[one.lost])
        assert best.origin == "model"
        assert best.model == proposer.model.name
        assert not best.calibrated
        if FAMILIES[family].cased:
            mended = Mended.of(one.text, [gap.with_decision("apply")], "[…]")
            assert mended.text == one.sentence
            assert mended.undo() == one.text


def test_gaps_of_one_text_are_filled_together(family, proposer):
    losses = [one for one in damaged() if one.lost in ("Tromsø", "driver", "mostly")]
    text, gaps = "", []
    for one in losses:
        shift = len(text)
        gaps.append(replace(one.gap, start=one.gap.start + shift, end=one.gap.end + shift))
        text += one.text + "\n\n"
    [filled] = proposer.propose([GappedArticle(text=text, gaps=gaps)])
    assert [(gap.start, gap.end) for gap in filled] == [(gap.start, gap.end) for gap in gaps]
    assert all(gap.fills and text[gap.start : gap.end].strip() == "" for gap in filled)


def test_results_do_not_depend_on_the_batch(proposer):
    documents = [GappedArticle(text=one.text, gaps=[one.gap]) for one in damaged()]
    documents.append(GappedArticle(text="\n\n".join(SENTENCES * 2), gaps=[Gap(start=3, end=4, probability=1.0)]))
    together = proposer.propose(documents)
    for document, [before] in zip(documents, together, strict=True):
        [[alone]] = proposer.propose([document])
        assert [fill.text for fill in alone.fills[:3]] == [fill.text for fill in before.fills[:3]]
        for one, other in zip(alone.fills, before.fills, strict=True):
            assert one.probability == pytest.approx(other.probability, abs=1e-4)


def test_predictions_are_the_models_own(proposer, own):
    model, tokenizer = own
    mask = tokenizer.mask_token_id
    rows = []
    for sentence in SENTENCES:
        ids = tokenizer(sentence)["input_ids"]
        for position in (1, len(ids) // 2, len(ids) - 2):
            rows.append(Query((*ids[:position], mask, *ids[position + 1 :]), position))
    for query, prediction in zip(rows, proposer.model.predict(rows), strict=True):
        with torch.inference_mode():
            logits = model(input_ids=torch.tensor([query.ids])).logits[0, query.position]
        expected = torch.log_softmax(logits, dim=-1).numpy()
        assert prediction.case is None
        assert prediction.log_probs.dtype == np.float32
        assert np.abs(prediction.log_probs - expected).max() < 1e-3


def test_a_joint_probability_is_the_chain_rules(family, proposer, own):
    """From transformers alone: its tokenizer, its logits, and what may stand in words read from the pieces' text."""
    model, tokenizer = own
    one = next(one for one in damaged() if one.lost == "closed the")
    [context] = contexts(one.text, [one.gap], proposer.model, room=5)
    request = Request(context, (0.2,) * 5)
    best = infill([request], proposer.model, Search())[0][0]
    lost = [
        index
        for index, (first, last) in enumerate(tokenizer(one.sentence, return_offsets_mapping=True)["offset_mapping"])
        if last > first and first < one.sentence.index("the n") + 3 and last > one.sentence.index("closed")
    ]
    ids = tokenizer(one.sentence)["input_ids"]
    assert list(best.ids) == [ids[index] for index in lost]
    total = math.log(0.2)
    for known, index in enumerate(lost):
        row = [tokenizer.mask_token_id if at in lost[known:] else piece for at, piece in enumerate(ids)]
        with torch.inference_mode():
            scores = torch.log_softmax(model(input_ids=torch.tensor([row])).logits[0, index], dim=-1).numpy()
        allowed = proposer.model.vocabulary.allowed(best.ids[:known], known + 1 == len(lost))
        assert 0 < allowed.sum() < len(scores)
        assert not any(allowed[piece] for piece in tokenizer.all_special_ids)
        total += float(scores[ids[index]] - np.logaddexp.reduce(scores[allowed]))
    assert best.log_prob == pytest.approx(total, abs=1e-3)


@pytest.mark.parametrize(
    "text",
    [
        *SENTENCES,
        "A second",
        "über Žižek’s 3,000 «cafés»",
        "日本 🦦 end",
        "don't well-known U.S.A.",
        "x" * 1200,
        "a\u0301b",
    ],
)
def test_text_is_cut_as_the_tokenizer_cuts_it(proposer, own, text):
    _, tokenizer = own
    pieces = proposer.model.pieces
    expected = tokenizer(text, add_special_tokens=False)["input_ids"]
    if len(text) < 500:  # longer runs without a space are cut in parts
        assert pieces.cut(text, spaced=pieces.leading) == expected
    joined = [*pieces.cut(text, spaced=pieces.leading), *pieces.cut("end", spaced=True)]
    if len(text) < 500:
        assert joined == tokenizer(text + " end", add_special_tokens=False)["input_ids"]
    assert [*pieces.opening, *expected, *pieces.closing] == tokenizer(text)["input_ids"]


@pytest.mark.parametrize(
    "text", ["<mask>", "[MASK]", "</s>", "<s>", "[CLS] [SEP]", "<pad>x", "a<mask>b", "\ud800 \x00x"]
)
@pytest.mark.parametrize("spaced", [True, False])
def test_special_tokens_are_text_in_a_text(proposer, own, text, spaced):
    _, tokenizer = own
    special = {*tokenizer.all_special_ids} - {tokenizer.unk_token_id}
    cut = proposer.model.pieces.cut(text, spaced=spaced)
    assert cut
    assert special.isdisjoint(cut)


def test_what_stands_after_a_bracket_has_no_space(family, proposer):
    pieces, vocabulary = proposer.model.pieces, proposer.model.vocabulary
    glued, apart = pieces.cut("mostly", spaced=False), pieces.cut("mostly", spaced=True)
    if not vocabulary.spaced:
        assert glued == apart
        return
    assert glued != apart
    assert vocabulary.allowed([], False, spaced=False)[glued[0]]
    assert not vocabulary.allowed([], False, spaced=False)[apart[0]]
    assert vocabulary.allowed([], False, spaced=True)[apart[0]]
    assert not vocabulary.allowed([], False, spaced=True)[glued[0]]


def test_what_a_model_says_of_itself(family, proposer, tiny_folder):
    model = proposer.model
    assert model.name.startswith(f"{tiny_folder(family).name}@sha256:")
    assert model.vocabulary.cased == FAMILIES[family].cased
    assert 32 <= model.window <= 128
    assert not proposer.calibrated
