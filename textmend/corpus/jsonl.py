"""JSON Lines: one object a line. Only the text's value changes; every other byte of a line stays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from textmend.corpus.annotations import annotations_of, counts_of, text_of
from textmend.corpus.entries import Entry, Place, Position, RawDocument, Reject, StoredArticle, Unfit
from textmend.corpus.inputs import Input
from textmend.corpus.json_object import JsonObject, Number
from textmend.corpus.lines import Line, lines
from textmend.corpus.options import Options
from textmend.corpus.rejects import KEPT
from textmend.corpus.streams import Source
from textmend.edits.mended import Mended
from textmend.errors import FileError, RecordError
from textmend.files import STDIN

_BOM = b"\xef\xbb\xbf"
_MOST_NAMES = 12


class JsonLines:
    """JSON Lines as a :class:`~textmend.corpus.formats.Format`. A document is a line, without its line feed."""

    def read(self, inputs: Sequence[Input], options: Options, start: Position) -> Iterator[tuple[Entry, int]]:
        """Yield the lines; empty ones are passed over."""
        for number in range(start.source, len(inputs)):
            yield from _read(inputs[number], number, options.longest, start)
            start = Position(source=number + 1)

    def pack(self, raws: Sequence[Any]) -> Any:
        """Return the lines."""
        return list(raws)

    def unpack(self, packed: Any) -> list[Any]:
        """Return the lines."""
        return list(packed)

    def article(self, raw: Any, options: Options) -> StoredArticle:
        """Return what is in a line."""
        record = _object(raw)
        names = options.fields
        id = _name(record, names.id)
        for added in options.added_fields():
            if added in record.fields:
                raise Unfit("field_taken", f"it has a field {added!r} already: choose --annotations", id)
        if record.find(names.text) is None:
            there = ", ".join(list(record.fields)[:_MOST_NAMES]) or "none"
            raise Unfit("no_text", f"it has no field {names.text!r}; its fields: {there:.200}", id)
        return StoredArticle(
            text=_string(record, names.text, id, needed=True) or "",
            id=id,
            title=_string(record, names.title, id),
            html=_string(record, names.html, id),
            source=_name(record, names.source),
        )

    def render(self, index: int, raw: Any, mended: Mended, options: Options) -> Any:
        """Return the line to be written."""
        text, annotations = text_of(mended, options), annotations_of(mended, options)
        counts = counts_of(mended, options)
        if text == mended.original and annotations is None and not counts:
            return raw + b"\n"
        record = JsonObject(raw.decode())
        changed = {options.fields.text: record.encoded(text)} if text != mended.original else {}
        added = {options.annotations: record.encoded(annotations)} if options.annotations and annotations else {}
        added |= {name: record.encoded(value) for name, value in counts.items()}
        return record.with_fields(changed, added).encode() + b"\n"

    def join(self, rendered: Sequence[Any], options: Options) -> Any:
        """Return the lines in one."""
        return b"".join(rendered)

    def rejected(self, raw: Any) -> bytes | None:
        """Return the line."""
        return bytes(raw)


def _read(source: Input, number: int, longest: int, start: Position) -> Iterator[tuple[Entry, int]]:
    name = "standard input" if source.path == STDIN else str(source.path)
    digest = hashlib.blake2b(digest_size=16) if source.path == STDIN else None
    record = start.record
    try:
        stream = Source(source.path, start.offset)
        try:
            for chunk in stream.skipped():
                if digest:
                    digest.update(chunk)
            if digest and start.digest and digest.hexdigest() != start.digest:
                raise FileError("standard input: is not what it was when the run began: its beginning differs")
            for line in lines(stream, longest, start.offset, start.inside):
                if not line.inside:
                    record += 1
                if digest:
                    digest.update(line.data + b"\n" * (line.end - line.start - len(line.data)))
                after = Position(
                    source=number,
                    record=record if line.last else record - 1,
                    offset=line.end,
                    inside=0 if line.last else line.inside + len(line.data),
                    digest=digest.hexdigest() if digest else "",
                )
                if line.broken:
                    after = Position(source=number + 1)
                if line.inside >= KEPT and source.path != STDIN:
                    continue
                entry = _entry(line, Place(name, record, line.start - line.inside), after, longest)
                if isinstance(entry, Reject) and entry.more and source.path != STDIN:
                    entry = _last_kept(entry, line)
                if entry:
                    yield entry, stream.consumed()
        finally:
            stream.close()
    except FileError as error:
        if start.offset or source.path == STDIN:
            raise
        yield Reject("unreadable", str(error), Place(name, 0), after=Position(source=number + 1)), source.size


def _entry(line: Line, place: Place, after: Position, longest: int) -> Entry | None:
    if line.too_long:
        reason = f"the line has more than {longest:,} bytes (--longest)"
        return Reject("too_long", reason, place, line.data, more=not line.last, after=after)
    if line.broken:
        reason = f"{line.broken}; what follows here is lost"
        return Reject("unreadable", reason, place, line.data or None, after=after)
    data = line.data.removeprefix(_BOM) if not line.start else line.data
    if not data.strip():
        return None
    return RawDocument(data, len(data), place, after)


def _last_kept(reject: Reject, line: Line) -> Reject:
    """Return a piece of a line; the last one that is kept says so."""
    if line.inside + len(line.data) < KEPT:
        return reject
    return replace(reject, more=False, reason=f"{reject.reason}; these are its first {KEPT:,}, the rest is in the file")


def _object(raw: bytes) -> JsonObject:
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        byte = raw[error.start]
        raise Unfit("not_utf8", f"not UTF-8 at byte {error.start} of the line (0x{byte:02x})") from None
    try:
        return JsonObject(text)
    except RecordError as error:
        raise Unfit("not_json", str(error)) from None


def _string(record: JsonObject, name: str | None, id: str | None, *, needed: bool = False) -> str | None:
    found = record.find(name) if name is not None else None
    if found is None:
        return None
    value = found.value
    if value is None and not needed:
        return None
    if not isinstance(value, str) or isinstance(value, Number):
        raise Unfit("not_a_string", f"the field {name!r} should be a string, not {_kind(value)}", id)
    return value


def _name(record: JsonObject, name: str | None) -> str | None:
    """Return the value of a field that names something: a string or a number."""
    found = record.find(name) if name is not None else None
    return str(found.value) if found is not None and isinstance(found.value, str) else None


def _kind(value: Any) -> str:
    kinds = ((bool, "true or false"), (Number, "a number"), (list, "a list"), (dict, "an object"))
    return next((kind for type_, kind in kinds if isinstance(value, type_)), "null")
