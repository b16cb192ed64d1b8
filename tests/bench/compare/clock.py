"""Measuring time: contenders take turns, so that what else the machine does hits all of them alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple


class Contender(NamedTuple):
    """Something that is timed.

    Attributes:
        name: what it is.
        work: does the work once.
        units: how many words, or gaps, that is.
    """

    name: str
    work: Callable[[], object]
    units: int


class Timing(NamedTuple):
    """Seconds on the clock, and of processor time over all threads of this process."""

    wall: float
    processor: float


def timed(work: Callable[[], object]) -> Timing:
    """Do the work once and return how long it took."""
    wall, processor = time.perf_counter(), time.process_time()
    work()
    return Timing(time.perf_counter() - wall, time.process_time() - processor)


def drain(start: Callable[[], Iterable[object]]) -> None:
    """Start something lazy, and take all it gives."""
    for _ in start():
        pass


def race(contenders: Sequence[Contender], rounds: int) -> list[Timing]:
    """Time each contender ``rounds`` times, in turns, and return the least processor time of each with its wall time."""
    found: list[list[Timing]] = [[] for _ in contenders]
    for _ in range(rounds):
        for timings, contender in zip(found, contenders, strict=True):
            timings.append(timed(contender.work))
    return [min(timings, key=lambda timing: timing.processor) for timings in found]
