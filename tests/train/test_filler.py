"""The filler's training: examples, exact resume, compact weights, and that it learns at all."""

import itertools
import json
import random
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from stopped_runs import assert_same_weights, stop_after
from tiny_bases import TEXT, base

from textmend.damage.articles import LinkedText
from textmend.damage.losing import Loss, damage
from textmend.damage.spans import LinkLikeness
from textmend.detect.inputs import encode
from textmend.errors import ModelError
from textmend.text.words import WORD, case_of
from textmend.train.checkpoint import load_checkpoint, save_checkpoint, trained_weights
from textmend.train.compact import save_compact
from textmend.train.detector import measure_finding
from textmend.train.examples import NO_LABEL, cut, site_labels
from textmend.train.filler import (
    base_weights,
    from_base,
    gap_windows,
    held_out_windows,
    load_filler,
    loss_of,
    loss_of_gaps,
    measure,
    weights_to_export,
)
from textmend.train.filler_examples import (
    Masking,
    WindowMaker,
    build_window,
    choose_masks,
    cut_windows,
    distant_sentence,
    group_by_length,
    mark_losses,
    read_units,
    window_at_gap,
)
from textmend.train.filler_training import train_filler
from textmend.train.loop import Schedule
from textmend.train.mixture import ArticleBatches, Mixture, Turns
from textmend.train.training_run import TrainingRun
from textmend.train.vocabulary import read_pieces

LIKENESS = LinkLikeness({}, default=3.0)
PLAIN = Masking(damaged=0, quoted=0, repeated=0, opened=0, sizes=((32, 0.5), (48, 0.5)))


@pytest.fixture(scope="module")
def mpnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return base(tmp_path_factory.mktemp("base") / "mpnet")


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    file = tmp_path / "articles.jsonl"
    paragraphs = TEXT.split("\n\n")
    texts = ["\n\n".join(random.Random(n).sample(paragraphs, 3)) for n in range(7)]
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return file


def maker(mpnet: Path, masking: Masking) -> WindowMaker:
    return WindowMaker(LIKENESS, *read_pieces(mpnet / "tokenizer.json"), masking)


def stream(mpnet: Path, corpus: Path, masking: Masking, position=None, seed=0) -> ArticleBatches:
    mixture = Mixture([(corpus, 1.0)], position["positions"] if position else None)
    return ArticleBatches(mixture, maker(mpnet, masking), partial(group_by_length, budget=256), seed, position)


def restored(window, mask):
    assert ((window.ids == mask) | (window.labels == NO_LABEL)).all()
    return np.where(window.labels == NO_LABEL, window.ids, window.labels)


def test_windows_are_slices_of_the_text_between_start_and_separator(mpnet):
    pieces, mask = read_pieces(mpnet / "tokenizer.json")
    article = LinkedText(TEXT)
    whole = [piece for unit in read_units(TEXT, pieces) for piece in unit.ids]
    assert whole.count(pieces.separator) == 3
    whole_text = " ".join(map(str, whole))
    windows = maker(mpnet, PLAIN)(article, random.Random(3))
    assert windows
    for window in windows:
        ids = restored(window, mask)
        assert ids[0] == pieces.start
        assert ids[-1] == pieces.separator
        assert len(ids) <= 48
        inner = " ".join(map(str, ids[1:-1]))
        assert inner in whole_text


def test_words_are_masked_whole_with_the_case_at_their_first_piece(mpnet):
    pieces, mask = read_pieces(mpnet / "tokenizer.json")
    units = read_units(TEXT, pieces)
    for seed in range(20):
        rng = random.Random(seed)
        spans = choose_masks(units, TEXT, LIKENESS, PLAIN, rng)
        window = build_window(units, spans, pieces, mask)
        masked = {index for first, last in spans for index in range(first, last)}
        at = 1
        for index, unit in enumerate(units):
            place = slice(at, at + len(unit.ids))
            if index in masked:
                assert unit.text
                assert (window.ids[place] == mask).all()
                assert list(window.labels[place]) == list(unit.ids)
                assert list(window.cases[place]) == [case_of(unit.text)] + [NO_LABEL] * (len(unit.ids) - 1)
            else:
                assert list(window.ids[place]) == list(unit.ids)
                assert (window.labels[place] == NO_LABEL).all()
                assert (window.cases[place] == NO_LABEL).all()
            at += len(unit.ids)


