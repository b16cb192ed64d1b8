"""Text files, plain or compressed, and folders of them: one document a file. Written to a folder, or as JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any, NamedTuple

from textmend.compressed import packed
from textmend.corpus.annotations import annotations_of, counts_of, text_of
from textmend.corpus.entries import Entry, Place, Position, RawDocument, Reject, StoredArticle, Unfit
from textmend.corpus.inputs import Input, format_of, within
from textmend.corpus.options import Options
from textmend.corpus.streams import Source
from textmend.edits.mended import Mended
from textmend.errors import FileError
from textmend.files import decode


class TextFile(NamedTuple):
    """A text file: where it is, what it is called in the output, what it holds, decompressed."""

    path: str
    name: str
    data: bytes


class Written(NamedTuple):
    """A file to be written: its document's number in the batch, its name in the output folder, its bytes."""

    document: int
    name: str
    data: bytes


class TextFiles:
    """Text files as a :class:`~textmend.corpus.formats.Format`, written as such."""

    def read(self, inputs: Sequence[Input], options: Options, start: Position) -> Iterator[tuple[Entry, int]]:
        """Yield the files; those that can't be read are rejected."""
        for number in range(start.source, len(inputs)):
            consumed = 0
            for record, (path, name) in enumerate(files(inputs[number]), 1):
                consumed += size_of(path)
                if number > start.source or record > start.record:
                    yield _entry(path, name, options.longest, Position(source=number, record=record)), consumed

    def pack(self, raws: Sequence[Any]) -> Any:
        """Return the files."""
        return list(raws)

    def unpack(self, packed: Any) -> list[Any]:
        """Return the files."""
        return list(packed)

    def article(self, raw: Any, options: Options) -> StoredArticle:
        """Return the text of a file."""
        try:
            document = decode(Path(raw.path), raw.data, options.encoding)
        except FileError as error:
            raise Unfit("not_utf8", str(error), raw.name) from None
        if not document.is_exact():
            raise Unfit("not_utf8", f"bytes that {document.encoding} reads but would write differently", raw.name)
        return StoredArticle(text=document.text, id=raw.name)

    def render(self, index: int, raw: Any, mended: Mended, options: Options) -> Any:
        """Return the files to be written; the annotations go to a file beside the text."""
        try:
            data = decode(Path(raw.path), raw.data, options.encoding).encode(text_of(mended, options))
        except FileError as error:
            raise Unfit("unwritable", str(error), raw.name) from None
        written = [Written(index, raw.name, packed(data, raw.name))]
        if annotations := annotations_of(mended, options):
            beside = f"{raw.name}.{options.annotations}.json"
            written.append(Written(index, beside, json.dumps(annotations).encode() + b"\n"))
        return written

    def join(self, rendered: Sequence[Any], options: Options) -> Any:
        """Return the files in one list."""
        return [file for files in rendered for file in files]

    def rejected(self, raw: Any) -> bytes | None:
        """Return nothing: the file is still there."""
        return None


class TextAsJson(TextFiles):
    """Text files, written as JSON Lines: the id is the file's name."""

    def render(self, index: int, raw: Any, mended: Mended, options: Options) -> Any:
        """Return the line to be written."""
        record: dict[str, Any] = {options.fields.id or "id": raw.name, options.fields.text: text_of(mended, options)}
        if annotations := annotations_of(mended, options):
            record[options.annotations or ""] = annotations
        return json_line(record | counts_of(mended, options))

    def join(self, rendered: Sequence[Any], options: Options) -> Any:
        """Return the lines in one."""
        return b"".join(rendered)


def files(source: Input) -> Iterator[tuple[Path, str]]:
    """Yield the text files of an input, in an order that depends on their names alone, with their output's names.

    Of a folder, these are the files of a text suffix in it and in its folders (``inputs.within``).
    """
    if not source.folder:
        yield source.path, str(source.name)
        return
    for path in within(source.path):
        if format_of(path.name) == "text":
            yield path, str(source.name / PurePosixPath(path.relative_to(source.path).as_posix()))


def _entry(path: Path, name: str, longest: int, after: Position) -> Entry:
    place = Place(str(path), 1)
    try:
        data = _content(path, longest)
    except FileError as error:
        return Reject("unreadable", str(error), place, id=name, after=after)
    if len(data) > longest:
        reason = f"the text has more than {longest:,} bytes (--longest)"
        return Reject("too_long", reason, place, id=name, after=after)
    return RawDocument(TextFile(str(path), name, data), len(data), place, after)


def _content(path: Path, longest: int) -> bytes:
    """Return what a file holds, decompressed; of what is longer than ``longest``, no more than shows that.

    Raises:
        FileError: it can't be read, or what was compressed is broken or cut off.
    """
    source = Source(path)
    try:
        found = bytearray()
        while len(found) <= longest and (chunk := source.chunk()):
            found += chunk
        return bytes(found)
    finally:
        source.close()


def json_line(record: dict[str, Any]) -> bytes:
    """Return a record as a line of JSON."""
    try:
        return json.dumps(record, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:  # a lone surrogate, of a file's name or an escaped text
        return json.dumps(record).encode() + b"\n"


def size_of(path: Path) -> int:
    """Return how many bytes a file has; 0 where it can't be told."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
