"""What travels with a file through another tool, so that decisions come back exactly: an offset map, and quotes.

It is one string of JSON in ASCII, which tools keep as they keep any other field: no database or spreadsheet has to
know of lone surrogates, control characters or the kinds of line ends in the text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from textmend.errors import RecordError
from textmend.records import Fill, Verdict
from textmend.report.numbers import count
from textmend.review.decisions import Key, Recorded, Undo, record
from textmend.review.documents import ReviewDocument
from textmend.review.exchange.rendering import fit
from textmend.review.order import KEYS
from textmend.review.quotes import quote_at
from textmend.text.words import Span

FIELD = "textmend"
"""The field that holds it."""

OPEN = "gap"
"""The label of a gap that is not decided."""

WORDS = "words"
"""The label of a gap for which somebody wrote words."""

VERDICTS: dict[str, Verdict] = {"not a gap": "not_a_gap", "keep": "keep", "mark": "mark", "drop": "drop"}
"""The labels of the other verdicts."""

FILLS = tuple(f"fill {rank}" for rank in range(1, KEYS + 1))
"""The labels that take a fill."""

LABELS = (OPEN, *FILLS, WORDS, *VERDICTS)


class Offer(NamedTuple):
    """A fill as it travels; see :class:`textmend.records.Fill`."""

    text: str
    probability: float
    spacing: tuple[str, str] | None = None
    replaces: int = 0

    @classmethod
    def of(cls, fill: Fill) -> Offer:
        """Return what travels of a fill."""
        return cls(fill.text, fill.probability, fill.spacing, fill.replaces)

    def to_dict(self) -> dict[str, Any]:
        """Return its JSON form."""
        form: dict[str, Any] = {"text": self.text, "probability": self.probability}
        if self.spacing is not None:
            form["spacing"] = self.spacing
        return form | ({"replaces": self.replaces} if self.replaces else {})

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Offer:
        """Read its JSON form. Raises :class:`RecordError` where it is malformed."""
        return cls.of(Fill.from_dict({**data, "origin": "model", "introduces": []}))


class Answer(NamedTuple):
    """What a person answered in a tool: one of ``LABELS``, and words, on one line, where it is ``WORDS``."""

    label: str
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A gap as it travels.

    Attributes:
        gap: the gap, undecided: document, digest, offsets, and a quote that holds what any of the fills replaces.
        fills: what ``FILLS`` stand for.
        marker: where its placeholder stands in the text that the tool shows.
        decision: the decision that travelled out with it, if any.
    """

    gap: Recorded
    fills: tuple[Offer, ...]
    marker: Span
    decision: Recorded | None

    @property
    def answer(self) -> Answer:
        """The answer that travelled out."""
        return answer_of(self.decision, self.fills)

    def back(self, answer: Answer, *, by: str | None = None, at: str | None = None) -> Recorded | None:
        """Return what an answer that came back means; ``None`` where nothing is decided.

        An answer that is still what travelled out gives the very decision that travelled out. One that was
        taken back gives an ``"undo"``.

        Raises:
            RecordError: the label is unknown, there is no such fill, or words are missing.
        """
        place = f"{self.gap.document}: gap at {self.gap.start}:{self.gap.end}"
        if answer.label == self.answer.label and one_line(answer.words or "") == (self.answer.words or ""):
            return self.decision
        if answer.label == OPEN:
            return self._decided("undo", None, by, at)
        if answer.label in VERDICTS:
            return self._decided(VERDICTS[answer.label], None, by, at)
        if answer.label == WORDS:
            words = (answer.words or "").strip()
            if not words:
                raise RecordError(f"{place}: the label {WORDS!r} goes with words, but there are none")
            return self._decided(
                "fill", next((fill for fill in self.fills if fill.text == words), Offer(words, 1.0)), by, at
            )
        if answer.label in FILLS and FILLS.index(answer.label) < len(self.fills):
            return self._decided("fill", self.fills[FILLS.index(answer.label)], by, at)
        raise RecordError(
            f"{place}: the label {answer.label!r} stands for nothing here: the gap has {count(len(self.fills), 'fill')}"
        )

    @property
    def fills_in_words(self) -> list[str]:
        """The fills for people: rank, words, what else they stand for, probability."""
        found = []
        for rank, fill in enumerate(self.fills, start=1):
            moved = one_line(self.gap.quote.suffix[: fill.replaces])
            also = f" in the place of “{moved}” too" if moved else ""
            found.append(f"{rank} {one_line(fill.text) or '(white space)'}{also} (fill {fill.probability:.0%})")
        return found

    def _decided(self, verdict: Verdict | Undo, offer: Offer | None, by: str | None, at: str | None) -> Recorded:
        text, _, spacing, replaces = offer or (None, 1.0, None, 0)
        return replace(
            self.gap,
            quote=self.gap.quote.of(replaces),
            verdict=verdict,
            text=text,
            spacing=spacing,
            replaces=replaces,
            by=by,
            at=at,
        )


