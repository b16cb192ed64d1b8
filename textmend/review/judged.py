"""Decisions beside the gaps they are about: what the machine thought, and what a person chose."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textmend.records import Gap
from textmend.review.decisions import Recorded, key_of, latest
from textmend.review.documents import ReviewDocument
from textmend.text.words import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A gap that a person decided.

    Attributes:
        document: its document.
        gap: the gap as the machine saw it, fills and all.
        decision: what the person decided.
    """

    document: ReviewDocument
    gap: Gap
    decision: Recorded

    @property
    def is_gap(self) -> bool:
        """Whether words are missing, to the person: so for every verdict but ``"not_a_gap"``."""
        return self.decision.verdict != "not_a_gap"

    @property
    def rank(self) -> int:
        """Where the person's words stand among the fills, from 1; 0 where they don't.

        Letter case and the kind of white space don't count. Undefined where the person gave no words.
        """
        wanted = fold(self.decision.text or "")
        return next((rank for rank, fill in enumerate(self.gap.fills, 1) if fold(fill.text) == wanted), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """Suggestions beside decisions.

    Attributes:
        decided: the gaps that were decided, in order.
        missed: the gaps that people added in these documents: the machine did not flag them.
        unmatched: how many decisions are about other documents or places.
    """

    decided: list[Judged]
    missed: list[Recorded]
    unmatched: int


def judged(documents: Sequence[ReviewDocument], decisions: Iterable[Recorded]) -> Judgement:
    """Return what people decided about suggestions.

    Args:
        documents: the suggestions that people saw.
        decisions: in the order they were made; the last about a gap counts.
    """
    counting = latest(decisions)
    found: list[Judged] = []
    for document in documents:
        for gap in document.gaps:
            decision = counting.pop(key_of(document, gap), None)
            if decision is not None:
                found.append(Judged(document=document, gap=gap, decision=decision))
    texts = {(document.id, document.digest) for document in documents}
    missed = [one for key, one in counting.items() if one.added and one.verdict != "not_a_gap" and key[:2] in texts]
    return Judgement(decided=found, missed=missed, unmatched=len(counting) - len(missed))
