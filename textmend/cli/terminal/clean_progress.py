"""How far a cleaning is: a bar on a terminal, else a line now and then."""

from __future__ import annotations

import sys
import time
from collections import deque
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from textmend.cli.terminal.screen import Screen
from textmend.report.numbers import count

if TYPE_CHECKING:
    from textmend.corpus.run import Progress

_WINDOW = 60.0
"""Rates are those of so many seconds."""

_EVERY = 60.0
"""Seconds between lines, where there is no terminal."""


class Meter:
    """Shows how far a run is.

    Args:
        screen: where.
        limit: how many documents are cleaned at most.
        quiet: show nothing.
    """

    def __init__(self, screen: Screen, limit: int | None, *, quiet: bool) -> None:
        self._screen, self._limit, self._quiet = screen, limit, quiet
        self._bar = Bar(
            TextColumn("{task.description}"),
            BarColumn(20),
            TaskProgressColumn(),
            TextColumn("{task.fields[facts]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=screen.err,
            transient=True,
            disable=quiet or not sys.stderr.isatty(),
        )
        self._task: Any = None
        self._seen: deque[tuple[float, int, int]] = deque()
        self._said = time.monotonic()

    def __enter__(self) -> Meter:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def __call__(self, progress: Progress) -> None:
        """Show it."""
        found = progress.statistics
        now = time.monotonic()
        self._seen.append((now, found.documents, found.words))
        while len(self._seen) > 2 and now - self._seen[0][0] > _WINDOW:
            self._seen.popleft()
        share = self._share(progress)
        facts = self._facts(progress)
        if self._task is None:
            self._task = self._bar.add_task("Cleaning", total=None if share is None else 1.0, facts=facts)
        self._bar.update(self._task, completed=share, facts=facts)
        if not self._quiet and self._bar.disable and now - self._said >= _EVERY:
            self._said = now
            done = "" if share is None else f", {share:.1%} done"
            self._screen.err.print(f"textmend: {facts}{done}", soft_wrap=True)

    def _share(self, progress: Progress) -> float | None:
        shares = [progress.consumed / progress.total] if progress.total else []
        if self._limit:
            shares.append((progress.statistics.documents + progress.statistics.rejected) / self._limit)
        return min(1.0, max(shares)) if shares else None

    def _facts(self, progress: Progress) -> str:
        found = progress.statistics
        first, last = self._seen[0], self._seen[-1]
        seconds = max(1e-9, last[0] - first[0])
        rates = f", {(last[1] - first[1]) / seconds:,.1f}/s, {(last[2] - first[2]) / seconds:,.0f} words/s"
        rejected = f", {found.rejected:,} rejected" if found.rejected else ""
        return (
            f"{count(found.documents, 'document')}{rates if len(self._seen) > 1 else ''}, "
            f"{progress.filled:,} of {count(max(progress.filled, progress.found), 'gap')} done{rejected}"
        )