def answer_of(decision: Recorded | None, fills: Sequence[Offer]) -> Answer:
    """Return the answer that stands for a decision."""
    if decision is None:
        return Answer(OPEN)
    if decision.text is None:
        return Answer(next(label for label, verdict in VERDICTS.items() if verdict == decision.verdict))
    for label, fill in zip(FILLS, fills, strict=False):
        if (fill.text, fill.spacing, fill.replaces) == (decision.text, decision.spacing, decision.replaces):
            return Answer(label)
    return Answer(WORDS, one_line(decision.text))


def carried(document: ReviewDocument, markers: Sequence[Span], decisions: Mapping[Key, Recorded]) -> list[Carried]:
    """Return a document's gaps as they travel."""
    found: list[Carried] = []
    for gap, span in zip(document.gaps, markers, strict=True):
        fills = tuple(map(Offer.of, gap.fills[:KEYS]))
        most = max((fill.replaces for fill in fills), default=0)
        stub = replace(record(document, gap, "undo"), quote=quote_at(document.text, gap.start, gap.end, most))
        decision = decisions.get(stub.key)
        if decision is not None and decision.added:
            stub = replace(stub, added=True)
        found.append(Carried(gap=stub, fills=fills, marker=span, decision=decision))
    return found


def pack(gaps: Sequence[Carried]) -> str:
    """Return gaps of one document as the string that travels."""
    return json.dumps(
        {
            "schema": 1,
            "gaps": [
                {
                    "gap": one.gap.to_dict(),
                    "fills": [fill.to_dict() for fill in one.fills],
                    "marker": list(one.marker),
                    "decision": one.decision.to_dict() if one.decision else None,
                }
                for one in gaps
            ],
        },
        ensure_ascii=True,
        separators=(",", ":"),
    )


def unpack(value: object, place: str) -> list[Carried]:
    """Return the gaps that travelled in a string.

    Raises:
        RecordError: it is missing or was altered.
    """
    if not isinstance(value, str):
        raise RecordError(
            f"{place}: the field {FIELD!r} is missing, which ties it to its document: export it again with all fields, "
            "or it was not made by textmend"
        )
    try:
        data = json.loads(value)
        if data["schema"] != 1:
            raise RecordError(f"{place}: the field {FIELD!r} was written by a newer version of textmend")
        return [
            Carried(
                gap=Recorded.from_dict(one["gap"]),
                fills=tuple(map(Offer.from_dict, one["fills"])),
                marker=Span(int(one["marker"][0]), int(one["marker"][1])),
                decision=Recorded.from_dict(one["decision"]) if one["decision"] is not None else None,
            )
            for one in data["gaps"]
        ]
    except RecordError as error:
        raise RecordError(f"{place}: the field {FIELD!r}: {error}") from error
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise RecordError(f"{place}: the field {FIELD!r} was altered: {error!r}") from error


def all_fills_in_words(gaps: Sequence[Carried]) -> str:
    """Return the fills of gaps for people: one line a gap, numbered as the placeholders are."""
    return "\n".join(
        f"▢{number}  " + ("   ".join(one.fills_in_words) or "no proposals") for number, one in enumerate(gaps, start=1)
    )


def one_line(text: str) -> str:
    """Return a text as tools can show it, on one line."""
    return " ".join(fit(text).split())
