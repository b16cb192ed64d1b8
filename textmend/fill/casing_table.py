"""The usual letter case of words: a table of statistics of single words, made by ``train.casing``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from textmend.errors import ModelError

SCHEMA = 1
_USUAL = 90
_MOSTLY = 66


class Habit(NamedTuple):
    """How a word is written in the middle of sentences, in percent.

    Attributes:
        surface: its most frequent form that is not all lower case.
        share: how often it has that form.
        lower: how often it is all lower case.
    """

    surface: str
    share: int
    lower: int


class UsualCasing:
    """The usual casing of words that are not always lower case.

    Args:
        habits: by case-folded word.
    """

    def __init__(self, habits: Mapping[str, Habit]) -> None:
        self._habits = habits

    @classmethod
    def load(cls, file: Path) -> UsualCasing:
        """Read a table. Raises :class:`ModelError` if the file is missing or not such a table."""
        try:
            record = json.loads(file.read_text(encoding="utf-8"))
            if record["schema"] != SCHEMA:
                raise ModelError(f"{file}: schema version {record['schema']!r} can't be read; expected {SCHEMA}")
            habits = {}
            for shares, surfaces in record["surfaces"].items():
                share, lower = map(int, shares.split())
                for surface in surfaces.split():
                    habits[surface.casefold()] = Habit(surface, share, lower)
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise ModelError(f"{file}: no table of casings made by textmend: {error!r}") from error
        return cls(habits)

    def __len__(self) -> int:
        """Return how many words the table holds."""
        return len(self._habits)

    def surface(self, word: str) -> str | None:
        """Return the form that a word has in at least 90 % of cases; ``None`` if it has no such form, or is unknown."""
        habit = self._habits.get(word.casefold())
        if habit is None:
            return None
        if habit.share >= _USUAL:
            return habit.surface
        return word.lower() if habit.lower >= _USUAL else None

    def likeliest(self, word: str) -> str | None:
        """Return the form that a word has in two of three cases; ``None`` if it has no such form, or is unknown."""
        habit = self._habits.get(word.casefold())
        if habit is None or max(habit.share, habit.lower) < _MOSTLY:
            return None
        return habit.surface if habit.share > habit.lower else word.lower()

    def share_lower(self, word: str) -> float | None:
        """Return how often a word is all lower case, 0 to 1; ``None`` if it always is, or is unknown."""
        habit = self._habits.get(word.casefold())
        return None if habit is None else habit.lower / 100
