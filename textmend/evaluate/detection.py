"""Measuring detection: does it find the sites where words were lost?

A site is right if it touches a true gap; only one site counts for a gap (``matching``). **A double detection counts as
one right and one false gap**: where two neighbouring sites stand for one loss, the likelier one that touches it is
right and the other is false, because a reader would see two gaps and a second fill would be wrong. Such false gaps are
also counted separately (``false_beside``: at most one word from a true gap).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from textmend.damage.benchmark import Record
from textmend.evaluate.bootstrap import Statistic, Weights
from textmend.evaluate.matching import match
from textmend.evaluate.system import Judge
from textmend.metrics import (
    PrecisionRecall,
    average_precision,
    best_f1,
    expected_calibration_error,
    f1,
    precision_recall,
    recall_at_precision,
    share,
)

DOUBTFUL = 0.05
"""Calibration is measured on sites with at least this probability. With the 99 % of sites that are plainly undamaged
among them, any detector would look calibrated."""

SURE = 0.9


@dataclass(frozen=True, slots=True, eq=False)
class JudgedRecord:
    """A record with all its sites.

    Attributes:
        record: the record.
        starts: where each site starts; shape ``[sites]``.
        ends: where each ends.
        probabilities: that words are missing there.
        lengths: how likely 1, 2, … words are missing; shape ``[sites, lengths]``.
        matched: the index of the true gap each site stands for, or -1.
    """

    record: Record
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    lengths: NDArray[np.float64]
    matched: NDArray[np.int64]


def judge_records(batches: Iterable[Sequence[Record]], judge: Judge) -> list[JudgedRecord]:
    """Judge the sites of records, batch by batch, and match them with the true gaps."""
    judged = []
    for batch in batches:
        for record, sites in zip(batch, judge([record.text for record in batch]), strict=True):
            spans = [(gap.start, gap.end) for gap in record.gaps]
            matched = match(sites.starts, sites.ends, sites.probabilities, spans)
            judged.append(JudgedRecord(record, sites.starts, sites.ends, sites.probabilities, sites.lengths, matched))
    return judged


class Detection:
    """The sites of many records, pooled.

    Args:
        judged: the records.
        threshold: the probability from which a site is a gap.
    """

    def __init__(self, judged: Sequence[JudgedRecord], threshold: float) -> None:
        self.judged, self.threshold = judged, threshold
        self._gaps = np.array([len(one.record.gaps) for one in judged], dtype=np.float64)
        scores = np.concatenate([one.probabilities for one in judged]) if judged else np.zeros(0)
        truths = np.concatenate([one.matched >= 0 for one in judged]) if judged else np.zeros(0, dtype=bool)
        documents = np.repeat(np.arange(len(judged)), [len(one.probabilities) for one in judged])
        order = np.argsort(-scores, kind="stable")
        self.sites = len(scores)
        # Sites below the last right site and all thresholds change no figure, so resampling leaves them out.
        least = min(DOUBTFUL, threshold, float(scores[truths].min(initial=1.0)))
        order = order[: int(np.searchsorted(-scores[order], -least, "right"))]
        self._scores, self._truths, self._documents = scores[order], truths[order], documents[order]

    def curve(self, weights: Weights | None = None) -> PrecisionRecall:
        """Return precision and recall over all sites, by probability."""
        if weights is None:
            weights = np.ones(len(self.judged))
        return precision_recall(self._scores, self._truths, float(weights @ self._gaps), weights[self._documents])

    def figures(self, weights: Weights) -> Mapping[str, float]:
        """Return the measures for document weights (see ``bootstrap``).

        ``precision``, ``recall`` and ``f1`` hold at the threshold; ``ece`` is measured on doubtful and likely sites.
        """
        weight = weights[self._documents]
        gaps = float(weights @ self._gaps)
        found = self._scores >= self.threshold
        right = weight * (found & self._truths)
        precision, recall = share(right, weight * found), share(right, gaps)
        curve = self.curve(weights)
        return {
            "average_precision": average_precision(curve) if gaps else math.nan,
            "best_f1": best_f1(curve) if gaps else math.nan,
            "recall_at_90_precision": recall_at_precision(curve, 0.9) if gaps else math.nan,
            "precision": precision,
            "recall": recall,
            "f1": f1(precision, recall) if gaps else math.nan,
            **self.calibration_figures(weights),
        }

    def calibration_figures(self, weights: Weights) -> Mapping[str, float]:
        """Return the expected calibration error (``ece``) of doubtful and likely sites alone."""
        doubtful = self._scores >= DOUBTFUL
        weight = weights[self._documents][doubtful]
        probabilities, truths = self.calibration()
        return {"ece": expected_calibration_error(probabilities, truths, weights=weight) if weight.any() else math.nan}

    def calibration(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return probabilities and truths of the sites that calibration is measured on."""
        doubtful = self._scores >= DOUBTFUL
        return self._scores[doubtful], self._truths[doubtful]

    def by_variant(self) -> dict[str, Detection]:
        """Return such sites for the records of each variant."""
        variants = dict.fromkeys(one.record.variant for one in self.judged)
        return {
            variant: Detection([one for one in self.judged if one.record.variant == variant], self.threshold)
            for variant in sorted(variants, key=_variant_order)
        }

    def recall_by_shape(self, weights: Weights) -> Mapping[str, float]:
        """Return recall at the threshold for each shape."""
        found: dict[str, float] = {}
        total: dict[str, float] = {}
        for weight, one in zip(weights, self.judged, strict=True):
            hits = set(one.matched[one.probabilities >= self.threshold].tolist())
            for index, gap in enumerate(one.record.gaps):
                total[gap.shape] = total.get(gap.shape, 0.0) + float(weight)
                found[gap.shape] = found.get(gap.shape, 0.0) + float(weight) * (index in hits)
        return {shape: share(found[shape], total[shape]) for shape in sorted(total)}

    def by_shape(self) -> dict[str, Detection]:
        """Return such sites for the gaps of each shape: sites that are right for other shapes are left out.

        False sites have no shape, so all of them count: precision here depends on how many gaps the shape has.
        """
        return {
            shape: Detection([_of_shape(one, shape) for one in self.judged], self.threshold) for shape in self.shapes
        }

    def ranked_figures(self, weights: Weights) -> Mapping[str, float]:
        """Return the figures that are valid for a part of the gaps, such as those of one shape."""
        figures = self.figures(weights)
        return {name: figures[name] for name in ("average_precision", "recall_at_90_precision")}

    @property
    def shapes(self) -> list[str]:
        """Return the shapes of the true gaps."""
        return sorted({gap.shape for one in self.judged for gap in one.record.gaps})

    def false_beside(self) -> tuple[int, int]:
        """Return the number of false gaps at the threshold, and how many of them stand beside a true one."""
        false = [(one, int(site)) for one in self.judged for site in false_sites(one, self.threshold)]
        return len(false), sum(is_beside(one, site) for one, site in false)