def test_masks_cover_about_the_rate_and_never_touch(mpnet):
    pieces, _ = read_pieces(mpnet / "tokenizer.json")
    units = read_units(TEXT, pieces)
    shares = []
    for seed in range(60):
        spans = choose_masks(units, TEXT, LIKENESS, PLAIN, random.Random(seed))
        assert all(last < first for (_, last), (first, _) in itertools.pairwise(spans))
        assert all(last - first <= 9 for first, last in spans)
        masked = sum(len(unit.ids) for first, last in spans for unit in units[first:last])
        shares.append(masked / sum(len(unit.ids) for unit in units))
    assert abs(np.mean(shares) - PLAIN.rate) < 0.05


def test_opened_spans_show_their_first_pieces_and_hide_the_last(mpnet):
    pieces, mask = read_pieces(mpnet / "tokenizer.json")
    units = read_units("Paul saw playing Rome.", pieces)
    play, ing = pieces("playing")
    window = build_window(units, [(2, 3)], pieces, mask, opened=lambda pieces: 1)
    assert list(window.ids[3:5]) == [play, mask]
    assert list(window.labels[3:5]) == [NO_LABEL, ing]
    assert (window.cases == NO_LABEL).all()


def test_repeated_words_are_masked_where_they_stand_elsewhere_too(mpnet):
    pieces, _ = read_pieces(mpnet / "tokenizer.json")
    text = "Paul saw NATO by the old green hill. A red dog sat near the king, and Paul ran with NATO by a river."
    units = read_units(text, pieces)
    copies = {True: 0, False: 0}
    for repeated, seed in itertools.product((True, False), range(40)):
        masking = Masking(rate=0.08, in_spans=0, repeated=float(repeated))
        spans = choose_masks(units, text, LIKENESS, masking, random.Random(seed))
        masked = {index for first, last in spans for index in range(first, last)}
        readable = {unit.text.casefold() for index, unit in enumerate(units) if index not in masked}
        copies[repeated] += sum(len(units[i].text) > 2 and units[i].text.casefold() in readable for i in masked)
    assert copies[True] >= 40
    assert copies[True] > 1.5 * copies[False]


def test_a_distant_sentence_holds_the_word_and_lies_outside_the_window(mpnet):
    pieces, _ = read_pieces(mpnet / "tokenizer.json")
    units = read_units(TEXT, pieces)
    window = range(0, 12)
    for seed in range(10):
        found = distant_sentence(units, window, frozenset({"nato"}), random.Random(seed))
        assert found
        assert "NATO" in [unit.text for unit in found]
        assert found[0].start >= units[window.stop].start
        assert "" not in [unit.text for unit in found]
    assert distant_sentence(units, range(len(units)), frozenset({"nato"}), random.Random(0)) is None


def test_quoted_windows_open_with_a_paragraph_that_tells_a_masked_word(mpnet, corpus):
    pieces, _ = read_pieces(mpnet / "tokenizer.json")
    masking = Masking(damaged=0, repeated=0, opened=0, quoted=1, sizes=((64, 1.0),))
    told = total = 0
    for window in itertools.chain.from_iterable(itertools.islice(stream(mpnet, corpus, masking), 5)):
        first = list(window.ids).index(pieces.separator)
        total += 1
        told += bool(set(window.ids[1:first]) & set(window.labels[window.labels != NO_LABEL]) - set(pieces("the")))
        assert len(window.ids) <= 64
    assert told > 0.7 * total


