"""Columns of Parquet by name, also inside others: ``article.body`` is the field ``body`` of the column ``article``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


def place_of(schema: Any, name: str) -> tuple[int, ...] | None:
    """Return the numbers of a column, and of the fields in it, that a name leads to; ``None`` where there is no such.

    A column of exactly this name goes before a nested one. A name that two columns share leads nowhere.
    """
    return _steps([schema.field(at) for at in range(len(schema.names))], name)


def type_at(schema: Any, place: Sequence[int]) -> Any:
    """Return the type of what a place leads to."""
    kind = schema.field(place[0]).type
    for step in place[1:]:
        kind = kind.field(step).type
    return kind


def scalar_at(batch: Any, place: Sequence[int], row: int) -> Any:
    """Return the value at a place in a row; ``None`` where it lies in nothing."""
    scalar = batch.column(place[0])[row]
    for step in place[1:]:
        if not scalar.is_valid:
            return None
        scalar = scalar[step]
    return scalar


def with_texts(table: Any, place: Sequence[int], texts: Sequence[str]) -> Any:
    """Return a table with other texts at a place; all else stays."""
    field = table.schema.field(place[0])
    column = table.column(place[0]).combine_chunks()
    return table.set_column(place[0], field, _replaced(column, field.type, place[1:], texts))


def _replaced(array: Any, kind: Any, place: Sequence[int], texts: Sequence[str]) -> Any:
    import pyarrow as pa

    if not place:
        return pa.array(texts, kind)
    parts = [array.field(at) for at in range(kind.num_fields)]
    parts[place[0]] = _replaced(parts[place[0]], kind.field(place[0]).type, place[1:], texts)
    fields = [kind.field(at) for at in range(kind.num_fields)]
    return pa.StructArray.from_arrays(parts, fields=fields, mask=array.is_null())


def _steps(fields: Sequence[Any], name: str) -> tuple[int, ...] | None:
    import pyarrow as pa

    named = [at for at, field in enumerate(fields) if field.name == name]
    if named:
        return (named[0],) if len(named) == 1 else None
    for at, field in enumerate(fields):
        if name.startswith(f"{field.name}.") and pa.types.is_struct(field.type):
            inner = [field.type.field(number) for number in range(field.type.num_fields)]
            if (rest := _steps(inner, name[len(field.name) + 1 :])) is not None:
                return (at, *rest)
    return None
