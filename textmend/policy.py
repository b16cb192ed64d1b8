"""When to mend, mark, drop or keep. Decides; changes nothing."""

from __future__ import annotations

import math
from dataclasses import dataclass, fields
from typing import Literal, get_args

from textmend.errors import PolicyError
from textmend.records import Action, Gap
from textmend.text.words import WORD, is_number

Unsure = Literal["keep", "mark", "drop"]


FIND_AT = 0.35
"""From which probability on a place counts as a gap by default: missed gaps cost more than false ones, as long as these
are few (one to two in 10,000 words of whole news), for finding changes nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What ``mend`` does with the gaps it finds.

    Attributes:
        apply_at: a fill is applied when the probability that words are missing *and* that the fill is
            what stood there (``gap.probability * fill.probability``) is at least this; above 0, at most 1.
        find_at: a place counts as a gap when its probability is at least this; above 0, at most 1.
        unsure: what happens to gaps without a sure fill: ``"keep"`` leaves the text alone, ``"mark"``
            inserts ``placeholder``, ``"drop"`` removes the damaged sentence.
        placeholder: the visible mark; not empty, one line.
        allow_names: apply a fill even if it brings in a name that is new to the article.
        allow_numbers: apply a fill even if it brings in a number that is new to the article.
        allow_uncalibrated: apply a fill even if its probability was never calibrated, as that of a hub model
            without a fitted ranking: such a probability may be far off.

    Raises:
        PolicyError: a value is out of its range.
    """

    apply_at: float = 0.9
    find_at: float = FIND_AT
    unsure: Unsure = "keep"
    placeholder: str = "[…]"
    allow_names: bool = False
    allow_numbers: bool = False
    allow_uncalibrated: bool = False

    def __post_init__(self) -> None:
        for name in ("apply_at", "find_at"):
            value = getattr(self, name)
            if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 1 or math.isnan(value):
                raise PolicyError(f"Policy: {name}={value!r} should be a number above 0 and at most 1")
        if self.unsure not in get_args(Unsure):
            raise PolicyError(f"Policy: unsure={self.unsure!r} should be one of " + ", ".join(get_args(Unsure)))
        if not isinstance(self.placeholder, str) or not _is_visible_line(self.placeholder):
            raise PolicyError(f"Policy: placeholder={self.placeholder!r} should be visible text on one line")
        for field in fields(self):
            if field.type == "bool" and not isinstance(getattr(self, field.name), bool):
                raise PolicyError(f"Policy: {field.name}={getattr(self, field.name)!r} should be True or False")

    def decide(self, gap: Gap) -> Action:
        """Return what to do with a gap whose fills are ranked: ``"apply"`` means its first fill."""
        if gap.fills:
            best = gap.fills[0]
            sure = gap.probability * best.probability >= self.apply_at
            if sure and (best.calibrated or self.allow_uncalibrated) and self._admits(best.introduces):
                return "apply"
        return self.unsure

    def _admits(self, introduces: tuple[str, ...]) -> bool:
        return all(self.allow_numbers if is_number(item) else self.allow_names for item in introduces)


def _is_visible_line(text: str) -> bool:
    return bool(WORD.search(text)) and text.splitlines() == [text]