def test_known_losses_leave_a_mask_for_each_word_and_no_label(mpnet):
    pieces, mask = read_pieces(mpnet / "tokenizer.json")
    text = "Paul saw by the river."
    units = mark_losses(read_units(text, pieces), [Loss(8, 9, "the old King near Rome")], mask)
    assert [unit.text for unit in units] == ["Paul", "saw", "", "by", "the", "river", ".", ""]
    assert list(units[2].ids) == [mask] * 3
    spans = choose_masks(units, text, LIKENESS, PLAIN, random.Random(1))
    assert all(not first <= 2 < last for first, last in spans)


def test_damaged_articles_give_windows_of_known_pieces(mpnet, corpus):
    masking = Masking(damaged=1, sizes=((40, 1.0),))
    _, mask = read_pieces(mpnet / "tokenizer.json")
    windows = list(itertools.chain.from_iterable(itertools.islice(stream(mpnet, corpus, masking), 8)))
    assert any(((w.ids == mask) & (w.labels == NO_LABEL)).any() for w in windows)
    assert all((w.labels != NO_LABEL).any() and len(w.ids) == len(w.labels) == len(w.cases) for w in windows)


def test_short_and_empty_articles_do_no_harm(mpnet):
    pieces, _ = read_pieces(mpnet / "tokenizer.json")
    make = maker(mpnet, Masking())
    for text in ("", " \n\n ", "Paul.", "x" * 300, "...\n\n---"):
        for seed in range(5):
            make(LinkedText(text), random.Random(seed))
    assert cut_windows(read_units("", pieces), PLAIN, random.Random(0)) == []


@pytest.mark.parametrize("stop", [1, 4, 9, 30])
def test_a_resumed_stream_goes_on_exactly(mpnet, corpus, stop):
    masking = Masking(sizes=((32, 0.7), (48, 0.3)))
    whole = list(itertools.islice(stream(mpnet, corpus, masking), 60))
    batches = stream(mpnet, corpus, masking)
    first = list(itertools.islice(batches, stop))
    position = json.loads(json.dumps(batches.position()))
    rest = itertools.islice(stream(mpnet, corpus, masking, position), 60 - stop)
    for expected, found in zip(whole, [*first, *rest], strict=True):
        assert len(expected) == len(found)
        for a, b in zip(expected, found, strict=True):
            assert np.array_equal(a.ids, b.ids)
            assert np.array_equal(a.labels, b.labels)
            assert np.array_equal(a.cases, b.cases)


def test_batches_keep_to_their_budget(mpnet, corpus):
    for batch in itertools.islice(stream(mpnet, corpus, PLAIN), 20):
        assert len(batch) * max(len(window.ids) for window in batch) <= 256


def test_window_at_gap_puts_as_many_masks_as_pieces_were_lost(mpnet):
    pieces, mask = read_pieces(mpnet / "tokenizer.json")
    text = "Paul the old sat by the river.\n\nThe dog ran."
    units = read_units(text, pieces)
    window = window_at_gap(units, Loss(12, 13, "King playing"), pieces, mask, 64)
    assert list(window.labels[4:7]) == [*pieces("king"), *pieces("playing")]
    assert (window.ids[4:7] == mask).all()
    assert list(window.cases[4:7]) == [1, 0, NO_LABEL]
    assert list(window.ids[:4]) == [pieces.start, *pieces("paul"), *pieces("the"), *pieces("old")]
    small = window_at_gap(units, Loss(12, 13, "King"), pieces, mask, 9)
    assert len(small.ids) <= 9
    assert (small.labels != NO_LABEL).sum() == 1
    at_end = window_at_gap(units, Loss(30, 30, "King"), pieces, mask, 64)
    assert list(at_end.ids).index(mask) == list(at_end.ids).index(pieces.separator) - 1
    assert window_at_gap(units, Loss(2, 2, "King"), pieces, mask, 64) is None


