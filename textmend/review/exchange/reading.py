"""Reading other tools' JSON with errors that name the place. Knows no format."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from textmend.errors import RecordError
from textmend.review.documents import json_object


def objects(name: str, text: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the objects of JSON Lines, each with its place.

    Raises:
        RecordError: a line is no JSON object.
    """
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), start=1):
        if line.strip():
            place = f"{name}:{number}"
            yield place, json_object(line, place)


def parsed(text: str, place: str) -> Any:
    """Return what JSON says. Raises :class:`RecordError` where it is none."""
    try:
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{place}: is not JSON: {error}") from error


def mapping(value: object, place: str) -> Mapping[str, Any]:
    """Return a JSON object. Raises :class:`RecordError` where it is none."""
    if not isinstance(value, Mapping):
        raise RecordError(f"{place}: expected a JSON object, got {type(value).__name__}")
    return value


def listed(value: object, place: str) -> list[Any]:
    """Return a list; ``None`` is an empty one. Raises :class:`RecordError` for anything else."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise RecordError(f"{place}: expected a list, got {type(value).__name__}")
    return value


def optional_text(value: object) -> str | None:
    """Return a string or a number as a string; ``None`` for anything else."""
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "" else None
