"""Reading a file or standard input, decompressed, in chunks of bounded size; and writing compressed files."""

from __future__ import annotations

import bz2
import gzip
import os
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, cast

from textmend.compressed import zstandard
from textmend.corpus.unpacking import Unpacked
from textmend.errors import FileError
from textmend.files import STDIN

CHUNK = 1 << 20
SUFFIXES = {".gz": "gz", ".zst": "zst", ".bz2": "bz2"}
"""The suffixes of compressed files, and what they say."""


class Source:
    """A file or standard input, read once, from the start.

    Args:
        path: the file; ``-``: standard input.
        skip: start so many bytes, uncompressed, after the beginning.

    Raises:
        FileError: it can't be opened.
        MissingExtraError: it is compressed with Zstandard, and no library for that is installed.
    """

    def __init__(self, path: Path, skip: int = 0) -> None:
        self._path, self._skip = path, skip
        self._file: IO[bytes] = sys.stdin.buffer if path == STDIN else _open(path)
        compression = compression_of(path)
        self._read: Callable[[int], bytes] = (
            Unpacked(self._file, compression).read1 if compression else cast(Any, self._file).read1
        )
        if skip and not compression and path != STDIN and self._file.seekable():
            if self._file.seek(0, os.SEEK_END) < skip:
                self._file.close()
                raise FileError(f"{path}: is shorter than it was")
            self._file.seek(skip)
            self._skip = 0
        self._passed = b""

    def skipped(self) -> Iterator[bytes]:
        """Yield what is skipped, where it had to be read."""
        while self._skip:
            chunk = self.chunk()
            if not chunk:
                raise FileError(f"{self._path}: is shorter than it was")
            self._passed, chunk = chunk[self._skip :], chunk[: self._skip]
            self._skip -= len(chunk)
            yield chunk

    def chunk(self) -> bytes:
        """Return the next bytes, at most ``CHUNK``; none at the end.

        Raises:
            FileError: it can't be read, or the compressed stream is broken or cut off.
        """
        if self._passed:
            passed, self._passed = self._passed, b""
            return passed
        try:
            return self._read(CHUNK)
        except Exception as error:  # OSError, EOFError, zlib.error, ZstdError
            if not isinstance(error, OSError | EOFError | zlib.error) and type(error).__name__ != "ZstdError":
                raise
            raise FileError(f"{self._path}: {_said(error)}") from error

    def consumed(self) -> int:
        """Return how many bytes of the file have been read, as they are stored."""
        try:
            return self._file.tell()
        except OSError:  # a pipe
            return 0

    def close(self) -> None:
        """Close the file; standard input stays open."""
        if self._path != STDIN:
            self._file.close()


def compression_of(path: Path) -> str | None:
    """Return how a file is compressed, by its suffix: ``"gz"``, ``"zst"``, ``"bz2"`` or not."""
    return SUFFIXES.get(path.suffix.lower())


@contextmanager
def compressed(target: IO[bytes], compression: str | None) -> Iterator[IO[bytes]]:
    """Give a file to write to whose bytes reach ``target`` compressed; the same bytes whenever that is done."""
    if compression is None:
        yield target
        return
    writer: IO[bytes]
    if compression == "gz":
        writer = cast("IO[bytes]", gzip.GzipFile(filename="", mode="wb", fileobj=target, compresslevel=6, mtime=0))
    elif compression == "bz2":
        writer = cast("IO[bytes]", bz2.BZ2File(target, "wb"))
    else:
        writer = zstandard().ZstdFile(target, "wb")
    with writer:
        yield writer


def check(path: Path) -> None:
    """See that a file can be decompressed here. Raises :class:`MissingExtraError` where it can't."""
    if compression_of(path) == "zst":
        zstandard()


def _open(path: Path) -> IO[bytes]:
    try:
        return path.open("rb", buffering=0 if compression_of(path) else -1)
    except OSError as error:
        raise FileError(f"{path}: can't be read: {error.strerror or error}") from error


def _said(error: Exception) -> str:
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    if "incorrect data check" in said:
        return f"its checksum is wrong, so any line of it may be ({said})"
    return said
