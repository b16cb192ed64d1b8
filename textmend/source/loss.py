"""A loss: words that a copy holds and the text has lost, and how sure that is."""

from __future__ import annotations

from dataclasses import dataclass

CERTAIN = 0.999
"""Probability that the words of the copy are those that were lost, where text and copy are the same version."""

_APPLIED = 0.9


@dataclass(frozen=True, slots=True)
class Loss:
    """Words, or only white space, that the copy holds and the text has lost.

    Attributes:
        start: where the text's white space at the place begins.
        end: where it ends.
        words: what was lost, as the copy has it; white space alone where only that was lost.
        spacing: white space before and after; ``None`` where the text's line ends have to tell.
        copy_start: where the words begin in the copy.
        copy_end: where they end.
        block: the number of the copy's block that holds them.
        count: how many words that is; 0 for white space.
        probability: that something was lost here.
        certainty: that it was these words, given that.
        replaces: how many code points of the text after ``end`` the words stand for too, in another order.
        bare: whether only the words around it tell of it, and no element.
        spaced: whether the text's white space shows that something is missing here.
        dropped: whether the text lacks nearly all elements of its kind.
        seen: how probable the detector finds that; 0 where it says nothing.
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
        """Whether it is left to a person, by the default policy."""
        return self.probability * self.certainty < _APPLIED
