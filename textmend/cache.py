"""A cache on disk of the suggestions for an article, so that suggest, mend and review compute them once.

It is one SQLite file. Several processes may use it at once, and a process that is killed does not damage it. When it is
full, the suggestions that were not used for the longest time are deleted first.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from textmend import __version__
from textmend.article import Article
from textmend.errors import FileError, RecordError
from textmend.records import Gap

Why = TypeVar("Why")
Compute = Callable[[Sequence[Article]], Iterable[tuple[list[Gap], Why | None]]]

MOST_BYTES = 500_000_000
"""The default limit of a cache's size, in bytes."""

_FILE = "suggestions.sqlite"
_SCHEMA = 1
_PATIENCE = 30.0
"""Seconds to wait for another process that writes."""
_PAUSE = 0.01
"""Seconds between two tries, where SQLite does not wait by itself."""
_ROOM = 0.8
"""A full cache is reduced to this share of its limit."""
_ROW = 100
"""Roughly how many bytes a suggestion takes besides its text."""


def user_folder() -> Path:
    """Return the system's folder for the user's caches; it need not exist.

    Raises:
        FileError: the user has no folder, as in some containers.
    """
    try:
        return _user_folder()
    except RuntimeError as error:
        raise FileError(f"the user has no folder for a cache ({error}): name one, as TEXTMEND_CACHE") from error


def _user_folder() -> Path:
    if given := os.environ.get("TEXTMEND_CACHE"):
        return Path(given)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "textmend" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "textmend"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "textmend"


class Cache:
    """Suggestions, stored under a digest of the article, the models and the options.

    Args:
        folder: the folder of the cache; created if it does not exist.
        most_bytes: the limit of its size.

    Attributes:
        folder: the folder of the cache.

    Raises:
        FileError: the folder can't be used.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self.folder = folder
        self._file, self._most = folder / _FILE, most_bytes
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with self._open() as database:
                _write_ahead(database)
                database.execute(
                    "CREATE TABLE IF NOT EXISTS suggestions"
                    " (digest BLOB PRIMARY KEY, gaps TEXT NOT NULL, size INTEGER NOT NULL, used REAL NOT NULL)"
                )
                # Counted along, so that a full cache is noticed without reading all of it at every text.
                database.execute("CREATE TABLE IF NOT EXISTS total (bytes INTEGER NOT NULL)")
                database.execute(
                    "INSERT INTO total SELECT (SELECT COALESCE(SUM(size), 0) FROM suggestions)"
                    " WHERE NOT EXISTS (SELECT * FROM total)"
                )
        except (OSError, ValueError, sqlite3.Error) as error:
            raise FileError(f"{folder}: can't be used as a cache: {error}; choose another folder") from error

    def through(
        self, articles: Sequence[Article], context: str, compute: Compute[Why]
    ) -> Iterator[tuple[list[Gap], Why | None]]:
        """Yield the suggestions for each article, in order: stored ones, or new ones, which are then stored.

        Args:
            articles: the articles.
            context: the models and options, as text.
            compute: yields, for each article, its gaps, and the reason if they were not filled; then nothing is stored.
        """
        digests = [digest_of(article, context) for article in articles]
        known = self.get(digests)
        computed = iter(compute([one for one, gaps in zip(articles, known, strict=True) if gaps is None]))
        for digest, gaps in zip(digests, known, strict=True):
            if gaps is not None:
                yield gaps, None
                continue
            found, why = next(computed)
            if why is None:
                self.put({digest: found})
            yield found, why

    def get(self, digests: Sequence[bytes]) -> list[list[Gap] | None]:
        """Return the gaps of each digest; ``None`` where none are stored, or where they can't be read."""
        found: list[list[Gap] | None] = []
        with contextlib.suppress(sqlite3.Error, OSError), self._open() as database:
            for digest in digests:
                row = database.execute("SELECT gaps FROM suggestions WHERE digest = ?", (digest,)).fetchone()
                found.append(_read(row[0]) if row else None)
            used = [(time.time(), digest) for digest, gaps in zip(digests, found, strict=True) if gaps is not None]
            database.executemany("UPDATE suggestions SET used = ? WHERE digest = ?", used)
        return found + [None] * (len(digests) - len(found))

    def put(self, found: Mapping[bytes, Sequence[Gap]]) -> None:
        """Store the gaps of some digests. Gaps that can't be stored are left out, since nothing depends on a cache."""
        with contextlib.suppress(sqlite3.Error, OSError), self._open() as database:
            for digest, gaps in found.items():
                text = json.dumps([gap.to_dict() for gap in gaps])
                size = len(text) + _ROW
                database.execute(
                    "UPDATE total SET bytes = bytes + ? - COALESCE((SELECT size FROM suggestions WHERE digest = ?), 0)",
                    (size, digest),
                )
                database.execute(
                    "INSERT OR REPLACE INTO suggestions VALUES (?, ?, ?, ?)", (digest, text, size, time.time())
                )
            self._bound(database)

    def _bound(self, database: sqlite3.Connection) -> None:
        row = database.execute("SELECT bytes FROM total").fetchone()
        size = row[0] if row else 0  # without a total, it is counted when the cache is opened again
        if size <= self._most:
            return
        for digest, one in database.execute("SELECT digest, size FROM suggestions ORDER BY used").fetchall():
            if size <= _ROOM * self._most:
                break
            database.execute("DELETE FROM suggestions WHERE digest = ?", (digest,))
            size -= one
        database.execute("UPDATE total SET bytes = ?", (size,))

    @contextlib.contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        database = sqlite3.connect(self._file, timeout=_PATIENCE)
        try:
            database.execute("PRAGMA synchronous=NORMAL")  # what a power failure takes is computed again
            with database:  # one transaction
                yield database
        finally:
            database.close()


def _write_ahead(database: sqlite3.Connection) -> None:
    """Let processes read while one writes. SQLite does not wait for others by itself when it changes the mode."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            database.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) or time.monotonic() > until:
                raise
            time.sleep(_PAUSE)
        else:
            return


def digest_of(article: Article, context: str) -> bytes:
    """Return a digest of everything that a suggestion depends on.

    Args:
        article: the article, with what is known of it.
        context: the models and options, as text.
    """
    html = article.html.encode("utf-8", "surrogatepass") if isinstance(article.html, str) else article.html
    parts: list[Any] = [_SCHEMA, __version__, context, article.text, article.title]
    parts += [sorted(article.metadata.items()), article.references, type(article.html).__name__]
    known = json.dumps(parts).encode("ascii")  # lone surrogates too
    return hashlib.blake2b(known + b"\0" + (html or b""), digest_size=20).digest()


def _read(text: str) -> list[Gap] | None:
    try:
        return [Gap.from_dict(gap) for gap in json.loads(text)]
    except (ValueError, TypeError, RecursionError, RecordError):
        return None
