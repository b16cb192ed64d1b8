"""Calibration over everything that was measured in one run: one benchmark alone shows its own share of gaps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from textmend.evaluate.bootstrap import Interval, Statistic
from textmend.evaluate.detection import Detection
from textmend.evaluate.filling import Filling

Resampled = Callable[[Statistic, int], dict[str, Interval]]


def pooled_calibration(
    benchmarks: Sequence[Detection], clean: Sequence[Detection], filled: Sequence[Filling], resampled: Resampled
) -> dict[str, dict[str, Interval]]:
    """Return the expected calibration error (``ece``) of gaps, of gaps with clean text among them, and of first fills.

    Args:
        benchmarks: the sites of each benchmark.
        clean: those of each clean text file.
        filled: the fills of each benchmark.
        resampled: gives a statistic's intervals over so many documents.
    """
    figures: dict[str, dict[str, Interval]] = {}
    if len(benchmarks) > 1:
        figures["calibration/gaps"] = _of_sites(benchmarks, resampled)
    if benchmarks and clean:
        figures["calibration/gaps and clean text"] = _of_sites([*benchmarks, *clean], resampled)
    if len(filled) > 1:
        fills = together(filled)
        figures["calibration/first fills"] = resampled(fills.calibration_figures, fills.documents)
    return figures


def _of_sites(parts: Sequence[Detection], resampled: Resampled) -> dict[str, Interval]:
    whole = Detection([one for part in parts for one in part.judged], parts[0].threshold)
    return resampled(whole.calibration_figures, len(whole.judged))


def together(filled: Sequence[Filling]) -> Filling:
    """Return the fills of several benchmarks as those of one."""
    gaps, documents = [], 0
    for part in filled:
        gaps += [replace(one, document=one.document + documents) for one in part.filled]
        documents += part.documents
    return Filling(gaps, documents)
