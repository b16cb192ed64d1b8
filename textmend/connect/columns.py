"""Columns of tables of any library; the library is neither imported nor needed here.

Mappings of names to columns (Hugging Face datasets, numpy batches of Ray), pandas and polars frames, Arrow tables
and record batches. Rows, their order, and all other columns stay as they are.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import Any

from textmend.errors import InputError, PolicyError


def names(table: Any) -> list[str]:
    """Return the names of a table's columns."""
    if isinstance(table, Mapping):
        return list(table)
    match _library(table):
        case "pandas" | "polars":
            return list(table.columns)
        case "pyarrow":
            return list(table.schema.names)
    raise InputError(
        f"expected a batch of records (a mapping of columns, a frame of pandas or polars, an Arrow table), "
        f"got {type(table).__name__}"
    )


def column(table: Any, name: str) -> list[Any]:
    """Return a column's values. Raises :class:`PolicyError` if there is no such column."""
    present = names(table)
    if name not in present:
        raise PolicyError(f"there is no column {name!r}; there are: {', '.join(map(str, present))}")
    if present.count(name) > 1:
        raise PolicyError(f"there are {present.count(name)} columns {name!r}: give them names of their own")
    if isinstance(table, Mapping):
        return list(table[name])
    match _library(table):
        case "pandas":
            return list(table[name])
        case "polars":
            return list(table[name].to_list())
    return list(table.column(name).to_pylist())


def with_columns(table: Any, columns: Mapping[str, list[str | None]]) -> Any:
    """Return a table of the same kind with these columns of text, which replace columns of the same names."""
    if isinstance(table, dict):
        return {**table, **columns}
    if isinstance(table, Mapping):
        return table | columns  # type: ignore[operator] # the lazy batches of datasets have it
    match _library(table):
        case "pandas":
            return _in_pandas(table, columns)
        case "polars":
            polars = importlib.import_module("polars")
            return table.with_columns(polars.Series(name, values, polars.String) for name, values in columns.items())
    return _in_arrow(table, columns)


def _library(table: Any) -> str:
    return type(table).__module__.partition(".")[0]


def _in_pandas(table: Any, columns: Mapping[str, list[str | None]]) -> Any:
    pandas = importlib.import_module("pandas")
    kinds = {name: table[name].dtype if name in table else None for name in columns}
    # A mended text is no category of before: it would be lost.
    kinds = {name: None if isinstance(kind, pandas.CategoricalDtype) else kind for name, kind in kinds.items()}
    return table.assign(
        **{name: pandas.Series(values, table.index, kinds[name]) for name, values in columns.items()},
    )


def _in_arrow(table: Any, columns: Mapping[str, list[str | None]]) -> Any:
    arrow = importlib.import_module("pyarrow")
    for name, values in columns.items():
        at = table.schema.get_field_index(name)
        if at >= 0:
            field = table.schema.field(at)
            table = table.set_column(at, field, arrow.array(values, field.type))
        else:
            table = table.append_column(arrow.field(name, arrow.string()), arrow.array(values, arrow.string()))
    return table
