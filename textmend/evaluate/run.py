"""One evaluation: a system over benchmarks and clean texts, every measure, with intervals. Results, not their look."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from textmend.damage.benchmark import Benchmark, Record, sample, sample_gaps
from textmend.evaluate.bootstrap import Interval, Statistic, intervals
from textmend.evaluate.detection import Detection, JudgedRecord, clean_statistic, judge_records
from textmend.evaluate.filling import Filling, fill_records
from textmend.evaluate.mending import MendedRecord, clean_mending_statistic, mend_records, mending_statistic
from textmend.evaluate.pooled import pooled_calibration
from textmend.evaluate.system import System
from textmend.policy import FIND_AT

Track = Callable[[Sequence[Sequence[Record]], str], Iterable[Sequence[Record]]]
"""Passes batches on and may show how far they are."""

_JUDGE_WORDS = 20_000
_FILL_GAPS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to measure.

    Attributes:
        threshold: the probability from which a site counts as a gap.
        fills: whether to measure fills and mending, which take by far the most time.
        fill_gaps: how many true gaps of each benchmark to fill, at most; ``None``: all.
        mend_gaps: records with how many true gaps to mend, at most; ``None``: all.
        mend_clean: how many clean texts to mend, at most; ``None``: all.
        known_lengths: measure fills with the true number of words given, too.
        resamples: bootstrap resamples; 0 leaves the intervals out.
        seed: for sampling and resampling.
    """

    threshold: float = FIND_AT
    fills: bool = True
    fill_gaps: int | None = 300
    mend_gaps: int | None = 300
    mend_clean: int | None = None
    known_lengths: bool = False
    resamples: int = 500
    seed: int = 0

    def resampled(self, statistic: Statistic, documents: int) -> dict[str, Interval]:
        """Return a statistic's figures with intervals over so many documents."""
        return intervals(statistic, documents, resamples=self.resamples, seed=self.seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkResult:
    """What was measured on one benchmark; parts that were left out are ``None``.

    Attributes:
        benchmark: the records judged.
        detection: their sites.
        filling: fills at true gaps.
        filling_known: the same with the true number of words given.
        mended: records mended.
        figures: all figures with intervals, by part (``detection``, ``recall_by_shape``, ``filling`` …).
        counts: how many true gaps a part has.
    """

    benchmark: Benchmark
    detection: Detection
    filling: Filling | None
    filling_known: Filling | None
    mended: list[MendedRecord] | None
    figures: dict[str, dict[str, Interval]]
    counts: dict[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanResult:
    """What was measured on clean texts; ``mended`` is ``None`` where mending was left out."""

    benchmark: Benchmark
    judged: list[JudgedRecord]
    mended: list[MendedRecord] | None
    figures: dict[str, dict[str, Interval]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """Everything measured in one run; ``together`` is what is measured on all of it (``pooled``)."""

    plan: Plan
    benchmarks: list[BenchmarkResult]
    clean: list[CleanResult]
    together: dict[str, dict[str, Interval]]


def evaluate_system(
    system: System,
    benchmarks: Sequence[Benchmark],
    clean: Sequence[Benchmark] = (),
    plan: Plan | None = None,
    track: Track | None = None,
) -> Evaluation:
    """Measure a system.

    Args:
        system: what is measured.
        benchmarks: damaged texts, sampled already where they should be.
        clean: clean texts.
        plan: what to measure; default: all of it.
        track: shows progress; default: nothing is shown.
    """
    plan, track = plan or Plan(), track or _silently
    damaged = [_benchmark(system, benchmark, plan, track) for benchmark in benchmarks]
    whole = [_clean(system, benchmark, plan, track) for benchmark in clean]
    together = pooled_calibration(
        [result.detection.judged for result in damaged],
        [result.judged for result in whole],
        [result.filling for result in damaged if result.filling],
        plan.threshold,
        plan.resampled,
    )
    return Evaluation(plan=plan, benchmarks=damaged, clean=whole, together=together)


def _benchmark(system: System, benchmark: Benchmark, plan: Plan, track: Track) -> BenchmarkResult:
    judged = judge_records(track(_by_words(benchmark.records), f"{benchmark.name}: detection"), system.judge)
    detection = Detection(judged, plan.threshold)
    documents = len(judged)
    figures = {"detection": plan.resampled(detection.figures, documents)}
    counts = {"detection": benchmark.gaps}
    for variant, part in detection.by_variant().items():
        figures[f"detection/{variant}"] = plan.resampled(part.figures, len(part.judged))
        counts[f"detection/{variant}"] = sum(len(one.record.gaps) for one in part.judged)
    for shape, part in detection.by_shape().items():
        figures[f"detection/shape {shape}"] = plan.resampled(part.ranked_figures, documents)
        counts[f"detection/shape {shape}"] = sum(len(one.record.gaps) for one in part.judged)
    figures["recall_by_shape"] = plan.resampled(detection.recall_by_shape, documents)
    filling = filling_known = None
    mended = None
    if plan.fills:
        records = sample_gaps(benchmark, plan.fill_gaps, plan.seed).records
        filling = Filling(
            fill_records(track(by_gaps(records), f"{benchmark.name}: fills"), system.judge, system.propose),
            len(records),
        )
        if plan.known_lengths:
            batches = track(by_gaps(records), f"{benchmark.name}: fills of known length")
            filling_known = Filling(
                fill_records(batches, system.judge, system.propose, known_lengths=True), len(records)
            )
        for name, fills in _filling_parts(filling, filling_known):
            figures[name] = plan.resampled(fills.figures, fills.documents)
            counts[name] = len(fills.filled)
        records = sample_gaps(benchmark, plan.mend_gaps, plan.seed).records
        mended = mend_records(track(by_gaps(records), f"{benchmark.name}: mending"), system.mend)
        figures["mending"] = plan.resampled(mending_statistic(mended), len(mended))
    return BenchmarkResult(
        benchmark=benchmark,
        detection=detection,
        filling=filling,
        filling_known=filling_known,
        mended=mended,
        figures=figures,
        counts=counts,
    )


def _filling_parts(filling: Filling, known: Filling | None) -> Iterator[tuple[str, Filling]]:
    yield "filling", filling
    if known:
        yield "filling/known length", known
    for kind, parts in (
        ("shape", filling.by_shape()),
        ("words", filling.by_words()),
        ("origin", filling.by_origin()),
    ):
        for key, part in parts.items():
            yield f"filling/{kind} {key}", part


def _clean(system: System, benchmark: Benchmark, plan: Plan, track: Track) -> CleanResult:
    judged = judge_records(track(_by_words(benchmark.records), f"{benchmark.name}: detection"), system.judge)
    figures = {"detection": plan.resampled(clean_statistic(judged, plan.threshold), len(judged))}
    mended = None
    if plan.fills:
        records = sample(benchmark, plan.mend_clean, plan.seed).records
        mended = mend_records(track(_by_words(records), f"{benchmark.name}: mending"), system.mend)
        figures["mending"] = plan.resampled(clean_mending_statistic(mended), len(mended))
    return CleanResult(benchmark=benchmark, judged=judged, mended=mended, figures=figures)


def _by_words(records: Sequence[Record]) -> list[Sequence[Record]]:
    return _batches(records, [record.words for record in records], _JUDGE_WORDS)


def by_gaps(records: Sequence[Record]) -> list[Sequence[Record]]:
    """Return records a few at a time, of at most about 16 gaps together."""
    return _batches(records, [len(record.gaps) for record in records], _FILL_GAPS)


def _batches(records: Sequence[Record], sizes: Sequence[int], most: int) -> list[Sequence[Record]]:
    batches: list[Sequence[Record]] = []
    current: list[Record] = []
    size = 0
    for record, own in zip(records, sizes, strict=True):
        if current and size + own > most:
            batches.append(current)
            current, size = [], 0
        current.append(record)
        size += own
    return [*batches, current] if current else batches


def _silently(batches: Sequence[Sequence[Record]], what: str) -> Iterable[Sequence[Record]]:
    return batches
