"""Calibration over all benchmarks of a run, because a single benchmark has its own share of gaps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textmend.evaluate.bootstrap import Interval, Statistic
from textmend.evaluate.detection import Detection, JudgedRecord
from textmend.evaluate.filling import Filling

Resampled = Callable[[Statistic, int], dict[str, Interval]]


def pooled_calibration(
    benchmarks: Sequence[Sequence[JudgedRecord]],
    clean: Sequence[Sequence[JudgedRecord]],
    filled: Sequence[Filling],
    threshold: float,
    resampled: Resampled,
) -> dict[str, dict[str, Interval]]:
    """Return the expected calibration error (``ece``) of gaps, of gaps with clean text among them, and of first fills.

    Args:
        benchmarks: the judged records of each benchmark.
        clean: the judged records of each file of clean texts.
        filled: the filled gaps of each benchmark.
        threshold: the probability from which a site is a gap.
        resampled: computes a statistic's intervals over so many documents.
    """
    figures: dict[str, dict[str, Interval]] = {}

    def of_sites(parts: Sequence[Sequence[JudgedRecord]]) -> dict[str, Interval]:
        whole = Detection([one for part in parts for one in part], threshold)
        return resampled(whole.calibration_figures, len(whole.judged))

    if len(benchmarks) > 1:
        figures["calibration/gaps"] = of_sites(benchmarks)
    if benchmarks and clean:
        figures["calibration/gaps and clean text"] = of_sites([*benchmarks, *clean])
    if len(filled) > 1:
        fills = _together(filled)
        figures["calibration/first fills"] = resampled(fills.calibration_figures, fills.documents)
    return figures


def _together(filled: Sequence[Filling]) -> Filling:
    """Return the filled gaps of several benchmarks as those of one."""
    gaps, documents = [], 0
    for part in filled:
        gaps += [replace(one, document=one.document + documents) for one in part.filled]
        documents += part.documents
    return Filling(gaps, documents)