def test_a_gap_in_the_blanks_at_a_paragraphs_end_belongs_to_that_paragraph(mpnet):
    pieces, mask = read_pieces(mpnet / "tokenizer.json")
    units = read_units("Paul saw  \n\nThe dog ran.", pieces)
    gap = Loss(8, 10, "Rome")
    assert [unit.ids for unit in mark_losses(units, [gap], mask)][2:4] == [(mask,), (pieces.separator,)]
    window = window_at_gap(units, gap, pieces, mask, 64)
    assert list(window.ids[3:5]) == [mask, pieces.separator]


@pytest.mark.parametrize("kind", ["mpnet", "bert"])
@pytest.mark.parametrize("head", [True, False])
def test_any_base_of_these_architectures_will_do(tmp_path, kind, head):
    folder = base(tmp_path / "base", kind, head=head)
    model = from_base(folder)
    pieces, mask = read_pieces(folder / "tokenizer.json")
    units = read_units(TEXT, pieces)[:40]
    window = build_window(units, [(2, 3), (5, 7)], pieces, mask)
    loss, tokens = loss_of(model, [window], model.lm.config.pad_token_id)
    loss.backward()
    assert tokens == len(window.ids)
    of_pieces = [(name, p) for name, p in model.named_parameters() if name.startswith(("lm.", "case."))]
    frozen = {name for name, p in of_pieces if p.grad is None and "relative" not in name}
    assert all("embeddings" in name and "LayerNorm" not in name for name in frozen)
    assert any("word_embeddings" in name for name in frozen)
    assert model.lm.get_output_embeddings().weight is model.lm.get_input_embeddings().weight
    prefix = f"lm.{kind}."
    assert {name.split(".")[0] for name in model.state_dict()} == {"lm", "case", "types", "norm", "gap"}
    assert any(name.startswith(prefix) for name in model.state_dict())


def test_a_base_with_a_head_keeps_it_and_one_without_starts_as_identity(tmp_path, mpnet):
    folder = base(tmp_path / "base", head=True)
    kept = load_file(folder / "model.safetensors")
    assert torch.equal(from_base(folder).lm.lm_head.dense.weight, kept["lm_head.dense.weight"])
    assert torch.equal(from_base(mpnet).lm.lm_head.dense.weight, torch.eye(16))


def test_old_names_of_layer_norms_are_understood(tmp_path):
    folder = base(tmp_path / "base", "bert")
    weights = load_file(folder / "model.safetensors")
    new = {name: torch.randn_like(tensor) for name, tensor in weights.items()}
    old = {
        n.replace("LayerNorm.weight", "LayerNorm.gamma").replace("LayerNorm.bias", "LayerNorm.beta"): t
        for n, t in new.items()
    }
    save_file(old, folder / "model.safetensors")
    norm = "bert.embeddings.LayerNorm.weight"
    assert torch.equal(from_base(folder).state_dict()[f"lm.{norm}"], new[norm])


def test_other_architectures_and_broken_bases_are_refused(tmp_path, mpnet):
    folder = base(tmp_path / "base")
    weights = load_file(folder / "model.safetensors")
    lost = next(name for name in weights if "attention" in name)
    save_file({name: tensor for name, tensor in weights.items() if name != lost}, folder / "model.safetensors")
    with pytest.raises(ModelError, match="lacks the weights"):
        from_base(folder)
    (folder / "config.json").write_text(json.dumps({"model_type": "gpt2"}))
    with pytest.raises(ModelError, match="gpt2"):
        from_base(folder)


