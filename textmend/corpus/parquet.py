"""Parquet: one document a row. The schema and all other columns stay; the annotations are one more, as JSON.

A worker gets, and gives back, Arrow record batches. Those wait in a work file, since a Parquet file can't be
continued, and are written as Parquet at the end. Needs the extra ``textmend[corpus]`` (PyArrow).
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

from textmend.corpus.annotations import annotations_of, counts_of, text_of
from textmend.corpus.columns import place_of, scalar_at, type_at, with_texts
from textmend.corpus.entries import Entry, Place, Position, RawDocument, Reject, StoredArticle, Unfit
from textmend.corpus.inputs import Input
from textmend.corpus.options import COUNTS, Options
from textmend.corpus.plaintext import json_line
from textmend.corpus.rejects import KEPT
from textmend.corpus.scalars import json_value, plain
from textmend.edits.mended import Mended
from textmend.errors import FileError
from textmend.extras import needs

_ROWS = 16
_GROUP_BYTES = 128_000_000
_LENGTH = 8


class ParquetRow(NamedTuple):
    """A row of a record batch; ``bad`` names a column of it that is not UTF-8."""

    batch: Any
    number: int
    bad: str | None = None


class Parquet:
    """Parquet as a :class:`~textmend.corpus.formats.Format`. A document is a row."""

    def read(self, inputs: Sequence[Input], options: Options, start: Position) -> Iterator[tuple[Entry, int]]:
        """Yield the rows; a row group that can't be read is rejected."""
        for number in range(start.source, len(inputs)):
            yield from _read(inputs[number], number, options, start.record)
            start = Position(source=number + 1)

    def pack(self, raws: Sequence[Any]) -> Any:
        """Return the rows as an Arrow stream."""
        pa = arrow()
        rows = pa.Table.from_batches([row.batch.slice(row.number, 1) for row in raws])
        return _stream(rows.unify_dictionaries().combine_chunks())

    def unpack(self, packed: Any) -> list[Any]:
        """Return the rows of an Arrow stream."""
        (batch,) = arrow().ipc.open_stream(packed)
        whole = _is_valid(batch)
        return [
            ParquetRow(batch, number, None if whole else _not_utf8(batch, number)) for number in range(batch.num_rows)
        ]

    def article(self, raw: Any, options: Options) -> StoredArticle:
        """Return what is in a row. One that is not UTF-8 is unfit, whatever column that is, as a line of JSON is."""
        names = options.fields
        id = _name(raw, names.id)
        if raw.bad is not None:
            raise Unfit("not_utf8", f"the column {raw.bad!r} is not UTF-8", id)
        return StoredArticle(
            text=_string(raw, names.text, id, needed=True) or "",
            id=id,
            title=_string(raw, names.title, id),
            html=_page(raw, names.html),
            source=_name(raw, names.source),
        )

    def render(self, index: int, raw: Any, mended: Mended, options: Options) -> Any:
        """Return the row, its text, and the values of the columns that are added."""
        annotations = annotations_of(mended, options)
        added = {options.annotations: json.dumps(annotations) if annotations else None} if options.annotations else {}
        return raw, text_of(mended, options), added | counts_of(mended, options)

    def join(self, rendered: Sequence[Any], options: Options) -> Any:
        """Return the rows as an Arrow stream, with their length before them."""
        if not rendered:
            return b""
        pa = arrow()
        batch = rendered[0][0].batch
        kept = pa.Table.from_batches([batch]).take([row.number for row, _, _ in rendered])
        place = place_of(batch.schema, options.fields.text)
        assert place is not None
        kept = with_texts(kept, place, [text for _, text, _ in rendered])
        for field in _added(options):
            kept = kept.append_column(field, pa.array([added[field.name] for _, _, added in rendered], field.type))
        stream = _stream(kept.combine_chunks())
        return len(stream).to_bytes(_LENGTH, "little") + stream

    def rejected(self, raw: Any) -> bytes | None:
        """Return a row as JSON; what JSON can't hold, as Python shows it; bytes that are not UTF-8 as surrogates.

        Nothing of a huge row: it is still in its file.
        """
        batch = raw.batch
        if batch.slice(raw.number, 1).nbytes > KEPT:
            return None
        row = {name: plain(batch.column(at)[raw.number]) for at, name in enumerate(batch.schema.names)}
        return json.dumps(row, default=repr).encode()


