"""A review as it goes on: which gap is asked about, what was decided, what can be undone. Draws and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from textmend.records import Fill, Gap, Verdict
from textmend.review.added import fits, with_added
from textmend.review.decisions import Key, Recorded, Undo, key_of, latest, record
from textmend.review.documents import ReviewDocument
from textmend.review.order import Item, in_reading_order


class Session:
    """A review of documents, gap by gap, in one order.

    Args:
        documents: what is reviewed.
        earlier: decisions made before, in order; those about other documents are passed over.
        keep: called with every decision before it counts.
        by: who decides.
        now: returns the time.
        arrange: returns the gaps of the documents in the order they are asked about.
    """

    def __init__(
        self,
        documents: Sequence[ReviewDocument],
        earlier: Iterable[Recorded],
        keep: Callable[[Recorded], None],
        *,
        by: str | None,
        now: Callable[[], str],
        arrange: Callable[[Sequence[ReviewDocument]], list[Item]] = in_reading_order,
    ) -> None:
        history = list(earlier)
        self._original, self._arrange = documents, arrange
        self._keep, self._by, self._now = keep, by, now
        self._lay_out(with_added(documents, history))
        self._decided = {key: one for key, one in latest(history).items() if key in self._numbers}
        # What ``undo`` takes back, the last first: a gap, and what was decided about it before.
        self._past: list[tuple[Key, Recorded | None]] = [(key, None) for key in self._decided]
        self._skipped: set[Key] = set()
        self.number: int | None = self._next_open(0)

    @property
    def left(self) -> int:
        """How many gaps are not decided."""
        return len(self.items) - len(self._decided)

    @property
    def document(self) -> ReviewDocument:
        """The document of the gap that is asked about."""
        return self.documents[self._item.document]

    @property
    def gap(self) -> Gap:
        """The gap that is asked about."""
        return self._gap(self._item)

    @property
    def is_added(self) -> bool:
        """Whether a person added the gap that is asked about."""
        return key_of(self.document, self.gap) in self._added

    @property
    def place(self) -> int:
        """Its number among the gaps of its document, from 0."""
        return self._item.gap

    def decision(self, gap: Gap | None = None) -> Recorded | None:
        """Return what was decided about a gap of the document; default: the one that is asked about."""
        gap = gap or self.gap
        return self._decided.get(key_of(self.document, gap))

    def decide(self, verdict: Verdict, text: str | None = None) -> None:
        """Keep a decision about the gap that is asked about, and go on to the next one that has none."""
        self._made(self._record(self._item, verdict, text))

    def take(self, fill: Fill) -> None:
        """Decide for a fill of the gap that is asked about, with its spacing and what it replaces."""
        self._made(self._record(self._item, "fill", fill.text, fill.spacing, fill.replaces))

    def skip(self) -> None:
        """Go on to the next gap without a decision; this one is not asked about again."""
        assert self.number is not None
        self._skipped.add(self._keys[self.number])
        self._advance()

    def add(self, start: int, end: int) -> bool:
        """Add a gap at a place of the document that is shown, and go there; false where none can be added."""
        number, document = self._item.document, self.document
        if not fits(document, start, end):
            return False
        gaps = sorted((*document.gaps, Gap(start=start, end=end, probability=1.0)), key=lambda gap: gap.start)
        documents = list(self.documents)
        documents[number] = replace(document, gaps=tuple(gaps))
        self._lay_out(documents)
        self.number = self._numbers[document.id, document.digest, start, end]
        return True

    def undo(self) -> bool:
        """Take the last decision back, and return to its gap; false where there is none."""
        if not self._past:
            return False
        key, before = self._past[-1]
        number = self._numbers[key]
        own = before is not None and before.by == self._by
        # With the time of now, so that it comes last wherever decisions are sorted by time.
        undone = replace(before, at=self._now()) if own and before else self._record(self.items[number], "undo")
        self._keep(undone)
        self._past.pop()
        del self._decided[key]
        if before is not None:
            self._decided[key] = before
        self.number = number
        self._skipped.discard(key)
        return True

    def move(self, step: int) -> bool:
        """Go to the next (1) or the previous (-1) gap, decided or not; false where there is none."""
        assert self.number is not None
        if not 0 <= self.number + step < len(self.items):
            return False
        self.number += step
        return True

    @property
    def _item(self) -> Item:
        assert self.number is not None
        return self.items[self.number]

    def _made(self, made: Recorded) -> None:
        before = self.decision()
        self._keep(made)
        self._past.append((made.key, before))
        self._decided[made.key] = made
        self._advance()

    def _advance(self) -> None:
        assert self.number is not None
        following = self._next_open(self.number + 1)
        self.number = self._next_open(0) if following is None else following

    def _next_open(self, start: int) -> int | None:
        for number in range(start, len(self.items)):
            if self._keys[number] not in self._skipped and self._keys[number] not in self._decided:
                return number
        return None

    def _lay_out(self, documents: Sequence[ReviewDocument]) -> None:
        """Set the documents, their gaps in order, and which of these people added."""
        self.documents = documents
        self.items = self._arrange(documents)
        self._keys = [key_of(documents[item.document], self._gap(item)) for item in self.items]
        self._numbers = {key: number for number, key in enumerate(self._keys)}
        self._added = set(self._keys) - {key_of(one, gap) for one in self._original for gap in one.gaps}

    def _gap(self, item: Item) -> Gap:
        return self.documents[item.document].gaps[item.gap]

    def _record(
        self,
        item: Item,
        verdict: Verdict | Undo,
        text: str | None = None,
        spacing: tuple[str, str] | None = None,
        replaces: int = 0,
    ) -> Recorded:
        document, gap = self.documents[item.document], self._gap(item)
        key = key_of(document, gap)
        before = self._decided.get(key)
        return record(
            document,
            gap,
            verdict,
            text,
            by=self._by,
            at=self._now(),
            spacing=spacing,
            replaces=replaces,
            added=key in self._added,
            settles=verdict != "undo" and before is not None and (before.settles or before.by != self._by),
        )
