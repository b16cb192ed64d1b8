"""The pieces of a masked language model's vocabulary: where each one may stand, and how it is written.

Lost words have single spaces between them and no punctuation, except inside words (``well-known``, ``O’Neil``,
``AT&T``, ``U.S.``). A small automaton over kinds of characters decides this. The effect of each piece on it is computed
once, so that a decoder only looks up a row of a table.
"""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# Marks that stand inside words: well-known, O’Neil, AT&T.
_JOINERS = frozenset("-'’&")

# Where lost words stand after some pieces: nothing yet (a space or a letter is awaited), just after a space, in a
# word, after a single letter, after a mark inside a word, after the point of an initial, after another initial.
_SPACE_FIRST, _LETTER_FIRST, _OPEN, _WORD, _INITIAL, _JOINED, _POINT, _AGAIN = range(8)
_STATES = 8
_ENDS = (_WORD, _INITIAL, _POINT, _AGAIN)
_DEAD = -1

# Kinds of characters: a letter, another character that makes words, a combining mark, …
_LETTER, _DIGIT, _MARK, _JOINER, _STOP, _SPACE, _OTHER = "LDMJ. X"
_MOVES: tuple[dict[str, int], ...] = (
    {_SPACE: _OPEN},
    {_LETTER: _INITIAL, _DIGIT: _WORD},
    {_LETTER: _INITIAL, _DIGIT: _WORD},
    {_LETTER: _WORD, _DIGIT: _WORD, _MARK: _WORD, _JOINER: _JOINED, _SPACE: _OPEN},
    {_LETTER: _WORD, _DIGIT: _WORD, _MARK: _INITIAL, _JOINER: _JOINED, _SPACE: _OPEN, _STOP: _POINT},
    {_LETTER: _WORD, _DIGIT: _WORD},
    {_LETTER: _AGAIN, _SPACE: _OPEN},
    {_MARK: _AGAIN, _STOP: _POINT, _SPACE: _OPEN},
)
_MEMORY = 128


class _State(NamedTuple):
    """Where lost words stand after some pieces; ``pending`` holds the bytes of a character that has only begun."""

    place: int
    pending: str


