"""What several people decide at once: who sees what, which gaps two of them decide, and the file that keeps it all.

Knows no network. Every method may be called by several threads.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any

from textmend.errors import RecordError
from textmend.policy import Policy
from textmend.records import Fill, Gap
from textmend.review.added import fits, with_added
from textmend.review.agreement import is_conflict
from textmend.review.decisions import Key, Recorded, counting, key_of, record, standing
from textmend.review.documents import ReviewDocument
from textmend.review.log import Log
from textmend.review.page import render_page, shown_fills, told

Propose = Callable[[ReviewDocument, int, int], Sequence[Fill]]
"""Returns what may have stood at a place of a document."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a reviewer sees of a gap.

    Attributes:
        decision: what is decided, as far as this person may know; ``None`` where the gap is open to them.
        others: what others decided who disagree, where nobody settled it.
    """

    decision: Recorded | None = None
    others: tuple[Recorded, ...] = ()


class Desk:
    """A review that several people share.

    A gap that one person decided is done for all. Some gaps are for two: who has not decided such a gap does not see
    what the other decided, so that their agreement can be measured.

    Args:
        documents: what is reviewed.
        log: keeps the decisions; those it holds already count.
        reviewers: their names.
        twice: the share of the gaps that two people decide, 0 to 1.
        policy: what the machine would do alone; see ``review.order.usefulness``.
        propose: what may have stood where a person adds a gap; ``None``: nothing is proposed.
    """

    def __init__(
        self,
        documents: Sequence[ReviewDocument],
        log: Log,
        *,
        reviewers: Sequence[str],
        twice: float = 0.0,
        policy: Policy | None = None,
        propose: Propose | None = None,
    ) -> None:
        self.documents = documents
        self.log = log
        self._reviewers = list(reviewers)
        self._twice, self._policy, self._propose = twice, policy, propose
        self._numbers: dict[tuple[str, str | None], int] = {
            (document.id, document.digest): number for number, document in enumerate(documents)
        }
        self._gaps = {key_of(document, gap) for document in documents for gap in document.gaps}
        self._standing = standing(log.decisions)
        self._lock, self._models = Lock(), Lock()

    def page(self, reviewer: str) -> bytes:
        """Return the page as a reviewer sees it now."""
        with self._lock:
            after = len(self.log.decisions)
            seen = [self._view(reviewer, key) for key in self._standing]
        decisions = [one for view in seen for one in (*view.others, view.decision) if one is not None]
        # People begin at different articles, so that they rarely sit at the same gap.
        article = self._reviewers.index(reviewer) * len(self.documents) // len(self._reviewers)
        served = {"reviewer": reviewer, "after": after, "article": article}
        return render_page(
            self.documents, decisions=decisions, by=reviewer, policy=self._policy, served=served
        ).encode()

    def exchange(self, reviewer: str, lines: Sequence[object], after: int) -> dict[str, Any]:
        """Keep what a reviewer decided, and return what changed for them since the decision number ``after``.

        A decision that came before, because its sender was not told so, is not kept twice.

        Args:
            reviewer: who decided.
            lines: decisions, as JSON gives them.
            after: how many decisions the sender knows of.

        Returns:
            ``after`` for the next time; ``news``, a list of ``[document, start, end, decision, others]``; and
            ``refused``, why decisions can't be kept that don't fit these documents.

        Raises:
            FileError: a decision can't be written.
        """
        refused: list[str] = []
        with self._lock:
            for line in lines:
                try:
                    self._keep(self._checked(reviewer, line))
                except RecordError as error:
                    refused.append(str(error))
            made = self.log.decisions
            changed = dict.fromkeys(one.key for one in made[after if after <= len(made) else 0 :])
            news = [item for key in changed if (item := self._news(reviewer, key)) is not None]
            return {"after": len(made), "news": news, "refused": refused}

    def fills(self, number: int, start: int, end: int) -> list[dict[str, Any]]:
        """Return what may have stood at a place of a document, as the page shows it.

        Raises:
            RecordError: there is no such place.
        """
        if not 0 <= number < len(self.documents) or not fits(self.documents[number], start, end):
            raise RecordError(f"no gap can be added at {start}:{end} of document {number}")
        if self._propose is None:
            return []
        document = self.documents[number]
        with self._models:
            return shown_fills(document.text, self._propose(document, start, end))

    @property
    def decided(self) -> int:
        """How many gaps somebody decided."""
        return len(self._standing)

    @property
    def left(self) -> int:
        """How many gaps wait for somebody, or for a second person."""
        return len(self._gaps - self._standing.keys()) + self.half_decided

    @property
    def half_decided(self) -> int:
        """How many gaps one person decided, and a second is to decide too."""
        return sum(self._is_open(key, stand) for key, stand in self._standing.items())

    def _checked(self, reviewer: str, line: object) -> Recorded:
        """Return a decision that fits these documents, in the reviewer's name.

        Raises:
            RecordError: it is malformed, or about another document or place.
        """
        given = Recorded.from_dict(line if isinstance(line, Mapping) else {})
        number = self._numbers.get(given.key[:2])
        if number is None:
            raise RecordError(f"{given.document}: this document is not reviewed here, or is another version of it")
        document = self.documents[number]
        if given.key not in self._gaps and not self._can_be_added(document, given):
            raise RecordError(f"{given.document}: there is no gap at {given.start}:{given.end}, and none can be added")
        if given.end + given.replaces > len(document.text):
            raise RecordError(f"{given.document}: the decision at {given.start}:{given.end} replaces too much")
        gap = Gap(start=given.start, end=given.end, probability=1.0)
        return record(
            document,
            gap,
            given.verdict,
            given.text,
            by=reviewer,
            at=given.at,
            spacing=given.spacing,
            replaces=given.replaces,
            added=given.key not in self._gaps,
            settles=given.settles,
        )

    def _can_be_added(self, document: ReviewDocument, given: Recorded) -> bool:
        if not given.added:
            return False
        others = [one for key, stand in self._standing.items() if key != given.key for one in stand]
        (around,) = with_added([document], others)
        return fits(around, given.start, given.end)

    def _keep(self, decision: Recorded) -> None:
        before = self._own(decision.by, decision.key)
        again = before is None if decision.verdict == "undo" else before == decision
        if not again:
            self.log.keep(decision)
            found = standing([*self._standing.pop(decision.key, []), decision])
            self._standing.update(found)

    def _own(self, reviewer: str | None, key: Key) -> Recorded | None:
        return next((one for one in self._standing.get(key, ()) if one.by == reviewer), None)

    def _view(self, reviewer: str, key: Key) -> View:
        stand = self._standing.get(key, [])
        own = self._own(reviewer, key)
        if not stand or (own is None and self._is_open(key, stand)):
            return View()
        settled = any(one.settles for one in stand)
        if not is_conflict(stand):
            return View(decision=counting(stand) if settled or own is None else own)
        shown = own or counting(stand)
        return View(decision=shown, others=tuple(one for one in stand if one is not shown))

    def _is_open(self, key: Key, stand: Sequence[Recorded]) -> bool:
        """Return whether a gap that somebody decided waits for a second person."""
        return len(stand) < self._wanted(key) and not any(one.settles for one in stand)

    def _wanted(self, key: Key) -> int:
        """Return how many people have to decide a gap. Which gaps are for two follows from text and place alone."""
        if key not in self._gaps:
            return 1
        named = hashlib.sha256(f"{key[1]}:{key[2]}:{key[3]}".encode()).digest()
        return min(len(self._reviewers), 2 if int.from_bytes(named[:8]) < self._twice * 2**64 else 1)

    def _news(self, reviewer: str, key: Key) -> list[Any] | None:
        number = self._numbers.get(key[:2])
        if number is None:
            return None
        view = self._view(reviewer, key)
        decision = told(view.decision) if view.decision else None
        return [number, key[2], key[3], decision, [told(one) for one in view.others]]
