"""The machine's probabilities beside what people chose: figures of a review, as tables and as JSON.

They tell of the gaps that were shown to people and decided, and of those that people added. Recall is measured against
these: what neither the machine nor a person saw is not among them. Where a review was not finished, what was shown
first is.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from textmend.metrics import (
    ReliabilityBin,
    expected_calibration_error,
    log_losses,
    mean_reciprocal_rank,
    reliability,
    share,
    top_share,
)
from textmend.report.numbers import count
from textmend.review.judged import Judged, Judgement

SCHEMA = 1
"""Version of the JSON form."""

_BINS = 10
_TOPS = (1, 5)
_WIDEST_WORD = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Figures of some of the decided gaps.

    Attributes:
        decided: how many gaps.
        gaps: the share of them that are gaps to people.
        expected: the mean probability of a gap that the machine gave them.
        filled: for how many people gave words.
        first: the share of those where the first fill says the same.
        in_five: the share of those where one of the first five does.
        expected_first: the mean probability that the machine gave the first fill there.
        mrr: mean reciprocal rank of the people's words.
    """

    decided: int
    gaps: float
    expected: float
    filled: int
    first: float
    in_five: float
    expected_first: float
    mrr: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The machine's probabilities beside what people chose.

    Attributes:
        all: all decided gaps.
        by_origin: the same by the origin of the first fill.
        by_cue: the same by cue; a gap with several counts for each, one without under ``"none"``.
        by_person: the same by who decided.
        verdicts: how many decisions of each verdict there are.
        chosen: of the words that people gave, how many are a fill of each origin, and how many their own.
        gap_bins: reliability of gap probabilities.
        fill_bins: reliability of the first fills' probabilities, where people gave words.
        gap_error: expected calibration error of gap probabilities.
        gap_log_loss: mean log loss of gap probabilities, in nats.
        fill_error: expected calibration error of the first fills' probabilities.
        missed: how many gaps people added, which the machine did not flag.
        recall: the share of all that are gaps to people that the machine flagged.
        unmatched: decisions about gaps that are not among the suggestions.
    """

    all: Part
    by_origin: dict[str, Part]
    by_cue: dict[str, Part]
    by_person: dict[str, Part]
    verdicts: dict[str, int]
    chosen: dict[str, int]
    gap_bins: list[ReliabilityBin]
    fill_bins: list[ReliabilityBin]
    gap_error: float
    gap_log_loss: float
    fill_error: float
    missed: int
    recall: float
    unmatched: int


def compare(judgement: Judgement) -> Comparison:
    """Return the comparison of decided gaps; undefined figures are NaN."""
    decided, missed = judgement.decided, len(judgement.missed)
    probabilities = np.array([one.gap.probability for one in decided])
    truths = np.array([one.is_gap for one in decided], dtype=bool)
    filled = [one for one in decided if one.decision.text is not None and one.gap.fills]
    first = np.array([one.gap.fills[0].probability for one in filled])
    right = np.array([one.rank == 1 for one in filled], dtype=bool)
    return Comparison(
        all=_part(decided),
        by_origin=_parts(decided, lambda one: [one.gap.fills[0].origin if one.gap.fills else "none"]),
        by_cue=_parts(decided, lambda one: one.gap.cues or ["none"]),
        by_person=_parts(decided, lambda one: [one.decision.by or "unnamed"]),
        verdicts=dict(Counter(str(one.decision.verdict) for one in decided).most_common()),
        chosen=dict(Counter(_chosen(one) for one in decided if one.decision.text is not None).most_common()),
        gap_bins=reliability(probabilities, truths, _BINS) if decided else [],
        fill_bins=reliability(first, right, _BINS) if filled else [],
        gap_error=expected_calibration_error(probabilities, truths, _BINS) if decided else math.nan,
        gap_log_loss=float(log_losses(probabilities, truths).mean()) if decided else math.nan,
        fill_error=expected_calibration_error(first, right, _BINS) if filled else math.nan,
        missed=missed,
        recall=share(sum(one.is_gap for one in decided), sum(one.is_gap for one in decided) + missed),
        unmatched=judgement.unmatched,
    )


def to_dict(comparison: Comparison) -> dict[str, Any]:
    """Return the JSON form; undefined figures are ``null``."""
    record = {"schema": SCHEMA, "kind": "textmend-decisions", **asdict(comparison)}
    for key in ("gap_bins", "fill_bins"):
        record[key] = [one._asdict() for one in getattr(comparison, key)]
    found: dict[str, Any] = _without_nan(record)
    return found


def show(comparison: Comparison, console: Console) -> None:
    """Print a comparison as tables."""
    everything = comparison.all
    if not everything.decided:
        console.print("no decisions about these suggestions")
        return
    verdicts = ", ".join(f"{number:,} {verdict.replace('_', ' ')}" for verdict, number in comparison.verdicts.items())
    console.print(f"{count(everything.decided, 'gap')} decided: {verdicts}")
    if comparison.unmatched:
        console.print(f"left out: {count(comparison.unmatched, 'decision')} about other gaps than these suggestions")
    console.print(
        f"gaps: the machine expected {_percent(everything.expected)} %, people say {_percent(everything.gaps)} %; "
        f"calibration error {_number(comparison.gap_error)}, log loss {_number(comparison.gap_log_loss)}"
    )
    if comparison.missed:
        found = round(everything.decided * everything.gaps)
        console.print(
            f"recall: people added {count(comparison.missed, 'gap')} that the machine had missed; it found {found:,} of "
            f"{found + comparison.missed:,} ({_percent(comparison.recall)} %)"
        )
    if everything.filled:
        console.print(
            f"first fills: the machine expected {_percent(everything.expected_first)} % right, "
            f"people say {_percent(everything.first)} %; calibration error {_number(comparison.fill_error)}"
        )
        chosen = ", ".join(f"{number:,} {origin}" for origin, number in comparison.chosen.items())
        console.print(f"words given: {chosen}")
    console.print(_bins("Is it a gap?", "people say so", comparison.gap_bins, everything.decided))
    if comparison.fill_bins:
        unfilled = comparison.by_origin.get("none")
        filled = everything.filled - (unfilled.filled if unfilled else 0)
        console.print(_bins("Is the first fill right?", "people took it", comparison.fill_bins, filled))
    for title, parts in (
        ("By origin of the first fill", comparison.by_origin),
        ("By cue", comparison.by_cue),
        ("By person", comparison.by_person),
    ):
        console.print(_parts_table(title, {"all": everything, **parts}))


def _part(decided: Sequence[Judged]) -> Part:
    filled = [one for one in decided if one.decision.text is not None]
    ranks = [one.rank for one in filled]
    first, in_five = (top_share(ranks, most) for most in _TOPS)
    return Part(
        decided=len(decided),
        gaps=share([one.is_gap for one in decided], len(decided)),
        expected=share([one.gap.probability for one in decided], len(decided)),
        filled=len(filled),
        first=first,
        in_five=in_five,
        expected_first=share([one.gap.fills[0].probability if one.gap.fills else 0.0 for one in filled], len(filled)),
        mrr=mean_reciprocal_rank(ranks),
    )


def _parts(decided: Sequence[Judged], names: Callable[[Judged], Iterable[str]]) -> dict[str, Part]:
    groups: dict[str, list[Judged]] = {}
    for one in decided:
        for name in names(one):
            groups.setdefault(name, []).append(one)
    return {name: _part(group) for name, group in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))}


def _chosen(one: Judged) -> str:
    return one.gap.fills[one.rank - 1].origin if one.rank else "their own"


def _bins(title: str, said: str, bins: Sequence[ReliabilityBin], items: int) -> Table:
    table = Table(title=title, title_justify="left")
    for column in ("probability", "gaps", "machine expected %", f"{said} %"):
        table.add_column(column, justify="right")
    for one in bins:
        table.add_row(
            f"{one.low:.1f}–{one.high:.1f}",
            f"{round(one.weight * items):,}",
            _percent(one.mean_probability),
            _percent(one.share_true),
        )
    return table


def _parts_table(title: str, parts: dict[str, Part]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    longest = max((len(word) for name in parts for word in name.replace("_", " ").split()), default=0)
    table.add_column("", overflow="fold", min_width=min(longest, _WIDEST_WORD))
    for column in ("decided", "expected %", "gaps %", "words given", "expected first %", "first %", "in five %"):
        # A narrow screen breaks heads between words, and names before heads are cut.
        table.add_column(column, justify="right", min_width=max(map(len, column.split())))
    for name, part in parts.items():
        table.add_row(
            Text(" ".join(name.replace("_", " ").split())),
            f"{part.decided:,}",
            _percent(part.expected),
            _percent(part.gaps),
            f"{part.filled:,}",
            _percent(part.expected_first),
            _percent(part.first),
            _percent(part.in_five),
        )
    return table


def _percent(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.1f}"


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    if isinstance(value, float) and math.isnan(value):
        return None
    return value.item() if isinstance(value, np.generic) else value
