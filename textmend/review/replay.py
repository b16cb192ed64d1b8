"""Replaying decisions on the original texts: by offset where a text is the same, by quote where it shifted.

What can't be placed for certain is refused, with a reason. Reads and writes no files.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import Any, Literal

from textmend.edits.mended import Mended
from textmend.records import SCHEMA, Decision, Edit, Gap
from textmend.review.decisions import Key, Recorded, latest
from textmend.review.placing import Misplaced, place, reach
from textmend.review.quotes import digest_of
from textmend.text.words import Span

How = Literal["offset", "quote"]

_CLASH = "the words that it would replace are changed by another decision"
_DROPPED = "its sentence was dropped, by a decision about another gap in it"

_ENOUGH = 0.5
"""Share of a document's quoted gaps that have to be found, or else it is another text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A text that decisions are replayed on.

    Attributes:
        id: what documents are called by; a file's name, or the id in a line of JSON.
        text: the text.
    """

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a decision.

    Attributes:
        recorded: the decision.
        original: the number of the text it was replayed on; ``None`` where it was refused.
        place: where it stands in that text.
        how: how that was found.
        replaces: how many code points of that text, after the place, its words stand for too.
        edit: the edit it led to; ``None`` where the text stays as it is there.
        reason: why it was refused, or why it led to no edit of its own; else ``None``.
        earlier: decisions about the same gap that it replaced, in their order.
    """

    recorded: Recorded
    original: int | None = None
    place: Span | None = None
    how: How | None = None
    replaces: int = 0
    edit: Edit | None = None
    reason: str | None = None
    earlier: tuple[Recorded, ...] = ()

    @property
    def refused(self) -> bool:
        """Whether it could not be replayed."""
        return self.original is None

    def to_dict(self) -> dict[str, Any]:
        """Return a line of the log (``docs/review.md``)."""
        recorded, edit = self.recorded, self.edit
        return {
            "schema": SCHEMA,
            "document": recorded.document,
            "outcome": "refused" if self.refused else "unchanged" if edit is None else "edited",
            "reason": self.reason,
            "start": self.place.start if self.place else None,
            "end": self.place.end if self.place else None,
            "placed_by": self.how,
            "verdict": recorded.verdict,
            "text": recorded.text,
            "by": recorded.by,
            "at": recorded.at,
            "edit": edit
            and {"start": edit.start, "end": edit.end, "removed": edit.removed, "replacement": edit.replacement},
            "decision": recorded.to_dict(),
            "earlier": [{"verdict": one.verdict, "text": one.text, "by": one.by, "at": one.at} for one in self.earlier],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What became of texts and decisions.

    Attributes:
        mended: each text with its edits, in the order they were given.
        outcomes: what became of each decision that counts, text by text and in reading order; refused ones last.
    """

    mended: tuple[Mended, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def refused(self) -> list[Outcome]:
        """The decisions that could not be replayed."""
        return [outcome for outcome in self.outcomes if outcome.refused]


def replay(originals: Sequence[Original], decisions: Iterable[Recorded], placeholder: str = "[…]") -> Replay:
    """Replay decisions on texts.

    A decision goes to the text with its digest, whatever that is called; or else to the text of its document's
    name, or to the only one there is, where its quote tells the place. It is refused where no such text is given,
    where the place can't be found or is not the only one that fits, and where less than half of what was decided
    about a document can be found in the text, which then is another one.

    Args:
        originals: the texts.
        decisions: in the order they were made; the last one about a gap counts.
        placeholder: the visible mark of the verdict ``"mark"``.
    """
    history: dict[Key, list[Recorded]] = {}
    made = list(decisions)
    for decision in made:
        history.setdefault(decision.key, []).append(decision)
    groups: dict[tuple[str, str | None], list[Outcome]] = {}
    for key, decision in latest(made).items():
        groups.setdefault(key[:2], []).append(Outcome(recorded=decision, earlier=tuple(history[key][:-1])))
    shelf = _Shelf(originals, {document for document, _ in groups})
    placed: list[list[Outcome]] = [[] for _ in originals]
    refused: list[Outcome] = []
    for (document, digest), outcomes in groups.items():
        for outcome in shelf.place(document, digest, outcomes):
            (refused if outcome.original is None else placed[outcome.original]).append(outcome)
    mended: list[Mended] = []
    done: list[Outcome] = []
    for original, outcomes in zip(originals, placed, strict=True):
        fit, unfit = _disjoint(outcomes)
        refused += unfit
        mended.append(_carried_out(original.text, fit, placeholder))
        done += _told(mended[-1], fit)
    return Replay(mended=tuple(mended), outcomes=(*done, *refused))


class _Shelf:
    """The texts, and which of them a document is."""

    def __init__(self, originals: Sequence[Original], documents: set[str]) -> None:
        self._originals, self._documents = originals, documents
        self._digests = [digest_of(original.text) for original in originals]

    def place(self, document: str, digest: str | None, outcomes: Sequence[Outcome]) -> list[Outcome]:
        """Return what is decided about one document with its places, or refused."""
        same = [number for number, own in enumerate(self._digests) if own == digest]
        if len(same) > 1:
            same = [number for number in same if self._originals[number].id == document] or same[:0]
            if len(same) != 1:
                return _all_refused(outcomes, "several of the texts are this text, and none or several have its name")
        if same:
            return [self._by_offset(outcome, same[0]) for outcome in outcomes]
        number = self._named(document)
        if isinstance(number, str):
            return _all_refused(outcomes, number)
        return self._by_quote(outcomes, number)

    def _named(self, document: str) -> int | str:
        """Return the text of a name, which is another version of what was reviewed; or why there is none."""
        for match in (_same_id, _same_file):
            found = [number for number, original in enumerate(self._originals) if match(original.id, document)]
            if len(found) == 1:
                return found[0]
            if found:
                return "several of the texts have its name, and none is the text that was reviewed"
        if len(self._originals) == len(self._documents) == 1:
            return 0
        return "its text is not among those given: none has its digest or its name"

    def _by_offset(self, outcome: Outcome, number: int) -> Outcome:
        recorded, text = outcome.recorded, self._originals[number].text
        found = text[recorded.start : recorded.end]
        if found != recorded.quote.exact or recorded.end > len(text):
            reason = (
                f"it says that {recorded.quote.exact!r} stands there, but the text has {found!r:.60}: it was altered"
            )
            return replace(outcome, reason=reason)
        return self._placed(outcome, number, Span(recorded.start, recorded.end), "offset")

    def _by_quote(self, outcomes: Sequence[Outcome], number: int) -> list[Outcome]:
        text = self._originals[number].text
        places = place(text, [outcome.recorded.quote for outcome in outcomes])
        if sum(found is Misplaced.absent for found in places) > (1 - _ENOUGH) * len(places):
            return _all_refused(outcomes, f"{self._originals[number].id} is another text: {Misplaced.absent}")
        return [
            replace(outcome, reason=f"{self._originals[number].id} differs from what was reviewed, and {found}")
            if isinstance(found, Misplaced)
            else self._placed(outcome, number, found, "quote")
            for outcome, found in zip(outcomes, places, strict=True)
        ]

    def _placed(self, outcome: Outcome, number: int, found: Span, how: How) -> Outcome:
        recorded, text = outcome.recorded, self._originals[number].text
        words = recorded.quote.suffix[: recorded.replaces]
        replaces = reach(text, found.end, words)
        if replaces is None:
            return replace(
                outcome, reason=f"it would replace {words!r:.60} after the gap, but the text goes on otherwise"
            )
        return replace(outcome, original=number, place=found, how=how, replaces=replaces)


def _same_id(name: str, document: str) -> bool:
    return name == document


def _same_file(name: str, document: str) -> bool:
    return PurePath(name).name == PurePath(document).name


def _all_refused(outcomes: Iterable[Outcome], reason: str) -> list[Outcome]:
    return [replace(outcome, reason=reason) for outcome in outcomes]


def _disjoint(outcomes: Sequence[Outcome]) -> tuple[list[Outcome], list[Outcome]]:
    """Return the outcomes of one text in reading order, and those refused because they overlap.

    Of decisions about one place that were made on different versions of the text, the last counts.
    """
    by_place: dict[Span, Outcome] = {}
    for outcome in outcomes:
        assert outcome.place is not None
        before = by_place.get(outcome.place)
        earlier = (*before.earlier, before.recorded, *outcome.earlier) if before else outcome.earlier
        by_place[outcome.place] = replace(outcome, earlier=earlier)
    fit: list[Outcome] = []
    unfit: list[Outcome] = []
    end = reached = -1
    for span in sorted(by_place):
        outcome = by_place[span]
        if span.start > end and span != (reached, reached):
            fit.append(outcome)
            # Words that are replaced may end where white space of the next gap begins; gaps may not.
            reached = span.end + outcome.replaces
            end = max(span.end, reached - 1)
        else:
            reason = "it overlaps or touches the gap of another decision, so one of them is wrong"
            unfit.append(replace(outcome, original=None, place=None, how=None, replaces=0, reason=reason))
    return fit, unfit


def _carried_out(text: str, outcomes: Sequence[Outcome], placeholder: str) -> Mended:
    gaps: list[Gap] = []
    decisions: list[Decision] = []
    for outcome in outcomes:
        place, decision = outcome.place, outcome.recorded.decision
        assert place is not None
        assert decision is not None
        gaps.append(Gap(start=place.start, end=place.end, probability=1.0, decision="keep"))
        decisions.append(replace(decision, start=place.start, end=place.end, replaces=outcome.replaces))
    return Mended.of(text, gaps, placeholder).apply(decisions)


def _told(mended: Mended, outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
    """Yield the outcomes with their edits, or why there is none. A sentence is dropped by its first such decision."""
    own = {(edit.gap.start, edit.gap.end): edit for edit in mended.edits if edit.gap.decision != "drop"}
    removals = [edit for edit in mended.edits if edit.gap.decision == "drop"]
    starts = [edit.start for edit in removals]
    told: set[int] = set()
    for gap, outcome in zip(mended.gaps, outcomes, strict=True):
        if gap.decision != "drop":
            edit = own.get((gap.start, gap.end))
            lost = edit is None and outcome.recorded.verdict == "fill"
            yield replace(outcome, edit=edit, reason=_CLASH if lost else None)
            continue
        number = max(0, bisect_right(starts, gap.end) - 1)
        if outcome.recorded.verdict == "drop" and number not in told:
            told.add(number)
            yield replace(outcome, edit=removals[number])
        else:
            yield replace(outcome, reason=_DROPPED)
