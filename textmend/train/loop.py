"""The training loop both models share: schedule, averaged weights, logging, evaluation, checkpoints."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from textmend.train.checkpoint import load_checkpoint, optimizer_tensors, restore_optimizer, save_checkpoint
from textmend.train.mixture import Batches

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The duration and the learning rates of a training.

    Attributes:
        hours: wall-clock hours for this call.
        rate: peak learning rate of the body.
        head_rate: peak learning rate of the new heads.
        warmup: steps over which the rates rise from 0.
        decay: the last share of ``hours``, over which the rates fall linearly to 0; 0: they don't fall.
        average: decay of the exponential moving average of the weights.
        save_minutes: minutes between checkpoints (with an evaluation each).
    """

    hours: float
    rate: float
    head_rate: float
    warmup: int = 100
    decay: float = 0.0
    average: float = 0.998
    save_minutes: float = 10.0

    def factor(self, step: int, progress: float) -> float:
        """Return the factor of the learning rate at a step of this run and a share of its hours."""
        falling = (1 - progress) / self.decay if self.decay and progress > 1 - self.decay else 1.0
        return min(1.0, (step + 1) / self.warmup) * max(0.0, falling)


@dataclass(frozen=True, slots=True)
class Learner:
    """A network, and how it learns.

    Attributes:
        model: the network; its parameters with gradients are trained.
        is_head: whether the parameter of a name belongs to a new head, which has a learning rate of its own.
        loss_of: returns the loss of a batch, and the number of its tokens.
        evaluate: measures the network on held-out text.
    """

    model: torch.nn.Module
    is_head: Callable[[str], bool]
    loss_of: Callable[[Any], tuple[torch.Tensor, int]]
    evaluate: Callable[[], dict[str, float]]

    def groups(self) -> dict[str, list[tuple[str, torch.nn.Parameter]]]:
        """Return the trained parameters, by name, under ``"head"`` and ``"body"``."""
        groups: dict[str, list[tuple[str, torch.nn.Parameter]]] = {"head": [], "body": []}
        for name, parameter in self.model.named_parameters():
            if parameter.requires_grad:
                groups["head" if self.is_head(name) else "body"].append((name, parameter))
        return groups


def train(learner: Learner, batches: Batches, schedule: Schedule, checkpoint: Path) -> None:
    """Train for ``schedule.hours``, continuing from ``checkpoint`` if it exists.

    Args:
        learner: the network; it is evaluated with its averaged weights.
        batches: the data.
        schedule: the duration and the learning rates.
        checkpoint: the file that is written every few minutes.
    """
    state = _State(learner, schedule, checkpoint)
    begun = saved = time.monotonic()
    first_step, first_tokens = state.run.step, state.run.tokens

    def save() -> None:
        state.run.hours += (time.monotonic() - saved) / 3600
        state.save(checkpoint, batches.position())
        with averaged(learner.model, state.average):
            _log_measures(state.run, learner.evaluate())

    for batch in batches:
        progress = (time.monotonic() - begun) / (schedule.hours * 3600)
        if progress >= 1:
            break
        loss, tokens = learner.loss_of(batch)
        loss.backward()  # type: ignore[no-untyped-call]
        state.step(schedule.factor(state.run.step - first_step, progress), float(loss.detach()), tokens)
        now = time.monotonic()
        if state.run.step % 50 == 0:
            state.log_speed((state.run.tokens - first_tokens) / (now - begun))
        if now - saved > schedule.save_minutes * 60:
            save()
            saved = time.monotonic()
    save()


class _State:
    """The state that changes with every step: the weights, their average, the optimizer, the run's progress."""

    def __init__(self, learner: Learner, schedule: Schedule, checkpoint: Path) -> None:
        self._model, self._most_average = learner.model, schedule.average
        groups = learner.groups()
        self._names = [name for group in groups.values() for name, _ in group]
        rates = {"head": schedule.head_rate, "body": schedule.rate}
        self._optimizer = torch.optim.AdamW(
            [{"params": [p for _, p in group], "peak": rates[key]} for key, group in groups.items()],
            lr=0.0,
            betas=(0.9, 0.98),
            eps=1e-6,
            weight_decay=0.01,
            fused=True,
        )
        self._parameters = [p for group in self._optimizer.param_groups for p in group["params"]]
        self._smooth: float | None = None
        self.run = _Run()
        self.average = {name: p.detach().clone() for group in groups.values() for name, p in group}
        if checkpoint.exists():
            tensors, state = load_checkpoint(checkpoint)
            self.run = _Run(**state["run"])
            restore_optimizer(self._optimizer, self._names, tensors, self.run.step)
            self.average = {
                name: tensors[f"average.{name}"].to(p.device, copy=True) for name, p in self.average.items()
            }

    def step(self, factor: float, loss: float, tokens: int) -> None:
        """Move the weights along their gradients, and the average towards the weights."""
        for group in self._optimizer.param_groups:
            group["lr"] = group["peak"] * factor
        torch.nn.utils.clip_grad_norm_(self._parameters, 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad(set_to_none=True)
        self.run.step += 1
        self.run.tokens += tokens
        # The average is short at first, so that early steps are forgotten.
        keep = min(self._most_average, (self.run.step + 1) / (self.run.step + 20))
        with torch.no_grad():
            torch._foreach_lerp_([self.average[name] for name in self._names], self._parameters, 1 - keep)
        self._smooth = loss if self._smooth is None else self._smooth + 0.02 * (loss - self._smooth)

    def save(self, checkpoint: Path, position: Any) -> None:
        """Write a checkpoint."""
        tensors: dict[str, torch.Tensor] = {
            f"model.{name}": p for name, p in self._model.named_parameters() if name in self.average
        }
        tensors |= {f"average.{name}": tensor for name, tensor in self.average.items()}
        tensors |= optimizer_tensors(self._optimizer, self._names)
        save_checkpoint(checkpoint, tensors, {"run": vars(self.run), "position": position})

    def log_speed(self, speed: float) -> None:
        """Log the run's progress, its tokens per second, and its smoothed loss."""
        run, loss = self.run, self._smooth
        log.info("step %d, %.2f M tokens, %.0f tokens/s, loss %.4f", run.step, run.tokens / 1e6, speed, loss)


def _log_measures(run: _Run, measures: dict[str, float]) -> None:
    shown = " ".join(f"{key} {value:.4f}" for key, value in measures.items())
    log.info("evaluation at step %d, %.2f hours, %.2f M tokens: %s", run.step, run.hours, run.tokens / 1e6, shown)


@dataclass(slots=False)
class _Run:
    step: int = 0
    tokens: int = 0
    hours: float = 0.0


class averaged:  # noqa: N801 - reads as a statement: with averaged(model, weights)
    """Give the model its averaged weights within the block."""

    def __init__(self, model: torch.nn.Module, average: dict[str, torch.Tensor]) -> None:
        self._parameters = {name: p for name, p in model.named_parameters() if name in average}
        self._average = average
        self._own: dict[str, torch.Tensor] = {}

    def __enter__(self) -> None:
        for name, parameter in self._parameters.items():
            self._own[name] = parameter.data
            parameter.data = self._average[name]

    def __exit__(self, *_: object) -> None:
        for name, parameter in self._parameters.items():
            parameter.data = self._own[name]
