"""Choosing an early exit: on held-out text, the gaps it would lose and the work it would save."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from textmend.damage.losing import Damaged
from textmend.detect.inputs import encode
from textmend.models.wordpiece import WordPieces
from textmend.train.detector import WINDOW, DetectorNetwork, tensors_of, tiled
from textmend.train.detector_graph import EarlyExit
from textmend.train.examples import NO_LABEL, site_labels

log = logging.getLogger(__name__)

MOST_LOST = 0.002
"""The share of the whole network's gaps that an early exit may lose."""

MOST_WORK = 0.95
"""An exit that leaves more of the work than this is not worth its losses."""

LEAST_GAPS = 50
"""The fewest likely gaps for choosing an exit."""

_LIKELY = 0.05
_WINDOWS = 16


class _Judged(NamedTuple):
    """A network's opinions of the sites of some windows.

    Attributes:
        final: raw probability of a gap, shape ``[sites]``.
        lengths: how likely 1, 2, … words are missing, given a gap; shape ``[sites, labels - 1]``.
        early: early log-odds by layer, each of shape ``[sites]``.
        places: the place of each site, counted through all windows, with room for context between them.
        length: the number of places, without that room.
    """

    final: NDArray[np.float64]
    lengths: NDArray[np.float64]
    early: dict[int, NDArray[np.float64]]
    places: NDArray[np.int64]
    length: int


def choose_early_exit(
    model: DetectorNetwork, pieces: WordPieces, texts: Sequence[str], *, most_lost: float = MOST_LOST
) -> EarlyExit | None:
    """Return the early exit that saves most; ``None`` if no exit saves work, or too few gaps are known.

    Args:
        model: the trained network.
        pieces: cuts words.
        texts: held-out text of the kinds to be read, damaged and undamaged.
        most_lost: the share of the whole network's likely gaps (each counted by its probability) that the early opinion
            may miss.
    """
    judged = _judge(model, pieces, texts)
    layers = model.encoder.config.num_hidden_layers
    best, least = None, MOST_WORK
    if float(judged.final[judged.final >= _LIKELY].sum()) < LEAST_GAPS:
        log.info("no early exit: these texts have too few likely gaps to choose one by")
        return None
    for layer, opinion in judged.early.items():
        threshold = highest_threshold(opinion, judged.final, most_lost)
        if not np.isfinite(threshold):
            continue
        done = (judged.final + 1e-12) * (opinion <= threshold)
        lengths = tuple(float(share) for share in done @ judged.lengths / done.sum())
        exit_ = EarlyExit(layer=layer, threshold=threshold, lengths=lengths)
        share = _share_going_on(judged, opinion > exit_.threshold, exit_.context)
        work = (layer + (layers - layer) * share) / layers
        log.info(
            "early exit after %d of %d layers, below log-odds %.2f: %.0f%% of the places go on, %.0f%% of the work is left",
            layer, layers, exit_.threshold, 100 * share, 100 * work,
        )  # fmt: skip
        if work < least:
            best, least = exit_, work
    return best


def highest_threshold(early: ArrayLike, final: ArrayLike, most_lost: float) -> float:
    """Return the highest threshold of early log-odds that loses at most a share of the likely gaps.

    Args:
        early: early log-odds of sites, shape ``[sites]``.
        final: the probabilities of the whole network, shape ``[sites]``. Below 0.05 nothing can be lost.
        most_lost: the share, 0 to 1, of the probability of likely sites that may lie at or below the threshold.
    """
    odds, likely = np.asarray(early, dtype=np.float64), np.asarray(final, dtype=np.float64)
    worth = np.where(likely >= _LIKELY, likely, 0.0)
    levels, level_of = np.unique(odds, return_inverse=True)
    lost = np.cumsum(np.bincount(level_of, worth, len(levels)))
    done = int(np.searchsorted(lost, most_lost * worth.sum(), side="right"))
    return float(levels[done - 1]) if done else -np.inf


@torch.no_grad()
def _judge(model: DetectorNetwork, pieces: WordPieces, texts: Sequence[str]) -> _Judged:
    examples = []
    for text in texts:
        encoded = encode(text, pieces)
        examples += tiled(encoded, site_labels(encoded, Damaged(text, ())), pieces)
    examples.sort(key=lambda example: len(example.ids))
    final: list[NDArray[np.float64]] = []
    lengths: list[NDArray[np.float64]] = []
    early: dict[int, list[NDArray[np.float64]]] = {int(layer): [] for layer in model.early}
    places: list[NDArray[np.int64]] = []
    length = offset = 0
    model.eval()
    for start in range(0, len(examples), _WINDOWS):
        ids, types, mask, targets = tensors_of(examples[start : start + _WINDOWS])
        logits, opinions = model(ids, types, mask)
        known = targets != NO_LABEL
        shares = logits[known].double().softmax(-1)
        final.append((1 - shares[:, 0]).numpy())
        lengths.append((shares[:, 1:] / shares[:, 1:].sum(-1, keepdim=True)).numpy())
        for row, opinion in zip(early.values(), opinions, strict=True):
            row.append(opinion[known].double().numpy())
        at = known.nonzero().numpy()  # window and place
        places.append(offset + 2 * WINDOW * at[:, 0] + at[:, 1])
        offset += 2 * WINDOW * len(ids)
        length += int(mask.sum())
    return _Judged(
        np.concatenate(final) if final else np.zeros(0),
        np.concatenate(lengths) if lengths else np.zeros((0, 1)),
        {layer: np.concatenate(row) if row else np.zeros(0) for layer, row in early.items()},
        np.concatenate(places) if places else np.zeros(0, dtype=np.int64),
        length,
    )


def _share_going_on(judged: _Judged, doubtful: NDArray[np.bool_], context: int) -> float:
    """Return the share of all places within the context of a doubtful site (slightly too large at window ends)."""
    places = np.sort(judged.places[doubtful])
    if not len(places):
        return 0.0
    steps = np.minimum(np.diff(places), 2 * context + 1)
    return min(1.0, float(steps.sum() + 2 * context + 1) / max(1, judged.length))