def _of_shape(judged: JudgedRecord, shape: str) -> JudgedRecord:
    """Return a record without its gaps of other shapes and the sites that stand for them."""
    kept_gaps = [index for index, gap in enumerate(judged.record.gaps) if gap.shape == shape]
    renumbered = np.full(len(judged.record.gaps) + 1, -2, dtype=np.int64)
    renumbered[kept_gaps] = np.arange(len(kept_gaps))
    renumbered[-1] = -1
    matched = renumbered[judged.matched]
    sites = matched >= -1
    return JudgedRecord(
        replace(judged.record, gaps=tuple(judged.record.gaps[index] for index in kept_gaps)),
        judged.starts[sites],
        judged.ends[sites],
        judged.probabilities[sites],
        judged.lengths[sites],
        matched[sites],
    )


def false_sites(judged: JudgedRecord, threshold: float) -> NDArray[np.int64]:
    """Return the indices of a record's false gaps at a threshold."""
    return np.flatnonzero((judged.probabilities >= threshold) & (judged.matched < 0))


def is_beside(judged: JudgedRecord, site: int) -> bool:
    """Return whether at most one word stands between a site and a true gap."""
    text, start, end = judged.record.text, int(judged.starts[site]), int(judged.ends[site])
    return any(
        len(text[min(end, gap.end) : max(start, gap.start)].split()) <= 1
        for gap in judged.record.gaps
        if min(abs(gap.start - end), abs(start - gap.end)) <= 40
    )


def clean_statistic(judged: Sequence[JudgedRecord], threshold: float) -> Statistic:
    """Return the statistic of false gaps per 10,000 words of clean texts, at the threshold and at 0.9."""
    words = np.array([one.record.words for one in judged], dtype=np.float64)
    counts = {
        "false_gaps": np.array([len(false_sites(one, threshold)) for one in judged], dtype=np.float64),
        "false_gaps_sure": np.array([len(false_sites(one, SURE)) for one in judged], dtype=np.float64),
    }

    def figures(weights: Weights) -> dict[str, float]:
        return {name: 10_000 * share(weights * count, weights * words) for name, count in counts.items()}

    return figures


def _variant_order(variant: str) -> tuple[int, str]:
    known = ("raw", "collapsed", "tidy")
    return (known.index(variant) if variant in known else len(known), variant)
