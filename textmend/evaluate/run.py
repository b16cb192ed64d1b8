"""One evaluation: every measure of a system on benchmarks and clean texts, with intervals. It formats no results."""

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
"""A function that passes batches on and may show their progress."""

_JUDGE_WORDS = 20_000
_FILL_GAPS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A plan of what to measure.

    Attributes:
        threshold: the probability from which a site counts as a gap.
        fills: whether to measure fills and mending, which take most of the time.
        fill_gaps: the most true gaps of each benchmark to fill; ``None``: all.
        mend_gaps: the most true gaps in the records to mend; ``None``: all.
        mend_clean: the most clean texts to mend; ``None``: all.
        known_lengths: measure fills also with the true number of words given.
        resamples: the number of bootstrap resamples; 0 leaves the intervals out.
        seed: the seed of sampling and resampling.
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
    """The results on one benchmark; parts that were left out are ``None``.

    Attributes:
        benchmark: the records judged.
        detection: their sites.
        filling: fills at true gaps.
        filling_known: such fills with the true number of words given.
        mended: mended records.
        figures: all figures with intervals, by part (``detection``, ``recall_by_shape``, ``filling`` …).
        counts: the number of true gaps of a part.
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
    """The results on clean texts; ``mended`` is ``None`` if mending was left out."""

    benchmark: Benchmark
    judged: list[JudgedRecord]
    mended: list[MendedRecord] | None
    figures: dict[str, dict[str, Interval]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """All results of one run; ``together`` has the measures over all benchmarks (``pooled``)."""

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
        system: the system to measure.
        benchmarks: damaged texts, already sampled if they should be.
        clean: clean texts.
        plan: what to measure; default: all of it.
        track: shows progress; default: no progress.
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
    """Return records in small groups, each with roughly 16 gaps at most."""
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
