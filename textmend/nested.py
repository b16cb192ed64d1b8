"""Fields inside fields: ``article.body`` is ``body`` in the object ``article``, unless a field has just this name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def value_at(record: Mapping[str, Any], name: str) -> Any:
    """Return the value that a name leads to; ``None`` where there is none."""
    if name in record:
        return record[name]
    for outer, inner in _ways(name):
        value = record.get(outer)
        if isinstance(value, Mapping) and (found := value_at(value, inner)) is not None:
            return found
    return None


def with_value(record: Mapping[str, Any], name: str, value: Any) -> dict[str, Any]:
    """Return a copy of a record with another value for a (nested) name; a name that it lacks is added."""
    if name not in record:
        for outer, inner in _ways(name):
            within = record.get(outer)
            if isinstance(within, Mapping) and value_at(within, inner) is not None:
                return {**record, outer: with_value(within, inner, value)}
    return {**record, name: value}


def _ways(name: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to split a name into an object's name and a name inside it."""
    at = name.find(".")
    while at >= 0:
        yield name[:at], name[at + 1 :]
        at = name.find(".", at + 1)
