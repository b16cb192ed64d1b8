"""Averaging the weights of several runs (model soups, Wortsman et al. 2022), and storing weights in a small form."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import torch
from safetensors.torch import save_file

from textmend.errors import ModelError
from textmend.train.base import TIED, Weights
from textmend.train.compact import load_compact, save_compact


def average_weights(base: Weights, sources: Sequence[tuple[Path, float]]) -> Weights:
    """Return the weighted mean of several runs' weights, float32.

    Runs from the same start lie in one basin, and their mean is often better than each of them (Wortsman et al. 2022).

    Args:
        base: the weights that the runs began with; a weight that a file lacks counts as unchanged.
        sources: checkpoints (their averaged weights), bare weights, or weights in the compact form, each with its
            share.

    Raises:
        ModelError: a file can't be read, or the files hold weights of different models.
    """
    runs = [
        {name: tensor for name, tensor in load_compact(base, file).items() if not name.endswith(TIED)}
        for file, _ in sources
    ]
    names = set().union(*runs)
    for (file, _), run in zip(sources, runs, strict=True):
        for name in names - run.keys():
            if name not in base:
                raise ModelError(f"{file}: lacks {name}, which another of these runs has: not runs of one model")
            run[name] = base[name]
        for name in names:
            if run[name].shape != runs[0][name].shape:
                raise ModelError(
                    f"{file}: {name} is {tuple(run[name].shape)}, in {sources[0][0]} it is {tuple(runs[0][name].shape)}"
                )
    whole = sum(share for _, share in sources)
    return {
        name: torch.stack(
            [run[name].float() * (share / whole) for (_, share), run in zip(sources, runs, strict=True)]
        ).sum(0)
        for name in sorted(names)
    }


def write_average(
    base: Weights,
    sources: Sequence[tuple[Path, float]],
    out: Path,
    *,
    bits: Literal[4, 8] | None = None,
    after: Path | None = None,
) -> None:
    """Write the weighted mean of several runs, bare or in the compact form.

    Args:
        base: the weights that the runs began from.
        sources: as for :func:`average_weights`; a single one is only stored in another form.
        out: the safetensors file to write.
        bits: the bits of a difference in the compact form (``compact.save_compact``); ``None`` for bare float32
            weights.
        after: the file from whose weights the compact form differs, instead of the base; it must be in the folder of
            ``out``.
    """
    mean = average_weights(base, sources)
    if bits is None:
        save_file({name: tensor.contiguous() for name, tensor in mean.items()}, out)
        return
    save_compact(mean, {**base, **load_compact(base, after)} if after else base, out, bits=bits, after=after)
