"""Sites of a text where words may have been lost: white space between two words, or at a line's end."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from textmend.records import Gap
from textmend.source.pieces import Piece, Side
from textmend.text.words import CLOSING, LINE_ENDS, OPENING, is_space, space_before

Site = tuple[int, int]
"""Where the white space of a place begins and ends."""


def seen_at(suspects: Sequence[Gap], site: Site) -> float:
    """Return the probability of the detector's gap at a place, 0 if there is none."""
    start, end = site
    index = bisect_left(suspects, start, key=lambda gap: gap.end)
    if index < len(suspects) and suspects[index].start <= end:
        return suspects[index].probability
    return 0.0


def is_spaced_oddly(text: str, site: Site) -> bool:
    """Whether the white space of a text shows that something is missing at a place."""
    start, end = site
    space, left, right = text[start:end], text[start - 1 : start], text[end : end + 1]
    if not space:
        return (left in OPENING and right in CLOSING) or (left.isalnum() and right.isalnum())
    return LINE_ENDS.isdisjoint(space) and (len(space) > 1 or right in CLOSING or left in OPENING)


class TextSites:
    """The places of a text.

    Args:
        text: the text.
    """

    def __init__(self, text: Side) -> None:
        self._side, self._text = text, text.text

    def space(self, site: Site) -> str:
        """Return the white space of a place."""
        return self._text[site[0] : site[1]]

    def has_line_end(self, site: Site) -> bool:
        """Whether a line ends at a place."""
        return not LINE_ENDS.isdisjoint(self.space(site))

    def between(self, before: Piece, after: Piece) -> Site | None:
        """Return the place between two pieces; ``None`` if the markup leaves it open."""
        if self._side.markup.touches(before.end, after.start):
            return self._side.markup.site(before.end, after.start)
        return space_before(self._text, after.start, before.end), after.start

    def at_start(self, before: Piece | None, after: Piece) -> Site | None:
        """Return the place before the first piece of a paragraph; ``before`` is the last piece of another."""
        start = self._side.words.starts[self._side.words.first[after.paragraph]]
        if self._side.markup.touches(start, after.start):
            return self._side.markup.start_site(start, after.start)
        return self.line_start(after.start, before.end if before else 0), after.start

    def line_start(self, start: int, floor: int) -> int:
        """Return where the blanks before an offset begin, in its line."""
        while start > floor and is_space(self._text[start - 1]) and self._text[start - 1] not in LINE_ENDS:
            start -= 1
        return start

    def at_end(self, before: Piece) -> Site | None:
        """Return the place after the last piece of a paragraph; ``None`` if the markup leaves it open."""
        end = before.end
        stop = self._side.words.ends[self._side.words.first[before.paragraph + 1] - 1]
        stop = max(stop, self._side.markup.address_end(end))
        if self._side.markup.touches(end, stop):
            return self._side.markup.end_site(end, stop)
        text = self._text
        while end < len(text) and is_space(text[end]) and text[end] not in LINE_ENDS:
            end += 1
        return before.end, end
