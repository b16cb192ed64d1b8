"""Masks that a caller put where words are missing (``[MASK]``, ``___``): removed, and restored in the results."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import regex

from textmend.errors import InputError
from textmend.records import Evidence, Fill, Gap
from textmend.text.words import Span


@dataclass(frozen=True, slots=True)
class Unmasked:
    """A text without its masks.

    Attributes:
        text: the rest.
        masks: where the masks stand in the caller's text, in order.
        stood: where in ``text`` each of them was removed, in order.
    """

    text: str
    masks: tuple[Span, ...]
    stood: tuple[int, ...]

    def places(self) -> list[tuple[int, int]]:
        """Return the places in ``text`` where masks were removed: empty spans, in order."""
        return [(place, place) for place in self.stood]

    def original(self, offset: int) -> int:
        """Return a code point's offset in the caller's text; it lies after a mask that stands just before it."""
        passed = bisect_right(self.stood, offset)
        return offset + (self.masks[passed - 1].end - self.stood[passed - 1] if passed else 0)

    def gap(self, gap: Gap, mask: Span) -> Gap:
        """Return a gap of ``text`` as a gap of the caller's text: its fills replace exactly the mask.

        It has no cues: what is visible where the mask was removed is not visible in the caller's text.
        """
        fills = tuple(self._fill(fill, mask) for fill in gap.fills)
        return replace(gap, start=mask.start, end=mask.start, cues=(), fills=fills)

    def _fill(self, fill: Fill, mask: Span) -> Fill:
        evidence = fill.evidence
        if evidence is not None and evidence.place == "text":
            evidence = self._evidence(evidence)
        return replace(fill, evidence=evidence, spacing=("", ""), replaces=mask.end - mask.start)

    def _evidence(self, evidence: Evidence) -> Evidence:
        if evidence.start is None or evidence.end is None:
            return evidence
        return replace(evidence, start=self.original(evidence.start), end=self.original(evidence.end - 1) + 1)


def read_masks(masks: Any) -> tuple[str, ...]:
    """Return the marks that a caller gave, one as a string or several.

    Raises:
        InputError: a mask is not visible text.
    """
    several = masks if isinstance(masks, list | tuple | set | frozenset) else (masks,)
    for mask in several:
        if not isinstance(mask, str) or not mask.strip():
            raise InputError(f"masks: {mask!r:.60} should be visible text, such as '[MASK]', or several of these")
    return tuple(several)


def unmask(text: str, masks: Sequence[str]) -> Unmasked:
    """Remove masks from a text.

    Args:
        text: the caller's text.
        masks: literal marks for missing words. Where two of them begin at one place, the longer one counts.
    """
    ordered = sorted(masks, key=len, reverse=True)
    found = tuple(Span(*match.span()) for match in regex.finditer("|".join(map(regex.escape, ordered)), text))
    left: list[str] = []
    stood: list[int] = []
    position = gone = 0
    for start, end in found:
        left.append(text[position:start])
        stood.append(start - gone)
        gone += end - start
        position = end
    return Unmasked("".join([*left, text[position:]]), found, tuple(stood))
