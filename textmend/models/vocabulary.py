"""What the pieces of a masked language model's vocabulary can be used for, and how they are written out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Marks that stand inside words: well-known, O’Neil, AT&T.
_JOINERS = frozenset("-'’&")


@dataclass(frozen=True)
class Vocabulary:
    """The pieces of a vocabulary, sorted by use.

    Attributes:
        surfaces: how each piece is written, without its boundary mark.
        begins: whether a piece starts a new word; bool, shape ``[pieces]``.
        wordlike: whether it consists of letters or digits; bool, shape ``[pieces]``.
        joins: whether it is a mark that stands inside words; bool, shape ``[pieces]``.
        point: the id of the full stop, for ``U.S.``; ``None`` where there is none.
        mask: the id of the mask.
        cased: whether pieces keep letter case.
    """

    surfaces: tuple[str, ...]
    begins: NDArray[np.bool_]
    wordlike: NDArray[np.bool_]
    joins: NDArray[np.bool_]
    point: int | None
    mask: int
    cased: bool

    @classmethod
    def of_wordpiece(cls, pieces: Sequence[str], *, mask: int, special: Sequence[int], cased: bool) -> Vocabulary:
        """Read a WordPiece vocabulary, where ``##`` marks a piece that continues a word."""
        surfaces = tuple(piece[2:] if piece.startswith("##") and len(piece) > 2 else piece for piece in pieces)
        begins = np.array([not (piece.startswith("##") and len(piece) > 2) for piece in pieces])
        return cls._sorted(surfaces, begins, mask=mask, special=special, cased=cased)

    @classmethod
    def _sorted(
        cls, surfaces: tuple[str, ...], begins: NDArray[np.bool_], *, mask: int, special: Sequence[int], cased: bool
    ) -> Vocabulary:
        wordlike = np.array([surface.isalnum() for surface in surfaces])
        joins = np.array([surface in _JOINERS for surface in surfaces])
        for index in special:
            wordlike[index] = joins[index] = False
        point = surfaces.index(".") if "." in surfaces else None
        return cls(surfaces, begins, wordlike, joins, point, mask, cased)

    def allowed(self, prefix: Sequence[int], last: bool) -> NDArray[np.bool_]:
        """Return which pieces may follow ``prefix`` in words that were lost; bool, shape ``[pieces]``.

        Lost words start with a whole word, end with one, and hold no punctuation but what stands in words.
        """
        if not prefix:
            return self._first
        previous = prefix[-1]
        if self.joins[previous]:
            return self._first
        allowed = self.wordlike
        extra = [] if last else [int(index) for index in np.flatnonzero(self.joins)]
        if self.point is not None and self._is_initial(prefix):
            extra.append(self.point)
        if previous == self.point:
            # After "U." another initial, or the end of the name.
            allowed = self._first
        if extra:
            allowed = allowed.copy()
            allowed[extra] = True
        return allowed

    @property
    def _first(self) -> NDArray[np.bool_]:
        return self.wordlike & self.begins

    def _is_initial(self, prefix: Sequence[int]) -> bool:
        surface = self.surfaces[prefix[-1]]
        return len(surface) == 1 and surface.isalpha() and bool(self.begins[prefix[-1]])

    def words(self, ids: Sequence[int]) -> list[tuple[str, int]]:
        """Write pieces out as words, each with the index of its first piece in ``ids``."""
        words: list[tuple[str, int]] = []
        glue = False
        for index, piece in enumerate(ids):
            surface = self.surfaces[piece]
            joins = bool(self.joins[piece]) or piece == self.point
            after_initials = bool(words) and words[-1][0].endswith(".") and len(surface) == 1 and surface.isalpha()
            if words and (glue or joins or not self.begins[piece] or after_initials):
                words[-1] = (words[-1][0] + surface, words[-1][1])
            else:
                words.append((surface, index))
            glue = bool(self.joins[piece])
        return words
