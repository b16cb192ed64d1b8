"""Where the time goes: a profile of finding and of filling, by room."""

from __future__ import annotations

import cProfile
import pstats
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import textmend
from bench.compare.configuration import Report, Setting
from bench.compare.tables import Row, Table, columns
from textmend.evaluate.filling import documents_at_gaps
from textmend.evaluate.system import MenderSystem

FIND_RECORDS, FILL_GAPS = 24, 12
KERNELS = "ONNX Runtime's kernels"
_PACKAGE = Path(textmend.__file__).parent
_LEAST = 0.002


def profile(setting: Setting, report: Report) -> list[Table]:
    """Profile ``find_gaps`` and filling."""
    mender = setting.single
    texts = [record.text for one in setting.damaged(FIND_RECORDS) for record in one.records]
    list(mender.find_gaps(texts[:1]))
    report(f"find_gaps on {len(texts)} articles")
    tables = [_table(f"`find_gaps`, {len(texts)} articles", shares(lambda: list(mender.find_gaps(texts))))]
    records = setting.records_with_gaps(FILL_GAPS)
    documents = documents_at_gaps(records, MenderSystem(mender).judge)
    gaps = sum(len(document.gaps) for document in documents)
    proposer = mender.proposer
    report(f"filling {gaps} gaps")
    return [*tables, _table(f"Filling, {gaps} gaps", shares(lambda: proposer.propose(documents)))]


def shares(work: Callable[[], object]) -> dict[str, float]:
    """Run something under Python's profiler; return which share of the time each module took, the largest first.

    Time within the C code of a library counts for the module of textmend that called it, but for the kernels of ONNX
    Runtime. The profiler slows Python down and the kernels not at all, so the kernels' true share is larger.
    """
    profiler = cProfile.Profile()
    profiler.runcall(work)
    stats: dict[tuple[str, int, str], tuple[int, int, float, float, dict[tuple[str, int, str], tuple[float, ...]]]]
    stats = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    times: defaultdict[str, float] = defaultdict(float)
    for function, (_, _, own, _, callers) in stats.items():
        for module, seconds in _modules(function, callers, own):
            times[module] += seconds
    total = sum(times.values()) or 1.0
    ranked = sorted(times.items(), key=lambda item: -item[1])
    return {module: seconds / total for module, seconds in ranked}


def _modules(
    function: tuple[str, int, str], callers: dict[tuple[str, int, str], tuple[float, ...]], own: float
) -> list[tuple[str, float]]:
    if "onnxruntime" in function[2] or "onnxruntime" in function[0]:
        return [(KERNELS, own)]
    if function[0] != "~" and (module := _module(function[0])):
        return [(module, own)]
    # Of a library: the time goes to those who called it.
    return [(_module(caller[0]) or "other libraries", times[2]) for caller, times in callers.items()] or [
        ("other libraries", own)
    ]


def _module(file: str) -> str | None:
    path = Path(file)
    return str(path.relative_to(_PACKAGE)) if path.is_relative_to(_PACKAGE) else None


def _table(title: str, found: dict[str, float]) -> Table:
    return Table(
        title=f"Where the time goes: {title}",
        columns=columns(("share", "share of the time", "share")),
        rows=tuple(
            Row(name if name == KERNELS or "." not in name else f"`{name}`", {"share": share})
            for name, share in found.items()
            if share >= _LEAST
        ),
        note="In percent, under Python's profiler, which slows Python down but not the kernels.",
    )