class ParquetAsJson(Parquet):
    """Rows, written as JSON Lines: dates as ISO 8601, bytes as Base64, what is no number as ``null``."""

    def render(self, index: int, raw: Any, mended: Mended, options: Options) -> Any:
        """Return the line to be written."""
        batch, place = raw.batch, place_of(raw.batch.schema, options.fields.text)
        assert place is not None
        record = {name: json_value(plain(batch.column(at)[raw.number])) for at, name in enumerate(batch.schema.names)}
        inner, field = record, batch.schema.field(place[0])
        for step in place[1:]:
            inner, field = inner[field.name], field.type.field(step)
        inner[field.name] = text_of(mended, options)
        if options.annotations and (annotations := annotations_of(mended, options)):
            record[options.annotations] = annotations
        return json_line(record | counts_of(mended, options))

    def join(self, rendered: Sequence[Any], options: Options) -> Any:
        """Return the lines in one."""
        return b"".join(rendered)


@dataclass(frozen=True, slots=True)
class ParquetLayout:
    """What a Parquet file is to look like.

    Attributes:
        schema: its schema.
        compression: how its columns are compressed.
        group: rows of a row group, at most.
    """

    schema: Any
    compression: str
    group: int


def layout(inputs: Sequence[Input], options: Options) -> ParquetLayout:
    """Return what the output of these inputs looks like.

    Raises:
        FileError: an input is no Parquet file, lacks a column or has another schema than the first.
        MissingExtraError: PyArrow is not installed.
    """
    first: ParquetLayout | None = None
    for source in inputs:
        file = _open(source.path)
        schema, metadata = file.schema_arrow, file.metadata
        _check(schema, source.path, options)
        _check_types(schema, source.path)
        if first is None:
            groups = metadata.num_row_groups
            compression = metadata.row_group(0).column(0).compression if groups else "SNAPPY"
            rows = max((metadata.row_group(group).num_rows for group in range(groups)), default=1)
            out = arrow().schema([*schema, *_added(options)], schema.metadata)
            first = ParquetLayout(out, "NONE" if compression == "UNCOMPRESSED" else compression, max(1, rows))
            one = schema
        elif not schema.equals(one):
            raise FileError(f"{source.path}: its columns are not those of {inputs[0].path}: clean them into a folder")
    if first is None:
        raise FileError("there is no Parquet file among the inputs")
    return first


def check(inputs: Sequence[Input], options: Options) -> None:
    """See that files have the columns that are read, and none that is added.

    Raises:
        FileError: one hasn't, is no Parquet file, or has two columns of one name.
        MissingExtraError: PyArrow is not installed.
    """
    for source in inputs:
        schema = _open(source.path).schema_arrow
        _check(schema, source.path, options)
        twice = [name for name, number in Counter(schema.names).items() if number > 1]
        if twice:
            raise FileError(f"{source.path}: has two columns {twice[0]!r}, which JSON can't tell apart: write Parquet")


def seal(documents: Path, target: IO[bytes], look: ParquetLayout) -> None:
    """Write the record batches of a work file as a Parquet file."""
    import pyarrow.parquet as pq

    pa = arrow()
    compression: Any = look.compression.lower()
    with pq.ParquetWriter(target, look.schema, compression=compression) as writer:
        waiting: list[Any] = []
        rows = size = 0
        for table in _tables(documents):
            waiting.append(table)
            rows, size = rows + table.num_rows, size + table.nbytes
            if rows >= look.group or size >= _GROUP_BYTES:
                whole = pa.concat_tables(waiting).unify_dictionaries()
                end = rows // look.group * look.group or rows
                writer.write_table(whole.slice(0, end), row_group_size=look.group)
                waiting = [whole.slice(end)] if end < rows else []
                rows, size = rows - end, size * (rows - end) // rows
        if waiting:
            writer.write_table(pa.concat_tables(waiting).unify_dictionaries(), row_group_size=look.group)


def arrow() -> Any:
    """Return PyArrow. Raises :class:`MissingExtraError` where it isn't installed."""
    with needs("reading and writing Parquet", "corpus"):
        import pyarrow as pa
        import pyarrow.ipc
    return pa


def _read(source: Input, number: int, options: Options, skip: int) -> Iterator[tuple[Entry, int]]:
    name = str(source.path)
    try:
        file = _open(source.path)
    except FileError as error:
        yield Reject("unreadable", str(error), Place(name, 0), after=Position(source=number + 1)), source.size
        return
    total = max(1, file.metadata.num_rows)
    record = 0
    for group in range(file.num_row_groups):
        end = record + file.metadata.row_group(group).num_rows
        if end <= skip:
            record = end
            continue
        try:
            for batch in file.iter_batches(batch_size=_ROWS, row_groups=[group]):
                for row in range(batch.num_rows):
                    record += 1
                    if record > skip:
                        entry = _entry(ParquetRow(batch, row), Place(name, record), number, options)
                        yield entry, source.size * record // total
        except (OSError, UnicodeError, arrow().ArrowException) as error:
            reason = f"{name}: rows {record + 1:,} to {end:,} can't be read: {error}"
            yield Reject("unreadable", reason, Place(name, record + 1), after=Position(number, end)), source.size
        record = end


