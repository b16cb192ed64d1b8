"""What is read from a record, and what is written into it; how a record is held is its connector's business."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from textmend.errors import InputError, PolicyError
from textmend.mended import Mended
from textmend.records import Gap


class Article(NamedTuple):
    """What a record holds of an article.

    Attributes:
        text: its text.
        title: its headline.
        html: the page the text was extracted from.
        metadata: other texts about it, by field.
    """

    text: str
    title: str | None
    html: str | None
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The names of a record's fields.

    Attributes:
        text: holds the text, and gets the mended one.
        title: holds the headline.
        html: holds the page the text was extracted from.
        metadata: hold other texts about the article, such as a summary.
        edits: gets the edits made, as JSON objects; ``None``: they are not written.
        gaps: gets the gaps where words are still missing, as JSON objects; ``None``: they are not written.
        annotate: leave the text as it is, and write beside it what would be done.

    Raises:
        PolicyError: a name is not a name, or two fields to be written have the same.
    """

    text: str = "text"
    title: str | None = None
    html: str | None = None
    metadata: tuple[str, ...] = ()
    edits: str | None = "textmend_edits"
    gaps: str | None = "textmend_gaps"
    annotate: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.metadata, list):  # as configuration files have it
            object.__setattr__(self, "metadata", tuple(self.metadata))
        if not isinstance(self.metadata, tuple):
            raise PolicyError(f"metadata={self.metadata!r} should be a list of fields")
        for role, name in (
            ("text", self.text),
            *((role, getattr(self, role)) for role in ("title", "html", "edits", "gaps") if getattr(self, role)),
            *(("metadata", name) for name in self.metadata),
        ):
            if not isinstance(name, str) or not name:
                raise PolicyError(f"{role}={name!r} should be the name of a field")
        if not isinstance(self.annotate, bool):
            raise PolicyError(f"annotate={self.annotate!r} should be True or False")
        if any(name in self.read for name in self.added) or len(set(self.added)) < len(self.added):
            raise PolicyError(f"the fields {', '.join(self.added)} should be new ones, each with a name of its own")

    @property
    def read(self) -> tuple[str, ...]:
        """The fields that are read."""
        return tuple(name for name in (self.text, self.title, self.html, *self.metadata) if name)

    @property
    def added(self) -> tuple[str, ...]:
        """The fields that are new in a record."""
        return tuple(name for name in (self.edits, self.gaps) if name)

    def article(self, get: Callable[[str], Any], place: str) -> Article | None:
        """Read a record.

        Args:
            get: returns the value of a field, ``None`` where there is none.
            place: names the record in an error.

        Returns:
            The article; ``None`` where the record has no text.

        Raises:
            InputError: a field holds something that is no string.
        """
        text = _string(self.text, get, place)
        if text is None:
            return None
        told = {name: value for name in self.metadata if (value := _string(name, get, place)) is not None}
        return Article(
            text=text,
            title=_string(self.title, get, place) if self.title else None,
            html=_string(self.html, get, place) if self.html else None,
            metadata=told,
        )

    def values(self, mended: Mended | None, *, as_json: bool = False) -> dict[str, Any]:
        """Return what a record gets, by field.

        Args:
            mended: what became of its text; ``None`` where it had none.
            as_json: give lists as JSON text, for tables whose columns have one type.
        """
        values: dict[str, Any] = {}
        if mended is not None and not self.annotate:
            values[self.text] = mended.text
        for name, records in (
            (self.edits, mended.edits if mended else None),
            (self.gaps, open_gaps(mended) if mended else None),
        ):
            if name:
                listed = None if records is None else [record.to_dict() for record in records]
                values[name] = json.dumps(listed) if as_json and listed is not None else listed
        return values

    def check_new(self, present: Any, place: str) -> None:
        """Raise :class:`PolicyError` where a record has a field already that is to be added."""
        for role, name in (("edits", self.edits), ("gaps", self.gaps)):
            if name and name in present:
                raise PolicyError(f'{place}: there is a field {name!r} already: name another, {role}="…", or none')


def open_gaps(mended: Mended) -> list[Gap]:
    """Return the gaps where words are still missing: those that were kept or marked."""
    return [gap for gap in mended.gaps if gap.decision in ("keep", "mark")]


def _string(name: str, get: Callable[[str], Any], place: str) -> str | None:
    value = get(name)
    if isinstance(value, str):
        return value
    if value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ == "NAType":
        return None  # the nothings of Python, numpy and pandas
    raise InputError(f"{place}: the field {name!r} should hold a string, not {type(value).__name__}")
