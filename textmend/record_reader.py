"""Reading values of records from JSON: strict types, clear errors. The records themselves are elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from textmend.errors import RecordError


class RecordReader:
    """A JSON object that a record is read from; every failure names the record, the key and the value.

    Args:
        data: the object.
        kind: the name of the record in messages.

    Raises:
        RecordError: it is not an object. All methods raise it too, where a value has another type than they return.
    """

    def __init__(self, data: Mapping[str, Any], kind: str) -> None:
        if not isinstance(data, Mapping):
            raise RecordError(f"{kind}: expected a JSON object, got {type(data).__name__}")
        self._data = data
        self._kind = kind

    def _fail(self, key: str, expected: str) -> RecordError:
        if key not in self._data:
            return RecordError(f"{self._kind}: the key {key!r} is missing (expected {expected})")
        return RecordError(f"{self._kind}: {key!r} should be {expected}, not {_shown(self._data[key])}")

    def _absent(self, key: str, optional: bool) -> bool:
        return optional and self._data.get(key) is None

    def schema(self, readable: int) -> None:
        """Check that its schema version is the one that can be read."""
        version = self._data.get("schema")
        if version != readable or isinstance(version, bool):
            raise RecordError(
                f"{self._kind}: schema version {_shown(version)} can't be read by this version of textmend, "
                f"which reads version {readable}"
            )

    def text(self, key: str, *, optional: bool = False) -> Any:
        """Return a string; ``None`` where it is optional and missing."""
        if self._absent(key, optional):
            return None
        value = self._data.get(key)
        if not isinstance(value, str):
            raise self._fail(key, "a string")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of strings."""
        value = self._data.get(key)
        if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
            raise self._fail(key, "a list of strings")
        return tuple(value)

    def spacing(self, key: str) -> tuple[str, str] | None:
        """Return the white space before and after words, or ``None``."""
        if self._absent(key, optional=True):
            return None
        value = self._data.get(key)
        if not (
            isinstance(value, list | tuple)
            and len(value) == 2
            and all(isinstance(item, str) and (not item or item.isspace()) for item in value)
        ):
            raise self._fail(key, "two strings of white space, before and after")
        return value[0], value[1]

    def flag(self, key: str, *, default: bool) -> bool:
        """Return a truth value."""
        value = self._data.get(key, default)
        if not isinstance(value, bool):
            raise self._fail(key, "true or false")
        return value

    def offset(self, key: str, *, optional: bool = False) -> Any:
        """Return a whole number from 0; ``None`` where it is optional and missing."""
        if self._absent(key, optional):
            return None
        value = self._data.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= sys.maxsize:
            raise self._fail(key, "an offset: a whole number from 0")
        return value

    def span(self, *, optional: bool = False) -> tuple[Any, Any]:
        """Return ``start`` and ``end``, in order."""
        start, end = self.offset("start", optional=optional), self.offset("end", optional=optional)
        if start is not None and end is not None and end < start:
            raise RecordError(f"{self._kind}: 'end' ({end}) lies before 'start' ({start})")
        return start, end

    def probability(self, key: str) -> float:
        """Return a number from 0 to 1."""
        value = self._data.get(key)
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
            raise self._fail(key, "a probability from 0 to 1")
        return float(value)

    def probabilities(self, key: str) -> tuple[float, ...]:
        """Return a list of numbers from 0 to 1."""
        value = self._data.get(key)
        if not isinstance(value, list | tuple) or not all(
            isinstance(item, int | float) and not isinstance(item, bool) and 0 <= item <= 1 for item in value
        ):
            raise self._fail(key, "a list of probabilities from 0 to 1")
        return tuple(float(item) for item in value)

    def choice(self, key: str, choices: tuple[str, ...], *, optional: bool = False) -> Any:
        """Return one of several strings; ``None`` where it is optional and missing."""
        if self._absent(key, optional):
            return None
        value = self._data.get(key)
        if value not in choices:
            raise self._fail(key, "one of " + ", ".join(choices))
        return value

    def mapping(self, key: str, *, optional: bool = False) -> Mapping[str, Any] | None:
        """Return a JSON object; ``None`` where it is optional and missing."""
        if self._absent(key, optional):
            return None
        value = self._data.get(key)
        if not isinstance(value, Mapping):
            raise self._fail(key, "a JSON object")
        return value

    def mappings(self, key: str) -> list[Mapping[str, Any]]:
        """Return a list of JSON objects."""
        value = self._data.get(key)
        if not isinstance(value, list | tuple) or not all(isinstance(item, Mapping) for item in value):
            raise self._fail(key, "a list of JSON objects")
        return list(value)


def _shown(value: object) -> str:
    """Return a value as Python shows it, shortened; its type, where it is nested too deeply or has too many digits."""
    try:
        shown = repr(value)
    except Exception:  # whatever a value of a caller's own type raises
        return type(value).__name__
    return shown if len(shown) <= 80 else shown[:77] + "..."
