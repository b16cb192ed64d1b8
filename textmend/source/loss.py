"""A loss: words that a copy holds and the text lost, and how certain that is."""

from __future__ import annotations

from dataclasses import dataclass

CERTAIN = 0.999
"""Probability that the copy's words are the lost words, where text and copy are the same version."""

_APPLIED = 0.95


@dataclass(frozen=True, slots=True)
class Loss:
    """Words, or only white space, that the copy holds and the text lost.

    Attributes:
        start: where the text's white space at the place begins.
        end: where it ends.
        words: the lost words as the copy has them; white space if only that was lost.
        spacing: white space before and after; ``None`` if the text's line ends decide.
        copy_start: where the words begin in the copy.
        copy_end: where they end.
        block: the number of the copy's block that holds them.
        count: the number of words; 0 for white space.
        probability: that something was lost here.
        certainty: the probability of these words, given that something was lost.
        replaces: how many code points of the text after ``end`` the words replace too, because they stand there in
            another order.
        bare: whether only the words around the place show the loss, and no element.
        spaced: whether the text's white space shows that something is missing here.
        dropped: whether the text lacks nearly all elements of this kind.
        seen: the detector's probability of a gap here; 0 if it found none.
    """

    start: int
    end: int
    words: str
    spacing: tuple[str, str] | None
    copy_start: int
    copy_end: int
    block: int
    count: int
    probability: float
    certainty: float = CERTAIN
    replaces: int = 0
    bare: bool = False
    spaced: bool = False
    seen: float = 0.0
    dropped: bool = False

    @property
    def is_open(self) -> bool:
        """Whether the default policy leaves it to a person."""
        return self.probability * self.certainty < _APPLIED
