"""Examples made beforehand: they read back as they were made, in an order that can be resumed, and train the models."""

import itertools
import json
import random
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import torch
from stopped_runs import assert_same_weights, stop_after
from tiny_bases import TEXT, base
from typer.testing import CliRunner

from textmend.cli.train import app
from textmend.damage.spans import LinkLikeness
from textmend.errors import FileError, ModelError
from textmend.train.checkpoint import load_checkpoint, optimizer_tensors, restore_optimizer
from textmend.train.detector_training import train_detector
from textmend.train.device import find_device
from textmend.train.examples import NO_LABEL, Example
from textmend.train.filler_examples import MaskedWindow
from textmend.train.filler_training import train_filler
from textmend.train.loop import Schedule
from textmend.train.mixture import BLOCK, Mixture
from textmend.train.prepared import Making, PreparedBatches, folders_of, pack, prepare, read_header
from textmend.train.training_run import TrainingRun

LIKENESS = LinkLikeness({}, default=3.0)


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bases")
    return {"lost": base(folder / "bert", "bert"), "masked": base(folder / "mpnet")}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    file = tmp_path_factory.mktemp("corpus") / "articles.jsonl"
    paragraphs = TEXT.split("\n\n")
    texts = ["\n\n".join(random.Random(n).sample(paragraphs, 3)) for n in range(30)]
    file.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts))
    return file


@pytest.fixture(scope="module")
def made(bases, corpus, tmp_path_factory):
    folder = tmp_path_factory.mktemp("prepared")
    for what, start in bases.items():
        making = Making(base=start, what=what, likeness=LIKENESS, size=48)
        prepare(making, Mixture([(corpus, 1.0)]), folder / what, pieces=20_000, workers=1)
    return folder


def same(one, other):
    return all(np.array_equal(getattr(one, name), getattr(other, name)) for name in one.__slots__)


@pytest.mark.parametrize("what", ["lost", "masked"])
def test_examples_read_back_as_they_were_made(what, bases, corpus, made):
    rng = random.Random("0:0")
    articles = list(Mixture([(corpus, 1.0)]).block(BLOCK, rng))
    make = Making(base=bases[what], what=what, likeness=LIKENESS, size=48).maker()
    expected = [example for article in articles for example in make(article, rng)]
    stream = PreparedBatches(made / what, what, bases[what], pieces=512)
    assert len(expected) > 20
    for row, example in enumerate(expected):
        assert same(stream.example(row), example)
        assert isinstance(example, Example if what == "lost" else MaskedWindow)


@pytest.mark.parametrize("what", ["lost", "masked"])
def test_the_header_counts_what_is_there_and_nothing_is_padded(what, made):
    header = read_header(made / what)
    assert header.pieces >= 20_000
    lengths = np.fromfile(made / what / "lengths.bin", np.uint16)
    assert (len(lengths), lengths.sum()) == (header.examples, header.pieces)
    assert (made / what / "ids.bin").stat().st_size == 2 * header.pieces


def test_more_workers_make_the_same_examples(bases, corpus, made, tmp_path):
    making = Making(base=bases["lost"], what="lost", likeness=LIKENESS, size=48)
    prepare(making, Mixture([(corpus, 1.0)]), tmp_path / "two", pieces=20_000, workers=2)
    for file in (made / "lost").iterdir():
        assert (tmp_path / "two" / file.name).read_bytes() == file.read_bytes()


def rows(batches):
    return [example.ids.tobytes() for batch in batches for example in batch]


def test_a_turn_holds_every_example_once_and_little_padding(bases, made):
    stream = PreparedBatches(made / "lost", "lost", bases["lost"], pieces=400)
    total = read_header(made / "lost").examples
    batches, seen = [], 0
    for batch in stream:
        batches.append(batch)
        seen += len(batch)
        if seen >= total:
            break
    whole = Counter(stream.example(row).ids.tobytes() for row in range(total))
    assert Counter(rows(batches)) == whole
    for batch in batches:
        assert len(batch) * max(len(e.ids) for e in batch) <= 400 or len(batch) == 1
    padded = sum(len(batch) * max(len(e.ids) for e in batch) for batch in batches)
    assert padded < 1.02 * read_header(made / "lost").pieces


