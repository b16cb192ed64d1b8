"""The measures, as plain functions of scores and truths. Nothing here knows models or files."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray


class PrecisionRecall(NamedTuple):
    """Precision and recall at every distinct score, the highest score first; both of shape ``[scores]``."""

    thresholds: NDArray[np.float64]
    precision: NDArray[np.float64]
    recall: NDArray[np.float64]


def precision_recall(
    scores: ArrayLike, truths: ArrayLike, positives: float | None = None, weights: ArrayLike | None = None
) -> PrecisionRecall:
    """Return the precision-recall curve of scored items.

    Args:
        scores: shape ``[items]``, higher means more likely true.
        truths: shape ``[items]``, whether each is true.
        positives: how many true items there are in all, where some were never scored; default: those scored.
            With weights it counts by weight too.
        weights: shape ``[items]``, how often each item counts, 0 or more; default: once.
    """
    score, truth = np.asarray(scores, dtype=np.float64), np.asarray(truths, dtype=bool)
    weight = np.ones(len(score)) if weights is None else np.asarray(weights, dtype=np.float64)
    order = np.argsort(-score, kind="stable")
    score, truth, weight = score[order], truth[order], weight[order]
    hits = np.cumsum(weight * truth)
    counts = np.cumsum(weight)
    # Items of the same score are accepted together: only the last of each run is a point of the curve.
    last = np.append(score[1:] != score[:-1], True)[: len(score)] & (counts > 0)
    total = float((weight * truth).sum()) if positives is None else positives
    precision = hits[last] / counts[last]
    return PrecisionRecall(score[last], precision, hits[last] / (total or 1.0))


def average_precision(curve: PrecisionRecall) -> float:
    """Return the area under the precision-recall curve, by steps (as scikit-learn defines it)."""
    steps = np.diff(curve.recall, prepend=0.0)
    return float((steps * curve.precision).sum())


def best_f1(curve: PrecisionRecall) -> float:
    """Return the highest harmonic mean of precision and recall over all thresholds."""
    if not len(curve.precision):
        return 0.0
    total = curve.precision + curve.recall
    f1 = 2 * curve.precision * curve.recall / np.where(total > 0, total, 1.0)
    return float(f1.max())


def recall_at_precision(curve: PrecisionRecall, precision: float) -> float:
    """Return the highest recall over the thresholds with at least this precision; 0 where there is none."""
    reached = curve.recall[curve.precision >= precision]
    return float(reached.max()) if len(reached) else 0.0


def f1(precision: float, recall: float) -> float:
    """Return the harmonic mean of precision and recall; 0 where nothing is right or nothing was found."""
    if math.isnan(precision) or math.isnan(recall) or precision + recall == 0:
        return 0.0
    return 2 * precision * recall / (precision + recall)


def share(of: ArrayLike, among: ArrayLike | float) -> float:
    """Return ``sum(of) / sum(among)``; NaN where the divisor is 0."""
    total = float(np.sum(among))
    return float(np.sum(of)) / total if total else math.nan


def top_share(ranks: ArrayLike, most: int, weights: ArrayLike | None = None) -> float:
    """Return the share of items whose rank is 1 to ``most``; NaN without items.

    Args:
        ranks: shape ``[items]``, from 1; 0 stands for "not among those ranked".
        most: the last rank that counts.
        weights: shape ``[items]``, how often each item counts; default: once.
    """
    rank = np.asarray(ranks)
    weight = np.ones(len(rank)) if weights is None else np.asarray(weights, dtype=np.float64)
    return share(weight * ((rank >= 1) & (rank <= most)), weight)


def mean_reciprocal_rank(ranks: ArrayLike, weights: ArrayLike | None = None) -> float:
    """Return the mean of ``1 / rank``, 0 for items not ranked (rank 0); NaN without items. See ``top_share``."""
    rank = np.asarray(ranks, dtype=np.float64)
    weight = np.ones(len(rank)) if weights is None else np.asarray(weights, dtype=np.float64)
    return share(weight * np.where(rank >= 1, 1 / np.maximum(rank, 1), 0.0), weight)


def expected_calibration_error(
    probabilities: ArrayLike, truths: ArrayLike, bins: int = 15, weights: ArrayLike | None = None
) -> float:
    """Return the expected calibration error over bins of equal width (Naeini et al. 2015; Guo et al. 2017)."""
    found = reliability(probabilities, truths, bins, weights)
    return float(sum(abs(b.mean_probability - b.share_true) * b.weight for b in found))


def calibration_error_by_chance(probabilities: ArrayLike, bins: int = 15, weights: ArrayLike | None = None) -> float:
    """Return roughly the calibration error that perfectly calibrated items would show by chance.

    The fewer items, the more a bin's share of true ones varies by chance, and each bin counts that as error. Where the
    measured error is no larger than this, nothing speaks against the calibration. It is computed as the mean absolute
    value of a normal distribution, bin by bin.
    """
    probability = np.asarray(probabilities, dtype=np.float64)
    weight = np.ones(len(probability)) if weights is None else np.asarray(weights, dtype=np.float64)
    variances = np.bincount(_bins_of(probability, bins), weight**2 * probability * (1 - probability), bins)
    return float(np.sqrt(2 / np.pi * variances).sum() / weight.sum())


class ReliabilityBin(NamedTuple):
    """One bin of a reliability diagram; ``weight`` is the share of all items that fall in it."""

    low: float
    high: float
    mean_probability: float
    share_true: float
    weight: float


def reliability(
    probabilities: ArrayLike, truths: ArrayLike, bins: int = 15, weights: ArrayLike | None = None
) -> list[ReliabilityBin]:
    """Return the non-empty bins of a reliability diagram; ``weights`` says how often each item counts."""
    probability, truth = np.asarray(probabilities, dtype=np.float64), np.asarray(truths, dtype=np.float64)
    weight = np.ones(len(probability)) if weights is None else np.asarray(weights, dtype=np.float64)
    edges = np.linspace(0.0, 1.0, bins + 1)
    index = _bins_of(probability, bins)
    counts, probable, true = (
        np.bincount(index, weights=values, minlength=bins) for values in (weight, weight * probability, weight * truth)
    )
    total = float(counts.sum())
    return [
        ReliabilityBin(
            float(edges[bin_index]),
            float(edges[bin_index + 1]),
            float(probable[bin_index] / counts[bin_index]),
            float(true[bin_index] / counts[bin_index]),
            float(counts[bin_index] / total),
        )
        for bin_index in np.flatnonzero(counts)
    ]


def log_losses(probabilities: ArrayLike, truths: ArrayLike) -> NDArray[np.float64]:
    """Return the log loss of each probability, in nats; shape ``[items]``. 0 and 1 are moved slightly inwards."""
    probability = np.clip(np.asarray(probabilities, dtype=np.float64), 1e-6, 1 - 1e-6)
    losses: NDArray[np.float64] = -np.log(np.where(np.asarray(truths, dtype=bool), probability, 1 - probability))
    return losses


def _bins_of(probability: NDArray[np.float64], bins: int) -> NDArray[np.int64]:
    """Return the number of the bin of equal width in which each probability lies."""
    index: NDArray[np.int64] = np.clip(np.digitize(probability, np.linspace(0.0, 1.0, bins + 1)[1:-1]), 0, bins - 1)
    return index
