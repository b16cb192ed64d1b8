"""When to mend, mark, drop or keep. A policy decides and changes nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args

from textmend.errors import PolicyError
from textmend.records import Action, Gap
from textmend.text.regions import check_regions, is_inside, regions
from textmend.text.words import WORD, is_negation, is_number

Unsure = Literal["keep", "mark", "drop"]
Foreign = Literal["skip", "raise", "mend"]

_LONGEST_WORD = 100
_MARKS = ".,;:!?\"'“”‘’()[]{}…"


FIND_AT = 0.3
"""Default of ``find_at``.

Finding changes nothing, so a missed gap costs more than a false one, as long as false gaps are few (about two in 10,000
words of undamaged news, many of them true losses).
"""


BALANCED, BOLD = 0.7, 0.4
"""``apply_at`` of the policies of these names; chosen on the development benchmarks."""

NAMES = ("careful", "balanced", "bold")
"""The policies that have a name."""


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
        allow_numbers: apply a fill even if it brings in a number that is new to the article. A fill with a negation
            (“not”, “never”) is applied only if both are allowed.
        most_gaps: a text with more gaps to fill than this is too damaged: none is filled, and ``Mended.skipped`` says
            so; ``None``: no limit. A gap takes an eighth to a third of a second of a core.
        foreign: what happens to a text that is evidently not in a language of the models: ``"skip"`` leaves it as it
            is, and ``Mended.skipped`` says so; ``"raise"`` raises :class:`textmend.errors.LanguageError`; ``"mend"``
            turns the check off.
        allow_uncalibrated: apply a fill even if its probability was never calibrated. That is so for a hub model
            without a fitted ranking; such a probability may be far off.
        ignore: regions where nothing is a gap: names (``"code"``, ``"table"``, ``"verse"``, ``"quotes"``,
            ``"tokenised"``) and regular expressions (module ``regex``; ``^`` and ``$`` stand at every line).
        known_words: words next to which nothing is a gap, such as terms and product names that look odd; letter case
            does not matter.

    Raises:
        PolicyError: a value is out of its range.
    """

    apply_at: float = 0.95
    find_at: float = FIND_AT
    unsure: Unsure = "keep"
    placeholder: str = "[…]"
    allow_names: bool = False
    allow_numbers: bool = False
    allow_uncalibrated: bool = False
    most_gaps: int | None = 500
    foreign: Foreign = "skip"
    ignore: tuple[str, ...] = ()
    known_words: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("apply_at", "find_at"):
            value = getattr(self, name)
            if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 1 or math.isnan(value):
                raise PolicyError(f"Policy: {name}={value!r} should be a number above 0 and at most 1")
        if self.unsure not in get_args(Unsure):
            raise PolicyError(f"Policy: unsure={self.unsure!r} should be one of " + ", ".join(get_args(Unsure)))
        if self.foreign not in get_args(Foreign):
            raise PolicyError(f"Policy: foreign={self.foreign!r} should be one of " + ", ".join(get_args(Foreign)))
        most = self.most_gaps
        if most is not None and (not isinstance(most, int) or isinstance(most, bool) or most < 0):
            raise PolicyError(f"Policy: most_gaps={most!r} should be a whole number from 0, or None")
        if not isinstance(self.placeholder, str) or not _is_visible_line(self.placeholder):
            raise PolicyError(f"Policy: placeholder={self.placeholder!r} should be visible text on one line")
        for name in ("ignore", "known_words"):
            value = getattr(self, name)
            if (
                isinstance(value, str)
                or not isinstance(value, Iterable)
                or not all(isinstance(one, str) for one in value)
            ):
                raise PolicyError(f"Policy: {name}={value!r} should be a list of strings")
            object.__setattr__(self, name, tuple(value))
        check_regions(self.ignore)
        for field in fields(self):
            if field.type == "bool" and not isinstance(getattr(self, field.name), bool):
                raise PolicyError(f"Policy: {field.name}={getattr(self, field.name)!r} should be True or False")

    @classmethod
    def careful(cls, **changes: Any) -> Policy:
        """Return the default policy, which fills few gaps (``docs/policies.md`` says how often each one is right)."""
        return cls(**changes)

    @classmethod
    def balanced(cls, **changes: Any) -> Policy:
        """Return a policy that fills more gaps than the default and makes more errors (``docs/policies.md``)."""
        return cls(**{"apply_at": BALANCED, **changes})

    @classmethod
    def bold(cls, **changes: Any) -> Policy:
        """Return a policy for text that nobody quotes, such as training corpora (``docs/policies.md``)."""
        return cls(**{"apply_at": BOLD, **changes})

    @classmethod
    def named(cls, name: str, **changes: Any) -> Policy:
        """Return a policy by its name: ``"careful"``, ``"balanced"`` or ``"bold"``.

        Args:
            name: which.
            changes: attributes that differ from it.

        Raises:
            PolicyError: there is no such policy, or a value is out of its range.
        """
        if name not in NAMES:
            raise PolicyError(f"Policy: {name!r} should be one of " + ", ".join(NAMES))
        made: Policy = getattr(cls, name)(**changes)
        return made

    def heeded(self, text: str, gaps: list[Gap]) -> list[Gap]:
        """Return the gaps that ``ignore`` and ``known_words`` do not rule out."""
        if not gaps or not (self.ignore or self.known_words):
            return gaps
        ignored = regions(text, self.ignore)
        known = {word.casefold() for word in self.known_words}
        return [
            gap for gap in gaps if not is_inside(gap.start, gap.end, ignored) and not _stands_beside(text, gap, known)
        ]

    def decide(self, gap: Gap) -> Action:
        """Return what to do with a gap whose fills are ranked: ``"apply"`` means its first fill."""
        if gap.fills:
            best = gap.fills[0]
            sure = gap.probability * best.probability >= self.apply_at
            if sure and (best.calibrated or self.allow_uncalibrated) and self._admits(best.introduces):
                return "apply"
        return self.unsure

    def _admits(self, introduces: tuple[str, ...]) -> bool:
        return all(map(self._admits_new, introduces))

    def _admits_new(self, item: str) -> bool:
        if is_negation(item):
            return self.allow_names and self.allow_numbers
        return self.allow_numbers if is_number(item) else self.allow_names


def _stands_beside(text: str, gap: Gap, words: set[str]) -> bool:
    """Whether one of these words (in lower case) stands next to a gap."""
    before = text[max(0, gap.start - _LONGEST_WORD) : gap.start].split()[-1:]
    after = text[gap.end : gap.end + _LONGEST_WORD].split()[:1]
    return any(word.strip(_MARKS).casefold() in words for word in (*before, *after))


def _is_visible_line(text: str) -> bool:
    return bool(WORD.search(text)) and text.splitlines() == [text]
