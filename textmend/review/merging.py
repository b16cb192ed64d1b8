"""Decisions of several files as one history."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from textmend.review.decisions import Key, Recorded

_NEVER = datetime.min.replace(tzinfo=UTC)


def merged(histories: Sequence[Sequence[Recorded]]) -> list[Recorded]:
    """Return the decisions of several files in the order they were made, each once.

    The order is that of the times; decisions about one gap stay in the order of their file, whatever their times.
    One without a time goes with the one before it about the same gap, or first. Ties keep the order of the files.

    Args:
        histories: the decisions of each file, in their order there.
    """
    dated = [item for history in histories for item in _dated(history)]
    dated.sort(key=lambda item: item[0])
    return [decision for decision, _ in dict.fromkeys(made for _, made in dated)]


def _dated(history: Sequence[Recorded]) -> Iterator[tuple[datetime, tuple[Recorded, int]]]:
    """Yield the decisions with their times; one that a file repeats, as after an undo, is told apart by its number."""
    last: dict[Key, datetime] = {}
    seen: Counter[Recorded] = Counter()
    for decision in history:
        last[decision.key] = max(_time(decision.at), last.get(decision.key, _NEVER))
        seen[decision] += 1
        yield last[decision.key], (decision, seen[decision])


def _time(at: str | None) -> datetime:
    try:
        time = datetime.fromisoformat(at or "")
    except ValueError:
        return _NEVER
    try:
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except OverflowError:
        return _NEVER
