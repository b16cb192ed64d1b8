"""What sources say about a text. Light to import: no library that reads pages is needed where there is none."""

from __future__ import annotations

from dataclasses import dataclass

from textmend.records import Gap

FAINT = 0.1
"""From which probability on the detector bears out a copy that holds more at a place."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What the copies say about a text.

    Attributes:
        gaps: losses, each with its fill, and the gaps that no copy has an answer for; sorted and disjoint.
        known: what the copies hold of the article: it may vouch for names and numbers.
        unseen: the places of losses of which nothing but an element tells: neither the detector, nor white space, nor
            that the text lacks all links. Whether their words make sense there is worth a look.
    """

    gaps: list[Gap]
    known: tuple[str, ...] = ()
    unseen: frozenset[tuple[int, int]] = frozenset()
