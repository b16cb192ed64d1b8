"""JSON Lines as a Parquet file: the fields become columns, whose types follow from all of the lines.

What is nested, or of several types in different lines, stays JSON, as text: so every corpus has a schema, the same
whatever the order of its lines.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from textmend.corpus.json_object import JsonObject
from textmend.corpus.parquet import arrow
from textmend.errors import FileError

ROWS = 10_000
MOST_COLUMNS = 2_000
_LEAST, _MOST = -(2**63), 2**63 - 1


def seal(documents: Path, target: IO[bytes], added: dict[str, str]) -> None:
    """Write the lines of a work file as a Parquet file.

    Args:
        documents: JSON objects, one a line.
        target: gets the Parquet file.
        added: columns that are there whatever the lines hold, with their types, at the end.

    Raises:
        FileError: the records have too many different fields to be columns.
        MissingExtraError: PyArrow is not installed.
    """
    import pyarrow.parquet as pq

    pa = arrow()
    kinds = _kinds(documents, target) | added
    types = {"text": pa.string(), "int": pa.int64(), "float": pa.float64(), "bool": pa.bool_(), "null": pa.string()}
    schema = pa.schema([(_utf8(name), types.get(kind, pa.string())) for name, kind in kinds.items()])
    with pq.ParquetWriter(target, schema) as writer:
        for rows in _batches(documents):
            columns = [[_cell(row.get(name), kind) for row in rows] for name, kind in kinds.items()]
            arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _kinds(documents: Path, target: IO[bytes]) -> dict[str, str]:
    """Return the fields of all lines, in the order in which they first come, with what they hold."""
    kinds: dict[str, str] = {}
    for rows in _batches(documents):
        for row in rows:
            for name, value in row.items():
                kinds[name] = _both(kinds.get(name, "null"), _kind(value))
        if len(kinds) > MOST_COLUMNS:
            raise FileError(
                f"{getattr(target, 'name', documents)}: the records have more than {MOST_COLUMNS:,} different fields, "
                "too many for columns: write JSON Lines"
            )
    return kinds


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, _Written):
        return "json"
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int" if _LEAST <= value <= _MOST else "json"
    if isinstance(value, float):
        return "float"
    return "text" if isinstance(value, str) else "json"


def _both(one: str, other: str) -> str:
    if "null" in (one, other):
        return other if one == "null" else one
    if {one, other} == {"int", "float"}:
        return "float"
    return one if one == other else "json"


def _cell(value: Any, kind: str) -> Any:
    if value is None:
        return None
    if kind == "json":
        return str(value) if isinstance(value, _Written) else json.dumps(value)
    if kind == "float":
        return float(value)
    return _utf8(value) if isinstance(value, str) else value


def _utf8(text: str) -> str:
    """Return a text as Parquet can hold it: half a character is escaped."""
    return text.encode("utf-8", "backslashreplace").decode()


class _Written(str):
    """A value as it is written in JSON, since Python takes no number of so many digits."""

    __slots__ = ()


def _row(line: bytes) -> dict[str, Any]:
    try:
        row: dict[str, Any] = json.loads(line)
        return row
    except ValueError:
        read = JsonObject(line.decode())
        return {name: _value(read.text[found.start : found.end]) for name, found in read.fields.items()}


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return _Written(text)


def _batches(documents: Path) -> Iterator[list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    size = 0
    with documents.open("rb") as lines:
        for line in lines:
            rows.append(_row(line))
            size += len(line)
            if len(rows) >= ROWS or size >= 64_000_000:
                yield rows
                rows, size = [], 0
    if rows:
        yield rows