def changed(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    torch.manual_seed(5)
    return {
        name: parameter.detach() + 0.02 * torch.randn_like(parameter)
        for name, parameter in model.named_parameters()
        if parameter.requires_grad
    }


def test_start_weights_come_in_three_forms(tmp_path, mpnet):
    weights = changed(from_base(mpnet))
    bare, compact, checkpoint = (tmp_path / name for name in ("bare", "compact", "checkpoint"))
    save_file({name: tensor.half() for name, tensor in weights.items()}, bare)
    save_compact(weights, base_weights(mpnet), compact)
    tensors = {f"average.{name}": tensor for name, tensor in weights.items()}
    save_file(
        tensors | {f"model.{n}": t + 1 for n, t in weights.items()}, checkpoint, metadata={"state": '{"run": {}}'}
    )
    assert trained_weights(checkpoint).keys() == weights.keys()
    for file in (bare, compact, checkpoint):
        found = load_filler(mpnet, file).state_dict()
        assert all(torch.allclose(found[name], tensor, atol=2e-3) for name, tensor in weights.items())
        assert torch.equal(found["lm.lm_head.decoder.bias"], found["lm.lm_head.bias"])


def test_start_weights_of_another_model_are_refused(tmp_path, mpnet):
    file = tmp_path / "start"
    save_file({"lm.mpnet.other.weight": torch.zeros(2)}, file)
    with pytest.raises(ModelError, match="lacks"):
        load_filler(mpnet, file)
    save_file({"case.weight": torch.zeros(2, 2)}, file)
    with pytest.raises(ModelError, match="doesn't fit"):
        load_filler(mpnet, file)
    save_file({"case.weight.q": torch.zeros(2, 2, dtype=torch.int8), "case.weight.s": torch.zeros(2, 1)}, file)
    with pytest.raises(ModelError, match="differs"):
        load_filler(mpnet, file)


def test_training_learns_a_memorisable_text(mpnet):
    model = from_base(mpnet)
    pieces, mask = read_pieces(mpnet / "tokenizer.json")
    units = read_units(TEXT, pieces)[:40]
    window = build_window(units, [(0, 1), (3, 4), (6, 7), (9, 10), (14, 15)], pieces, mask)
    before = measure(model, [window], 1)
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=1e-2)
    for _ in range(60):
        loss, _ = loss_of(model, [window], 1)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    after = measure(model, [window], 1)
    assert after["loss"] < 0.3 * before["loss"]
    assert after["top1"] == after["case"] == 1.0


def test_the_head_for_lost_words_learns_a_memorisable_text(mpnet):
    model = from_base(mpnet)
    pieces, _ = read_pieces(mpnet / "tokenizer.json")
    damaged = damage(TEXT, [(5, 12), (40, 44), (54, 57)], "collapsed")
    encoded = encode(damaged.text, pieces)
    example = cut(encoded, site_labels(encoded, damaged), 0, 120, pieces)
    before = measure_finding(model.gaps, [example])
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=4e-3)
    for _ in range(80):
        loss, tokens = loss_of_gaps(model, [example])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert tokens == len(example.ids)
    assert before["AP"] < 0.9
    assert measure_finding(model.gaps, [example])["AP"] == 1.0


def test_token_types_start_as_nothing_and_rows_of_pieces_have_none(mpnet):
    model = from_base(mpnet)
    ids = torch.tensor([[0, 9, 10, 11, 2]])
    types, mask = torch.tensor([[0, 5, 2, 9, 0]]), torch.ones_like(ids)
    assert torch.equal(model.gaps(ids, types, mask), model.gaps(ids, torch.zeros_like(ids), mask))
    at = torch.zeros_like(ids, dtype=torch.bool).index_fill(1, torch.tensor([2]), True)
    before = model(ids, mask, at)[0]
    torch.nn.init.normal_(model.types.weight)
    assert not torch.equal(model.gaps(ids, types, mask), model.gaps(ids, torch.zeros_like(ids), mask))
    assert torch.equal(model(ids, mask, at)[0], before)