def _entry(row: ParquetRow, place: Place, number: int, options: Options) -> Entry:
    after = Position(source=number, record=place.record)
    fields = options.fields
    size = _size(row, fields.text) + _size(row, fields.html) + _size(row, fields.title)
    if size > options.longest:
        reason = f"the text and what is read with it have {size:,} bytes, more than {options.longest:,} (--longest)"
        return Reject("too_long", reason, place, Parquet().rejected(row), after=after)
    return RawDocument(row, size, place, after)


def _size(row: ParquetRow, name: str | None) -> int:
    if name is None:
        return 0
    value = _scalar(row, name)
    return 0 if value is None or not value.is_valid else value.as_buffer().size


def _open(path: Path) -> Any:
    pa = arrow()
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(path, pre_buffer=False)
    except (OSError, UnicodeError, pa.ArrowException) as error:  # names that are not UTF-8, too
        raise FileError(f"{path}: is no Parquet file that can be read: {error}") from error


def _check(schema: Any, path: Path, options: Options) -> None:
    types = arrow().types
    there = ", ".join(schema.names)
    names = options.fields
    for name in (names.text, names.title, names.html):
        if name is None:
            continue
        place = place_of(schema, name)
        if place is None:
            raise FileError(f"{path}: has no column {name!r} to read; its columns: {there:.500}")
        kind = type_at(schema, place)
        page = name == names.html and (types.is_binary(kind) or types.is_large_binary(kind))
        if not (page or types.is_string(kind) or types.is_large_string(kind)):
            raise FileError(f"{path}: the column {name!r} should hold strings, not {kind}")
    if names.source is not None and place_of(schema, names.source) is None:
        raise FileError(f"{path}: has no column {names.source!r} to read; its columns: {there:.500}")
    for added in options.added_fields():
        if added in schema.names:
            raise FileError(f"{path}: has a column {added!r} already: choose another with --annotations")


def _check_types(schema: Any, path: Path) -> None:
    """See that Arrow can take single rows of all columns. Raises :class:`FileError` where it can't."""
    pa = arrow()
    for field in schema:
        try:
            pa.nulls(1, field.type).take(pa.array([0]))
        except pa.ArrowNotImplementedError as error:
            raise FileError(
                f"{path}: the column {field.name!r} holds {field.type}, of which no row can be taken"
            ) from error


def _not_utf8(batch: Any, number: int) -> str | None:
    """Return the name of a column that is not UTF-8 in this row; Arrow checks the whole of nested columns, so a copy."""
    row = batch.take([number])
    return next((str(name) for name in row.schema.names if not _is_valid(row.column(name))), None)


def _is_valid(part: Any) -> bool:
    try:
        part.validate(full=True)
    except (UnicodeError, arrow().ArrowException):
        return False
    return True


def _scalar(row: ParquetRow, name: str | None) -> Any:
    place = place_of(row.batch.schema, name) if name is not None else None
    return scalar_at(row.batch, place, row.number) if place is not None else None


def _added(options: Options) -> list[Any]:
    """Return the columns that are added."""
    pa = arrow()
    own = [pa.field(options.annotations, pa.string())] if options.annotations else []
    kinds = {name: pa.float64() if name == "rate" else pa.int64() for name in COUNTS}
    return own + [pa.field(options.count_field(name), kind) for name, kind in kinds.items() if options.counts]


def _name(row: ParquetRow, name: str | None) -> str | None:
    """Return the value of a column that names something, of whatever type."""
    scalar = _scalar(row, name)
    value = None if scalar is None else plain(scalar)
    return None if value is None else str(value)


def _string(row: ParquetRow, name: str | None, id: str | None, *, needed: bool = False) -> str | None:
    value = _page(row, name)
    if value is None and needed:
        raise Unfit("not_a_string", f"the column {name!r} should hold a string, not null", id)
    return None if value is None else str(value)


def _page(row: ParquetRow, name: str | None) -> str | bytes | None:
    """Return what a column of text, or of pages as bytes, holds."""
    scalar = _scalar(row, name)
    value: str | bytes | None = None if scalar is None else scalar.as_py()
    return value


def _stream(table: Any) -> bytes:
    pa = arrow()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def _tables(documents: Path) -> Iterator[Any]:
    pa = arrow()
    with documents.open("rb") as file:
        while head := file.read(_LENGTH):
            yield pa.ipc.open_stream(file.read(int.from_bytes(head, "little"))).read_all()
