"""The records that flow through textmend: Gap, Fill, Evidence, Edit, Decision; and their JSON forms.

Records hold facts and never act: applying edits is the job of ``edits``, deciding is ``policy``'s.
``docs/records.md`` describes the JSON forms.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from textmend.errors import RecordError
from textmend.record_reader import RecordReader

SCHEMA = 1
"""Version of the JSON forms. It grows when a form changes so that an older reader would misread it."""

Origin = Literal["model", "echo", "source", "reviewer"]
Action = Literal["apply", "keep", "mark", "drop"]
Verdict = Literal["fill", "not_a_gap", "keep", "mark", "drop"]
SkippedFor = Literal["language", "too_many_gaps", "error"]
Place = Literal["text", "title", "metadata", "page", "reference"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Where the words of a fill were found.

    Attributes:
        place: the kind of text that holds them.
        quote: the words as they stand there, with a little of what surrounds them.
        start: offset of the words in that text, in code points; ``None`` where offsets have no meaning.
        end: offset just after them.
        detail: more about the place: a metadata key, or a tag and XPath of a page.
    """

    place: Place
    quote: str
    start: int | None = None
    end: int | None = None
    detail: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form (``docs/records.md``)."""
        return {
            "place": self.place,
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "detail": self.detail,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Evidence:
        """Read the JSON form. Raises :class:`RecordError` where it is malformed."""
        read = RecordReader(data, "evidence")
        start, end = read.span(optional=True)
        return cls(
            place=read.choice("place", get_args(Place)),
            quote=read.text("quote"),
            start=start,
            end=end,
            detail=read.text("detail", optional=True),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Fill:
    """A proposal for the words lost at a gap.

    Attributes:
        text: the words as they would be inserted, cased, without surrounding white space.
        probability: that these words stood there, given that words are missing; 0 to 1.
        origin: ``"model"`` (masked language model), ``"echo"`` (the article says so elsewhere),
            ``"source"`` (the page or copy the text came from) or ``"reviewer"`` (a person).
        evidence: where the words stand, for echoes and sources.
        introduces: names and numbers in ``text`` that neither the article nor its title and metadata hold, and negations.
        spacing: the white space before and after the words, where a source gives it; ``None``: the place decides. Only
            with it may ``text`` be white space alone, where nothing else was lost.
        replaces: how many code points of the caller's text after the gap ``text`` replaces too, because the same words
            stand there in another order. Mostly 0.
        model: name and version of the model that weighed it, ``name@commit`` for one of the hub; ``None``
            where no model did.
        calibrated: whether ``probability`` was calibrated for that model on held-out text.
    """

    text: str
    probability: float
    origin: Origin
    evidence: Evidence | None = None
    introduces: tuple[str, ...] = ()
    spacing: tuple[str, str] | None = None
    replaces: int = 0
    model: str | None = None
    calibrated: bool = True

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form (``docs/records.md``)."""
        form: dict[str, Any] = {
            "text": self.text,
            "probability": self.probability,
            "origin": self.origin,
            "evidence": self.evidence.to_dict() if self.evidence else None,
            "introduces": list(self.introduces),
            "model": self.model,
            "calibrated": self.calibrated,
        }
        if self.spacing is not None:
            form["spacing"] = list(self.spacing)
        if self.replaces:
            form["replaces"] = self.replaces
        return form

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Fill:
        """Read the JSON form. Raises :class:`RecordError` where it is malformed."""
        read = RecordReader(data, "fill")
        evidence = read.mapping("evidence", optional=True)
        return cls(
            text=read.text("text"),
            probability=read.probability("probability"),
            origin=read.choice("origin", get_args(Origin)),
            evidence=Evidence.from_dict(evidence) if evidence is not None else None,
            introduces=read.texts("introduces"),
            spacing=read.spacing("spacing"),
            replaces=read.offset("replaces", optional=True) or 0,
            model=read.text("model", optional=True),
            calibrated=read.flag("calibrated", default=True),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A place where words are missing.

    Attributes:
        start: offset in the caller's text, in code points, where the white space at the gap begins.
        end: offset where it ends; ``text[start:end]`` is white space or empty.
        probability: that words are missing here; 0 to 1, calibrated.
        lengths: ``lengths[i]`` is the probability that ``i + 1`` words are missing, given that some are;
            the last entry stands for that many or more. Sums to 1.
        cues: names of the surface signs seen here (``textmend.detect.cues``); an explanation, not a proof.
        fills: proposals, the most probable first; empty from ``find_gaps``.
        decision: what the policy decided about the gap; ``None`` until ``mend`` decides.
    """

    start: int
    end: int
    probability: float
    lengths: tuple[float, ...] = ()
    cues: tuple[str, ...] = ()
    fills: tuple[Fill, ...] = ()
    decision: Action | None = None

    def with_fills(self, fills: tuple[Fill, ...]) -> Gap:
        """Return the same gap with these fills."""
        return replace(self, fills=fills)

    def with_decision(self, decision: Action) -> Gap:
        """Return the same gap, decided."""
        return replace(self, decision=decision)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form (``docs/records.md``)."""
        return {
            "schema": SCHEMA,
            "start": self.start,
            "end": self.end,
            "probability": self.probability,
            "lengths": list(self.lengths),
            "cues": list(self.cues),
            "fills": [fill.to_dict() for fill in self.fills],
            "decision": self.decision,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Gap:
        """Read the JSON form. Raises :class:`RecordError` where it is malformed."""
        read = RecordReader(data, "gap")
        read.schema(SCHEMA)
        start, end = read.span()
        return cls(
            start=start,
            end=end,
            probability=read.probability("probability"),
            lengths=read.probabilities("lengths"),
            cues=read.texts("cues"),
            fills=tuple(Fill.from_dict(fill) for fill in read.mappings("fills")),
            decision=read.choice("decision", get_args(Action), optional=True),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change of the text: ``text[start:end]``, which is ``removed``, becomes ``replacement``.

    Attributes:
        start: offset in the original text, in code points.
        end: offset just after the replaced part.
        removed: what stood there, so that the edit can be undone from the mended text alone.
        replacement: what stands there now, spacing included.
        gap: the gap the edit comes from.
        fill: the fill it applies; ``None`` where it marks or drops.
    """

    start: int
    end: int
    removed: str
    replacement: str
    gap: Gap
    fill: Fill | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form (``docs/records.md``)."""
        return {
            "schema": SCHEMA,
            "start": self.start,
            "end": self.end,
            "removed": self.removed,
            "replacement": self.replacement,
            "gap": self.gap.to_dict(),
            "fill": self.fill.to_dict() if self.fill else None,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Edit:
        """Read the JSON form. Raises :class:`RecordError` where it is malformed."""
        read = RecordReader(data, "edit")
        read.schema(SCHEMA)
        start, end = read.span()
        fill = read.mapping("fill", optional=True)
        gap = read.mapping("gap")
        removed = read.text("removed")
        if len(removed) != end - start:
            raise RecordError(
                f"edit: 'removed' has {len(removed)} code points, its span {start}:{end} has {end - start}"
            )
        return cls(
            start=start,
            end=end,
            removed=removed,
            replacement=read.text("replacement"),
            gap=Gap.from_dict(gap or {}),
            fill=Fill.from_dict(fill) if fill is not None else None,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What a person decided about one gap.

    Attributes:
        start: offset of the gap in the original text, in code points.
        end: offset of its end.
        verdict: ``"fill"`` (insert ``text``), ``"not_a_gap"`` or ``"keep"`` (change nothing),
            ``"mark"`` (insert the placeholder) or ``"drop"`` (remove the sentence).
        text: the words to insert; only with ``"fill"``. White space alone where it chooses such a fill of the gap.
        spacing: that of the chosen fill; see :class:`Fill`.
        replaces: that of the chosen fill.
        by: who decided; free text.
        at: when, as ISO 8601; free text.
        added: whether the person added the gap, at a place that was not found to be one.
    """

    start: int
    end: int
    verdict: Verdict
    text: str | None = None
    by: str | None = None
    at: str | None = None
    spacing: tuple[str, str] | None = None
    replaces: int = 0
    added: bool = False

    def __post_init__(self) -> None:
        if not self.text if self.verdict == "fill" else self.text is not None:
            raise RecordError(
                f"decision at {self.start}:{self.end}: the verdict {self.verdict!r} goes "
                + ("with words in 'text'" if self.verdict == "fill" else f"without a text, but has {self.text!r}")
            )
        if self.verdict != "fill" and (self.spacing is not None or self.replaces):
            raise RecordError(
                f"decision at {self.start}:{self.end}: the verdict {self.verdict!r} goes without 'spacing' and 'replaces'"
            )

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form (``docs/records.md``)."""
        form: dict[str, Any] = {
            "schema": SCHEMA,
            "start": self.start,
            "end": self.end,
            "verdict": self.verdict,
            "text": self.text,
            "by": self.by,
            "at": self.at,
        }
        if self.spacing is not None:
            form["spacing"] = list(self.spacing)
        if self.replaces:
            form["replaces"] = self.replaces
        if self.added:
            form["added"] = True
        return form

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Decision:
        """Read the JSON form. Raises :class:`RecordError` where it is malformed."""
        read = RecordReader(data, "decision")
        read.schema(SCHEMA)
        start, end = read.span()
        return cls(
            start=start,
            end=end,
            verdict=read.choice("verdict", get_args(Verdict)),
            text=read.text("text", optional=True),
            by=read.text("by", optional=True),
            at=read.text("at", optional=True),
            spacing=read.spacing("spacing"),
            replaces=read.offset("replaces", optional=True) or 0,
            added=read.flag("added", default=False),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Why a text was left as it is.

    Attributes:
        kind: ``"language"``: it is not in a language of the models; ``"too_many_gaps"``: it is too damaged
            (``Policy.most_gaps``); ``"error"``: processing it raised an error (``on_error``).
        reason: the reason, as a sentence for people.
    """

    kind: SkippedFor
    reason: str

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form (``docs/records.md``)."""
        return {"kind": self.kind, "reason": self.reason}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Skipped:
        """Read the JSON form. Raises :class:`RecordError` where it is malformed."""
        read = RecordReader(data, "skipped")
        return cls(kind=read.choice("kind", get_args(SkippedFor)), reason=read.text("reason"))
