"""The laws, on generated texts: for a tiny detector, for the embedded models, through find, suggest and mend."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from bench.reliability.texts import damaged, texts
from textmend import Gap, Mended, Mender, Policy

BATCH = 32


def until(seconds: float) -> Callable[[], bool]:
    """Return whether there is still time."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() < end


def check_gaps(text: str, gaps: list[Gap]) -> None:
    """See that gaps are white space, sorted and disjoint, and their probabilities are some."""
    floor = -1
    for gap in gaps:
        assert 0 <= gap.start <= gap.end <= len(text), (text, gap)
        assert not text[gap.start : gap.end].strip(), (text, gap)
        assert gap.start > floor, (text, gap)
        assert 0 <= gap.probability <= 1, (text, gap)
        floor = gap.end


def check_mended(text: str, mended: Mended) -> None:
    """See that nothing is lost, and that what is written down comes back."""
    check_gaps(text, list(mended.gaps))
    assert mended.undo() == text == mended.original
    end = 0
    for edit in mended.edits:
        assert text[end : edit.start] in mended.text
        end = edit.end
    assert Mended.from_dict(mended.to_dict()) == mended


def found(mender: Mender, source: Iterator[str], seconds: float) -> dict[str, int]:
    """Find gaps in texts of a stream; every tenth batch is compared with each of its texts alone."""
    more, done, gaps = until(seconds), 0, 0
    while more():
        batch = list(islice(source, BATCH))
        results = list(mender.find_gaps(batch))
        for text, result in zip(batch, results, strict=True):
            check_gaps(text, result)
            gaps += len(result)
        if done % (10 * BATCH) == 0:
            for text, result in zip(batch, results, strict=True):
                alone = mender.find_gaps(text)
                assert [(gap.start, gap.end) for gap in alone] == [(gap.start, gap.end) for gap in result], text
        done += len(batch)
    return {"texts": done, "gaps": gaps}


def mended(mender: Mender, source: Iterator[str], seconds: float) -> dict[str, int]:
    """Mend texts of a stream, gaps that are not sure marked or dropped in turn."""
    more, done, edits = until(seconds), 0, 0
    while more():
        for unsure in ("mark", "drop", "keep"):
            mender.policy = Policy(unsure=unsure, apply_at=0.2, allow_names=True)  # type: ignore[arg-type]
            batch = list(islice(source, 4))
            for text, result in zip(batch, mender.mend(batch), strict=True):
                check_mended(text, result)
                edits += len(result.edits)
            done += len(batch)
    return {"texts": done, "edits": edits}


def find_with(detector: Any, seconds: float) -> dict[str, int]:
    """Spend the time on finding with a detector that costs next to nothing."""
    return found(Mender(detector=detector, policy=Policy(find_at=0.2)), texts(0), seconds)


def find_embedded(seconds: float) -> dict[str, int]:
    """Spend the time on finding with the embedded models."""
    return found(Mender(threads=1), texts(1), seconds)


def mend_embedded(seconds: float) -> dict[str, int]:
    """Spend the time on mending with the embedded models."""
    return mended(Mender(threads=1), damaged(2), seconds)
