"""A random sample of the gaps that a cleaning leaves open, for people to decide on.

Each gap has an order, drawn from its place and the seed; those of the lowest are the sample. So it is chance, every
gap has the same, and it is the same however many workers there are and however often the run was killed. Gaps that may
belong to the sample are appended to a work file, which can be cut back to a checkpoint.
"""

from __future__ import annotations

import hashlib
import json
import operator
from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import heappush, heapreplace
from pathlib import Path
from typing import Any, NamedTuple

from textmend.corpus.annotations import is_open
from textmend.corpus.entries import Place, StoredArticle
from textmend.corpus.options import Options
from textmend.corpus.sinks import AppendFile
from textmend.edits.mended import Mended
from textmend.errors import FileError
from textmend.files import write_file
from textmend.records import SCHEMA


class OpenGap(NamedTuple):
    """A gap that stays open, with the document it is in.

    Attributes:
        order: gaps of the lowest are the sample.
        place: names its document in this run.
        id: what the document calls itself, or else its place, as ``textmend apply`` finds it.
        title: its headline.
        text: its text as it was.
        gap: the gap, in its JSON form.
    """

    order: int
    place: str
    id: str
    title: str | None
    text: str
    gap: dict[str, Any]


def open_gaps(mended: Mended, article: StoredArticle, place: Place, options: Options) -> Iterator[OpenGap]:
    """Yield the open gaps of a document, where a sample of them is asked for."""
    if not options.review_sample:
        return
    where = f"{place.source}:{place.record}"
    for number, gap in enumerate(mended.gaps):
        if is_open(gap):
            key = f"{options.seed}\0{where}\0{number}".encode("utf-8", "backslashreplace")
            order = int.from_bytes(hashlib.blake2b(key, digest_size=7).digest())
            form = gap.with_fills(gap.fills[: options.top]).to_dict()
            yield OpenGap(order, where, _id(article, place) or where, article.title, mended.original, form)


def _id(article: StoredArticle, place: Place) -> str | None:
    """Return what a document calls itself; a text file is called by its path, as ``textmend apply`` is given it."""
    is_file = place.offset is None and article.id is not None and f"/{place.source}".endswith(f"/{article.id}")
    return place.source if is_file else article.id


class Sample:
    """The work file of the sample.

    Args:
        file: the file, as far as it is whole.
        path: where it is.
        most: how many gaps are drawn.
    """

    def __init__(self, file: AppendFile, path: Path, most: int) -> None:
        self.file, self._most = file, most
        self._lowest: list[int] = []  # negative, so that the highest of them is on top
        for gap in _read(path) if most else ():
            self._is_drawn(gap.order)

    def offer(self, gaps: Iterable[OpenGap]) -> None:
        """Keep the gaps that belong to the sample, as far as is known yet."""
        for gap in gaps:
            if self._is_drawn(gap.order):
                self.file.write(json.dumps(gap).encode() + b"\n")

    def _is_drawn(self, order: int) -> bool:
        if len(self._lowest) < self._most:
            heappush(self._lowest, -order)
        elif self._most and order < -self._lowest[0]:
            heapreplace(self._lowest, -order)
        else:
            return False
        return True


def write_sample(work: Path, target: Path, most: int) -> None:
    """Write the sample as JSON Lines, one document a line, as ``textmend review`` reads them.

    Nothing is done where the work file is gone: it was done before the run was killed.

    Raises:
        FileError: it can't be written, or the work file is damaged.
    """
    if not work.exists():
        if not target.exists():
            raise FileError(f"{work}: is gone: start again with --force")
        return
    drawn = set(sorted(gap.order for gap in _read(work))[:most])
    documents: dict[str, list[OpenGap]] = {}
    for gap in _read(work):
        if gap.order in drawn:
            documents.setdefault(gap.place, []).append(gap)
    ids = Counter(gaps[0].id for gaps in documents.values())
    lines = []
    for place, gaps in documents.items():
        first = gaps[0]
        record = {
            "schema": SCHEMA,
            "id": first.id if ids[first.id] == 1 else place,
            "title": first.title,
            "text": first.text,
            "gaps": [gap.gap for gap in gaps],
        }
        lines.append(json.dumps(record).encode() + b"\n")
    write_file(target, b"".join(lines))


def _read(path: Path) -> Iterator[OpenGap]:
    with path.open("rb") as lines:
        for line in lines:
            try:
                gap = OpenGap(*json.loads(line))
                operator.index(gap.order)
            except (ValueError, TypeError, RecursionError) as error:
                raise FileError(f"{path}: is damaged ({error}): start again with --force") from error
            yield gap
