"""Mended: a text with the edits that were made to it, undoable and replayable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from textmend.edits.apply import apply_edits, undo_edits
from textmend.edits.plan import plan, with_words
from textmend.errors import RecordError
from textmend.records import SCHEMA, Decision, Edit, Gap


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """What ``mend`` made of a text.

    Attributes:
        text: the mended text.
        edits: the edits made, in order; offsets are those of the original text.
        gaps: all gaps found, in order, each with its decision.
        original: the text as it was.
        placeholder: what stands for words that are marked as missing.
    """

    text: str
    edits: tuple[Edit, ...]
    gaps: tuple[Gap, ...]
    original: str
    placeholder: str = "[…]"

    @classmethod
    def of(cls, original: str, gaps: Iterable[Gap], placeholder: str) -> Mended:
        """Carry out the decisions of ``gaps`` on ``original``."""
        decided, edits = plan(original, list(gaps), placeholder)
        return cls(
            text=apply_edits(original, edits),
            edits=tuple(edits),
            gaps=tuple(decided),
            original=original,
            placeholder=placeholder,
        )

    def undo(self) -> str:
        """Return the original text, from the mended one and its edits."""
        return undo_edits(self.text, self.edits)

    def apply(self, decisions: Iterable[Decision]) -> Mended:
        """Replay a reviewer's decisions on the original text.

        Gaps without a decision stay as the policy decided.

        Raises:
            RecordError: a decision names a place where no gap was found, or two name the same.
        """
        gaps = {(gap.start, gap.end): gap for gap in self.gaps}
        seen: set[tuple[int, int]] = set()
        for decision in decisions:
            place = (decision.start, decision.end)
            if place not in gaps:
                raise RecordError(f"decision at {decision.start}:{decision.end}: no gap was found there in this text")
            if place in seen:
                raise RecordError(f"decision at {decision.start}:{decision.end}: this gap has a decision already")
            seen.add(place)
            gaps[place] = _decided(gaps[place], decision)
        return Mended.of(self.original, gaps.values(), self.placeholder)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form (``docs/records.md``). Edits name their gap, and their fill, by number."""
        numbers = {(gap.start, gap.end): number for number, gap in enumerate(self.gaps)}
        edits = []
        for edit in self.edits:
            number = numbers[edit.gap.start, edit.gap.end]
            fill = self.gaps[number].fills.index(edit.fill) if edit.fill else None
            edits.append(
                {
                    "start": edit.start,
                    "end": edit.end,
                    "removed": edit.removed,
                    "replacement": edit.replacement,
                    "gap": number,
                    "fill": fill,
                }
            )
        return {
            "schema": SCHEMA,
            "text": self.text,
            "original": self.original,
            "placeholder": self.placeholder,
            "gaps": [gap.to_dict() for gap in self.gaps],
            "edits": edits,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Mended:
        """Read the JSON form.

        Raises:
            RecordError: it is malformed, or its text, original and edits don't fit together.
        """
        if data.get("schema") != SCHEMA:
            raise RecordError(f"mended: schema version {data.get('schema')!r} can't be read; this reads {SCHEMA}")
        try:
            gaps = tuple(Gap.from_dict(gap) for gap in data["gaps"])
            edits = tuple(
                Edit(
                    start=edit["start"],
                    end=edit["end"],
                    removed=edit["removed"],
                    replacement=edit["replacement"],
                    gap=gaps[edit["gap"]],
                    fill=gaps[edit["gap"]].fills[edit["fill"]] if edit["fill"] is not None else None,
                )
                for edit in data["edits"]
            )
            text, original, placeholder = data["text"], data["original"], data["placeholder"]
        except (KeyError, IndexError, TypeError) as error:
            raise RecordError(f"mended: malformed: {error!r}") from error
        if apply_edits(original, edits) != text:
            raise RecordError("mended: the edits don't turn the original into the text")
        return cls(text=text, edits=edits, gaps=gaps, original=original, placeholder=placeholder)


def _decided(gap: Gap, decision: Decision) -> Gap:
    match decision.verdict:
        case "fill":
            assert decision.text is not None
            return with_words(gap, decision.text, decision.spacing, decision.replaces)
        case "mark" | "drop":
            return gap.with_decision(decision.verdict)
        case "keep" | "not_a_gap":
            return gap.with_decision("keep")
