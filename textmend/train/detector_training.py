"""Training the detector: examples and perhaps a teacher in, checkpoints out."""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import nn

from textmend.damage.articles import read_articles
from textmend.damage.spans import LinkLikeness
from textmend.errors import ModelError
from textmend.models.wordpiece import WordPieces
from textmend.train.checkpoint import load_checkpoint
from textmend.train.detector import EARLY_LAYERS, WINDOW, from_base, held_out, load_weights, measure, tensors_of
from textmend.train.device import find_device
from textmend.train.examples import NO_LABEL, Example, ExampleBatches
from textmend.train.loop import Schedule, train
from textmend.train.mixture import Batches, resumed
from textmend.train.prepared import PreparedBatches, folder_for, folders_of
from textmend.train.teacher import Teacher, load_teacher

log = logging.getLogger(__name__)

_EARLY_LOSS = 0.1
_HEADS = ("gap.", "early.")


def train_detector(
    base: Path,
    sources: Sequence[tuple[Path, float]],
    linked: Path,
    checkpoint: Path,
    *,
    schedule: Schedule,
    benchmarks: Sequence[Path] = (),
    start: Path | None = None,
    teacher: tuple[Path, Path] | None = None,
    taught: float = 0.5,
    batch: int = 12,
    threads: int | None = None,
    device: str = "cpu",
    seed: int = 0,
) -> None:
    """Train a detector, or go on training one.

    Args:
        base: folder of the base encoder, with its ``tokenizer.json``.
        sources: files of clean articles (``damage.articles.read_articles``), each with its share; or one folder
            of examples that have lost words (``prepared``).
        linked: a file of articles with known links, from which link-like spans are learnt.
        checkpoint: where the run is kept; resumed from where it exists.
        schedule: how long and how fast.
        benchmarks: benchmark files; a fixed sample of each is measured at every checkpoint.
        start: weights to start from instead of the base's, where there is no checkpoint.
        teacher: base and weights of a filler that finds lost words. Its opinion of every place, and that of the
            weights to start from, are learnt too (``teacher.Teacher``); needs twice the time a step and more.
        taught: how much of the loss is that, 0 to 1; the rest is what was lost in truth.
        batch: windows a step.
        threads: CPU threads; default: all.
        device: where to compute, ``cpu`` or ``cuda``.
        seed: of the damage, and of how the files take turns. Another one where a run starts from weights that
            have seen these files, so that it doesn't see the same again.
    """
    if threads:
        torch.set_num_threads(threads)
    torch.manual_seed(seed)
    pieces = WordPieces(base / "tokenizer.json", start="[CLS]", separator="[SEP]")
    model = from_base(base)
    position = None
    if checkpoint.exists():
        tensors, state = load_checkpoint(checkpoint)
        own = {k.removeprefix("model."): v for k, v in tensors.items() if k.startswith("model.")}
        if own.keys() != dict(model.named_parameters()).keys():
            raise ModelError(f"{checkpoint}: a run of another version of textmend; take its weights with --start")
        model.load_state_dict(own)
        position = state["position"]
    elif start:
        load_weights(model, start)
        for layer in EARLY_LAYERS:  # weights of before there were early heads
            if layer < model.encoder.config.num_hidden_layers and str(layer) not in model.early:
                model.early[str(layer)] = nn.Linear(model.encoder.config.hidden_size, 1)
    model.to(find_device(device))
    likeness = LinkLikeness.learn(read_articles(linked), random.Random(0))
    batches: Batches
    if folders := folders_of(path for path, _ in sources):
        folder = folder_for(folders, "lost")
        batches = PreparedBatches(folder, "lost", base, pieces=batch * WINDOW, seed=seed, position=position)
    else:
        mixture = resumed(sources, position)
        batches = ExampleBatches(mixture, likeness, pieces, size=WINDOW, batch=batch, seed=seed, position=position)
    held = {file.name.split(".")[0]: held_out(file, pieces, 60) for file in benchmarks}
    opinion_of = _teacher(base, teacher, start, pieces).to(find_device(device)) if teacher else None

    def loss_of(examples: list[Example]) -> tuple[torch.Tensor, int]:
        ids, types, mask, labels = tensors_of(examples)
        logits, early = model(ids, types, mask)
        labels = labels.to(logits.device)
        known = labels != NO_LABEL
        loss = nn.functional.cross_entropy(logits[known], labels[known])
        if opinion_of is not None:
            soft = nn.functional.cross_entropy(logits[known], opinion_of(ids, types, mask)[known])
            loss = (1 - taught) * loss + taught * soft
        some = 1 - logits[known].detach().softmax(-1)[:, 0]
        for opinion in early:
            loss = loss + _EARLY_LOSS * nn.functional.binary_cross_entropy_with_logits(opinion[known], some)
        return loss, int(mask.sum())

    def evaluate() -> dict[str, float]:
        return {f"{name}.{key}": value for name, rows in held.items() for key, value in measure(model, rows).items()}

    named = list(model.named_parameters())
    groups = {
        "head": [(name, p) for name, p in named if name.startswith(_HEADS)],
        "body": [(name, p) for name, p in named if not name.startswith(_HEADS)],
    }
    log.info("before training: %s", evaluate())
    train(model, groups, batches, loss_of, evaluate, schedule, checkpoint)


def _teacher(base: Path, teacher: tuple[Path, Path], start: Path | None, pieces: WordPieces) -> Teacher:
    partner = None
    if start:
        partner = from_base(base)
        load_weights(partner, start)
    return load_teacher(*teacher, pieces, partner)
