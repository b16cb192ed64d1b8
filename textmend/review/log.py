"""The file that decisions are kept in: appended to, one line at a time, each on the disk before the next is asked for."""

from __future__ import annotations

import json
import os
from pathlib import Path

from textmend.errors import FileError, RecordError
from textmend.review.decisions import Recorded, dump, read_decisions


class Log:
    """A file of decisions.

    Args:
        path: the file; it is made when the first decision is kept.

    Attributes:
        decisions: what it held when it was opened, and what was kept since, in order.

    Raises:
        FileError: it can't be read, or isn't UTF-8.
        RecordError: it holds something else than decisions.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.decisions: list[Recorded] = []
        try:
            if path.exists():
                self.decisions = read_decisions(str(path), path.read_bytes().decode())
        except UnicodeDecodeError as error:
            raise FileError(f"{path}: not UTF-8 at byte {error.start}, so it is no file of decisions") from error
        except OSError as error:
            raise FileError(f"{path}: can't be read: {error.strerror or error}") from error

    def keep(self, decision: Recorded) -> None:
        """Write a decision to the disk.

        Raises:
            FileError: it can't be written; no part of it stays in the file.
        """
        line = dump(decision).encode()
        try:
            with self.path.open("ab+") as stream:
                end = stream.truncate(_whole(stream.seek(0, os.SEEK_END), self.path))
                try:
                    stream.write((b"\n" if end and not _ends_line(self.path, end) else b"") + line)
                    stream.flush()
                    os.fsync(stream.fileno())
                except OSError:
                    stream.truncate(end)
                    raise
        except OSError as error:
            raise FileError(f"{self.path}: the decision can't be kept: {error.strerror or error}") from error
        self.decisions.append(decision)


def _ends_line(path: Path, size: int) -> bool:
    with path.open("rb") as stream:
        stream.seek(size - 1)
        return stream.read(1) == b"\n"


def _whole(size: int, path: Path) -> int:
    """Return how much of a file stays: not a last line that was cut off in writing."""
    if not size or _ends_line(path, size):
        return size
    with path.open("rb") as stream:
        tail_start = 0
        position = size
        while position > 0:
            step = min(4096, position)
            position -= step
            stream.seek(position)
            if (found := stream.read(step).rfind(b"\n")) >= 0:
                tail_start = position + found + 1
                break
        stream.seek(tail_start)
        tail = stream.read()
    try:
        Recorded.from_dict(json.loads(tail))
    except (ValueError, RecursionError, RecordError):
        return tail_start
    return size
