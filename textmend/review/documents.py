"""Documents to review: texts with their gaps, read from suggestions (JSON Lines), or from texts yet to be analysed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import regex

from textmend.article import Article
from textmend.errors import RecordError
from textmend.nested import value_at
from textmend.records import Gap
from textmend.review.quotes import digest_of

_JSON_LINES = regex.compile(r"\.(?:jsonl|ndjson)(?:\.(?:gz|bz2|zst))?$", regex.IGNORECASE)
_PAIR = regex.compile(r"[\ud800-\udbff][\udc00-\udfff]")


@dataclass(frozen=True, kw_only=True)
class ReviewDocument:
    """A text with its gaps, as it is shown to a person.

    Attributes:
        id: names it; unique among the documents reviewed together.
        text: the text; offsets are its code points.
        gaps: its gaps, sorted and disjoint, with ranked fills.
        title: its headline, where one is known.
        url: where it was published, an address of the web; anything else is not shown.
        html: the page it was taken from, to be shown beside it.
        references: other copies of it, in which lost words may stand.

    Raises:
        RecordError: a gap is not a place of white space in the text, gaps are out of order, or the text holds the
            two halves of a surrogate pair as two code points, which no JSON can carry.
    """

    id: str
    text: str
    gaps: tuple[Gap, ...] = field(repr=False)
    title: str | None = None
    url: str | None = None
    html: str | bytes | None = field(default=None, repr=False)
    references: tuple[str, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        if pair := _PAIR.search(self.text):
            raise RecordError(
                f"{self.id}: two surrogates at offset {pair.start()} stand for one character, and JSON would join "
                "them: decode the text properly, for example  text.encode('utf-16', 'surrogatepass').decode('utf-16')"
            )
        floor = -1
        for gap in self.gaps:
            place = f"{self.id}: the gap at {gap.start}:{gap.end}"
            if gap.end > len(self.text):
                raise RecordError(f"{place} lies outside the text, which has {len(self.text)} code points")
            if gap.start <= floor:
                raise RecordError(f"{place} overlaps or touches the one before it, or is out of order")
            if self.text[gap.start : gap.end].strip():
                raise RecordError(
                    f"{place} holds {self.text[gap.start : gap.end]!r:.40}, but a gap is white space or nothing: "
                    "these gaps are of another text"
                )
            if any(gap.end + fill.replaces > len(self.text) for fill in gap.fills):
                raise RecordError(f"{place} has a fill that replaces more than the rest of the text")
            floor = gap.end

    @cached_property
    def digest(self) -> str:
        """The digest of its text; see :func:`textmend.review.quotes.digest_of`."""
        return digest_of(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """The keys under which JSON Lines hold a document's parts; ``article.body`` is one inside another."""

    text: str = "text"
    id: str = "id"
    title: str = "title"
    url: str = "url"
    html: str | None = None
    annotations: str = "textmend"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadDocument:
    """A document as it was read: with its gaps, or, where ``gaps`` is ``None``, yet to be analysed."""

    id: str
    text: str
    title: str | None = None
    url: str | None = None
    html: str | bytes | None = None
    references: tuple[str, ...] = ()
    gaps: tuple[Gap, ...] | None = None


def article_of(document: ReadDocument | ReviewDocument) -> Article:
    """Return what is known of a document, as a ``Mender`` takes it."""
    return Article(text=document.text, title=document.title, html=document.html, references=document.references)


def read_rows(name: str, text: str, load: Callable[[str], str], fields: Keys | None = None) -> Iterator[ReadDocument]:
    """Yield the documents that a file holds.

    JSON Lines, recognised by a first line that is a JSON object, hold one document a line: what
    ``textmend suggest --json`` and ``textmend clean --annotate`` write, or any objects with a text. Their gaps are
    the list ``gaps``, or those of the annotations, an object that stands only in lines with gaps. Where no line of
    a file has gaps, its documents are yet to be analysed. A line without a text names a ``file``. Anything else
    is one text, but for an empty file of JSON Lines, which holds no document.

    Args:
        name: the file's name, which is the id of a document without one.
        text: what it holds.
        load: returns the text of a file that a line names.
        fields: the keys of the parts of a line.

    Raises:
        RecordError: a line is malformed; the error names it.
    """
    if not is_json_lines(text):
        if not text.strip() and is_named_json_lines(name):
            return
        yield ReadDocument(id=name, text=text)
        return
    rows: list[ReadDocument] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            place = f"{name}:{number}"
            rows.append(_row(json_object(line, place), place, load, fields or Keys()))
    analysed = any(row.gaps is not None for row in rows)
    yield from (replace(row, gaps=()) if analysed and row.gaps is None else row for row in rows)