@dataclass(frozen=True)
class Vocabulary:
    """The pieces of a vocabulary, classified by use.

    Attributes:
        surfaces: how each piece is written. Pieces that mark the space before them start with a blank; bytes that form
            no whole character are lone surrogates (Python's ``surrogateescape``).
        mask: the id of the mask.
        cased: whether pieces keep letter case.
        spaced: whether pieces mark the spaces between words. If not, as in WordPiece, a piece without a continuation
            mark starts a new word.
        moves: the state after each piece, from each state, -1 where the piece may not stand; int8, shape ``[states,
            pieces]``.
        begins: for pieces that don't mark spaces, whether each starts a new word; bool, shape ``[pieces]``.
        partial: the ids of pieces that hold bytes of unfinished characters.
    """

    surfaces: tuple[str, ...]
    mask: int
    cased: bool
    spaced: bool
    moves: NDArray[np.int8]
    begins: NDArray[np.bool_]
    partial: frozenset[int] = frozenset()
    _memory: dict[tuple[_State, bool], NDArray[np.bool_]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of_wordpiece(
        cls, pieces: Sequence[str], *, mask: int, special: Iterable[int], cased: bool, prefix: str = "##"
    ) -> Vocabulary:
        """Read a WordPiece vocabulary, where ``prefix`` marks a piece that continues a word."""
        continues = [len(piece) > len(prefix) and piece.startswith(prefix) for piece in pieces]
        surfaces = tuple(
            piece[len(prefix) :] if inside else piece for piece, inside in zip(pieces, continues, strict=True)
        )
        shapes = [
            _shape(surface) if inside else "^" + _shape(surface)
            for surface, inside in zip(surfaces, continues, strict=True)
        ]
        moves = _table(shapes, special, _step_of_wordpiece)
        return cls(surfaces, mask, cased, False, moves, ~np.array(continues, dtype=bool))

    @classmethod
    def of_spaced(cls, surfaces: Sequence[str], *, mask: int, special: Iterable[int], cased: bool) -> Vocabulary:
        """Read a vocabulary whose pieces mark the space before them (see ``surfaces``)."""
        out = frozenset(special)
        partial = frozenset(i for i, surface in enumerate(surfaces) if i not in out and not _is_whole(surface))
        shapes = ["" if index in partial else _shape(surface) for index, surface in enumerate(surfaces)]
        moves = _table(shapes, out, _run)
        begins = np.array([surface.startswith(" ") for surface in surfaces], dtype=bool)
        return cls(tuple(surfaces), mask, cased, True, moves, begins, partial)

    def allowed(self, prefix: Sequence[int], last: bool, *, spaced: bool = True) -> NDArray[np.bool_]:
        """Return which pieces may follow ``prefix`` in words that were lost; bool, shape ``[pieces]``.

        Args:
            prefix: the pieces so far.
            last: whether the next piece is the last one.
            spaced: whether there is white space before the lost words.
        """
        state = _State(_SPACE_FIRST if spaced and self.spaced else _LETTER_FIRST, "")
        for piece in prefix:
            after = self._after(state, piece)
            if after is None:
                return np.zeros(len(self.surfaces), dtype=bool)
            state = after
        row = self._memory.get((state, last))
        if row is None:
            row = self._row(state, last)
            if len(self._memory) >= _MEMORY:
                self._memory.clear()
            self._memory[state, last] = row
        return row

    def words(self, ids: Sequence[int]) -> list[tuple[str, int]]:
        """Return pieces as words, each with the index of its first piece in ``ids``."""
        return self._spaced_words(ids) if self.spaced else self._joined_words(ids)

    def _row(self, state: _State, last: bool) -> NDArray[np.bool_]:
        if state.pending:
            row = np.zeros(len(self.surfaces), dtype=bool)
        else:
            places = self.moves[state.place]
            row = np.isin(places, _ENDS) if last else places != _DEAD
        for piece in self.partial:
            after = self._after(state, piece)
            row[piece] = after is not None and (not last or (after.place in _ENDS and not after.pending))
        row.flags.writeable = False
        return row

    def _after(self, state: _State, piece: int) -> _State | None:
        if not state.pending and piece not in self.partial:
            place = int(self.moves[state.place, piece])
            return None if place == _DEAD else _State(place, "")
        if piece not in self.partial:
            return None
        decoder = codecs.getincrementaldecoder("utf-8")()
        try:
            text = decoder.decode((state.pending + self.surfaces[piece]).encode("utf-8", "surrogateescape"))
        except UnicodeDecodeError:
            return None
        pending = decoder.getstate()[0].decode("utf-8", "surrogateescape")
        place = _run(_shape(text), state.place)
        if place == _DEAD or (pending and _MOVES[place].keys().isdisjoint(_kinds(pending))):
            return None
        return _State(place, pending)

    def _spaced_words(self, ids: Sequence[int]) -> list[tuple[str, int]]:
        words: list[tuple[str, int]] = []
        for index, piece in enumerate(ids):
            for number, part in enumerate(self.surfaces[piece].split(" ")):
                if number or not words:
                    words.append((part, index))
                else:
                    words[-1] = (words[-1][0] + part, words[-1][1])
        return [(_characters(word), index) for word, index in words if word]

    def _joined_words(self, ids: Sequence[int]) -> list[tuple[str, int]]:
        words: list[tuple[str, int]] = []
        glue = False
        for index, piece in enumerate(ids):
            surface = self.surfaces[piece]
            joins = surface in _JOINERS
            after_initials = bool(words) and words[-1][0].endswith(".") and len(surface) == 1 and surface.isalpha()
            if words and (glue or joins or surface == "." or not self.begins[piece] or after_initials):
                words[-1] = (words[-1][0] + surface, words[-1][1])
            else:
                words.append((surface, index))
            glue = joins
        return words


def _step_of_wordpiece(shape: str, place: int) -> int:
    """Return the state after a piece that marks no spaces; whole words (``^``) are separate, except after a joiner."""
    begins, body = shape[0] == "^", shape.lstrip("^")
    if body in (_JOINER, _STOP):
        return _MOVES[place].get(body, _DEAD)
    if _JOINER in body or _STOP in body or _SPACE in body:
        return _DEAD
    if not begins:
        return _run(body, place) if place in (_WORD, _INITIAL) else _DEAD
    apart = place not in (_JOINED, _POINT) or (place == _POINT and body != _LETTER)
    return _run(body, _OPEN if apart else place)


def _run(shape: str, place: int) -> int:
    for kind in shape:
        place = _MOVES[place].get(kind, _DEAD)
        if place == _DEAD:
            return _DEAD
    return place


def _table(shapes: Sequence[str], special: Iterable[int], step: Callable[[str, int], int]) -> NDArray[np.int8]:
    out = frozenset(special)
    alike: dict[str, list[int]] = {}
    for index, shape in enumerate(shapes):
        if shape.strip("^") and index not in out:
            alike.setdefault(shape, []).append(index)
    moves = np.full((_STATES, len(shapes)), _DEAD, dtype=np.int8)
    for shape, indices in alike.items():
        moves[:, indices] = [[step(shape, place)] for place in range(_STATES)]
    return moves


def _shape(surface: str) -> str:
    """Return the kinds of a piece's characters; more than two letters in a row have the effect of two."""
    body = surface.removeprefix(" ")
    if body.isalpha():
        return surface[: len(surface) - len(body)] + (_LETTER if len(body) == 1 else _LETTER * 2)
    return "".join(map(_kind, surface))


@cache
def _kinds(pending: str) -> frozenset[str]:
    """Return the kinds of the characters that the first bytes of a character may become."""
    first, *others = pending.encode("utf-8", "surrogateescape")
    missing = (1 if first < 0xE0 else 2 if first < 0xF0 else 3) - len(others)
    code = first & (0x1F if first < 0xE0 else 0x0F if first < 0xF0 else 0x07)
    for byte in others:
        code = code << 6 | byte & 0x3F
    codes = range(code << 6 * missing, min((code + 1) << 6 * missing, 0x110000))
    return frozenset(_kind.__wrapped__(chr(code)) for code in codes)


@cache
def _kind(char: str) -> str:
    if char.isalpha():
        return _LETTER
    if char.isalnum():
        return _DIGIT
    if char in _JOINERS:
        return _JOINER
    if char in (_STOP, _SPACE):
        return char
    return _MARK if unicodedata.category(char).startswith("M") else _OTHER


def _is_whole(surface: str) -> bool:
    return surface.isascii() or not any("\udc80" <= char <= "\udcff" for char in surface)


def _characters(text: str) -> str:
    """Join separate bytes to characters; bytes that are not UTF-8 stay lone surrogates."""
    return text if _is_whole(text) else text.encode("utf-8", "surrogateescape").decode("utf-8", "surrogateescape")