def test_the_stream_goes_on_where_it_stopped_and_each_turn_has_its_order(bases, made):
    def stream(**more):
        return PreparedBatches(made / "masked", "masked", bases["masked"], pieces=300, **more)

    many = 2 * len(list(itertools.islice(iter(stream()), 200)))
    whole = rows(itertools.islice(stream(), many))
    first = stream()
    begun = rows(itertools.islice(first, many // 3))
    assert begun + rows(itertools.islice(stream(position=first.position()), many - many // 3)) == whole
    assert rows(itertools.islice(stream(seed=1), 20)) != rows(itertools.islice(stream(), 20))
    with pytest.raises(FileError, match="isn't what this run was begun on"):
        stream(position={"block": 0, "done": 0, "positions": [0]})


def test_wrong_folders_are_refused(bases, made, tmp_path):
    with pytest.raises(FileError, match="words lost, not masked"):
        PreparedBatches(made / "lost", "masked", bases["masked"], pieces=1)
    with pytest.raises(FileError, match="another vocabulary"):
        PreparedBatches(made / "lost", "lost", bases["masked"], pieces=1)
    with pytest.raises(FileError, match="holds no prepared examples"):
        read_header(tmp_path)
    with pytest.raises(FileError, match="can't be mixed"):
        folders_of([made / "lost", Path(__file__)])
    with pytest.raises(FileError, match="give one of them"):
        folders_of([made / "lost", made / "lost"])
    assert folders_of([made / "lost", made / "masked"]) == {"lost": made / "lost", "masked": made / "masked"}
    assert folders_of([Path(__file__)]) == {}


def test_a_cut_off_file_and_a_full_folder_are_refused(bases, corpus, made, tmp_path):
    copy = tmp_path / "copy"
    copy.mkdir()
    for file in (made / "lost").iterdir():
        (copy / file.name).write_bytes(file.read_bytes()[:-1] if file.name == "ids.bin" else file.read_bytes())
    with pytest.raises(FileError, match=r"ids\.bin: is \d+ bytes long"):
        PreparedBatches(copy, "lost", bases["lost"], pieces=1)
    making = Making(base=bases["lost"], what="lost", likeness=LIKENESS)
    with pytest.raises(FileError, match="is not empty"):
        prepare(making, Mixture([(corpus, 1.0)]), copy, pieces=1, workers=1)


def test_text_that_gives_no_example_is_said_so(bases, tmp_path):
    short = tmp_path / "short.jsonl"
    short.write_text('{"text": "Paul ran."}\n')
    making = Making(base=bases["masked"], what="masked", likeness=LIKENESS)
    with pytest.raises(FileError, match="960 articles gave no example"):
        prepare(making, Mixture([(short, 1.0)]), tmp_path / "out", pieces=1, workers=1)


@pytest.mark.parametrize("piece", [65_535, 70_000])
def test_a_piece_without_room_is_an_error(piece):
    huge = Example(np.array([piece]), np.array([0]), np.array([NO_LABEL]))
    with pytest.raises(FileError, match=f"{piece} has no room in uint16"):
        pack([huge], "lost")


def schedule():
    return Schedule(hours=1.0, rate=1e-3, head_rate=1e-2, warmup=1)


def test_a_detector_trains_on_prepared_examples_and_resumes_exactly(bases, corpus, made, tmp_path, monkeypatch):
    def run(file, steps):
        stop_after(monkeypatch, "detector_training", steps)
        sources = [(made / "lost", 1.0)]
        train_detector(TrainingRun(bases["lost"], sources, corpus, file, schedule(), threads=1, device="cpu"), batch=2)

    run(tmp_path / "whole.ckpt", 6)
    run(tmp_path / "parts.ckpt", 3)
    run(tmp_path / "parts.ckpt", 3)
    assert_same_weights(tmp_path / "whole.ckpt", tmp_path / "parts.ckpt")
    with pytest.raises(ModelError, match="begun on prepared examples"):
        train_detector(
            TrainingRun(bases["lost"], [(corpus, 1.0)], corpus, tmp_path / "parts.ckpt", schedule(), threads=1)
        )


def test_a_filler_trains_on_prepared_examples_of_both_kinds(bases, corpus, made, tmp_path, monkeypatch):
    lost = tmp_path / "lost"
    prepare(
        Making(base=bases["masked"], what="lost", likeness=LIKENESS, size=48),
        Mixture([(corpus, 1.0)]),
        lost,
        pieces=5_000,
        workers=1,
    )

    def run(file, steps, *folders, **more):
        stop_after(monkeypatch, "filler_training", steps)
        sources = [(folder, 1.0) for folder in folders]
        train_filler(TrainingRun(bases["masked"], sources, corpus, file, schedule(), threads=1), batch=256, **more)

    run(tmp_path / "whole.ckpt", 6, made / "masked", lost)
    run(tmp_path / "parts.ckpt", 2, made / "masked", lost)
    run(tmp_path / "parts.ckpt", 4, lost, made / "masked")
    assert_same_weights(tmp_path / "whole.ckpt", tmp_path / "parts.ckpt")
    run(tmp_path / "alone.ckpt", 2, made / "masked", lost=0.0)
    with pytest.raises(FileError, match="words lost were given"):
        run(tmp_path / "none.ckpt", 2, made / "masked")


def test_a_device_that_is_not_here_is_said_so():
    assert find_device("cpu").type == "cpu"
    with pytest.raises(ModelError, match="device 'gpu' can't be used"):
        find_device("gpu")
    if not torch.cuda.is_available():
        with pytest.raises(ModelError, match="--device cpu always can"):
            find_device("cuda")


def test_moments_go_back_to_the_device_of_their_parameter(bases, corpus, made, tmp_path, monkeypatch):
    stop_after(monkeypatch, "detector_training", 2)
    file = tmp_path / "run.ckpt"
    train_detector(TrainingRun(bases["lost"], [(made / "lost", 1.0)], corpus, file, schedule(), threads=1), batch=2)
    tensors, _ = load_checkpoint(file)
    name = "gap.weight"
    elsewhere = torch.nn.Parameter(torch.empty_like(tensors[f"model.{name}"], device="meta"))
    optimizer = torch.optim.AdamW([elsewhere])
    restore_optimizer(optimizer, [name], tensors, 2)
    assert {tensor.device.type for tensor in optimizer_tensors(optimizer, [name]).values()} == {"meta"}


def test_the_command_prepares_and_trains(bases, corpus, tmp_path, monkeypatch):
    def call(*words):
        return CliRunner().invoke(app, [str(word) for word in words])

    out = tmp_path / "out"
    options = ["--linked", corpus, "--what", "lost", "--million", "0.003", "--window", "48", "--workers", "1"]
    result = call("prepare", bases["lost"], f"{corpus}=0.5", *options, "--out", out)
    assert result.exit_code == 0, result.output
    assert read_header(out).pieces >= 3_000
    assert isinstance(call("prepare", bases["lost"], corpus, *options, "--out", out).exception, FileError)
    stop_after(monkeypatch, "detector_training", 2)
    run = ["detector", bases["lost"], out, "--linked", corpus, "--checkpoint", tmp_path / "d.ckpt", "--threads", "1"]
    result = call(*run, "--device", "cpu")
    assert result.exit_code == 0, result.output
    assert isinstance(call(*run, "--device", "nowhere").exception, ModelError)
