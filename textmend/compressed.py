"""Compressed files, recognised by name, read and written as a whole. ``corpus.unpacking`` reads corpora in pieces."""

from __future__ import annotations

import bz2
import gzip
import zlib
from pathlib import PurePath
from typing import Any

from textmend.errors import FileError
from textmend.extras import needs

SUFFIXES = (".gz", ".bz2", ".zst")


def compression_of(name: str) -> str | None:
    """Return the suffix of a compressed file; ``None`` where the name has no such suffix."""
    suffix = PurePath(name.lower()).suffix
    return suffix if suffix in SUFFIXES else None


def name_inside(name: str) -> str:
    """Return the name that a file would have if it were not compressed: ``a.txt`` for ``a.txt.gz``."""
    compression = compression_of(name)
    return name[: -len(compression)] if compression else name


def unpacked(data: bytes, name: str) -> bytes:
    """Return the decompressed contents of a file of this name.

    Raises:
        FileError: it has another format than its name says, or is broken.
        MissingExtraError: it is Zstandard, and the package for that is missing.
    """
    compression = compression_of(name)
    try:
        if compression == ".gz":
            return gzip.decompress(data)
        if compression == ".bz2":
            return bz2.decompress(data)
        if compression == ".zst":
            return _from_zstandard(data)
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise FileError(f"{name}: can't be decompressed: {error}") from error
    return data


def packed(data: bytes, name: str) -> bytes:
    """Return data compressed for a file of this name. The same data give the same bytes.

    Raises:
        MissingExtraError: it is Zstandard, and the package for that is missing.
    """
    compression = compression_of(name)
    if compression == ".gz":
        return gzip.compress(data, mtime=0)
    if compression == ".bz2":
        return bz2.compress(data)
    if compression == ".zst":
        made: bytes = zstandard().compress(data)
        return made
    return data


def zstandard() -> Any:
    """Return the module for Zstandard. Raises :class:`MissingExtraError` where there is none."""
    try:
        from compression import zstd  # type: ignore[import-not-found,unused-ignore] # Python 3.14
    except ImportError:
        with needs("reading and writing Zstandard (.zst)", "corpus"):
            from backports import zstd
    return zstd


def _from_zstandard(data: bytes) -> bytes:
    zstd = zstandard()
    try:
        found: bytes = zstd.decompress(data)
    except zstd.ZstdError as error:
        raise OSError(str(error)) from error
    return found
