"""What leaves the program: exact bytes, JSON lines, and files that are written whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import regex

from textmend.errors import FileError

# Legal in JSON, but not safe on a terminal or for readers that split at every kind of line end.
_UNSAFE = regex.compile(r"[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]")


def write_bytes(data: bytes) -> None:
    """Write to standard output, exactly."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_json(record: Mapping[str, Any]) -> None:
    """Write a record to standard output, on one line of UTF-8."""
    line = _UNSAFE.sub(_escaped, json.dumps(record, ensure_ascii=False))
    write_bytes(line.encode() + b"\n")


def write_file(path: Path, data: bytes) -> None:
    """Write a file under a temporary name, then rename it; a link is followed, a device written to.

    Raises:
        FileError: it can't be written; what stood there is untouched.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            with target.open("wb") as stream:
                stream.write(data)
            return
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name[:40]}.", suffix=".part")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(data)
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


def _umask() -> int:
    umask = os.umask(0)
    os.umask(umask)
    return umask


def _escaped(match: regex.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
