"""What is read from a record and what is written into it. The connector knows how its records are stored."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Container
from dataclasses import dataclass
from typing import Any

from textmend.article import Article
from textmend.edits.annotations import annotations_of
from textmend.edits.mended import Mended
from textmend.errors import InputError, PolicyError


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    """The names of a record's fields, and what is written.

    Attributes:
        text: the field of the text, which gets the mended text.
        title: the field of the headline.
        html: the field of the page from which the text was extracted.
        metadata: fields of other texts about the article, such as a summary.
        reference: fields of other copies of the article.
        annotations: the new field for the edits and the open gaps (``textmend.edits.annotations``); ``None``: they are
            not written.
        annotate: leave the text as it is; the annotations say what would be done.
        top: how many fills of a gap the annotations give at most; at least 1.

    Raises:
        PolicyError: a value makes no sense, or the annotations have no field of their own.
    """

    text: str = "text"
    title: str | None = None
    html: str | None = None
    metadata: tuple[str, ...] = ()
    reference: tuple[str, ...] = ()
    annotations: str | None = "textmend"
    annotate: bool = False
    top: int = 5

    def __post_init__(self) -> None:
        for role in ("metadata", "reference"):
            names = getattr(self, role)
            if isinstance(names, list):  # as configuration files give it
                object.__setattr__(self, role, tuple(names))
            elif not isinstance(names, tuple):
                raise PolicyError(f"{role}={names!r} should be a list of fields")
        for role in ("text", "title", "html", "metadata", "reference", "annotations"):
            given = getattr(self, role)
            for name in given if isinstance(given, tuple) else (given,):
                if not (isinstance(name, str) and name) and (given is not None or role == "text"):
                    raise PolicyError(f"{role}={name!r} should be the name of a field")
        if not isinstance(self.annotate, bool):
            raise PolicyError(f"annotate={self.annotate!r} should be True or False")
        if not isinstance(self.top, int) or isinstance(self.top, bool) or self.top < 1:
            raise PolicyError(f"top={self.top!r} should be a whole number from 1")
        if self.annotations in self.read:
            raise PolicyError(f"annotations={self.annotations!r} is a field that is read: choose another")
        if self.annotate and self.annotations is None:
            raise PolicyError("annotate: a field for the annotations is needed")

    @property
    def read(self) -> tuple[str, ...]:
        """The fields that are read."""
        names = (self.text, self.title, self.html, *self.metadata, *self.reference)
        return tuple(name for name in names if name is not None)

    @property
    def written(self) -> tuple[str, ...]:
        """The fields that are written, the new one first."""
        return (
            *((self.annotations,) if self.annotations is not None else ()),
            *(() if self.annotate else (self.text,)),
        )

    def article(self, get: Callable[[str], Any], place: str) -> Article | None:
        """Read a record.

        Args:
            get: returns the value of a field, ``None`` where there is none.
            place: names the record in an error.

        Returns:
            The article; ``None`` where the record has no text.

        Raises:
            InputError: a field holds a value that is not a string.
        """

        def string(name: str | None) -> Any:
            value = None if name is None else get(name)
            if isinstance(value, str) or (isinstance(value, bytes) and name == self.html):
                return value
            if _is_nothing(value):
                return None
            raise InputError(f"{place}: the field {name!r} should hold a string, not {type(value).__name__}")

        text = string(self.text)
        if text is None:
            return None
        return Article(
            text=text,
            title=string(self.title),
            html=string(self.html),
            metadata={name: value for name in self.metadata if (value := string(name)) is not None},
            references=tuple(value for name in self.reference if (value := string(name)) is not None),
        )

    def values(self, mended: Mended | None, *, as_json: bool = False) -> dict[str, Any]:
        """Return the new values of a record's fields.

        Args:
            mended: the result for its text; ``None`` if it had no text: then the text's field gets no value.
            as_json: give annotations as JSON text (``null`` if there are none), for tables in which a column has one
                type from the first row on.
        """
        values: dict[str, Any] = {}
        if self.annotations is not None:
            beside = annotations_of(mended, annotate=self.annotate, top=self.top) if mended is not None else None
            values[self.annotations] = json.dumps(beside) if as_json else beside
        if mended is not None and not self.annotate and mended.skipped is None:
            values[self.text] = mended.text
        return values

    def check_room(self, present: Container[str], place: str) -> None:
        """Raise :class:`PolicyError` if the field of the annotations exists already."""
        if self.annotations is not None and self.annotations in present:
            raise PolicyError(
                f'{place}: there is a field {self.annotations!r} already: choose another, annotations="…", or None'
            )


def _is_nothing(value: object) -> bool:
    """Whether a value is missing: ``None``, or its equivalent in numpy and pandas."""
    return value is None or (isinstance(value, float) and math.isnan(value)) or type(value).__name__ == "NAType"
