"""CSV for spreadsheets: one row a gap, the most useful first; people fill in the columns ``decision`` and ``words``.

Cells that a spreadsheet would take for a formula are led by an apostrophe, as OWASP advises against CSV injection,
and lose it on the way back. Everything else that has to be exact is in the last column.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import regex

from textmend.errors import RecordError
from textmend.policy import Policy
from textmend.review.decisions import Key, Recorded
from textmend.review.documents import ReviewDocument
from textmend.review.exchange.passthrough import (
    FIELD,
    FILLS,
    LABELS,
    OPEN,
    WORDS,
    Answer,
    Carried,
    carried,
    one_line,
    pack,
    unpack,
)
from textmend.review.exchange.rendering import excerpt, shown
from textmend.review.order import by_usefulness

_REACH = 160
_FILL_COLUMNS = 5
_COLUMNS = (
    *("document", "gap", "gap probability", "before", "placeholder", "after"),
    *(f"fill {rank}" for rank in range(1, _FILL_COLUMNS + 1)),
    *("decision", "words", "by", "at", FIELD),
)
# Where a cell begins, or would begin for a program that parts cells at semicolons, tabs and line ends, quoted or not.
_BEGINS = r"""(?:^(?='*[\t\r\n])|(?:^|(?<=[;\t\r\n]))(?=[ "']*[=+\-@＝＋－＠]))"""
_FORMULA = regex.compile(_BEGINS)
_LED = regex.compile(_BEGINS.replace("(?=", "'(?="))
_LONGEST_FIELD = 2**31 - 1

SETUP = f"""Open the file in a spreadsheet, all columns as text. For each row, write in the column "decision" one of
  {", ".join(label for label in LABELS if label not in (OPEN, WORDS))}
or leave it empty and write words of your own in the column "words". Rows without either are not decided.
Columns may be moved, hidden or coloured, rows sorted or deleted; the column "{FIELD}" must stay as it is.
Save as CSV in UTF-8; commas, semicolons and tabs are all understood.
"""


def export(documents: Sequence[ReviewDocument], decisions: Mapping[Key, Recorded], policy: Policy | None = None) -> str:
    """Return the rows; see :class:`textmend.review.exchange.Exchange`. The byte order mark tells Excel it is UTF-8."""
    views = [shown(document) for document in documents]
    gaps = [carried(document, view.markers, decisions) for document, view in zip(documents, views, strict=True)]
    lines = io.StringIO(newline="")
    writer = csv.DictWriter(lines, _COLUMNS, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writeheader()
    for d, g in by_usefulness(documents, policy):
        row = _row(documents[d], gaps[d][g], g, views[d].text)
        writer.writerow({column: led(value) for column, value in row.items()})
    return "\ufeff" + lines.getvalue()


def read(name: str, text: str) -> list[Recorded]:
    """Return the decisions of a table; see :class:`textmend.review.exchange.Exchange`."""
    decided: list[Recorded] = []
    for place, row in _rows(name, text):
        gaps = unpack(row.get(FIELD), place)
        if len(gaps) != 1:
            raise RecordError(f"{place}: the column {FIELD!r} should tell of one gap, not of {len(gaps)}")
        sent = gaps[0].decision
        by, at = row.get("by", "").strip(), row.get("at", "").strip()
        # Who and when are those of the decision sent out, unless somebody wrote others.
        by = by if sent is None or by != one_line(sent.by or "") else ""
        at = at if sent is None or at != one_line(sent.at or "") else ""
        decision = gaps[0].back(_answer(row, place), by=by or None, at=at or None)
        if decision is not None:
            decided.append(decision)
    return decided


def led(value: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; ``unled`` is its inverse."""
    return _FORMULA.sub("'", value)


def unled(value: str) -> str:
    """Return what a cell said before ``led``."""
    return _LED.sub("", value)


def _row(document: ReviewDocument, one: Carried, number: int, text: str) -> dict[str, str]:
    gap = document.gaps[number]
    window = excerpt(text, one.marker, _REACH)
    answer = one.answer
    sent = one.decision
    return {
        "document": one_line(document.id),
        "gap": str(number + 1),
        "gap probability": f"{gap.probability:.3f}",
        "before": one_line(text[window.start : one.marker.start]),
        "placeholder": text[one.marker.start : one.marker.end],
        "after": one_line(text[one.marker.end : window.end]),
        **{f"fill {rank}": fill for rank, fill in enumerate(one.fills_in_words[:_FILL_COLUMNS], start=1)},
        "decision": "" if answer.label in (OPEN, WORDS) else answer.label,
        "words": answer.words or "",
        "by": one_line(sent.by or "") if sent else "",
        "at": one_line(sent.at or "") if sent else "",
        FIELD: pack([one]),
    }


def _answer(row: Mapping[str, str], place: str) -> Answer:
    label, words = row.get("decision", "").strip().casefold(), row.get("words", "").strip()
    if label in ("", OPEN, WORDS):
        return Answer(WORDS, words) if words else Answer(OPEN)
    if label.isdigit() and len(label) == 1:
        label = f"fill {label}"
    if label not in LABELS:
        raise RecordError(f"{place}: there is no decision {label!r}; write one of {', '.join(LABELS[1:])}")
    if words and label not in FILLS:
        raise RecordError(f"{place}: the decision {label!r} goes without words, but there are {words!r:.60}")
    return Answer(WORDS, words) if words else Answer(label)


def _rows(name: str, text: str) -> list[tuple[str, dict[str, str]]]:
    text = text.removeprefix("\ufeff")
    header = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=header.count)
    before = csv.field_size_limit(_LONGEST_FIELD)
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        rows = [(f"{name}: row {number}", row) for number, row in enumerate(reader, start=2)]
        columns: Sequence[Any] = reader.fieldnames or ()
    except csv.Error as error:
        raise RecordError(f"{name}: is not CSV: {error}") from error
    finally:
        csv.field_size_limit(before)
    missing = [column for column in ("decision", "words", FIELD) if column not in columns]
    if missing:
        raise RecordError(f"{name}: the column {missing[0]!r} is missing; is this a table that textmend wrote?")
    return [
        (place, {str(key): unled(value) for key, value in row.items() if isinstance(value, str)}) for place, row in rows
    ]
