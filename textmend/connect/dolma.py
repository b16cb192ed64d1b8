"""Dolma: gaps as span attributes, in files beside the documents, as its taggers write them. Dolma is not imported.

Its mixer reads these files, to leave out damaged documents or to mark the gaps. Dolma requires older libraries than
textmend (``tokenizers``, ``numpy``), so both need environments of their own and exchange only these files.
"""

from __future__ import annotations

import gzip
import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from textmend.connect.gap_rate import gap_rate
from textmend.errors import FileError, InputError, PolicyError
from textmend.files import is_special, whole_file
from textmend.recipe import Recipe
from textmend.records import Gap

Spans = dict[str, list[tuple[int, int, float]]]

_TAGGER = "textmend"
_DIGITS = 5
_SUFFIXES = (".jsonl", ".json", ".jsonl.gz", ".json.gz")


class Tagged(NamedTuple):
    """The numbers of tagged files, of the documents in them, and of their gaps."""

    files: int
    documents: int
    gaps: int


def tag(
    documents: str | Path, attributes: str | Path | None = None, *, experiment: str = "textmend", **options: Any
) -> Tagged:
    """Write the attributes of documents.

    Files that already have attributes are skipped, as in Dolma, so an interrupted run can be continued.

    Args:
        documents: a folder of Dolma documents (JSON Lines, plain or ``.gz``), or one file.
        attributes: the folder for the attributes; their files are arranged like those of the documents. Default: the
            documents' path with ``attributes/EXPERIMENT`` in place of ``documents``.
        experiment: the name of the attributes.
        options: those of ``Mender``, and ``find_at``.

    Raises:
        FileError: a file can't be read or written.
        InputError: a line is no document with an id and a text.
        PolicyError: an option is unknown or makes no sense, or the documents' path has no part ``documents``.
    """
    source = Path(documents)
    recipe = Recipe.of(**options)
    target = Path(attributes) if attributes is not None else _beside(source, experiment)
    files = sorted(filter(_is_read, source.rglob("*"))) if source.is_dir() else [source]
    if not files:
        raise FileError(f"{source}: no documents found here ({', '.join(_SUFFIXES)})")
    done = Tagged(0, 0, 0)
    for file in files:
        beside = target / file.relative_to(source) if source.is_dir() else target
        if not beside.exists():
            found = _tag_file(file, beside, recipe, experiment)
            done = Tagged(done.files + 1, done.documents + found.documents, done.gaps + found.gaps)
    return done


def spans_of(text: str, gaps: Sequence[Gap], experiment: str = "textmend") -> Spans:
    """Return the gaps of a text as Dolma's attributes.

    Args:
        text: the text.
        gaps: its gaps.
        experiment: the name of the attributes.

    Returns:
        ``EXPERIMENT__textmend__gap``: a span for each gap; its score is the gap probability. A gap is white space or
            empty; for an empty gap the span is the character before it, because Dolma's mixer loses a character at an
            empty span. ``EXPERIMENT__textmend__rate``: one span over the whole text; its score is the number of gaps in
            1,000 words.
    """
    return {
        f"{experiment}__{_TAGGER}__gap": [(*_span(text, gap), round(gap.probability, _DIGITS)) for gap in gaps],
        f"{experiment}__{_TAGGER}__rate": [(0, len(text), round(gap_rate(text, gaps), _DIGITS))],
    }


def _span(text: str, gap: Gap) -> tuple[int, int]:
    if gap.end > gap.start:
        return gap.start, gap.end
    return (gap.start - 1, gap.end) if gap.start else (gap.start, min(1, len(text)))


def _tag_file(file: Path, target: Path, recipe: Recipe, experiment: str) -> Tagged:
    waiting: deque[tuple[str, str]] = deque()
    counts = [0, 0]

    def texts() -> Iterator[str]:
        for id, text in _documents(file):
            waiting.append((id, text))
            yield text

    with whole_file(target) as raw, _compressed(raw, target) as out:
        for gaps in recipe.mender().find_gaps(texts()):
            id, text = waiting.popleft()
            record = {"id": id, "attributes": spans_of(text, gaps, experiment)}
            out.write(json.dumps(record).encode() + b"\n")
            counts[0] += 1
            counts[1] += len(gaps)
    return Tagged(1, counts[0], counts[1])


def _is_read(path: Path) -> bool:
    """Whether a path in a folder is one of its files of documents."""
    return path.name.endswith(_SUFFIXES) and not path.is_dir() and not is_special(path)


def _documents(file: Path) -> Iterator[tuple[str, str]]:
    """Yield the id and the text of each document of a file."""
    for number, line in enumerate(_lines(file), 1):
        try:
            record = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{file}:{number}: is no JSON: {error}") from error
        values = (record.get("id"), record.get("text")) if isinstance(record, dict) else (None, None)
        if not all(isinstance(value, str) for value in values):
            raise InputError(f"{file}:{number}: is no Dolma document: it needs an id and a text, both strings")
        yield cast("tuple[str, str]", values)


def _lines(file: Path) -> Iterable[bytes]:
    try:
        with gzip.open(file) if file.suffix == ".gz" else file.open("rb") as lines:
            yield from lines
    except (OSError, EOFError) as error:
        raise FileError(f"{file}: can't be read: {error}") from error


@contextmanager
def _compressed(raw: IO[bytes], target: Path) -> Iterator[IO[bytes]]:
    if target.suffix != ".gz":
        yield raw
        return
    with gzip.GzipFile(filename="", mode="wb", fileobj=raw, mtime=0) as writer:
        yield cast("IO[bytes]", writer)


def _beside(documents: Path, experiment: str) -> Path:
    parts = list(documents.parts)
    if "documents" not in parts:
        raise PolicyError(f"{documents}: no part of this path is called 'documents': name the folder of the attributes")
    at = len(parts) - 1 - parts[::-1].index("documents")
    return Path(*parts[:at], "attributes", experiment, *parts[at + 1 :])
