"""Growth: time and memory by the length of a document, and by its gaps."""

from __future__ import annotations

import math
from collections.abc import Sequence

from bench.compare.configuration import Report, Setting
from bench.compare.generated_prose import prose
from bench.compare.subprocess_job import Answer, run
from bench.compare.tables import Row, Table, columns

LENGTHS = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)
GAPS = (1, 4, 16, 64)
GAP_TEXT = 30_000


def grow_length(setting: Setting, report: Report) -> list[Table]:
    """Find gaps in made-up documents of 1 KB to 10 MB, each in a process of its own."""
    rows, seconds = [], []
    # A smaller scale leaves out the longest document, for it takes as long as all others ten times over.
    lengths = [length for length in LENGTHS if length <= LENGTHS[-1] * setting.scale]
    for length in lengths:
        report(f"find_gaps on {_size(length)}")
        answer = run("find", characters=length, detector=setting.detector, filler=setting.filler)
        words = len(prose(length).split())
        seconds.append(answer.seconds)
        rows.append(
            Row(
                _size(length),
                {
                    "words": words,
                    "seconds": answer.seconds,
                    "speed": words / answer.seconds,
                    "peak": answer.peak / 1e6,
                    "more": (answer.peak - answer.before) / 1e6,
                },
            )
        )
    note = "Made-up prose, one document, one thread, processor time. *More*: what the peak adds to Python, libraries, "
    note += f"models and text. {_exponent('length', lengths[1:], seconds[1:])}"
    return [
        Table(
            title="`find_gaps` by the length of a document",
            columns=columns(
                ("words", "words", "count"),
                ("seconds", "seconds", "number"),
                ("speed", "words/s", "count"),
                ("peak", "peak memory, MB", "count"),
                ("more", "more, MB", "count"),
            ),
            rows=tuple(rows),
            note=note,
        )
    ]


def grow_gaps(setting: Setting, report: Report) -> list[Table]:
    """Fill more and more gaps of one document."""
    rows, seconds = [], []
    counts = [count for count in GAPS if count <= max(4, GAPS[-1] * setting.scale)]
    for count in counts:
        report(f"{count} gaps in one document")
        answer: Answer = run("fill", characters=GAP_TEXT, gaps=count, detector=setting.detector, filler=setting.filler)
        seconds.append(answer.seconds)
        rows.append(
            Row(
                f"{count}",
                {"seconds": answer.seconds, "each": answer.seconds / count, "peak": answer.peak / 1e6},
            )
        )
    return [
        Table(
            title=f"Filling by the gaps of a document of {_size(GAP_TEXT)}",
            columns=columns(
                ("seconds", "seconds", "number"),
                ("each", "seconds a gap", "number"),
                ("peak", "peak memory, MB", "count"),
            ),
            rows=tuple(rows),
            note="Made-up prose from which single words were taken; the gaps are given, one word each; one thread, "
            f"processor time. {_exponent('number of gaps', counts, seconds)}",
        )
    ]


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Return the power of the size with which time grows: the slope of its logarithm, by least squares."""
    x, y = [math.log(size) for size in sizes], [math.log(max(second, 1e-9)) for second in seconds]
    middle = sum(x) / len(x)
    spread = sum((one - middle) ** 2 for one in x)
    return sum((one - middle) * other for one, other in zip(x, y, strict=True)) / spread if spread else math.nan


def _exponent(what: str, sizes: Sequence[int], seconds: Sequence[float]) -> str:
    if len(sizes) < 2:
        return ""
    return f"From {sizes[0]:,} on, time grows with the {what} to the power of {exponent(sizes, seconds):.2f}."


def _size(characters: int) -> str:
    return f"{characters / 1e6:g} MB" if characters >= 1_000_000 else f"{characters / 1e3:g} KB"
