"""Measuring fills at true gaps: are the lost words among the proposals, at which rank, and how sure?

The filler gets the place of each gap and the detector's estimate of the number of lost words, not the true number. It
gets all true gaps of a text at once, and may use echoes and the title.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from textmend.damage.benchmark import Record, TrueGap
from textmend.detect.cues import cues_at
from textmend.detect.sites import Sites
from textmend.evaluate.bootstrap import Weights
from textmend.evaluate.matching import match, same_words
from textmend.evaluate.system import Judge, Propose
from textmend.fill.propose import GappedArticle
from textmend.metrics import calibration_error_by_chance, expected_calibration_error, mean_reciprocal_rank, top_share
from textmend.records import Fill, Gap

TOPS = (1, 5, 20)
NO_FILL = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledGap:
    """A true gap with its proposed fills.

    Attributes:
        document: the number of its record among the filled ones.
        record: the record.
        gap: the gap.
        fills: the proposals, the most probable first.
        rank: the rank of the lost words among them, from 1; 0 if they are missing.
        accepted: the rank of the first fill that is equally good; 0 if there is none.
    """

    document: int
    record: Record
    gap: TrueGap
    fills: tuple[Fill, ...]
    rank: int
    accepted: int

    @property
    def origin(self) -> str:
        """Return the origin of the first fill."""
        return self.fills[0].origin if self.fills else NO_FILL


def fill_records(
    batches: Iterable[Sequence[Record]], judge: Judge, propose: Propose, *, known_lengths: bool = False
) -> list[FilledGap]:
    """Propose fills at the true gaps of records, batch by batch.

    Args:
        batches: the records.
        judge: estimates how many words are missing at each site.
        propose: proposes the fills.
        known_lengths: give the true number of words instead: an upper bound.
    """
    filled: list[FilledGap] = []
    document = 0
    for batch in batches:
        documents = documents_at_gaps(batch, judge, known_lengths)
        for record, gaps in zip(batch, propose(documents), strict=True):
            for truth, gap in zip(record.gaps, gaps, strict=True):
                filled.append(filled_gap(document, record, truth, gap.fills))
            document += 1
    return filled


def documents_at_gaps(records: Sequence[Record], judge: Judge, known_lengths: bool = False) -> list[GappedArticle]:
    """Return records as documents with their true gaps (see ``true_gaps``)."""
    judged = judge([record.text for record in records])
    return [
        GappedArticle(text=record.text, gaps=true_gaps(record, sites, known_lengths), title=record.title)
        for record, sites in zip(records, judged, strict=True)
    ]


def true_gaps(record: Record, sites: Sites, known_lengths: bool = False) -> list[Gap]:
    """Return a record's true gaps as a detector would give them: the true place, with the detector's lengths.

    A gap that no site touches has no lengths, and probability 1.
    """
    spans = [(gap.start, gap.end) for gap in record.gaps]
    matched = match(sites.starts, sites.ends, sites.probabilities, spans)
    site_of = {int(gap): site for site, gap in enumerate(matched) if gap >= 0}
    gaps = []
    for index, truth in enumerate(record.gaps):
        site = site_of.get(index)
        lengths: tuple[float, ...] = ()
        if known_lengths:
            lengths = (0.0,) * (truth.words - 1) + (1.0,)
        elif site is not None:
            lengths = tuple(float(value) for value in sites.lengths[site])
        gaps.append(
            Gap(
                start=truth.start,
                end=truth.end,
                probability=1.0 if site is None else float(sites.probabilities[site]),
                lengths=lengths,
                cues=cues_at(record.text, truth.start, truth.end),
            )
        )
    return gaps


class Filling:
    """Filled gaps, pooled.

    Args:
        filled: the gaps.
        documents: how many records they come from.
    """

    def __init__(self, filled: Sequence[FilledGap], documents: int) -> None:
        self.filled, self.documents = filled, documents
        self.ranks = np.array([one.rank for one in filled], dtype=np.int64)
        self._accepted = np.array([one.accepted for one in filled], dtype=np.int64)
        self._document = np.array([one.document for one in filled], dtype=np.int64)
        self._has_fill = np.array([bool(one.fills) for one in filled], dtype=bool)
        self._first = np.array([one.fills[0].probability if one.fills else 0.0 for one in filled])
        self.has_accepted = any(one.gap.accept for one in filled)

    def figures(self, weights: Weights) -> Mapping[str, float]:
        """Return the measures for document weights (see ``bootstrap``)."""
        weight = weights[self._document]
        figures = {f"top_{most}": top_share(self.ranks, most, weight) for most in TOPS}
        figures["mrr"] = mean_reciprocal_rank(self.ranks, weight)
        figures |= self.calibration_figures(weights)
        if self.has_accepted:
            figures["top_1_accepted"] = top_share(self._accepted, 1, weight)
        return figures

    def calibration_figures(self, weights: Weights) -> Mapping[str, float]:
        """Return the expected calibration error of first fills (``ece``), and its part by chance (``ece_chance``)."""
        weight = weights[self._document][self._has_fill]
        probabilities, truths = self.calibration()
        if not weight.any():
            return {"ece": math.nan, "ece_chance": math.nan}
        return {
            "ece": expected_calibration_error(probabilities, truths, weights=weight),
            "ece_chance": calibration_error_by_chance(probabilities, weights=weight),
        }

    def calibration(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the probabilities of first fills, and whether each is what stood there."""
        return self._first[self._has_fill], (self.ranks == 1)[self._has_fill]

    def by_shape(self) -> dict[str, Filling]:
        """Return the same for the gaps of each shape."""
        return self._grouped([one.gap.shape for one in self.filled])

    def by_words(self) -> dict[str, Filling]:
        """Return the same by the number of lost words, four and more together."""
        return self._grouped([str(one.gap.words) if one.gap.words < 4 else "4+" for one in self.filled])

    def by_origin(self) -> dict[str, Filling]:
        """Return the same by the origin of the first fill: ``top_1`` is how often first fills of it are right."""
        return self._grouped([one.origin for one in self.filled])

    def _grouped(self, keys: Sequence[str]) -> dict[str, Filling]:
        return {
            key: Filling([one for one, own in zip(self.filled, keys, strict=True) if own == key], self.documents)
            for key in sorted(set(keys))
        }


def rank_of(fills: Sequence[Fill], lost: Sequence[str]) -> int:
    """Return the rank of the first fill that equals one of ``lost``, from 1; 0 if there is none."""
    return next((rank for rank, fill in enumerate(fills, 1) if any(same_words(fill.text, one) for one in lost)), 0)


def filled_gap(document: int, record: Record, gap: TrueGap, fills: tuple[Fill, ...]) -> FilledGap:
    """Return a gap with its fills, judged."""
    return FilledGap(
        document=document,
        record=record,
        gap=gap,
        fills=fills,
        rank=rank_of(fills, [gap.lost]),
        accepted=rank_of(fills, [gap.lost, *gap.accept]),
    )
