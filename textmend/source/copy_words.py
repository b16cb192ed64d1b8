"""Classifying words of a copy: a sentence, a note, an aside; and the white space that belongs around them."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

from textmend.source.copies import Copy
from textmend.source.fitted import edges_of
from textmend.source.pieces import Piece, Side
from textmend.source.words import Words
from textmend.text.words import LINE_ENDS, is_space

MOST_WORDS = 60
"""Longer runs of words are not reported as lost."""

_SENTENCE_WORDS = 4
_ABBREVIATION = 3
_TERMINAL = frozenset(".!?…。！？")
_CLOSERS = frozenset("\"'”’)]»")


class CopyWords:
    """The words of a copy, with its structure. A run of words is given by the numbers of its first and last word.

    Args:
        copy: its text and words.
        source: the same copy.
        breaks: the white space that belongs between two of its blocks (``usual_break``).
    """

    def __init__(self, copy: Side, source: Copy, breaks: str) -> None:
        self.text, self.words, self.source = copy.text, copy.words, source
        self.is_edge = edges_of(source, copy.words)
        self.asides = _aside_words(copy.words, source)
        self._breaks = breaks

    def lost(self, first: int, last: int) -> str:
        """Return the text of words."""
        return self.text[self.words.starts[first] : self.words.ends[last]]

    def count(self, first: int, last: int) -> int:
        """Return how many words are not asides, up to a limit."""
        stop = min(last + 1, first + 4 * MOST_WORDS)
        return sum(self.words.spoken[word] and word not in self.asides for word in range(first, stop))

    def without_asides(self, first: int, last: int) -> tuple[int, int]:
        """Return a run of words without the asides at its ends."""
        while first <= last and first in self.asides:
            first += 1
        while first <= last and last in self.asides:
            last -= 1
        return first, last

    def tail(self, word: int) -> range:
        """Return the words after a word, to the end of its block."""
        stop = self.words.first[self.words.blocks[word] + 1]
        first, last = self.without_asides(word + 1, stop - 1)
        return range(first, last + 1)

    def head(self, word: int) -> range:
        """Return the words before a word, from the start of its block."""
        first, last = self.without_asides(self.words.first[self.words.blocks[word]], word - 1)
        return range(first, last + 1)

    def is_note(self, first: int, last: int) -> bool:
        """Whether words are only the mark of a note: ``[12]``."""
        lost = self.lost(first, last)
        return lost[0] in "[(" and lost[-1] in "])" and lost[1:-1].strip().isdigit()

    def is_sentence(self, first: int, last: int, count: int) -> bool:
        """Whether words are a whole sentence, which an editor may have cut, or a line such as “Read more: …”."""
        words = self.words
        block = words.blocks[first]
        begins = first == words.first[block] or self._ends_sentence(first - 1)
        if not begins:
            return False
        if last + 1 == words.first[block + 1] or self._ends_sentence(last):
            return True
        following = self.text[words.starts[last + 1]]
        return count >= _SENTENCE_WORDS and first > words.first[block] and following.isupper()

    def spans_sentences(self, first: int, last: int) -> bool:
        """Whether a sentence ends within words: then an editor may have cut some or all of them."""
        text, words = self.text, self.words
        for word in range(first + 1, last):
            if text[words.starts[word]] not in _TERMINAL:
                continue
            following = next((other for other in range(word + 1, last + 1) if words.spoken[other]), word)
            initial = text[words.starts[word - 1] : words.ends[word - 1]]
            abbreviated = len(initial) <= _ABBREVIATION and initial[:1].isupper()
            spaced = any(map(is_space, text[words.ends[word] : words.starts[following]]))
            if spaced and text[words.starts[following]].isupper() and not abbreviated:
                return True
        return False

    def extent(self, first: int, last: int) -> tuple[int, int]:
        """Return the span of words, with the invisible characters (direction marks, …) that touch them."""
        text, words = self.text, self.words
        start, end = words.starts[first], words.ends[last]
        floor = words.ends[first - 1] if first else 0
        ceiling = words.starts[last + 1] if last + 1 < len(words) else len(text)
        if any(map(is_space, text[floor:start])):
            while start > floor and not is_space(text[start - 1]):
                start -= 1
        if any(map(is_space, text[end:ceiling])):
            while end < ceiling and not is_space(text[end]):
                end += 1
        return start, end

    def space_between(self, word: int, other: int) -> str:
        """Return the white space between two words, if nothing but asides stands between them."""
        return next(filter(None, map(self.space, range(word + 1, other + 1))), "")

    def has_break(self, word: int, other: int) -> bool:
        """Whether a line ends between two words of a block."""
        return not LINE_ENDS.isdisjoint(self.text[self.words.ends[word] : self.words.starts[other]])

    def space(self, word: int) -> str:
        """Return the white space before a word; between blocks, that of the text between its paragraphs."""
        words = self.words
        if not word or word == len(words):
            return ""
        if words.blocks[word] != words.blocks[word - 1]:
            return self._breaks
        between = self.text[words.ends[word - 1] : words.starts[word]]
        if between.isspace() and LINE_ENDS.isdisjoint(between):
            return between
        return " " if any(is_space(char) for char in between) else ""

    def _ends_sentence(self, word: int) -> bool:
        floor = self.words.first[self.words.blocks[word]]
        while word > floor and self.text[self.words.starts[word]] in _CLOSERS:
            word -= 1
        return self.text[self.words.starts[word]] in _TERMINAL


def usual_break(text: Side, words: Words, pieces: Sequence[Piece]) -> str:
    """Return the most frequent white space in the text at places where the copy begins a new block."""
    found: Counter[str] = Counter()
    last: Piece | None = None
    for piece in pieces:
        if last and piece.word == last.word + 1 and words.blocks[piece.word] != words.blocks[last.word]:
            between = text.text[last.end : piece.start]
            if between.isspace():
                found[between] += 1
        last = piece
    return found.most_common(1)[0][0] if found else " "


def _aside_words(words: Words, source: Copy) -> frozenset[int]:
    """Return the words of a copy that do not belong to a sentence."""
    found: set[int] = set()
    for start, end, _ in source.asides:
        found.update(range(bisect_left(words.starts, start), bisect_left(words.starts, end)))
    return frozenset(found)
