"""Mended: a text with its edits, which can be undone and replayed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from textmend.edits.apply import apply_edits, undo_edits
from textmend.edits.plan import plan, with_words
from textmend.errors import RecordError
from textmend.records import SCHEMA, Decision, Edit, Gap, Skipped

Value = TypeVar("Value", int, str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """The result of ``mend`` for a text.

    Attributes:
        text: the mended text.
        edits: the edits made, in order; offsets are those of the original text.
        gaps: all gaps found, in order, each with its decision.
        original: the text as it was.
        placeholder: what stands for words that are marked as missing.
        skipped: why the text was left as it is; ``None`` if it was processed.
    """

    text: str
    edits: tuple[Edit, ...]
    gaps: tuple[Gap, ...]
    original: str
    placeholder: str = "[…]"
    skipped: Skipped | None = None

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

    @classmethod
    def left(cls, original: str, gaps: Iterable[Gap], placeholder: str, skipped: Skipped) -> Mended:
        """Return a text that was left as it is, with its gaps and the reason."""
        kept = tuple(gap.with_decision("keep") for gap in gaps)
        return cls(text=original, edits=(), gaps=kept, original=original, placeholder=placeholder, skipped=skipped)

    def undo(self) -> str:
        """Return the original text, from the mended one and its edits."""
        return undo_edits(self.text, self.edits)

    def apply(self, decisions: Iterable[Decision]) -> Mended:
        """Replay a reviewer's decisions on the original text.

        Gaps without a decision stay as the policy decided. A decision with ``added`` adds a gap where none was found.

        Raises:
            RecordError: a decision names a place where no gap was found and none can be added, or two decisions name
                one place.
        """
        gaps = {(gap.start, gap.end): gap for gap in self.gaps}
        seen: set[tuple[int, int]] = set()
        for decision in decisions:
            place = (decision.start, decision.end)
            if place not in gaps:
                gaps[place] = self._added(decision, gaps.values())
            if place in seen:
                raise RecordError(f"decision at {decision.start}:{decision.end}: this gap has a decision already")
            seen.add(place)
            gaps[place] = _decided(gaps[place], decision)
        return Mended.of(self.original, sorted(gaps.values(), key=lambda gap: gap.start), self.placeholder)

    def _added(self, decision: Decision, gaps: Iterable[Gap]) -> Gap:
        """Return the gap that a decision adds. Raises :class:`RecordError` if none can be added."""
        start, end = decision.start, decision.end
        if not decision.added:
            raise RecordError(f"decision at {start}:{end}: no gap was found there in this text")
        if end > len(self.original) or self.original[start:end].strip():
            raise RecordError(f"decision at {start}:{end}: a gap that is added must be white space or empty")
        if any(start <= gap.end and gap.start <= end for gap in gaps):
            raise RecordError(f"decision at {start}:{end}: the gap that it adds overlaps or touches another one")
        return Gap(start=start, end=end, probability=1.0)

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
        form = {
            "schema": SCHEMA,
            "text": self.text,
            "original": self.original,
            "placeholder": self.placeholder,
            "gaps": [gap.to_dict() for gap in self.gaps],
            "edits": edits,
        }
        return form if self.skipped is None else {**form, "skipped": self.skipped.to_dict()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Mended:
        """Read the JSON form.

        Raises:
            RecordError: it is malformed, or its text, original and edits don't fit together.
        """
        if not isinstance(data, Mapping):
            raise RecordError(f"mended: expected a JSON object, got {type(data).__name__}")
        if data.get("schema") != SCHEMA:
            raise RecordError(f"mended: schema version {data.get('schema')!r} can't be read; this reads {SCHEMA}")
        try:
            gaps = tuple(Gap.from_dict(gap) for gap in data["gaps"])
            edits = tuple(_edit(edit, gaps) for edit in data["edits"])
            text, original, placeholder = (_of(data[key], str) for key in ("text", "original", "placeholder"))
        except (KeyError, IndexError, TypeError) as error:
            raise RecordError(f"mended: malformed: {error!r}") from error
        for gap in gaps:
            if gap.end > len(original) or (gap.decision == "apply" and not gap.fills):
                raise RecordError(
                    f"mended: the gap at {gap.start}:{gap.end} lies after the text, or has no fill to apply"
                )
        if apply_edits(original, edits) != text:
            raise RecordError("mended: the edits don't turn the original into the text")
        skipped = Skipped.from_dict(data["skipped"]) if data.get("skipped") is not None else None
        return cls(text=text, edits=edits, gaps=gaps, original=original, placeholder=placeholder, skipped=skipped)


def _edit(data: Mapping[str, Any], gaps: tuple[Gap, ...]) -> Edit:
    """Read an edit whose gap and fill are numbers. Raises ``KeyError``, ``IndexError`` or ``TypeError``."""
    gap = gaps[_of(data["gap"], int)]
    return Edit(
        start=_of(data["start"], int),
        end=_of(data["end"], int),
        removed=_of(data["removed"], str),
        replacement=_of(data["replacement"], str),
        gap=gap,
        fill=gap.fills[_of(data["fill"], int)] if data["fill"] is not None else None,
    )


def _of(value: Any, kind: type[Value]) -> Value:
    if type(value) is not kind:
        raise TypeError(f"expected {kind.__name__}, got {value!r:.60}")
    return value


def _decided(gap: Gap, decision: Decision) -> Gap:
    match decision.verdict:
        case "fill":
            assert decision.text is not None
            return with_words(gap, decision.text, decision.spacing, decision.replaces)
        case "mark" | "drop":
            return gap.with_decision(decision.verdict)
        case "keep" | "not_a_gap":
            return gap.with_decision("keep")
