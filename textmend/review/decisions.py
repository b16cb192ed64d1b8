"""Decisions as they are kept: JSON Lines, one decision a line, each with what ties it to its document.

``docs/review.md`` describes the form. The page writes it in the browser, the terminal line by line.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from textmend.errors import RecordError
from textmend.records import SCHEMA, Decision, Gap, Verdict
from textmend.review.documents import ReviewDocument
from textmend.review.quotes import Quote, quote_at

Undo = Literal["undo"]

Key = tuple[str, str | None, int, int]
"""Which gap a decision is about: document, digest, start, end."""

_FLAGS = ("added", "settles")
"""Keys that stand in a line only where they are true."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A decision of a person, or that it is taken back, and what ties it to its document.

    Attributes:
        document: the document's id.
        digest: the digest of its text; ``None`` where it is not known.
        start: offset of the gap in that text, in code points.
        end: offset of its end.
        quote: what stands there and around it.
        verdict: as in :class:`textmend.records.Decision`; ``"undo"`` takes the gap's earlier decisions back.
        text: the words to insert; only with ``"fill"``.
        by: who decided; free text.
        at: when, as ISO 8601; free text.
        spacing: of the fill that was taken, where a source told it; see :class:`textmend.records.Fill`.
        replaces: of the fill that was taken; the quote's suffix holds what is replaced.
        added: the person added the gap: the machine did not flag this place.
        settles: the person knew what others had decided about the gap; this decision counts over theirs.

    Raises:
        RecordError: the verdict ``"fill"`` goes without words, or another one with them; or what is replaced is not
            all quoted.
    """

    document: str
    digest: str | None
    start: int
    end: int
    quote: Quote
    verdict: Verdict | Undo
    text: str | None = None
    by: str | None = None
    at: str | None = None
    spacing: tuple[str, str] | None = None
    replaces: int = 0
    added: bool = False
    settles: bool = False

    def __post_init__(self) -> None:
        if self.verdict != "undo":
            self._decided(self.verdict)
        elif (self.text, self.spacing, self.replaces) != (None, None, 0):
            raise RecordError(f"decision at {self.start}:{self.end}: the verdict 'undo' goes without a text")
        if self.replaces > len(self.quote.suffix):
            raise RecordError(
                f"decision at {self.start}:{self.end}: it replaces {self.replaces} code points, but 'suffix' has "
                f"only {len(self.quote.suffix)}"
            )

    @property
    def key(self) -> Key:
        """Which gap this is about."""
        return self.document, self.digest, self.start, self.end

    @property
    def decision(self) -> Decision | None:
        """The decision alone; ``None`` where it was taken back."""
        return None if self.verdict == "undo" else self._decided(self.verdict)

    def _decided(self, verdict: Verdict) -> Decision:
        return Decision(
            start=self.start,
            end=self.end,
            verdict=verdict,
            text=self.text,
            by=self.by,
            at=self.at,
            spacing=self.spacing,
            replaces=self.replaces,
            added=self.added,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form (``docs/review.md``)."""
        form: dict[str, Any] = {
            "schema": SCHEMA,
            "document": self.document,
            "digest": self.digest,
            "start": self.start,
            "end": self.end,
            "prefix": self.quote.prefix,
            "exact": self.quote.exact,
            "suffix": self.quote.suffix,
            "verdict": self.verdict,
            "text": self.text,
            "by": self.by,
            "at": self.at,
        }
        if self.spacing is not None:
            form["spacing"] = list(self.spacing)
        if self.replaces:
            form["replaces"] = self.replaces
        return form | {name: True for name in _FLAGS if getattr(self, name)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Recorded:
        """Read the JSON form. Raises :class:`RecordError` where it is malformed."""
        if not isinstance(data, Mapping):
            raise RecordError(f"decision: expected a JSON object, got {type(data).__name__}")
        undone = data.get("verdict") == "undo"
        decision = Decision.from_dict({**data, "verdict": "keep"} if undone else data)
        if len(exact := _string(data, "exact")) != decision.end - decision.start:
            raise RecordError(
                f"decision at {decision.start}:{decision.end}: 'exact' has {len(exact)} code points, its span "
                f"{decision.end - decision.start}; offsets count code points, not UTF-16 units"
            )
        if exact.strip():
            raise RecordError(
                f"decision at {decision.start}:{decision.end}: 'exact' is {exact!r:.40}; a gap is white space, or nothing"
            )
        return cls(
            document=_string(data, "document"),
            digest=None if data.get("digest") is None else _string(data, "digest"),
            start=decision.start,
            end=decision.end,
            quote=Quote(prefix=_string(data, "prefix"), exact=exact, suffix=_string(data, "suffix")),
            verdict="undo" if undone else decision.verdict,
            text=decision.text,
            by=decision.by,
            at=decision.at,
            spacing=decision.spacing,
            replaces=decision.replaces,
            added=decision.added,
            settles=_flag(data, "settles"),
        )


def key_of(document: ReviewDocument, gap: Gap) -> Key:
    """Return the key of decisions about a gap of a document."""
    return document.id, document.digest, gap.start, gap.end


def record(
    document: ReviewDocument,
    gap: Gap,
    verdict: Verdict | Undo,
    text: str | None = None,
    *,
    by: str | None = None,
    at: str | None = None,
    spacing: tuple[str, str] | None = None,
    replaces: int = 0,
    added: bool = False,
    settles: bool = False,
) -> Recorded:
    """Return what a person decided about a gap of a document, ready to be kept."""
    return Recorded(
        document=document.id,
        digest=document.digest,
        start=gap.start,
        end=gap.end,
        quote=quote_at(document.text, gap.start, gap.end, replaces),
        verdict=verdict,
        text=text,
        by=by,
        at=at,
        spacing=spacing,
        replaces=replaces,
        added=added,
        settles=settles,
    )


def standing(decisions: Iterable[Recorded]) -> dict[Key, list[Recorded]]:
    """Return what each person decided last about each gap, in the order these decisions were made.

    An ``"undo"`` takes the person's own decision back; where there is none, it takes back everybody's.
    """
    found: dict[Key, list[Recorded]] = {}
    for decision in decisions:
        before = found.pop(decision.key, [])
        others = [one for one in before if one.by != decision.by]
        if decision.verdict != "undo":
            found[decision.key] = [*others, decision]
        elif others and len(others) < len(before):
            found[decision.key] = others
    return found


def counting(decisions: Sequence[Recorded]) -> Recorded:
    """Return the decision that counts of those that stand about one gap: the last that settles, or else the last."""
    return next((one for one in reversed(decisions) if one.settles), decisions[-1])


def latest(decisions: Iterable[Recorded]) -> dict[Key, Recorded]:
    """Return what counts for each gap, in the order it was decided; what was undone is gone."""
    return {key: counting(found) for key, found in standing(decisions).items()}


def dump(decision: Recorded) -> str:
    """Return a decision as one line of JSON, in ASCII, its line end included."""
    return json.dumps(decision.to_dict(), ensure_ascii=True) + "\n"


def read_decisions(name: str, text: str) -> list[Recorded]:
    """Read decisions, in their order.

    A last line that was cut off while it was written (it has no line end and is no JSON) is passed over.

    Args:
        name: the file's name, for errors.
        text: what the file holds.

    Raises:
        RecordError: a line is malformed; the error names it.
    """
    found: list[Recorded] = []
    lines = text.removeprefix("\ufeff").split("\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
        except (ValueError, RecursionError) as error:
            if number == len(lines) and found:
                break
            raise RecordError(f"{name}:{number}: is not JSON, so this is no file of decisions: {error}") from error
        try:
            found.append(Recorded.from_dict(data))
        except RecordError as error:
            raise RecordError(f"{name}:{number}: {error}") from error
    return found


def _string(data: Mapping[str, Any], key: str) -> str:
    value = data.get(key)
    if not isinstance(value, str):
        problem = f"should be a string, not {value!r:.60}" if key in data else "is missing"
        raise RecordError(f"decision: {key!r} {problem}")
    return value


def _flag(data: Mapping[str, Any], key: str) -> bool:
    value = data.get(key, False)
    if not isinstance(value, bool):
        raise RecordError(f"decision: {key!r} should be true or false, not {value!r:.60}")
    return value