def review_documents(
    rows: Iterable[ReadDocument], analyse: Callable[[Sequence[ReadDocument]], Iterable[Sequence[Gap]]]
) -> list[ReviewDocument]:
    """Return documents with gaps, in order.

    Args:
        rows: what was read.
        analyse: returns the gaps of each of the rows that have none yet.

    Raises:
        RecordError: two documents have the same id, or gaps don't fit their text.
    """
    read = list(rows)
    first: dict[str, int] = {}
    for index, row in enumerate(read):
        if first.setdefault(row.id, index) != index:
            raise RecordError(
                f"{row.id}: two documents have this id, so decisions about them could be mixed up: "
                "give each its own, or review the files one by one"
            )
    found = iter(analyse([row for row in read if row.gaps is None]))
    return [
        ReviewDocument(
            id=row.id,
            title=row.title,
            text=row.text,
            url=row.url,
            html=row.html,
            references=row.references,
            gaps=tuple(next(found)) if row.gaps is None else row.gaps,
        )
        for row in read
    ]


def is_json_lines(text: str) -> bool:
    """Return whether the first line that is not blank is a JSON object."""
    first = text.removeprefix("\ufeff").lstrip("\n\r\t ").split("\n", 1)[0]
    if not first.startswith("{"):
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def is_named_json_lines(name: str) -> bool:
    """Return whether a file is JSON Lines by its name, compressed or not."""
    return bool(_JSON_LINES.search(name))


def json_object(line: str, place: str) -> Mapping[str, Any]:
    """Return the JSON object of a line. Raises :class:`RecordError` where it is none."""
    try:
        data = json.loads(line.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{place}: is not JSON: {error}") from error
    if not isinstance(data, Mapping):
        raise RecordError(f"{place}: expected a JSON object, got {type(data).__name__}")
    return data


def id_of(data: Mapping[str, Any], place: str, fields: Keys) -> str:
    """Return what a line's document is called: its id, or else its file, or else the line itself."""
    for value in (value_at(data, fields.id), data.get("file")):
        if isinstance(value, str | int) and not isinstance(value, bool):
            return str(value)
    return place


def _row(data: Mapping[str, Any], place: str, load: Callable[[str], str], fields: Keys) -> ReadDocument:
    file = data.get("file")
    text = value_at(data, fields.text)
    if text is None and isinstance(file, str) and file != "-":
        text = load(file)
    if not isinstance(text, str):
        raise RecordError(f"{place}: {fields.text!r} should be the text, a string; name its key with --text-field")
    title, html = (_optional(data, key, place) for key in (fields.title, fields.html))
    url = value_at(data, fields.url)
    return ReadDocument(
        id=id_of(data, place, fields),
        text=text,
        title=title,
        url=url if isinstance(url, str) else None,
        html=html,
        gaps=_gaps(data, place, fields),
    )


def _optional(data: Mapping[str, Any], key: str | None, place: str) -> str | None:
    value = None if key is None else value_at(data, key)
    if value is not None and not isinstance(value, str):
        raise RecordError(f"{place}: {key!r} should be a string, not {value!r:.60}")
    return value


def _gaps(data: Mapping[str, Any], place: str, fields: Keys) -> tuple[Gap, ...] | None:
    """Return the gaps of a line: those of suggestions, or those that ``clean`` wrote beside a text."""
    note = data.get(fields.annotations)
    if "gaps" in data:
        gaps = data["gaps"]
    elif isinstance(note, Mapping):
        if note.get("mended"):
            raise RecordError(
                f"{place}: this text was mended already; to review it, use the original, or  textmend clean --annotate"
            )
        edits = note.get("edits", [])
        gaps = [*_list(note.get("gaps", []), place), *(edit.get("gap") for edit in _list(edits, place))]
    else:
        return None
    try:
        found = [Gap.from_dict(gap) for gap in _list(gaps, place)]
    except RecordError as error:
        raise RecordError(f"{place}: {error}") from error
    return tuple(sorted(found, key=lambda gap: (gap.start, gap.end)))


def _list(value: object, place: str) -> list[Any]:
    if not isinstance(value, list) or not all(isinstance(item, Mapping) for item in value):
        raise RecordError(f"{place}: 'gaps' should be a list of gaps")
    return value
