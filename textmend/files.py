"""Files as texts, to be written back byte for byte, and files that are written whole or not at all."""

from __future__ import annotations

import codecs
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from textmend.compressed import packed, unpacked
from textmend.errors import FileError

STDIN = Path("-")

TEXT_SUFFIXES = (".txt", ".text", ".md")
"""Patterns of the names of text files: in folders, files with such names are read."""

_MARKED = {  # in these a byte order mark gives the byte order; it is kept
    "utf-8": ((codecs.BOM_UTF8, "utf-8"),),
    "utf-16": ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")),
    "utf-32": ((codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be")),
}
_EXACT = {"utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "ascii", "iso8859-1", "cp1252"}
_MARKED["utf-8-sig"] = _MARKED["utf-8"]
_UNMARKED = {"utf-8-sig": "utf-8", "utf-16": f"utf-16-{sys.byteorder[0]}e", "utf-32": f"utf-32-{sys.byteorder[0]}e"}


@dataclass(frozen=True, slots=True)
class Document:
    """A text and how it was stored.

    Attributes:
        path: its file; ``-`` for standard input.
        text: the text, without a byte order mark; offsets count from here.
        encoding: the encoding of what follows the mark.
        mark: the byte order mark, often empty.
        data: what follows the mark, as it was read.
    """

    path: Path
    text: str
    encoding: str
    mark: bytes = b""
    data: bytes = b""

    @property
    def name(self) -> str:
        """The document's name for people."""
        return "standard input" if self.path == STDIN else str(self.path)

    def is_exact(self) -> bool:
        """Whether writing the text back gives the bytes it was read from; a few old encodings fail here."""
        if self.encoding in _EXACT:
            return True
        try:
            return self.text.encode(self.encoding, "replace") == self.data
        except UnicodeError:  # punycode and its like know no "replace"
            return False

    def encode(self, text: str) -> bytes:
        """Return ``text`` encoded as this document is stored.

        Raises:
            FileError: the encoding can't hold it, or would change bytes that belong to unchanged text.
        """
        if not self.is_exact():
            raise FileError(
                f"{self.name}: holds bytes that {self.encoding} reads but would write differently: "
                "convert the file to UTF-8 first"
            )
        try:
            return self.mark + text.encode(self.encoding)
        except UnicodeError as error:
            what = repr(text[error.start]) if isinstance(error, UnicodeEncodeError) else "this text"
            raise FileError(
                f"{self.name}: {what} can't be written in {self.encoding}: convert the file to UTF-8 first, "
                "or choose another --placeholder if it comes from there"
            ) from error


def is_special(path: Path) -> bool:
    """Whether a path leads to a pipe, a device or a socket, which may never end.

    In a folder nothing of the kind is read. Who names one means it: ``<(command)`` is a pipe.
    """
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):  # a link that leads nowhere; whoever opens it says so
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def read_bytes(path: Path) -> bytes:
    """Return the bytes of a file, or of standard input.

    Raises:
        FileError: it can't be read.
    """
    if path == STDIN:
        return sys.stdin.buffer.read()
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise FileError(f"{path}: no such file") from error
    except IsADirectoryError as error:
        raise FileError(f"{path}: is a folder; name files, for example  {path / '*.txt'}") from error
    except OSError as error:
        if os.path.isdir(path):  # Windows says: permission denied
            raise FileError(f"{path}: is a folder; name files, for example  {path / '*.txt'}") from error
        raise FileError(f"{path}: can't be read: {error.strerror or error}") from error
    except ValueError as error:  # a zero byte in the name
        raise FileError(f"{path}: no file can have this name") from error


def read_document(path: Path, encoding: str | None = None) -> Document:
    """Return the document in a file, or in standard input. A compressed file is recognised by its name.

    Args:
        path: where it is.
        encoding: as for :func:`decode`.

    Raises:
        FileError: it can't be read or decompressed, isn't in that encoding, or is binary.
        MissingExtraError: it is compressed with Zstandard, and the package for that is missing.
    """
    return decode(path, unpacked(read_bytes(path), str(path)), encoding)


def decode(path: Path, data: bytes, encoding: str | None) -> Document:
    """Return the document that ``data`` holds.

    Args:
        path: where it comes from.
        data: its bytes.
        encoding: its encoding; ``None``: UTF-8, and bytes that look binary are refused.

    Raises:
        FileError: it isn't in that encoding, is binary, or the encoding does not exist.
    """
    name = "standard input" if path == STDIN else str(path)
    codec = _codec(encoding or "utf-8", name)
    mark = b""
    for candidate, marked in _MARKED.get(codec, ()):
        if data.startswith(candidate):
            codec, mark = marked, candidate
            break
    codec = _UNMARKED.get(codec, codec)
    try:
        body = data[len(mark) :]
        text = body.decode(codec)
    except UnicodeDecodeError as error:
        offset = len(mark) + error.start
        raise FileError(
            f"{name}: not {(encoding or 'UTF-8')} at byte {offset} (0x{data[offset]:02x}){_advice(data, encoding)}"
        ) from error
    except UnicodeError as error:
        raise FileError(f"{name}: not {encoding}: {error}; name its encoding with --encoding") from error
    if encoding is None and "\0" in text:
        raise FileError(f"{name}: looks binary (a zero byte at {data.index(0)}); if it is text, name its --encoding")
    return Document(path, text, codec, mark, b"" if codec in _EXACT else body)


def _codec(encoding: str, name: str) -> str:
    try:
        found = codecs.lookup(encoding)
    except (LookupError, ValueError):
        found = None
    if found is None or not found._is_text_encoding:
        raise FileError(f"{name}: there is no encoding {encoding!r}; Python's documentation lists them")
    return found.name


def write_text(path: Path, data: bytes) -> None:
    """Write the bytes of a text as :func:`write_file` does, compressed if the file's name says so.

    Raises:
        FileError: it can't be written; what stood there is untouched.
        MissingExtraError: it should be Zstandard, and the package for that is missing.
    """
    write_file(path, packed(data, path.name))


def write_file(path: Path, data: bytes) -> None:
    """Write a file under a temporary name, then rename it. Missing folders are created.

    A link is followed; a device is written to directly.

    Raises:
        FileError: it can't be written; what stood there is untouched.
    """
    with whole_file(path) as stream:
        stream.write(data)


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Open a file for writing; it gets its name when the block ends without an error. See :func:`write_file`.

    Raises:
        FileError: it can't be written; what stood there is untouched.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            with target.open("wb") as stream:
                yield stream
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            if target.exists():
                shutil.copymode(target, temporary)
            else:
                os.chmod(temporary, 0o666 & ~_umask())
            os.replace(temporary, target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except FileError:
        raise
    except OSError as error:
        raise FileError(f"{path}: can't be written: {error.strerror or error}") from error


def back_up(path: Path, suffix: str) -> None:
    """Copy a file beside itself.

    Raises:
        FileError: such a copy exists already, or can't be written.
    """
    copy = path.with_name(path.name + suffix)
    if os.path.lexists(copy):
        raise FileError(f"{path}: the backup {copy} exists already: move it away, or choose another --backup")
    try:
        shutil.copy2(path, copy)
    except OSError as error:
        raise FileError(f"{copy}: the backup can't be written: {error.strerror or error}") from error


def _advice(data: bytes, encoding: str | None) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "; it looks like UTF-16: try  --encoding utf-16"
    if encoding is None and 0 in data[:8192]:
        return "; it looks binary; if it is text, name its --encoding"
    if encoding is None:
        return "; name its encoding, for example  --encoding cp1252"
    return "; try another --encoding"


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask
