"""The options of a cleaning: the fields, what is written, which documents. They are checked here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from textmend.errors import PolicyError

COUNTS = {
    "words": "words of the text as it was, as white space parts them",
    "gaps": "gaps found",
    "applied": "gaps that were filled",
    "open": "gaps that were neither filled nor dropped with their sentence",
    "rate": "gaps per 1,000 words",
}
"""The counts of a document, with their meaning; ``rate`` is a float, the others are whole numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldNames:
    """Which fields of a record hold what; ``None``: it has no such field.

    A dot leads into an object (``article.body``), unless a field has exactly this name.

    Attributes:
        text: the article.
        id: what names the document in rejects and examples; it may be missing from a record.
        title: the headline.
        html: the page the text was taken from.
        source: where the document comes from, for the statistics: a name, or a URL of which the host counts.

    Raises:
        PolicyError: a name is none.
    """

    text: str = "text"
    id: str | None = "id"
    title: str | None = None
    html: str | None = None
    source: str | None = None

    def __post_init__(self) -> None:
        for role, name in asdict(self).items():
            if name is None and role != "text":
                continue
            if not isinstance(name, str) or not name:
                raise PolicyError(f"clean: the {role} field should be the name of a field, not {name!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a cleaning does. The same options and inputs give the same bytes.

    Attributes:
        fields: the names of the fields.
        pages: a folder that holds the page of a document under the name that it calls itself (``7.html``, of a text
            file ``7.txt`` too), where the document doesn't hold it; ``None``: there is none.
        annotate: leave the text as it is; what ``mend`` would do stands beside it.
        annotations: the field that the edits and open gaps are written to; ``None``: nowhere.
        top: how many fills of a gap the annotations give; at least 1.
        counts: write how much is missing in a document, as numbers to filter on (``COUNTS``).
        drop_documents: leave out documents that keep an open gap.
        limit: clean only the first so many documents; ``None``: all.
        review_sample: draw so many of the gaps that stay open, for people to decide on; 0: none.
        sample: clean only this share of the documents, chosen by their number; above 0, at most 1.
        seed: chooses both samples.
        longest: documents of more bytes than this are rejected.
        encoding: the encoding of text files; ``None``: UTF-8.

    Raises:
        PolicyError: a value makes no sense.
    """

    fields: FieldNames = field(default_factory=FieldNames)
    pages: str | None = None
    annotate: bool = False
    annotations: str | None = "textmend"
    top: int = 5
    counts: bool = False
    drop_documents: bool = False
    limit: int | None = None
    review_sample: int = 0
    sample: float = 1.0
    seed: int = 0
    longest: int = 16_000_000
    encoding: str | None = None

    def __post_init__(self) -> None:
        for name, least in (("top", 1), ("longest", 1), ("limit", 0), ("review_sample", 0)):
            value = getattr(self, name)
            if not (value is None and name == "limit") and not (_is_whole(value) and value >= least):
                raise PolicyError(f"clean: {name}={value!r} should be a whole number from {least}")
        if not _is_whole(self.seed):
            raise PolicyError(f"clean: seed={self.seed!r} should be a whole number")
        for name in ("annotate", "counts", "drop_documents"):
            if not isinstance(getattr(self, name), bool):
                raise PolicyError(f"clean: {name}={getattr(self, name)!r} should be True or False")
        for name in ("pages", "annotations", "encoding"):
            value = getattr(self, name)
            if value is not None and not _is_name(value):
                raise PolicyError(f"clean: {name}={value!r} should be a name, as text")
        if not isinstance(self.fields, FieldNames):
            raise PolicyError(f"clean: fields={self.fields!r} should be FieldNames")
        if not isinstance(self.sample, int | float) or isinstance(self.sample, bool) or not 0 < self.sample <= 1:
            raise PolicyError(f"clean: sample={self.sample!r} should be a share above 0 and at most 1")
        if self.annotate and self.annotations is None:
            raise PolicyError("clean: to annotate, a field for the annotations is needed")
        for name in self.added_fields():
            if name in self.named_fields():
                raise PolicyError(f"clean: the annotations can't go to {name!r}, which is read: choose another")

    def named_fields(self) -> set[str]:
        """Return the fields that are read."""
        return {name for name in asdict(self.fields).values() if name is not None}

    def added_fields(self) -> list[str]:
        """Return the fields that are added to a record: the annotations first, then the counts."""
        own = [self.annotations] if self.annotations is not None else []
        return own + ([self.count_field(name) for name in COUNTS] if self.counts else [])

    def count_field(self, name: str) -> str:
        """Return the field that a count goes to."""
        return f"{self.annotations or 'textmend'}_{name}"


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_name(value: object) -> bool:
    """Whether a value is a text that files and columns may be named after."""
    return isinstance(value, str) and bool(value) and "\0" not in value and value.isprintable()


@dataclass(frozen=True, slots=True, kw_only=True)
class MenderSpec:
    """How each worker makes its mender, which may be another library's.

    Attributes:
        factory: an importable function, as ``"module:function"``; it returns an object with ``mend`` like
            :class:`textmend.Mender`'s.
        settings: its keyword arguments; JSON values.
        identity: what else tells one mender from another, such as a digest of its models. A run is resumed only
            with the mender it began with.
    """

    factory: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    identity: str = ""
