"""Reading clean training text. One article a JSON line, plain or compressed; see ``docs/training.md``."""

from __future__ import annotations

import bz2
import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from textmend.errors import FileError


@dataclass(frozen=True, slots=True)
class Article:
    """Clean text: its paragraphs joined by blank lines, and where its links stood.

    Attributes:
        text: the whole text.
        links: spans of links in ``text``, sorted, as ``(start, end)`` code points.
        title: the headline, or an empty string.
    """

    text: str
    links: tuple[tuple[int, int], ...] = field(default=())
    title: str = ""


def open_text(path: Path) -> IO[str]:
    """Open a UTF-8 text file for reading, decompressing ``.bz2`` and ``.gz``."""
    try:
        if path.suffix == ".bz2":
            return bz2.open(path, "rt", encoding="utf-8")
        if path.suffix == ".gz":
            return gzip.open(path, "rt", encoding="utf-8")
        return path.open(encoding="utf-8")
    except OSError as error:
        raise FileError(f"{path}: can't be read: {error.strerror or error}") from error


def read_articles(path: Path, skip: int = 0) -> Iterator[Article]:
    """Yield the articles of a JSON Lines file, leaving out the first ``skip``.

    A line holds ``{"text": …}``, paragraphs separated by blank lines, or
    ``{"paragraphs": [{"text": …, "links": [[start, end], …]}, …]}``; ``"title"`` is optional.
    """
    with open_text(path) as lines:
        for number, line in enumerate(lines):
            if number >= skip:
                yield parse_article(line, f"{path}:{number + 1}")


def read_benchmark_texts(path: Path) -> Iterator[str]:
    """Yield the whole texts of a benchmark: of each record the text before words were lost, where it has one."""
    with open_text(path) as lines:
        for number, line in enumerate(lines, 1):
            try:
                record = json.loads(line)
                yield str(record.get("original") or record["text"])
            except (ValueError, KeyError, AttributeError) as error:
                raise FileError(f"{path}:{number}: not a benchmark record ({error!r})") from error


def parse_article(line: str, place: str) -> Article:
    """Read one line. Raises :class:`FileError` naming ``place`` where it is malformed."""
    try:
        record = json.loads(line)
        title = record.get("title") or ""
        if "text" in record:
            return Article(record["text"], title=title)
        parts: list[str] = []
        links: list[tuple[int, int]] = []
        offset = 0
        for paragraph in record["paragraphs"]:
            parts.append(paragraph["text"])
            links += [(offset + start, offset + end) for start, end in paragraph["links"]]
            offset += len(paragraph["text"]) + 2
        return Article("\n\n".join(parts), tuple(sorted(links)), title)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise FileError(f"{place}: not an article record ({error!r}); see docs/training.md for the form") from error
