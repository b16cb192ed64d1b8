"""Measuring mending: what a policy applies, how often it is right, and how much harm it does.

An edit is right if its gap touches a true gap and its fill equals the lost words (or is in ``accept`` of the record).
Marking or dropping is right at any true gap. *Harm* is a wrong edit, or any edit of clean text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textmend.damage.benchmark import Record, TrueGap
from textmend.edits.mended import Mended
from textmend.evaluate.bootstrap import Statistic, Weights
from textmend.evaluate.filling import rank_of
from textmend.evaluate.matching import match
from textmend.evaluate.system import Mend
from textmend.metrics import share
from textmend.policy import Policy
from textmend.records import Edit, Gap

SWEEP = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95, 0.98)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedEdit:
    """An edit with its true gap, or ``None``, and whether it is right."""

    edit: Edit
    truth: TrueGap | None
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MendedRecord:
    """A record, mended.

    Attributes:
        record: the record.
        mended: the result for it.
        truths: for each gap found, the true gap it stands for, or ``None``.
        edits: its edits, judged.
    """

    record: Record
    mended: Mended
    truths: tuple[TrueGap | None, ...]
    edits: tuple[JudgedEdit, ...]


class SweepPoint(NamedTuple):
    """The effect of another ``apply_at``: the precision of fills and the share of true gaps that are filled."""

    apply_at: float
    precision: float
    applied: float
    fills: int


def mend_records(batches: Iterable[Sequence[Record]], mend: Mend) -> list[MendedRecord]:
    """Mend records, batch by batch, and judge every edit."""
    return [
        _judged(record, mended)
        for batch in batches
        for record, mended in zip(
            batch, mend([record.text for record in batch], [record.title for record in batch]), strict=True
        )
    ]


def mending_statistic(mended: Sequence[MendedRecord]) -> Statistic:
    """Return the statistic of mended records.

    ``precision``: right edits among edits. ``precision_of_place``: edits at true gaps among edits. ``applied``: true
    gaps that were filled, rightly or not, among all true gaps. ``harm``: wrong edits per 10,000 words; on clean
    texts that is every edit. ``introducing``: edits that bring in a new name or number among edits.
    """

    def each(count: Mapping[str, Sequence[float]]) -> dict[str, NDArray[np.float64]]:
        return {name: np.array(values, dtype=np.float64) for name, values in count.items()}

    edits = [one.edits for one in mended]
    counts = each(
        {
            "edits": [len(made) for made in edits],
            "right": [sum(edit.right for edit in made) for made in edits],
            "placed": [sum(edit.truth is not None for edit in made) for made in edits],
            "filled": [sum(edit.truth is not None and edit.edit.fill is not None for edit in made) for made in edits],
            "introducing": [sum(bool(edit.edit.fill and edit.edit.fill.introduces) for edit in made) for made in edits],
            "gaps": [len(one.record.gaps) for one in mended],
            "words": [one.record.words for one in mended],
        }
    )

    def figures(weights: Weights) -> dict[str, float]:
        total = {name: float(weights @ count) for name, count in counts.items()}
        return {
            "precision": share(total["right"], total["edits"]),
            "precision_of_place": share(total["placed"], total["edits"]),
            "applied": share(total["filled"], total["gaps"]),
            "harm": 10_000 * share(total["edits"] - total["right"], total["words"]),
            "introducing": share(total["introducing"], total["edits"]),
        }

    return figures


def clean_mending_statistic(mended: Sequence[MendedRecord]) -> Statistic:
    """Return the statistic of clean texts that were mended: ``harm``, every edit per 10,000 words."""
    edits = np.array([len(one.edits) for one in mended], dtype=np.float64)
    words = np.array([one.record.words for one in mended], dtype=np.float64)
    return lambda weights: {"harm": 10_000 * share(weights * edits, weights * words)}


def sweep(mended: Sequence[MendedRecord], policy: Policy, apply_at: Sequence[float] = SWEEP) -> list[SweepPoint]:
    """Return what the policy would apply at other thresholds, from the proposed fills."""
    points = []
    total = sum(len(one.record.gaps) for one in mended)
    for threshold in apply_at:
        trial = replace(policy, apply_at=threshold)
        applied = [
            (gap, truth)
            for one in mended
            for gap, truth in zip(one.mended.gaps, one.truths, strict=True)
            if trial.decide(gap) == "apply"
        ]
        right = sum(_is_right(gap, truth) for gap, truth in applied)
        placed = sum(truth is not None for _, truth in applied)
        points.append(SweepPoint(threshold, share(right, len(applied)), share(placed, total), len(applied)))
    return points


def _judged(record: Record, mended: Mended) -> MendedRecord:
    gaps = mended.gaps
    matched = match(
        [gap.start for gap in gaps],
        [gap.end for gap in gaps],
        [gap.probability for gap in gaps],
        [(gap.start, gap.end) for gap in record.gaps],
    )
    truths = tuple(record.gaps[index] if index >= 0 else None for index in matched)
    by_place = {(gap.start, gap.end): truth for gap, truth in zip(gaps, truths, strict=True)}
    edits = []
    for edit in mended.edits:
        truth = by_place[edit.gap.start, edit.gap.end]
        right = truth is not None and (edit.fill is None or rank_of([edit.fill], [truth.lost, *truth.accept]) == 1)
        edits.append(JudgedEdit(edit=edit, truth=truth, right=right))
    return MendedRecord(record=record, mended=mended, truths=truths, edits=tuple(edits))


def _is_right(gap: Gap, truth: TrueGap | None) -> bool:
    return truth is not None and rank_of(gap.fills[:1], [truth.lost, *truth.accept]) == 1
