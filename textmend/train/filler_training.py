"""Training the filler, from masked words and lost words to checkpoints."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch

from textmend.damage.spans import LinkLikeness
from textmend.errors import FileError, ModelError
from textmend.models.wordpiece import WordPieces
from textmend.train.base import longest_row
from textmend.train.checkpoint import load_checkpoint
from textmend.train.detector import held_out, measure_finding
from textmend.train.device import find_device
from textmend.train.examples import ExampleMaker, group_by_number
from textmend.train.filler import (
    GAP_WINDOW,
    FillerNetwork,
    from_base,
    gap_windows,
    held_out_windows,
    is_head,
    load_filler,
    loss_of,
    loss_of_gaps,
    measure,
)
from textmend.train.filler_examples import Masking, WindowMaker, group_by_length
from textmend.train.loop import Learner, train
from textmend.train.mixture import ArticleBatches, Batches, Turns, resumed
from textmend.train.prepared import PreparedBatches, folders_of
from textmend.train.training_run import TrainingRun
from textmend.train.vocabulary import read_pieces

log = logging.getLogger(__name__)

_RECORDS = 25


def train_filler(
    run: TrainingRun,
    *,
    clean: Path | None = None,
    gaps: Path | None = None,
    masking: Masking | None = None,
    lost: float = 0.5,
    batch: int = 2048,
) -> None:
    """Train a filler, or continue its training.

    Args:
        run: the run; its sources are files of articles, or folders of prepared examples: one with masked words, one
            with lost words.
        clean: a file of held-out articles; every checkpoint is measured on some of their words, which are masked.
        gaps: a benchmark file; every checkpoint is measured on finding the gaps of some records, and on filling its
            first gaps of one word.
        masking: how windows are cut and masked.
        lost: the share of batches for finding lost words, 0 to 1; the others have masked words.
        batch: the number of pieces in a step, padding included.

    Raises:
        ModelError: the checkpoint comes from another version of textmend.
        FileError: prepared examples that ``lost`` needs are missing.
    """
    run.set_up_torch()
    model, position = _begun(run)
    model.to(find_device(run.device))
    padding = int(model.lm.config.pad_token_id)
    pieces, mask = read_pieces(run.base / "tokenizer.json")
    likeness = run.learn_likeness()
    streams = _streams(run, likeness, masking, batch, position)
    shares = {name: share for name, share in (("masked", 1 - lost), ("lost", lost)) if share}
    if missing := shares.keys() - streams.keys():
        raise FileError(f"no prepared examples of words {missing.pop()} were given, which --lost {lost:g} asks for")
    batches = Turns({name: streams[name] for name in shares}, shares, run.seed, position)
    evaluate = _evaluation(model, pieces, mask, likeness, clean, gaps)

    def loss(item: tuple[str, Any]) -> tuple[torch.Tensor, int]:
        kind, windows = item
        return loss_of(model, windows, padding) if kind == "masked" else loss_of_gaps(model, windows)

    log.info("before training: %s", " ".join(f"{key} {value:.4f}" for key, value in evaluate().items()))
    train(Learner(model, is_head, loss, evaluate), batches, run.schedule, run.checkpoint)


def _streams(
    run: TrainingRun,
    likeness: LinkLikeness,
    masking: Masking | None,
    batch: int,
    position: Mapping[str, Any] | None,
) -> dict[str, Batches]:
    """Return the streams of masked words and of lost words, from files of articles or from prepared examples."""
    at = {what: position.get(what) if position else None for what in ("masked", "lost")}
    if folders := folders_of(path for path, _ in run.sources):
        return {
            what: PreparedBatches(folder, what, run.base, pieces=batch, seed=run.seed, position=at[what])
            for what, folder in folders.items()
        }
    pieces, mask = read_pieces(run.base / "tokenizer.json")
    masking = (masking or Masking()).within(longest_row(run.base))
    masked = WindowMaker(likeness, pieces, mask, masking), partial(group_by_length, budget=batch)
    number = max(1, batch // GAP_WINDOW)
    damaged = ExampleMaker(likeness, pieces, GAP_WINDOW), partial(group_by_number, number=number)
    return {
        "masked": ArticleBatches(resumed(run.sources, at["masked"]), *masked, run.seed, at["masked"]),
        "lost": ArticleBatches(resumed(run.sources, at["lost"]), *damaged, run.seed, at["lost"]),
    }


def _begun(run: TrainingRun) -> tuple[FillerNetwork, dict[str, Any] | None]:
    """Return the network to train, and the run's position in the data if the run is continued."""
    if not run.checkpoint.exists():
        return load_filler(run.base, run.start) if run.start else from_base(run.base), None
    model = from_base(run.base)
    tensors, state = load_checkpoint(run.checkpoint)
    own = {k.removeprefix("model."): v for k, v in tensors.items() if k.startswith("model.")}
    if own.keys() != {name for name, p in model.named_parameters() if p.requires_grad}:
        raise ModelError(f"{run.checkpoint}: a run of another version of textmend; take its weights with --start")
    model.load_state_dict(own, strict=False)
    return model, state["position"]


def _evaluation(
    model: FillerNetwork, pieces: WordPieces, mask: int, likeness: LinkLikeness, clean: Path | None, gaps: Path | None
) -> Callable[[], dict[str, float]]:
    """Return a function that measures the network at every checkpoint."""
    padding = int(model.lm.config.pad_token_id)
    masked = {"clean": held_out_windows(clean, pieces, mask, likeness)} if clean else {}
    if gaps:
        masked["gaps"] = gap_windows(gaps, pieces, mask)
    damaged = held_out(gaps, pieces, _RECORDS, GAP_WINDOW) if gaps else []

    def evaluate() -> dict[str, float]:
        found = {
            f"{name}.{key}": value
            for name, windows in masked.items()
            for key, value in measure(model, windows, padding).items()
        }
        if damaged:
            found |= {f"finding.{key}": value for key, value in measure_finding(model.gaps, damaged).items()}
        return found

    return evaluate
