"""From pieces to losses: where the text lacks words that the copy holds between the same neighbours.

Most differences between two texts are not losses. What tells them apart: a loss is pure (nothing stands in the lost
words' place), lies inside a block and a sentence of which the rest came through, and on a page begins and ends where
an element does, for extractors cut at tags and editors don't. Without tags to tell, the words around must be the same
for longer, and ``version`` asks for more.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import groupby, pairwise
from typing import NamedTuple

from textmend.records import Gap
from textmend.source.copies import Copy, Inline
from textmend.source.dress import dress_of, dressed
from textmend.source.fitted import edges_of
from textmend.source.loss import Loss
from textmend.source.pieces import Piece, Side
from textmend.source.version import Version, sifted
from textmend.source.words import Words
from textmend.text.words import CLOSING, LINE_ENDS, OPENING, is_space, space_before

SURE = 0.999
"""Probability of a loss that an element tells of.

Set by hand, near what was measured (``docs/source.md``): of some 9,000 fills that elements told of, none was wrong on
damaged texts and nine on edited ones.
"""

_REACH = 12
_LEAST_AROUND = 3
_LEAST_AROUND_PLAIN = 6
_LEAST_SIDE = 2
_MOST_WORDS = 60
_OPEN_SENTENCE = 0.7
_FEW_KEPT = 0.05
_MANY_DROPPED = 3
_SENTENCE_WORDS = 4
_MOST_EDITED = 0.01
_FEW_EDITED = 1
_ABBREVIATION = 3
_MOST_MOVED = 2000
_BEYOND = 40
_TERMINAL = frozenset(".!?…。！？")
_CLOSERS = frozenset("\"'”’)]»")
_JOINS_LEFT = frozenset(".,;:!?)]”’")
_EMPTY_BEFORE = frozenset("[*_")
_EMPTY_AFTER = frozenset("]*_")
_JOINS_RIGHT = frozenset("(“‘")


class _Around(NamedTuple):
    """What is the same on one side of a place.

    Attributes:
        words: how many words in a row, up to a few.
        whole: whether they reach to the beginning, or end, of the block on both sides.
    """

    words: int
    whole: bool


def _aside_words(words: Words, source: Copy) -> frozenset[int]:
    """Return the words of a copy that are no words of a sentence."""
    found: set[int] = set()
    for start, end, _ in source.asides:
        found.update(range(bisect_left(words.starts, start), bisect_left(words.starts, end)))
    return frozenset(found)


_EDGE = _Around(0, True)
"""The side of a place where its block begins or ends."""


def losses(text: Side, copy: Side, source: Copy, pieces: list[Piece], suspects: Sequence[Gap] = ()) -> list[Loss]:
    """Return the losses of a text, in order and disjoint.

    Args:
        text: the text.
        copy: the copy.
        source: the same copy, with what is known of its structure.
        pieces: what is the same in both.
        suspects: what the detector found in the text, also where it is not sure; in order.
    """
    judge = _Judge(text, copy, source, pieces, suspects)
    dress = dress_of(text, copy, pieces)
    return list(sifted(text.text, list(dressed(judge.losses(), dress, text.text)), judge.version))


def seen_at(suspects: Sequence[Gap], site: tuple[int, int]) -> float:
    """Return the probability of the gap that the detector found at a place, 0 if it found none."""
    start, end = site
    index = bisect_left(suspects, start, key=lambda gap: gap.end)
    if index < len(suspects) and suspects[index].start <= end:
        return suspects[index].probability
    return 0.0


def is_spaced_oddly(text: str, site: tuple[int, int]) -> bool:
    """Whether the white space of a text shows that something is missing at a place."""
    start, end = site
    space, left, right = text[start:end], text[start - 1 : start], text[end : end + 1]
    if not space:
        return (left in OPENING and right in CLOSING) or (left.isalnum() and right.isalnum())
    return LINE_ENDS.isdisjoint(space) and (len(space) > 1 or right in CLOSING or left in OPENING)


class _Judge:
    def __init__(self, text: Side, copy: Side, source: Copy, pieces: list[Piece], suspects: Sequence[Gap]) -> None:
        self._text, self._copy, self._source, self._pieces = text, copy, source, pieces
        self._suspects = suspects
        self._words = copy.words
        self._aside = _aside_words(copy.words, source)
        self._is_edge = edges_of(source, copy.words)
        self.version = self._version()
        self._breaks = self._usual_break()

    def losses(self) -> Iterator[Loss]:
        moved = self._moved() if self._source.has_markup else {}
        for index in range(len(self._pieces) + 1):
            if index < len(self._pieces) and self._pieces[index].paragraph in moved:
                loss = moved[self._pieces[index].paragraph]
                if loss is not None:
                    yield loss
                    moved[self._pieces[index].paragraph] = None
                continue
            before = self._pieces[index - 1] if index else None
            after = self._pieces[index] if index < len(self._pieces) else None
            if before and after and self._words.blocks[before.word] == self._words.blocks[after.word]:
                if not after.after and not after.marks:
                    found = self._inside(index)
                    if found:
                        yield found
                continue
            yield from self._at_block_edges(index, before, after)

    def _version(self) -> Version:
        """Return how text and copy differ, losses apart."""
        replaced, cut = 0, False
        changed: set[int] = set()
        blocks = self._words.blocks
        if self._pieces and self._pieces[0].after:
            changed.add(blocks[self._pieces[0].word])
        for before, after in pairwise(self._pieces):
            inside = blocks[before.word] == blocks[after.word]
            if after.after:
                changed.add(blocks[after.word])
                if before.paragraph == after.paragraph:
                    changed.add(blocks[before.word])
            if not inside:
                continue
            replaced += after.after
            first, last = before.word + 1, after.word - 1
            if first <= last and not (self._is_edge(first) and self._is_edge(last + 1)):
                count = self._count(first, last)
                if count and self._is_sentence(first, last, count):
                    cut = True
                    changed.add(blocks[before.word])
        edited = cut or replaced > max(_FEW_EDITED, _MOST_EDITED * len(self._pieces))
        return Version(edited, replaced > 0, frozenset(changed))

    def _moved(self) -> dict[int, Loss | None]:
        """Return, for each paragraph that holds the words of a block in another order, the place to set it right.

        The same words, every one of them, and what was moved is whole elements: an extractor that collects the text
        of links apart does this, an editor doesn't.
        """
        found: dict[int, Loss | None] = {}
        done: set[int] = set()
        for paragraph, group in groupby(self._pieces, key=lambda piece: piece.paragraph):
            run = list(group)
            block = self._words.blocks[run[0].word]
            if block == self._words.blocks[run[-1].word] and block not in done:
                loss = self._reordered(paragraph, block, {piece.word for piece in run})
                if loss:
                    found[paragraph] = loss
                    done.add(block)
        return found

    def _reordered(self, paragraph: int, block: int, matched: set[int]) -> Loss | None:
        text, words = self._text.words, self._words
        start, end = text.first[paragraph], text.first[paragraph + 1]
        first, last = words.first[block], words.first[block + 1]
        size = end - start
        if size != last - first or len(matched) >= size or size > _MOST_MOVED:
            return None
        here, there = text.ids[start:end].tolist(), words.ids[first:last].tolist()
        if here == there or sorted(here) != sorted(there):
            return None
        ahead = next(index for index in range(size) if here[index] != there[index])
        back = next(index for index in range(size) if here[-1 - index] != there[-1 - index])
        kept = sum(words.spoken[word] for word in matched)
        if back and self._is_spaced(text.ends[end - back - 1]) != bool(self._space(last - back)):
            back -= 1  # the white space before it has to be set right too
        place = first + ahead
        stop = last - back
        cuts = [word for word in range(place, stop + 1) if (word in matched) != (word - 1 in matched)]
        if kept < _LEAST_AROUND or not all(self._is_edge(word) for word in cuts if place <= word < stop):
            return None
        begin, finish = text.starts[start + ahead], text.ends[end - back - 1]
        floor = text.ends[start + ahead - 1] if start + ahead else 0
        site = space_before(self._text.text, begin, floor), begin
        if not ahead:
            site = self._line_start(begin, floor), begin
        space = self._text.text[slice(*site)]
        inside = ahead and LINE_ENDS.isdisjoint(space)
        lost = self._loss(site, place, stop - 1, (self._space(place) if inside else space, ""))
        return replace(lost, replaces=finish - begin)

    def _is_spaced(self, offset: int) -> bool:
        return is_space(self._text.text[offset : offset + 1] or " ")

    def _inside(self, index: int) -> Loss | None:
        """Return what was lost between two pieces of one block."""
        before, after = self._pieces[index - 1], self._pieces[index]
        if after.word == before.word + 1:
            return self._glue(index)
        first, last = self._without_asides(before.word + 1, after.word - 1)
        if first > last or self._stands_aside(first, last, index):
            return None
        site = self._site(before, after)
        if site is None:
            return None
        spacing = None if self._has_line_end(site) else self._spacing(site, before, after, first, last)
        around = self._before(index - 1), self._after(index)
        if not self._is_likely(first, last, *around):
            return None
        sentence = self._is_sentence(first, last, self._count(first, last))
        if self._is_edge(first) and self._is_edge(last + 1):
            lost = self._loss(site, first, last, spacing)
            return self._sentence(lost) if sentence else lost
        if sentence:
            return None
        spaced, seen = is_spaced_oddly(self._text.text, site), seen_at(self._suspects, site)
        if not self._is_likely_bare(first, last, *around, traced=spaced or seen > 0):
            return None
        return replace(self._loss(site, first, last, spacing), bare=True, spaced=spaced, seen=seen)

    def _spacing(self, site: tuple[int, int], before: Piece, after: Piece, first: int, last: int) -> tuple[str, str]:
        """Return the white space around lost words; inside of a link or emphasis that was left empty there is none."""
        own = self._space_between(before.word, first), self._space_between(last, after.word)
        if not self._text.markup.touches(before.end, after.start):
            return own
        left = self._text.text[before.end : site[0]]
        right = self._text.text[site[1] : after.start]
        inside = bool(left) and bool(right) and left[-1] in _EMPTY_BEFORE and right[0] in _EMPTY_AFTER
        return ("", "") if inside else own

    def _at_block_edges(self, index: int, before: Piece | None, after: Piece | None) -> Iterator[Loss]:
        """Yield what was lost at the end of the block of ``before``, and at the start of the block of ``after``.

        Only where an element tells: a text may begin later than the copy, or be broken off.
        """
        if not self._source.has_markup:
            return
        tail = self._tail(before) if before else range(0)
        head = self._head(after) if after else range(0)
        if before and after and before.paragraph == after.paragraph:
            # One line of the text runs through both blocks: with words lost on both sides, nobody can tell where.
            if after.after or after.marks or (tail and head):
                return
            site = self._site(before, after)
            if site is None:
                return
            if tail and self._is_sure(tail, self._before(index - 1), _EDGE):
                yield from self._at_edge(site, tail, (self._space_between(before.word, tail[0]), self._at(site)))
            if head and self._is_sure(head, _EDGE, self._after(index)):
                yield from self._at_edge(site, head, (self._at(site), self._space_between(head[-1], after.word)))
            return
        # A blank that is left over at a line's end stood before the words, one at its beginning after them.
        if (
            before
            and tail
            and self._text.ends_paragraph(before)
            and self._is_sure(tail, self._before(index - 1), _EDGE)
        ):
            site, own = self._end_site(before), self._space_between(before.word, tail[0])
            if site is not None:
                own = own if site[0] == before.end else ""
                yield from self._at_edge(site, tail, (own, self._at(site)[bool(own) :]))
        if after and head and self._text.begins_paragraph(after) and self._is_sure(head, _EDGE, self._after(index)):
            site, own = self._start_site(before, after), self._space_between(head[-1], after.word)
            if site is not None:
                own = own if site[1] == after.start else ""
                space = self._at(site)
                yield from self._at_edge(site, head, (space[:-1] if own else space, own))

    def _is_sure(self, words: range, before: _Around, after: _Around) -> bool:
        first, last = words[0], words[-1]
        return self._is_edge(first) and self._is_edge(last + 1) and self._is_likely(first, last, before, after)

    def _at_edge(self, site: tuple[int, int], words: range, spacing: tuple[str, str]) -> Iterator[Loss]:
        """Yield what was lost at the edge of a block; a sentence there, only if many of its kind were dropped."""
        words = self._without_kept_marks(words, site)
        if not words or self._stands_beyond(words, site):
            return
        lost = self._loss(site, words[0], words[-1], spacing)
        if not self._is_sentence(words[0], words[-1], lost.count):
            yield lost
        elif not (sentence := self._sentence(lost)).is_open and max(self._dropped.values()) >= _MANY_DROPPED:
            yield sentence

    def _without_kept_marks(self, words: range, site: tuple[int, int]) -> range:
        """Return lost words without the marks after them that the text has on its next line."""
        kept = self._text.text[site[1] : site[1] + _BEYOND].lstrip()[:1]
        last = words[-1]
        while kept and last >= words[0] and not self._words.spoken[last] and self._lost(last, last) == kept:
            last -= 1
        return range(words[0], last + 1)

    def _stands_beyond(self, words: range, site: tuple[int, int]) -> bool:
        """Whether the text has the words after all, only on another line."""
        text, copy = self._text.words, self._words
        lost = [int(copy.ids[word]) for word in words if copy.spoken[word]]
        at = bisect_left(text.starts, site[1])
        reach = _BEYOND + 2 * len(words)
        after = [int(text.ids[word]) for word in range(at, min(len(text), at + reach)) if text.spoken[word]]
        before = [int(text.ids[word]) for word in range(max(0, at - reach), at) if text.spoken[word]]
        return after[: len(lost)] == lost or before[-len(lost) :] == lost

    def _sentence(self, loss: Loss) -> Loss:
        """Return a whole sentence, or several, as a loss; open where an editor may have cut it.

        It is beyond doubt if it is one element, or some side by side, and none of their kind came through: then the
        extractor drops them.
        """
        tags = self._tags_of(loss.copy_start, loss.copy_end)
        edited = self.version.edited or self.version.differs
        dropped = max((self._dropped.get(tag, 0) for tag in tags), default=0)
        return loss if dropped >= (_MANY_DROPPED if edited else 1) else replace(loss, probability=_OPEN_SENTENCE)

    @cached_property
    def _ending(self) -> dict[int, list[Inline]]:
        """The inline elements by where they end."""
        found: dict[int, list[Inline]] = {}
        for inline in self._source.inlines:
            found.setdefault(inline.end, []).append(inline)
        return found

    @cached_property
    def _dropped(self) -> dict[str, int]:
        """How many elements in the lines of the article the text lacks, of each tag of which it lacks nearly all."""
        words = self._words
        matched = {piece.word for piece in self._pieces}
        blocks = {words.blocks[word] for word in matched}
        kept: Counter[str] = Counter()
        lost: Counter[str] = Counter()
        for tag, start, end in self._source.inlines:
            first, stop = bisect_left(words.starts, start), bisect_left(words.starts, end)
            if first == stop or words.blocks[first] not in blocks or first in self._aside:
                continue
            block = words.blocks[first]
            if first > words.first[block] or stop < words.first[block + 1]:
                (lost if matched.isdisjoint(range(first, stop)) else kept)[tag] += 1
        return {tag: count for tag, count in lost.items() if kept[tag] <= _FEW_KEPT * count}

    def _tail(self, piece: Piece) -> range:
        """Return the words of the copy from a piece to the end of its block."""
        stop = self._words.first[self._words.blocks[piece.word] + 1]
        first, last = self._without_asides(piece.word + 1, stop - 1)
        return range(first, last + 1)

    def _head(self, piece: Piece) -> range:
        """Return the words of the copy from the start of a piece's block to it."""
        first, last = self._without_asides(self._words.first[self._words.blocks[piece.word]], piece.word - 1)
        return range(first, last + 1)

    def _without_asides(self, first: int, last: int) -> tuple[int, int]:
        """Return words of the copy without the asides at their ends."""
        while first <= last and first in self._aside:
            first += 1
        while first <= last and last in self._aside:
            last -= 1
        return first, last

    def _stands_aside(self, first: int, last: int, index: int) -> bool:
        """Whether an aside next to the words, which came through, says the same."""
        said: set[int] = set()
        for step, place in ((-1, index - 1), (1, index)):
            for _ in range(_REACH):
                if not 0 <= place < len(self._pieces) or self._pieces[place].word not in self._aside:
                    break
                said.add(int(self._words.ids[self._pieces[place].word]))
                place += step
        return bool(said) and said.issuperset(self._words.ids[first : last + 1].tolist())

    def _at(self, site: tuple[int, int]) -> str:
        return self._text.text[site[0] : site[1]]

    def _glue(self, index: int) -> Loss | None:
        """Return the white space that was lost between two words."""
        before, after = self._pieces[index - 1], self._pieces[index]
        text = self._text.text
        space = self._space(after.word)
        if not space or before.end != after.start or not self._joins(text[before.end - 1], text[after.start]):
            return None
        if not self._source.has_markup and not (text[before.end - 1].islower() and text[after.start].isupper()):
            return None  # another copy may spell compounds in another way
        if self.version.edited and not self._is_edge(after.word):
            return None
        if self._before(index - 1).words + self._after(index).words < _LEAST_AROUND:
            return None
        at = self._words.ends[before.word]
        stop = self._words.starts[after.word]
        bare = not self._source.has_markup
        block = self._words.blocks[after.word]
        return Loss(before.end, before.end, space, ("", ""), at, stop, block, 0, SURE, bare=bare, spaced=True)

    def _is_likely(self, first: int, last: int, before: _Around, after: _Around) -> bool:
        """Whether the words ``first`` to ``last`` of the copy may have been lost, if an element tells so."""
        count = self._count(first, last)
        if not count or count > _MOST_WORDS or self._is_note(first, last):
            return False
        if not (before.words or before.whole) or not (after.words or after.whole):
            return False
        if before.whole and after.whole and self._is_between_matched(self._words.blocks[first]):
            return True
        return before.words + after.words >= _LEAST_AROUND

    def _is_between_matched(self, block: int) -> bool:
        """Whether the blocks on both sides of one came through, just before and after it."""
        first = bisect_left(self._pieces, self._words.first[block], key=lambda piece: piece.word)
        last = bisect_left(self._pieces, self._words.first[block + 1], key=lambda piece: piece.word)
        blocks = self._words.blocks
        return (
            0 < first < last < len(self._pieces)
            and blocks[self._pieces[first - 1].word] == block - 1
            and blocks[self._pieces[last].word] == block + 1
            and not self._pieces[first].after
            and not self._pieces[last].after
        )

    def _is_likely_bare(self, first: int, last: int, before: _Around, after: _Around, *, traced: bool) -> bool:
        """Whether they may have been, if nothing but the words around tells."""
        around = before.words + after.words
        if not all(side.whole or side.words >= _LEAST_SIDE for side in (before, after)):
            return False
        if around < (_LEAST_AROUND if traced else _LEAST_AROUND_PLAIN):
            return False
        return self._count(first, last) <= (3 * around if traced else around) and not self._spans_sentences(first, last)

    def _spans_sentences(self, first: int, last: int) -> bool:
        """Whether a sentence ends within the words: then an editor cut some of them, if not all."""
        text, words = self._copy.text, self._words
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

    def _before(self, index: int) -> _Around:
        """Return what is the same up to and with a piece. Other losses in between are passed over."""
        words = 0
        block = self._words.blocks[self._pieces[index].word]
        while words < _REACH:
            piece = self._pieces[index]
            words += self._words.spoken[piece.word]
            previous = self._pieces[index - 1] if index else None
            same = previous is not None and self._words.blocks[previous.word] == block
            if piece.after or not same:
                begins = self._text.begins_paragraph(piece) or piece.word == self._words.first[block]
                return _Around(words, not same and not piece.after and begins)
            index -= 1
        return _Around(words, False)

    def _after(self, index: int) -> _Around:
        words = 0
        block = self._words.blocks[self._pieces[index].word]
        while words < _REACH:
            piece = self._pieces[index]
            words += self._words.spoken[piece.word]
            following = self._pieces[index + 1] if index + 1 < len(self._pieces) else None
            same = following is not None and self._words.blocks[following.word] == block
            if not same:
                ends = self._text.ends_paragraph(piece)
                joined = (
                    piece.word + 1 == self._words.first[block + 1] and following is not None and not following.after
                )
                return _Around(words, ends or joined)
            if following is not None and following.after:
                return _Around(words, False)
            index += 1
        return _Around(words, False)

    def _count(self, first: int, last: int) -> int:
        stop = min(last + 1, first + 4 * _MOST_WORDS)
        return sum(self._words.spoken[word] and word not in self._aside for word in range(first, stop))

    def _is_note(self, first: int, last: int) -> bool:
        """Whether the words are no more than the mark of a note: ``[12]``."""
        lost = self._lost(first, last)
        return lost[0] in "[(" and lost[-1] in "])" and lost[1:-1].strip().isdigit()

    def _is_sentence(self, first: int, last: int, count: int) -> bool:
        """Whether the words are a sentence, which an editor may have cut, or a line such as “Read more: …”."""
        words = self._words
        block = words.blocks[first]
        begins = first == words.first[block] or self._ends_sentence(first - 1)
        if not begins:
            return False
        if last + 1 == words.first[block + 1] or self._ends_sentence(last):
            return True
        following = self._copy.text[words.starts[last + 1]]
        return count >= _SENTENCE_WORDS and first > words.first[block] and following.isupper()

    def _ends_sentence(self, word: int) -> bool:
        floor = self._words.first[self._words.blocks[word]]
        while word > floor and self._copy.text[self._words.starts[word]] in _CLOSERS:
            word -= 1
        return self._copy.text[self._words.starts[word]] in _TERMINAL

    def _lost(self, first: int, last: int) -> str:
        return self._copy.text[self._words.starts[first] : self._words.ends[last]]

    def _loss(self, site: tuple[int, int], first: int, last: int, spacing: tuple[str, str] | None) -> Loss:
        start, end = self._extent(first, last)
        lost = self._source.sentences(start, end).replace("\n", " ")
        block = self._words.blocks[first]
        dropped = "a" in self._tags_of(start, end) and self._dropped.get("a", 0) >= _MANY_DROPPED
        return Loss(*site, lost, spacing, start, end, block, self._count(first, last), SURE, dropped=dropped)

    def _tags_of(self, start: int, end: int) -> set[str]:
        """Return the tags of which words are a whole element, or some side by side."""
        return {tag for tag, _, _ in self._ending.get(end, ()) if self._covers(tag, start, end)}

    def _covers(self, tag: str, start: int, end: int) -> bool:
        while end > start:
            begins = [inline.start for inline in self._ending.get(end, ()) if inline.tag == tag]
            if not begins:
                return False
            end = min(begins)
            while end > start and is_space(self._copy.text[end - 1]):
                end -= 1
        return end >= start - 1

    def _extent(self, first: int, last: int) -> tuple[int, int]:
        """Return where words of the copy stand, with the unseen characters (direction marks, …) that touch them."""
        text, words = self._copy.text, self._words
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

    def _space_between(self, word: int, other: int) -> str:
        """Return the white space between two words of the copy, if asides at most stand between them."""
        return next(filter(None, map(self._space, range(word + 1, other + 1))), "")

    def _space(self, word: int) -> str:
        """Return the white space before a word of the copy; between blocks, what the text has between paragraphs."""
        words = self._words
        if not word or word == len(words):
            return ""
        if words.blocks[word] != words.blocks[word - 1]:
            return self._breaks
        between = self._copy.text[words.ends[word - 1] : words.starts[word]]
        if between.isspace() and LINE_ENDS.isdisjoint(between):
            return between
        return " " if any(is_space(char) for char in between) else ""

    def _usual_break(self) -> str:
        """Return what stands in the text where the copy has a new block, most often."""
        found: Counter[str] = Counter()
        last: Piece | None = None
        for piece in self._pieces:
            if last and piece.word == last.word + 1 and self._words.blocks[piece.word] != self._words.blocks[last.word]:
                between = self._text.text[last.end : piece.start]
                if between.isspace():
                    found[between] += 1
            last = piece
        return found.most_common(1)[0][0] if found else " "

    def _joins(self, left: str, right: str) -> bool:
        return (left.isalnum() or left in _JOINS_LEFT) and (right.isalnum() or right in _JOINS_RIGHT)

    def _site(self, before: Piece, after: Piece) -> tuple[int, int] | None:
        if self._text.markup.touches(before.end, after.start):
            return self._text.markup.site(before.end, after.start)
        return space_before(self._text.text, after.start, before.end), after.start

    def _start_site(self, before: Piece | None, after: Piece) -> tuple[int, int] | None:
        start = self._text.words.starts[self._text.words.first[after.paragraph]]
        if self._text.markup.touches(start, after.start):
            return self._text.markup.start_site(start, after.start)
        return self._line_start(after.start, before.end if before else 0), after.start

    def _line_start(self, start: int, floor: int) -> int:
        text = self._text.text
        while start > floor and is_space(text[start - 1]) and text[start - 1] not in LINE_ENDS:
            start -= 1
        return start

    def _end_site(self, before: Piece) -> tuple[int, int] | None:
        end = before.end
        stop = self._text.words.ends[self._text.words.first[before.paragraph + 1] - 1]
        stop = max(stop, self._text.markup.address_end(end))
        if self._text.markup.touches(end, stop):
            return self._text.markup.end_site(end, stop)
        text = self._text.text
        while end < len(text) and is_space(text[end]) and text[end] not in LINE_ENDS:
            end += 1
        return before.end, end

    def _has_line_end(self, site: tuple[int, int]) -> bool:
        return not LINE_ENDS.isdisjoint(self._text.text[site[0] : site[1]])
