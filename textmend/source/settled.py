"""The answers of sources about a text. The file is light to import: without sources, no library for pages is needed."""

from __future__ import annotations

from dataclasses import dataclass

from textmend.records import Gap

FAINT = 0.1
"""From this probability on, the detector confirms a copy that holds more words at a place."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The answers of the copies about a text.

    Attributes:
        gaps: losses, each with its fill, and the gaps without an answer from a copy; sorted and disjoint.
        known: the article's words in the copies; names and numbers in them are not new.
        unseen: the places of losses that only an element shows: neither the detector, nor white space, nor a lack of
            all links. Their words must be checked for whether they make sense there.
        answered: whether the page that is shown holds nearly all of the text, and says by its elements alone what was
            lost. If it has more words anywhere that no element shows, the detector must confirm that they were lost.
        unproven: if it answers, the places where it has a picture, an empty element or the like: from one word to the
            next. Words may have been lost there.
    """

    gaps: list[Gap]
    known: tuple[str, ...] = ()
    unseen: frozenset[tuple[int, int]] = frozenset()
    answered: bool = False
    unproven: frozenset[tuple[int, int]] = frozenset()
