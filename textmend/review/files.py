"""Decisions and suggestions as files hold them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from textmend.errors import FileError
from textmend.files import read_document
from textmend.records import Gap
from textmend.review.decisions import Recorded, read_decisions
from textmend.review.documents import ReadDocument, read_rows, review_documents
from textmend.review.exchange import exchange
from textmend.review.judged import Judgement, judged


def decisions_in(path: Path, source: str | None = None) -> list[Recorded]:
    """Return the decisions of a file, in the order they were made.

    Args:
        path: the file.
        source: the format of exchange it is in; ``None``: decisions as textmend keeps them.

    Raises:
        FileError: it can't be read.
        RecordError: it holds something else, or is malformed.
        PolicyError: there is no such format.
    """
    read = exchange(source).read if source is not None else read_decisions
    document = read_document(path)
    return read(document.name, document.text)


def judged_in(suggestions: Sequence[Path], decisions: Sequence[Path]) -> Judgement:
    """Return what people decided about suggestions.

    Raises:
        FileError: a file can't be read, or holds texts without suggestions.
        RecordError: a file is malformed.
    """
    rows = [
        row
        for path in suggestions
        for row in read_rows(str(path), read_document(path).text, lambda file: read_document(Path(file)).text)
    ]
    documents = review_documents(rows, _refused)
    return judged(documents, [decision for path in decisions for decision in decisions_in(path)])


def _refused(rows: Sequence[ReadDocument]) -> list[list[Gap]]:
    if rows:
        raise FileError(f"{rows[0].id}: holds no suggestions; make them with  textmend suggest --json")
    return []
