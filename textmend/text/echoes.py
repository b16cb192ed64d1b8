"""Echoes: places in the same article where the same words stand left and right of something.

``targeted aerial ▢ against civilians`` … ``targeted aerial strikes against civilians``: an echo says what may have
stood at a gap, and shows where. ``rank`` says how probable that is.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from heapq import merge
from itertools import islice
from typing import NamedTuple

import regex

from textmend.errors import RecordError
from textmend.records import Evidence, Place
from textmend.text.function_words import FUNCTION_WORDS
from textmend.text.words import CLOSING, OPENING, WORD, paragraphs, quote_around

CONTEXT = 6
"""How many words on each side are compared at most."""

LONGEST = 5
"""How many words an echo has at most."""

NEAREST = 256
"""How many places are examined for a gap: occurrences of the rarer of its two neighbours, namely this many before the
gap and after it (the nearest), and this many in title and metadata (the first). Of the places found there, again the
first so many are compared. Only a text that repeats both words more often than that can lose an echo."""

_NO_BEGINNING = CLOSING
_NO_ENDING = OPENING | frozenset(",;:")
_SENTENCE_ENDS = frozenset(".!?…。！？")
_INNER_STOP = regex.compile(r"(?<=\p{N}|(?<!\p{L})\p{L})\.(?=[\p{L}\p{N}])")
_SPOKEN = regex.compile(r"[\p{L}\p{N}]")
_SPACE = regex.compile(r"\s+")
_MOST_CHARACTERS = 200
_LONGEST_STEMMED = 40
_WEAK_TOTAL = 4


@dataclass(frozen=True, slots=True)
class Echo:
    """Words that stand elsewhere between the same neighbours as a gap.

    Attributes:
        text: the words as they stand there, runs of white space folded to one space.
        left: how many words in a row match left of the gap, from the gap on; 1 to ``CONTEXT``. Where the gap
            begins a sentence or paragraph and the echo does too, that counts as one.
        right: the same on the right.
        exact: whether all matched words are equal apart from letter case, not only in their stems. Beginnings and ends
            of sentences and paragraphs don't count here.
        evidence: where the words stand, offsets in code points of that text; ``detail`` is the metadata key.
    """

    text: str
    left: int
    right: int
    exact: bool
    evidence: Evidence


class EchoIndex:
    """Finds the echoes of any gap of a text. The text is read once, at the first question.

    Memory and the time to read are linear in the text; the time of a question is bounded (``NEAREST``).

    Args:
        text: the article.
        title: its title, where the text doesn't hold it.
        metadata: other texts about it (description, keywords, …), searched in the order of the keys.
    """

    def __init__(self, text: str, *, title: str | None = None, metadata: Mapping[str, str] | None = None) -> None:
        self._sources = [_Source("text", text)]
        if title:
            self._sources.append(_Source("title", title))
        self._sources += (_Source("metadata", value, key) for key, value in sorted((metadata or {}).items()))

    def echoes(self, start: int, end: int, *, most: int = 8) -> list[Echo]:
        """Return the echoes of the gap ``text[start:end]``, the best first, one for each distinct text.

        The order: by words matched on both sides, exact ones before inflected, those of the text before title
        and metadata, the nearest first, then by offset. Texts that differ only in letter case are one.

        Args:
            start: offset where the gap begins, in code points.
            end: offset where it ends; ``text[start:end]`` is white space or empty.
            most: how many to return at most.

        Raises:
            RecordError: the offsets lie outside the text.
        """
        size = len(self._sources[0].text)
        if not 0 <= start <= end <= size:
            raise RecordError(f"gap at {start}:{end} lies outside its text, which has {size} code points")
        words = self._words
        around = words.around(start, end)
        if around is None:
            return []
        found: dict[str, Echo] = {}
        for match in sorted(self._matches(around, start, end)):
            if len(found) >= most:
                break
            source = self._sources[match.source]
            text = _SPACE.sub(" ", source.text[match.start : match.end])
            if text.casefold() not in found:
                found[text.casefold()] = Echo(text, match.left, match.right, match.exact, source.evidence(match))
        return list(found.values())

    @cached_property
    def _words(self) -> _Words:
        return _Words([source.text for source in self._sources])

    def _matches(self, gap: _Neighbours, start: int, end: int) -> Iterator[_Match]:
        words = self._words
        for place in words.places(gap):
            echo_start, echo_end = words.starts[place.left + 1], words.ends[place.right - 1]
            if echo_end - echo_start > _MOST_CHARACTERS or not words.is_phrase(place):
                continue
            # A match doesn't reach across the gap, where words are missing.
            left = words.run(gap.left, place.left, -1, gap.right - 1 if place.left >= gap.right else -1)
            right = words.run(gap.right, place.right, 1, gap.left + 1 if place.right <= gap.left else -1)
            total = left.length + right.length
            if left.content or right.content or total >= _WEAK_TOTAL:
                source = words.source_of(place.left)
                distance = 0 if source else max(echo_start - end, start - echo_end)
                inexact = not (left.exact and right.exact)
                yield _Match(-total, inexact, source > 0, distance, source, echo_start, echo_end, left.length)


@dataclass(frozen=True, slots=True)
class _Source:
    place: Place
    text: str
    key: str | None = None

    def evidence(self, match: _Match) -> Evidence:
        quote = quote_around(self.text, match.start, match.end)
        return Evidence(place=self.place, quote=quote, start=match.start, end=match.end, detail=self.key)


class _Match(NamedTuple):
    """An echo found, in the order of its fields."""

    less_total: int
    inexact: bool
    outside: bool
    distance: int
    source: int
    start: int
    end: int
    left: int

    @property
    def right(self) -> int:
        return -self.less_total - self.left

    @property
    def exact(self) -> bool:
        return not self.inexact


class _Neighbours(NamedTuple):
    """The positions of the words left and right of a gap, or of an echo."""

    left: int
    right: int


class _Run(NamedTuple):
    length: int
    exact: bool
    content: bool


_EDGE = 0
"""The symbol that stands before and after each paragraph."""


class _Words:
    """Texts as one row of words, an edge before and after each paragraph.

    A word's *form* is its case-folded spelling. Its *stem* is compared. Its *anchor* has to be equal next to a gap: it
    is the stem too, but all ways to begin or end a sentence share one anchor.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self.forms = array("i")
        self.stems = array("i")
        self.starts = array("q")
        self.ends = array("q")
        self._first: list[int] = []
        self._form_of: dict[str, int] = {"": _EDGE}
        self._stem_of: dict[str, int] = {"": _EDGE}
        self._stem_of_form = [_EDGE]
        self._spoken = [False]
        self._begins = [False]
        self._closes = [False]
        self._content = [False]
        self._ends_sentence = [True]
        self._positions: defaultdict[int, array[int]] = defaultdict(lambda: array("i"))
        for text in texts:
            self._first.append(len(self.forms))
            for paragraph in paragraphs(text):
                self._read(text, *paragraph)
        self._first.append(len(self.forms))
        for position in range(len(self.stems)):
            self._positions[self._anchor(position)].append(position)
        # So that a step from the first or last edge outwards meets an edge.
        self._add(_EDGE, 0, 0)

    def around(self, start: int, end: int) -> _Neighbours | None:
        """Return the neighbours of a gap in the first text; where the gap begins or ends a paragraph, an edge."""
        stop = self._first[1]
        if not stop:
            return None
        left = bisect_right(self.ends, start, 0, stop) - 1
        while left >= 0 and self.stems[left] == _EDGE:
            left -= 1
        right = bisect_left(self.starts, end, 0, stop)
        while right < stop and self.stems[right] == _EDGE:
            right += 1
        if left < 0:
            return _Neighbours(right - 1, right)
        if right == stop:
            return _Neighbours(left, left + 1)
        if self.stems[left + 1] != _EDGE or self.stems[right - 1] != _EDGE:
            return _Neighbours(left, right)
        # Between two paragraphs: the gap belongs to the nearer.
        nearer_left = start - self.ends[left] <= self.starts[right] - end
        return _Neighbours(left, left + 1) if nearer_left else _Neighbours(right - 1, right)

    def places(self, gap: _Neighbours) -> Iterator[_Neighbours]:
        """Yield where the neighbours of a gap stand with one to ``LONGEST`` words between, the nearest first."""
        left, right = self._anchor(gap.left), self._anchor(gap.right)
        if left not in self._positions or right not in self._positions:
            return
        from_left = len(self._positions[left]) <= len(self._positions[right])
        step, other = (1, right) if from_left else (-1, left)
        for positions in self._nearest(left if from_left else right, gap.left):
            yield from islice(self._pairs(positions, step, other, gap), NEAREST)

    def is_phrase(self, place: _Neighbours) -> bool:
        """Return whether a letter or digit stands between, and no comma or the like begins or ends it."""
        forms = self.forms[place.left + 1 : place.right]
        return self._begins[forms[0]] and self._closes[forms[-1]] and any(self._spoken[form] for form in forms)

    def run(self, here: int, there: int, step: int, stop: int) -> _Run:
        """Return how many words match in a row from two positions with the same anchor, before ``stop``."""
        forms, stems = self.forms, self.stems
        count, exact, content = 0, True, False
        while count < CONTEXT and there != stop and stems[here] == stems[there] != _EDGE:
            count += 1
            exact = exact and forms[here] == forms[there]
            content = content or self._content[forms[here]]
            here += step
            there += step
        return _Run(count or 1, exact, content)

    def source_of(self, position: int) -> int:
        """Return the number of the text that holds a position."""
        return bisect_right(self._first, position) - 1

    def _anchor(self, position: int) -> int:
        stem = self.stems[position]
        return _EDGE if self._ends_sentence[stem] else stem

    def _nearest(self, anchor: int, position: int) -> Iterator[Iterable[int]]:
        positions = self._positions[anchor]
        stop = bisect_left(positions, self._first[1])
        middle = bisect_left(positions, position, 0, stop)
        before = positions[max(0, middle - NEAREST) : middle]
        after = positions[middle : min(stop, middle + NEAREST)]
        yield merge(reversed(before), after, key=lambda other: abs(other - position))
        yield positions[stop : stop + NEAREST]

    def _pairs(self, positions: Iterable[int], step: int, other: int, gap: _Neighbours) -> Iterator[_Neighbours]:
        for near in positions:
            for far in range(near + 2 * step, near + (LONGEST + 2) * step, step):
                if self._ends_sentence[self.stems[far - step]]:
                    break
                place = _Neighbours(near, far) if step > 0 else _Neighbours(far, near)
                # An echo stands on one side of the gap, its neighbours included.
                if self._anchor(far) == other and (place.left >= gap.right or place.right <= gap.left):
                    yield place

    def _read(self, text: str, start: int, end: int) -> None:
        first = len(self.forms)
        self._add(_EDGE, start, start)
        for match in WORD.finditer(text, start, end):
            word = match.group()
            if word == "." and _INNER_STOP.match(text, match.start()):
                word = "\0."  # The point in 3.5 and U.S does not end a sentence. No word holds a control character.
            self._add(self._form(word), *match.span())
        if len(self.forms) == first + 1:
            for row in (self.forms, self.stems, self.starts, self.ends):
                row.pop()
        else:
            self._add(_EDGE, end, end)

    def _add(self, form: int, start: int, end: int) -> None:
        self.forms.append(form)
        self.stems.append(self._stem_of_form[form])
        self.starts.append(start)
        self.ends.append(end)

    def _form(self, word: str) -> int:
        form = self._form_of.get(word)
        if form is None:
            folded = word.casefold()
            form = self._form_of.get(folded)
            if form is None:
                form = self._form_of[folded] = len(self._stem_of_form)
                spoken = _SPOKEN.search(word) is not None
                stem = self._stem_of.setdefault(_stem(folded) if spoken else folded, len(self._ends_sentence))
                if stem == len(self._ends_sentence):
                    self._ends_sentence.append(word in _SENTENCE_ENDS)
                self._stem_of_form.append(stem)
                self._spoken.append(spoken)
                self._begins.append(word not in _NO_BEGINNING)
                self._closes.append(word not in _NO_ENDING)
                self._content.append(spoken and folded not in FUNCTION_WORDS)
            self._form_of[word] = form
        return form


def _stem(word: str) -> str:
    # A word longer than any English one is its own stem: stemming and caching it would cost time for nothing.
    return _english_stem(word) if len(word) <= _LONGEST_STEMMED else word


@lru_cache(maxsize=1 << 16)
def _english_stem(word: str) -> str:
    from snowballstemmer.english_stemmer import EnglishStemmer

    # A stemmer stores the word it works on, so each call makes one of its own: threads may share the cache.
    return str(EnglishStemmer().stemWord(word))
