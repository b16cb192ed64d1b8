"""In which order gaps are shown to a person: article by article, or the most useful decision first.

The page and the terminal share it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from textmend.policy import Policy
from textmend.records import Gap
from textmend.review.documents import ReviewDocument

Order = Literal["reading", "useful"]

KEYS = 9
"""How many fills one key can take: ``1`` to ``9``."""


class Item(NamedTuple):
    """A gap to be decided: the number of its document, and its own number there, both from 0."""

    document: int
    gap: int


def usefulness(gap: Gap, policy: Policy | None = None) -> float:
    """Return how likely one key, pressed by a person, puts something right that the machine alone leaves wrong.

    Where the machine alone would keep the gap, that is the probability that words are missing and that one of the
    first ``KEYS`` fills is what stood there. Where it would apply its first fill, it is the probability that this
    is wrong. So quick repairs come first, then guesses, then gaps that need words of one's own, and last what
    the machine would do as well alone.

    Args:
        gap: a gap with its fills ranked.
        policy: what the machine alone does; default: ``Policy()``.

    Returns:
        A probability, 0 to 1.
    """
    if not gap.fills:
        return 0.0
    if (policy or Policy()).decide(gap) == "apply":
        return 1.0 - gap.probability * gap.fills[0].probability
    return gap.probability * min(1.0, sum(fill.probability for fill in gap.fills[:KEYS]))


def by_usefulness(documents: Sequence[ReviewDocument], policy: Policy | None = None) -> list[Item]:
    """Return every gap of the documents, the most useful decision first; ties stay in reading order."""
    items = [Item(d, g) for d, document in enumerate(documents) for g in range(len(document.gaps))]
    return sorted(items, key=lambda item: -round(usefulness(documents[item.document].gaps[item.gap], policy), 9))


def by_article(documents: Sequence[ReviewDocument], policy: Policy | None = None) -> list[int]:
    """Return the numbers of the documents, the most useful one first; ties stay in the order given.

    A document is as useful as its gaps together: so many wrongs does a person put right who reads it.
    """
    worth = [round(sum(usefulness(gap, policy) for gap in document.gaps), 9) for document in documents]
    return sorted(range(len(documents)), key=lambda number: -worth[number])


def in_reading_order(documents: Sequence[ReviewDocument], policy: Policy | None = None) -> list[Item]:
    """Return every gap of the documents: the most useful document first, its gaps as they stand in the text."""
    return [Item(d, g) for d in by_article(documents, policy) for g in range(len(documents[d].gaps))]


def ordered(documents: Sequence[ReviewDocument], order: Order, policy: Policy | None = None) -> list[Item]:
    """Return every gap of the documents in one of the two orders."""
    return (in_reading_order if order == "reading" else by_usefulness)(documents, policy)
