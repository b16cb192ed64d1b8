"""Reading clean training text. One article a JSON line, plain or compressed; see ``docs/training.md``."""

from __future__ import annotations

import bz2
import gzip
import json
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textmend.errors import FileError


@dataclass(frozen=True, slots=True)
class LinkedText:
    """A clean text: its paragraphs, joined by blank lines, and the spans of its links.

    Attributes:
        text: the whole text.
        links: spans of links in ``text``, sorted, as ``(start, end)`` code points.
        title: the headline, or an empty string.
    """

    text: str
    links: tuple[tuple[int, int], ...] = field(default=())
    title: str = ""


def read_lines(path: Path) -> Iterator[str]:
    """Yield the lines of a UTF-8 text file, plain or compressed (``.bz2``, ``.gz``).

    Raises:
        FileError: it can't be opened or read to its end, because it is cut off, broken or not UTF-8.
    """
    opener: Any = {".bz2": bz2.open, ".gz": gzip.open}.get(path.suffix, open)
    number = 0
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            for line in lines:
                number += 1
                yield line
    except (OSError, EOFError, zlib.error, ValueError) as error:  # not UTF-8, or an impossible file name
        place = f"{path}: can't be read" + (f" after line {number:,}" if number else "")
        raise FileError(f"{place}: {getattr(error, 'strerror', None) or error}") from error


def read_articles(path: Path, skip: int = 0) -> Iterator[LinkedText]:
    """Yield the articles of a JSON Lines file, leaving out the first ``skip``.

    A line holds ``{"text": …}``, paragraphs separated by blank lines, or
    ``{"paragraphs": [{"text": …, "links": [[start, end], …]}, …]}``; ``"title"`` is optional.
    """
    for number, line in enumerate(read_lines(path)):
        if number >= skip:
            yield parse_article(line, f"{path}:{number + 1}")


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r:.40} is no text")
    return value


def read_benchmark_texts(path: Path) -> Iterator[str]:
    """Yield the undamaged texts of a benchmark, from the records that have one."""
    for number, line in enumerate(read_lines(path), 1):
        try:
            record = json.loads(line)
            text = str(record.get("original") or record["text"])
        except (ValueError, KeyError, AttributeError, TypeError, RecursionError) as error:
            raise FileError(f"{path}:{number}: not a benchmark record ({error!r})") from error
        yield text


def parse_article(line: str, place: str) -> LinkedText:
    """Read one line. Raises :class:`FileError`, which names ``place``, if it is malformed."""
    try:
        record = json.loads(line)
        title = _string(record.get("title") or "")
        if "text" in record:
            return LinkedText(_string(record["text"]), title=title)
        parts: list[str] = []
        links: list[tuple[int, int]] = []
        offset = 0
        for paragraph in record["paragraphs"]:
            parts.append(paragraph["text"])
            links += [(offset + start, offset + end) for start, end in paragraph["links"]]
            offset += len(paragraph["text"]) + 2
        return LinkedText("\n\n".join(parts), tuple(sorted(links)), title)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise FileError(f"{place}: not an article record ({error!r}); see docs/training.md for the form") from error
