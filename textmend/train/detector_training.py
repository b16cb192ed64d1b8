"""Training the detector, from examples and perhaps a teacher to checkpoints."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from textmend.errors import ModelError
from textmend.models.wordpiece import WordPieces
from textmend.train.checkpoint import load_checkpoint
from textmend.train.detector import (
    EARLY_LAYERS,
    WINDOW,
    DetectorNetwork,
    from_base,
    held_out,
    load_weights,
    measure,
    tensors_of,
)
from textmend.train.device import find_device
from textmend.train.examples import NO_LABEL, Example, ExampleMaker, group_by_number
from textmend.train.loop import Learner, train
from textmend.train.mixture import ArticleBatches, Batches, resumed
from textmend.train.prepared import PreparedBatches, folder_for, folders_of
from textmend.train.teacher import Teacher, load_teacher
from textmend.train.training_run import TrainingRun

log = logging.getLogger(__name__)

_EARLY_LOSS = 0.1
_HEADS = ("gap.", "early.")


def train_detector(
    run: TrainingRun,
    *,
    benchmarks: Sequence[Path] = (),
    teacher: tuple[Path, Path] | None = None,
    taught: float = 0.5,
    batch: int = 12,
) -> None:
    """Train a detector, or continue its training.

    Args:
        run: the run; its sources are files of articles, or one folder of examples that have lost words.
        benchmarks: benchmark files; a fixed sample of each is measured at every checkpoint.
        teacher: base and weights of a filler that finds lost words. The detector learns its opinion of every place too,
            and the opinion of its own starting weights (``teacher.Teacher``). A step then takes more than twice the
            time.
        taught: the share of the teacher in the loss, 0 to 1; the rest comes from the true labels.
        batch: windows a step.

    Raises:
        ModelError: the checkpoint comes from another version of textmend.
    """
    run.set_up_torch()
    pieces = WordPieces(run.base / "tokenizer.json", start="[CLS]", separator="[SEP]")
    model, position = _begun(run)
    model.to(find_device(run.device))
    batches = _batches(run, pieces, batch, position)
    held = {file.name.split(".")[0]: held_out(file, pieces, 60) for file in benchmarks}
    opinion_of = _teacher(run, teacher, pieces) if teacher else None

    def evaluate() -> dict[str, float]:
        return {f"{name}.{key}": value for name, rows in held.items() for key, value in measure(model, rows).items()}

    log.info("before training: %s", evaluate())
    learner = Learner(model, lambda name: name.startswith(_HEADS), _loss(model, opinion_of, taught), evaluate)
    train(learner, batches, run.schedule, run.checkpoint)


def _begun(run: TrainingRun) -> tuple[DetectorNetwork, dict[str, Any] | None]:
    """Return the network to train, and the run's position in the data if the run is continued."""
    model = from_base(run.base)
    if run.checkpoint.exists():
        tensors, state = load_checkpoint(run.checkpoint)
        own = {k.removeprefix("model."): v for k, v in tensors.items() if k.startswith("model.")}
        if own.keys() != dict(model.named_parameters()).keys():
            raise ModelError(f"{run.checkpoint}: a run of another version of textmend; take its weights with --start")
        model.load_state_dict(own)
        return model, state["position"]
    if run.start:
        load_weights(model, run.start)
        for layer in EARLY_LAYERS:  # these weights are older than the early heads
            if layer < model.encoder.config.num_hidden_layers and str(layer) not in model.early:
                model.early[str(layer)] = nn.Linear(model.encoder.config.hidden_size, 1)
    return model, None


def _batches(run: TrainingRun, pieces: WordPieces, batch: int, position: dict[str, Any] | None) -> Batches:
    """Return the batches of a run, from its position in the data on."""
    likeness = run.learn_likeness()
    if folders := folders_of(path for path, _ in run.sources):
        folder = folder_for(folders, "lost")
        return PreparedBatches(folder, "lost", run.base, pieces=batch * WINDOW, seed=run.seed, position=position)
    make, group = ExampleMaker(likeness, pieces, WINDOW), partial(group_by_number, number=batch)
    return ArticleBatches(resumed(run.sources, position), make, group, run.seed, position)


def _loss(
    model: DetectorNetwork, opinion_of: Teacher | None, taught: float
) -> Callable[[list[Example]], tuple[torch.Tensor, int]]:
    """Return the loss of a batch: of the true labels, of the teacher's opinion, and of the early heads."""

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

    return loss_of


def _teacher(run: TrainingRun, teacher: tuple[Path, Path], pieces: WordPieces) -> Teacher:
    partner = None
    if run.start:
        partner = from_base(run.base)
        load_weights(partner, run.start)
    return load_teacher(*teacher, pieces, partner).to(find_device(run.device))
