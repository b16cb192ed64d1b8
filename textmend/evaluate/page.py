"""The HTML report: one file, nothing loaded from the network, every text from articles escaped.

Needs the extra ``textmend[report]`` (Jinja2).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from textmend.damage.benchmark import SHAPES, Record
from textmend.edits.apply import insertion
from textmend.evaluate.detection import Detection, JudgedRecord, false_sites, is_beside
from textmend.evaluate.filling import Filling
from textmend.evaluate.mending import sweep
from textmend.evaluate.report import counts_of, grid, sections
from textmend.evaluate.run import BenchmarkResult, CleanResult, Evaluation
from textmend.metrics import PrecisionRecall, ReliabilityBin, reliability
from textmend.policy import Policy
from textmend.records import Gap
from textmend.report.bars import bar_plot
from textmend.report.page import render
from textmend.report.plots import Series, line_plot

_TEMPLATE = Path(__file__).parent / "report.html.jinja"
_WORST = 25
_BEFORE, _AFTER = 110, 80
_RANKS = ((1, 1), (2, 2), (3, 3), (4, 5), (6, 10), (11, 20))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """An error in its context, as plain text.

    Attributes:
        where: the name of the record.
        before: the text before the place.
        here: the words that were lost or proposed there.
        after: the text after it.
        probability: the probability that was wrong.
        note: more that helps to judge it.
    """

    where: str
    before: str
    here: str
    after: str
    probability: float
    note: str = ""


def to_html(evaluation: Evaluation, origin: Mapping[str, Any], policy: Policy | None = None) -> str:
    """Return the report as one HTML page.

    Args:
        evaluation: the evaluation.
        origin: the result of ``report.provenance``.
        policy: the policy whose threshold is swept; default: the default policy.

    Raises:
        MissingExtraError: Jinja2 is not installed.
    """
    return render(
        _TEMPLATE,
        origin=origin,
        plan=evaluation.plan,
        benchmarks=[_benchmark_view(result, policy or Policy()) for result in evaluation.benchmarks],
        clean=[_clean_view(result, evaluation.plan.threshold) for result in evaluation.clean],
        together=_tables(evaluation.together, {}),
    )


def worst_false_gaps(judged: Sequence[JudgedRecord], threshold: float, most: int = _WORST) -> list[Case]:
    """Return the false gaps with the highest probability, in context."""
    found = [(float(one.probabilities[site]), one, int(site)) for one in judged for site in false_sites(one, threshold)]
    found.sort(key=lambda item: -item[0])
    return [
        _case(
            one.record,
            int(one.starts[site]),
            int(one.ends[site]),
            "▢",
            probability,
            "beside a true gap" if is_beside(one, site) else "",
        )
        for probability, one, site in found[:most]
    ]


def worst_missed_gaps(judged: Sequence[JudgedRecord], threshold: float, most: int = _WORST) -> list[Case]:
    """Return the true gaps below the threshold with the lowest probability, in context."""
    found = []
    for one in judged:
        probability_of = dict(zip(one.matched.tolist(), one.probabilities.tolist(), strict=True))
        for index, gap in enumerate(one.record.gaps):
            probability = probability_of.get(index, 0.0)
            if probability < threshold:
                found.append((probability, one.record, gap))
    found.sort(key=lambda item: item[0])
    return [
        _case(record, gap.start, gap.end, gap.lost, probability, gap.shape) for probability, record, gap in found[:most]
    ]


def worst_fills(filling: Filling, most: int = _WORST) -> list[Case]:
    """Return wrong first fills with the highest probability, in context."""
    found = [one for one in filling.filled if one.fills and one.accepted != 1]
    found.sort(key=lambda one: -one.fills[0].probability)
    return [
        _case(
            one.record,
            one.gap.start,
            one.gap.end,
            one.fills[0].text,
            one.fills[0].probability,
            f"{one.fills[0].origin}; lost: “{one.gap.lost}”" + (f", at rank {one.rank}" if one.rank else ""),
        )
        for one in found[:most]
    ]


def rank_shares(ranks: Sequence[int]) -> tuple[list[str], list[float]]:
    """Return the bins of a rank histogram, and the share of gaps in each."""
    rank = np.asarray(ranks)
    labels = [str(low) if low == high else f"{low}–{high}" for low, high in _RANKS]
    counts = [int(((rank >= low) & (rank <= high)).sum()) for low, high in _RANKS]
    labels += ["beyond", "none"]
    counts += [int((rank > _RANKS[-1][1]).sum()), int((rank == 0).sum())]
    if not counts[-2]:
        del labels[-2], counts[-2]
    return labels, [count / max(1, len(rank)) for count in counts]


def _benchmark_view(result: BenchmarkResult, policy: Policy) -> dict[str, Any]:
    detection, filling = result.detection, result.filling
    judged = detection.judged
    return {
        "benchmark": result.benchmark,
        "tables": _tables(result.figures, result.counts),
        "false": detection.false_beside(),
        "plots": [
            ("Precision and recall by white space", _variant_plot(detection)),
            ("Precision and recall by shape", _shape_plot(detection)),
            (
                "Reliability of gaps",
                _reliability_plot("Reliability of gap probabilities", "share that are gaps", *detection.calibration()),
            ),
            *(_filling_plots(filling) if filling else ()),
            *(_mending_plots(result, policy) if result.mended else ()),
        ],
        "errors": [
            (
                "Confident false gaps",
                "No words are known to be lost at ▢.",
                worst_false_gaps(judged, detection.threshold),
            ),
            ("Missed gaps", "The words shown were lost.", worst_missed_gaps(judged, detection.threshold)),
            *([("Confident wrong fills", "The words shown were proposed.", worst_fills(filling))] if filling else ()),
        ],
    }


def _clean_view(result: CleanResult, threshold: float) -> dict[str, Any]:
    edits = [
        _case(
            one.record,
            judged.edit.start,
            judged.edit.end,
            judged.edit.replacement.strip() or "(sentence removed)",
            judged.edit.gap.probability,
        )
        for one in result.mended or ()
        for judged in one.edits
    ]
    return {
        "benchmark": result.benchmark,
        "tables": _tables(result.figures, {}),
        "errors": [
            ("Confident false gaps", "Whole text, as far as is known.", worst_false_gaps(result.judged, threshold)),
            ("Edits", "Each is harm.", edits[:_WORST]),
        ],
    }


def _tables(figures: Mapping[str, Mapping[str, Any]], counts: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {"title": title, "grid": grid(columns, counts_of(columns, title, counts))}
        for title, columns in sections(figures)
    ]


def _variant_plot(detection: Detection) -> str:
    parts = detection.by_variant()
    curves = {"all": detection.curve(), **({name: part.curve() for name, part in parts.items()})}
    return _curves("Precision and recall by white-space variant", curves)


def _shape_plot(detection: Detection) -> str:
    parts = sorted(detection.by_shape().items(), key=lambda part: (part[0] not in SHAPES, part[0]))
    return _curves("Precision and recall by shape", {shape: part.curve() for shape, part in parts})


def _curves(title: str, curves: Mapping[str, PrecisionRecall]) -> str:
    series = []
    for name, curve in curves.items():
        # Only points where recall grows; between them the curve falls straight down.
        grows = np.diff(curve.recall, prepend=0.0) > 0
        series.append(Series(name, curve.recall[grows].tolist(), curve.precision[grows].tolist()))
    return line_plot(series, title=title, x_label="recall", y_label="precision")


def _reliability_plot(title: str, y_label: str, probabilities: Any, truths: Any) -> str:
    bins = reliability(probabilities, truths)
    line = Series(
        "measured",
        [one.mean_probability for one in bins],
        [one.share_true for one in bins],
        sizes=[one.weight for one in bins],
        notes=[_bin_note(one, len(probabilities)) for one in bins],
    )
    return line_plot([line], title=title, x_label="probability given", y_label=y_label, diagonal=True)


def _bin_note(one: ReliabilityBin, items: int) -> str:
    return (
        f"{one.low:.2f}–{one.high:.2f}: given {one.mean_probability:.2f}, true {one.share_true:.2f}, "
        f"{one.weight * items:.0f} items"
    )


def _filling_plots(filling: Filling) -> list[tuple[str, str]]:
    if not filling.filled:
        return []
    plots = [
        (
            "Reliability of first fills",
            _reliability_plot("Reliability of first fills", "share that stood there", *filling.calibration()),
        )
    ]
    for name, part in (("all", filling), *filling.by_shape().items()):
        labels, shares = rank_shares(part.ranks.tolist())
        plots.append(
            (
                f"Rank of the lost words: {name} ({len(part.filled)} gaps)",
                bar_plot(
                    labels,
                    shares,
                    title=f"Rank of the lost words among the fills, {name}",
                    x_label="rank",
                    y_label="share of gaps",
                ),
            )
        )
    return plots


def _mending_plots(result: BenchmarkResult, policy: Policy) -> list[tuple[str, str]]:
    points = sweep(result.mended or [], policy)
    x = [point.apply_at for point in points]
    lines = [
        Series("precision of fills", x, [point.precision for point in points], sizes=[1.0] * len(points),
               notes=[f"at {point.apply_at:g}: {point.precision:.2f} of {point.fills} fills" for point in points]),
        Series("gaps filled", x, [point.applied for point in points], sizes=[1.0] * len(points),
               notes=[f"at {point.apply_at:g}: {point.applied:.2f} of the gaps" for point in points]),
    ]  # fmt: skip
    plot = line_plot(lines, title="What mending would do at other thresholds", x_label="apply_at", y_label="share")
    return [("Mending at other thresholds", plot)]


def _case(record: Record, start: int, end: int, here: str, probability: float, note: str = "") -> Case:
    text, left, right = record.text, "", ""
    if here.strip() and not text[start:end].strip():
        gap = Gap(start=start, end=end, probability=probability)
        left, _, right = insertion(text, gap, here).replacement.partition(here)
    return Case(
        where=record.id,
        before=_tail(text[:start]) + left,
        here=here,
        after=right + _head(text[end:]),
        probability=probability,
        note=note,
    )


def _tail(text: str) -> str:
    """Return the last words of a text that fit."""
    cut = text[-_BEFORE:]
    return text if cut == text else "…" + (cut.partition(" ")[2] or cut)


def _head(text: str) -> str:
    """Return the first words of a text that fit."""
    cut = text[:_AFTER]
    return text if cut == text else (cut.rpartition(" ")[0] or cut) + "…"
