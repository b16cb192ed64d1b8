"""Compressed bytes, decompressed in bounded pieces; of a broken file, all that stands before the break.

The libraries give nothing of a piece in which they meet an error. So a broken file is read again from its start, and
that piece byte by byte.
"""

from __future__ import annotations

import bz2
import zlib
from typing import IO, Protocol

from textmend.compressed import zstandard

_PIECE = 1 << 14


class _Stream(Protocol):
    """A decompressor of one compressed stream; a file may hold several, one after the other."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Gzip:
    """zlib's decompressor with the face of the others."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)

    @property
    def eof(self) -> bool:
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


class Unpacked:
    """The bytes of a compressed file.

    Args:
        file: the file, at its start.
        compression: ``"gz"``, ``"bz2"`` or ``"zst"``.
    """

    def __init__(self, file: IO[bytes], compression: str) -> None:
        self._file, self._compression = file, compression
        self._given = 0  # bytes
        self._last = 0  # where the last piece began
        self._slow_from: int | None = None
        self._error: Exception | None = None
        self._stream: _Stream
        self._waiting: bytes
        self._fresh: bool
        self._begin()

    def read1(self, most: int) -> bytes:
        """Return the next bytes, at most ``most``; none at the end.

        Raises:
            EOFError: the file is cut off here.
            OSError: it is broken here. ``zlib.error`` and ``ZstdError`` mean the same.
        """
        if self._error is None:
            try:
                return self._next(most)
            except Exception as error:
                self._error = error
                self._go_back()
        try:
            return self._next(most)
        except Exception:
            raise self._error from None

    def _next(self, most: int) -> bytes:
        while True:
            if self._stream.eof and not self._follow():
                return b""
            needed = self._stream.needs_input
            data = (self._waiting or self._take()) if needed else b""
            self._waiting = b""
            if needed and not data and self._fresh:
                return b""
            self._fresh = False
            found = self._stream.decompress(data, most)
            self._given += len(found)
            if found:
                return found
            if needed and not data:
                raise EOFError("the file ends in the middle of what was compressed")

    def _take(self) -> bytes:
        """Return the next piece of the file."""
        self._last = self._file.tell()
        if self._slow_from is None:
            return self._file.read(_PIECE)
        return self._file.read(max(1, min(_PIECE, self._slow_from - self._last)))

    def _follow(self) -> bool:
        """Begin with the next stream of the file, if there is one; zeros may fill up a file."""
        rest = self._stream.unused_data
        while not (rest := rest.lstrip(b"\0")):
            rest = self._take()
            if not rest:
                return False
        self._stream, self._waiting = _decompressor(self._compression), rest
        return True

    def _begin(self) -> None:
        self._stream = _decompressor(self._compression)
        self._waiting = b""
        self._fresh = True

    def _go_back(self) -> None:
        """Read again what was given, and go on byte by byte."""
        given, self._given = self._given, 0
        self._slow_from = self._last
        self._file.seek(0)
        self._begin()
        while self._given < given:
            self._next(min(given - self._given, 1 << 20))


def _decompressor(compression: str) -> _Stream:
    if compression == "gz":
        return _Gzip()
    if compression == "bz2":
        return bz2.BZ2Decompressor()
    made: _Stream = zstandard().ZstdDecompressor()
    return made
