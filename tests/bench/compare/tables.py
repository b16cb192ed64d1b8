"""Tables of figures: kept as numbers, stored as JSON, shown as Markdown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, get_args

from textmend.errors import RecordError
from textmend.evaluate.bootstrap import Interval

Kind = Literal["share", "points", "number", "count", "ratio", "text"]
"""How a figure is shown: in percent, as a difference in percentage points, plainly, as a whole number, as ``3.2×``,
or as it stands."""

Value = float | str | Interval | None
"""A figure, a word, a figure with its interval, or nothing."""


class Column(NamedTuple):
    """A column: the key of its values, its heading, and how they are shown."""

    key: str
    label: str
    kind: Kind


class Row(NamedTuple):
    """A row: what it is about, and its values by column; those that aren't there are left empty."""

    name: str
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table of figures.

    Attributes:
        title: what it shows.
        columns: its columns, the first one (the rows' names) not among them.
        rows: its rows.
        note: what a reader must know to read it right; may be empty.
    """

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form; undefined figures are ``null``."""
        return {
            "title": self.title,
            "note": self.note,
            "columns": [column._asdict() for column in self.columns],
            "rows": [
                {"name": row.name, "values": {key: _stored(value) for key, value in row.values.items()}}
                for row in self.rows
            ],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Table:
        """Read the JSON form. Raises :class:`RecordError` where it is malformed."""
        try:
            columns = tuple(Column(**column) for column in data["columns"])
            if unknown := {column.kind for column in columns} - set(get_args(Kind)):
                raise RecordError(f"a stored table has columns of an unknown kind: {', '.join(sorted(unknown))}")
            rows = tuple(
                Row(row["name"], {key: _read(value) for key, value in row["values"].items()}) for row in data["rows"]
            )
            return cls(title=data["title"], note=data["note"], columns=columns, rows=rows)
        except (KeyError, TypeError, AttributeError) as error:
            raise RecordError(f"a stored table is malformed: {error!r}") from error

    def markdown(self) -> str:
        """Return the table in Markdown, its title before it and its note after it."""
        lines = [f"**{self.title}**", ""]
        lines.append("| | " + " | ".join(column.label for column in self.columns) + " |")
        lines.append("|---|" + "".join("---|" if column.kind == "text" else "---:|" for column in self.columns))
        for row in self.rows:
            cells = [shown(row.values.get(column.key), column.kind).replace("|", "\\|") for column in self.columns]
            lines.append(f"| {row.name} | " + " | ".join(cells) + " |")
        return "\n".join([*lines, "", self.note] if self.note else lines)


def shown(value: Value, kind: Kind) -> str:
    """Return a figure as people read it; an interval in brackets; nothing for what is undefined."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, Interval):
        if math.isnan(value.value):
            return ""
        between = "" if math.isnan(value.low) else f" ({_number(value.low, kind)} to {_number(value.high, kind)})"
        return _number(value.value, kind) + between
    return _number(value, kind)


def _number(value: float, kind: Kind) -> str:
    match kind:
        case "share":
            return f"{100 * value:.1f}"
        case "points":
            return f"{100 * value:+.1f}"
        case "count":
            return f"{value:,.0f}"
        case "ratio":
            return f"{value:.2f}×" if value < 10 else f"{value:,.0f}×"
        case _:
            return f"{value:.3g}" if abs(value) < 100 else f"{value:,.0f}"


def _stored(value: Value) -> Any:
    if isinstance(value, Interval):
        return [None if math.isnan(part) else part for part in value]
    return None if isinstance(value, float) and math.isnan(value) else value


def _read(value: Any) -> Value:
    if isinstance(value, list):
        return Interval(*(math.nan if part is None else float(part) for part in value))
    if value is None or isinstance(value, str | int | float):
        return value
    raise RecordError(f"a stored table holds {value!r:.60}, which is no figure")


def columns(*items: tuple[str, str, Kind]) -> tuple[Column, ...]:
    """Return columns from keys, headings and kinds."""
    return tuple(Column(*item) for item in items)


def with_ratios(rows: Sequence[Row], key: str, ratio: str) -> tuple[Row, ...]:
    """Return rows with the ratio of a figure of the first row to their own: how many times the first is theirs."""
    first = rows[0].values.get(key)
    found = []
    for row in rows:
        own = row.values.get(key)
        known = isinstance(first, int | float) and isinstance(own, int | float) and own > 0
        found.append(Row(row.name, {**row.values, ratio: first / own if known else None}))  # type: ignore[operator]
    return tuple(found)
