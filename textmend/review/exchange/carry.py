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
from textmend.records import Verdict
from textmend.review.decisions import Key, Recorded, record
from textmend.review.documents import ReviewDocument
from textmend.review.exchange.shown import fit
from textmend.review.order import KEYS
from textmend.text import Span

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


class Answer(NamedTuple):
    """What a person answered in a tool: one of ``LABELS``, and words, on one line, where it is ``WORDS``."""

    label: str
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """A gap as it travels.

    Attributes:
        gap: the gap, undecided: document, digest, offsets and quote.
        fills: the words that ``FILLS`` stand for.
        marker: where its placeholder stands in the text that the tool shows.
        decision: the decision that travelled out with it, if any.
    """

    gap: Recorded
    fills: tuple[str, ...]
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
            return _with(self.gap, "undo", None, by, at)
        if answer.label in VERDICTS:
            return _with(self.gap, VERDICTS[answer.label], None, by, at)
        if answer.label == WORDS:
            words = (answer.words or "").strip()
            if not words:
                raise RecordError(f"{place}: the label {WORDS!r} goes with words, but there are none")
            return _with(self.gap, "fill", words, by, at)
        if answer.label in FILLS and FILLS.index(answer.label) < len(self.fills):
            return _with(self.gap, "fill", self.fills[FILLS.index(answer.label)], by, at)
        raise RecordError(
            f"{place}: the label {answer.label!r} stands for nothing here; there are {len(self.fills)} fills"
        )


def answer_of(decision: Recorded | None, fills: Sequence[str]) -> Answer:
    """Return the answer that stands for a decision."""
    if decision is None:
        return Answer(OPEN)
    if decision.text is None:
        return Answer(next(label for label, verdict in VERDICTS.items() if verdict == decision.verdict))
    if decision.text in fills:
        return Answer(FILLS[fills.index(decision.text)])
    return Answer(WORDS, one_line(decision.text))


def carried(document: ReviewDocument, markers: Sequence[Span], decisions: Mapping[Key, Recorded]) -> list[Carried]:
    """Return a document's gaps as they travel."""
    found: list[Carried] = []
    for gap, span in zip(document.gaps, markers, strict=True):
        stub = record(document, gap, "undo")
        fills = tuple(fill.text for fill in gap.fills[:KEYS])
        found.append(Carried(gap=stub, fills=fills, marker=span, decision=decisions.get(stub.key)))
    return found


def pack(gaps: Sequence[Carried]) -> str:
    """Return gaps of one document as the string that travels."""
    return json.dumps(
        {
            "schema": 1,
            "gaps": [
                {
                    "gap": one.gap.to_dict(),
                    "fills": list(one.fills),
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
                fills=tuple(map(_text, one["fills"])),
                marker=Span(int(one["marker"][0]), int(one["marker"][1])),
                decision=Recorded.from_dict(one["decision"]) if one["decision"] is not None else None,
            )
            for one in data["gaps"]
        ]
    except RecordError as error:
        raise RecordError(f"{place}: the field {FIELD!r}: {error}") from error
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise RecordError(f"{place}: the field {FIELD!r} was altered: {error!r}") from error


def fills_in_words(gaps: Sequence[Carried], probabilities: Sequence[Sequence[float]]) -> str:
    """Return the fills of gaps for people: one line a gap, numbered as the placeholders are."""
    return "\n".join(
        f"▢{number}  " + ("   ".join(ranked(one.fills, chances)) or "no proposals")
        for number, (one, chances) in enumerate(zip(gaps, probabilities, strict=True), start=1)
    )


def ranked(fills: Sequence[str], probabilities: Sequence[float]) -> list[str]:
    """Return fills for people: rank, words, probability."""
    return [
        f"{rank} {one_line(fill)} ({probability:.0%})"
        for rank, (fill, probability) in enumerate(zip(fills, probabilities, strict=True), start=1)
    ]


def one_line(text: str) -> str:
    """Return a text as tools can show it, on one line."""
    return " ".join(fit(text).split())


def _with(gap: Recorded, verdict: Any, text: str | None, by: str | None, at: str | None) -> Recorded:
    return replace(gap, verdict=verdict, text=text, by=by, at=at)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"expected a string, got {type(value).__name__}")
    return value