def test_both_kinds_of_batches_have_their_turns_and_go_on_exactly(mpnet, corpus):
    def turns(position=None):
        at = position or {"one": None, "other": None}
        streams = {name: stream(mpnet, corpus, PLAIN, at[name], seed=n) for n, name in enumerate(("one", "other"))}
        return Turns(streams, {"one": 0.75, "other": 0.25}, 3, position)

    whole = list(itertools.islice(turns(), 60))
    names = [name for name, _ in whole]
    assert 36 <= names.count("one") <= 54
    batches = turns()
    first = list(itertools.islice(batches, 17))
    rest = itertools.islice(turns(json.loads(json.dumps(batches.position()))), 43)
    for (name, expected), (other, found) in zip(whole, [*first, *rest], strict=True):
        assert name == other
        assert all(np.array_equal(a.ids, b.ids) for a, b in zip(expected, found, strict=True))


def test_a_run_of_before_there_was_a_head_for_lost_words_is_refused(tmp_path, mpnet, corpus, monkeypatch):
    stop_after(monkeypatch, "filler_training", 1)
    checkpoint = tmp_path / "run"
    train_filler(TrainingRun(mpnet, [(corpus, 1.0)], corpus, checkpoint, Schedule(hours=1, rate=1e-3, head_rate=1e-3)))
    tensors, state = load_checkpoint(checkpoint)
    kept = {name: tensor for name, tensor in tensors.items() if not name.startswith(("model.gap", "average.gap"))}
    save_checkpoint(checkpoint, kept, state)
    with pytest.raises(ModelError, match="--start"):
        train_filler(TrainingRun(mpnet, [(corpus, 1.0)], corpus, checkpoint, Schedule(hours=1, rate=1, head_rate=1)))
    assert not load_filler(mpnet, checkpoint).reads_gaps
    assert "gap.weight" not in weights_to_export(load_filler(mpnet, checkpoint))


def test_a_resumed_training_run_ends_with_the_same_weights(tmp_path, mpnet, corpus, monkeypatch):
    """N steps are k steps, a restart, and N - k steps."""
    masking = Masking(sizes=((32, 1.0),))
    schedule = Schedule(hours=1, rate=1e-3, head_rate=1e-3, warmup=1)

    def run(checkpoint: Path, steps: int) -> None:
        stop_after(monkeypatch, "filler_training", steps)
        run = TrainingRun(mpnet, [(corpus, 1.0)], corpus, checkpoint, schedule)
        train_filler(run, clean=corpus, masking=masking, batch=256)

    run(tmp_path / "whole", 7)
    run(tmp_path / "parts", 3)
    run(tmp_path / "parts", 4)
    assert_same_weights(tmp_path / "whole", tmp_path / "parts")


def test_held_out_windows_and_gaps_are_the_same_every_time(tmp_path, mpnet, corpus):
    pieces, mask = read_pieces(mpnet / "tokenizer.json")
    first, second = (held_out_windows(corpus, pieces, mask, LIKENESS, count=5, size=48) for _ in range(2))
    assert len(first) == 5
    assert all(np.array_equal(a.ids, b.ids) for a, b in zip(first, second, strict=True))
    gaps = [{"start": 8, "end": 9, "lost": "Rome"}, {"start": 15, "end": 16, "lost": "the playing King"}]
    file = tmp_path / "gaps.jsonl"
    file.write_text(json.dumps({"text": "Paul saw by the river.", "gaps": gaps}) + "\n")
    (window,) = gap_windows(file, pieces, mask)
    assert list(window.labels[window.labels != NO_LABEL]) == pieces("rome")


def test_batches_group_windows_of_one_length(mpnet):
    pieces, mask = read_pieces(mpnet / "tokenizer.json")
    units = read_units(TEXT, pieces)
    windows = [build_window(units[:n], [(0, 1)], pieces, mask) for n in (30, 5, 29, 6, 60)]
    grouped = group_by_length(windows, 70)
    assert sum(map(len, grouped)) == 5
    assert len(grouped[-1]) == 1


def test_the_tiny_vocabulary_knows_every_word_of_the_text(mpnet):
    pieces, _ = read_pieces(mpnet / "tokenizer.json")
    assert all(pieces.unknown not in pieces(word) for word in WORD.findall(TEXT))
