"""From pieces to losses: places where the text lacks words that the copy holds between the same neighbours.

Most differences between two texts are not losses. A loss is pure (nothing stands in the place of the lost words). It
lies inside a block and a sentence of which the rest came through. On a page it begins and ends where an element does,
since extractors cut at tags and editors don't. Without tags, more of the surrounding words must be equal, and
``version`` asks for further evidence.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace

import regex

from textmend.records import Gap
from textmend.source.copies import Copy
from textmend.source.copy_words import MOST_WORDS, CopyWords, usual_break
from textmend.source.dress import dress_of, dressed
from textmend.source.dropped import DroppedElements
from textmend.source.loss import Loss
from textmend.source.pieces import Piece, Side
from textmend.source.reordered import Reordering, reorderings
from textmend.source.surroundings import EDGE, REACH, Around, Surroundings
from textmend.source.text_sites import Site, TextSites, is_spaced_oddly, seen_at
from textmend.source.version import sifted, version_of

SURE = 0.999
"""Probability of a loss that an element shows.

It was set by hand, near the measured value (``docs/source.md``): of some 9,000 such fills, none was wrong on damaged
texts and nine were wrong on edited ones.
"""

_LEAST_AROUND = 3
_LEAST_AROUND_PLAIN = 6
_LEAST_SIDE = 2
_OPEN_SENTENCE = 0.7
_MANY_DROPPED = 3
_SEPARATORS = frozenset("|¦·•›»‹«")
_BEYOND = 40
# Tags, placeholders of templates and TeX that a page shows as they are: no reader is meant to read them.
_CODE = regex.compile(r"</?[a-z][^<>]*>|\{\{|\}\}|\{%|%\}|<%|\$\{|\\[(\[\])]", regex.IGNORECASE)
_JOINS_LEFT = frozenset(".,;:!?)]”’")
_JOINS_RIGHT = frozenset("(“‘")
_EMPTY_BEFORE = frozenset("[*_")
_EMPTY_AFTER = frozenset("]*_")


def losses(text: Side, copy: Side, source: Copy, pieces: list[Piece], suspects: Sequence[Gap] = ()) -> list[Loss]:
    """Return the losses of a text, in order and disjoint.

    Args:
        text: the text.
        copy: the copy.
        source: the same copy, with its structure.
        pieces: the common pieces.
        suspects: the detector's gaps in the text, doubtful ones too; in order.
    """
    judge = _Judge(text, CopyWords(copy, source, usual_break(text, copy.words, pieces)), pieces, suspects)
    dress = dress_of(text, copy, pieces)
    return list(sifted(text.text, list(dressed(judge.losses(), dress, text.text)), judge.version))


class _Judge:
    def __init__(self, text: Side, copy: CopyWords, pieces: list[Piece], suspects: Sequence[Gap]) -> None:
        self._text, self._copy, self._words, self._pieces, self._suspects = text, copy, copy.words, pieces, suspects
        self._sites = TextSites(text)
        self._around = Surroundings(text, copy.words, pieces)
        self._dropped = DroppedElements(copy, pieces)
        self.version = version_of(pieces, copy)

    def losses(self) -> Iterator[Loss]:
        has_markup = self._copy.source.has_markup
        moved = reorderings(self._text, self._copy, self._pieces) if has_markup else {}
        told: set[int] = set()
        for index in range(len(self._pieces) + 1):
            if index < len(self._pieces) and (paragraph := self._pieces[index].paragraph) in moved:
                if paragraph not in told:
                    yield self._set_right(moved[paragraph])
                    told.add(paragraph)
                continue
            before = self._pieces[index - 1] if index else None
            after = self._pieces[index] if index < len(self._pieces) else None
            if before and after and self._words.blocks[before.word] == self._words.blocks[after.word]:
                if not after.after and not after.marks:
                    found = self._inside(index)
                    if found:
                        yield found
                continue
            if has_markup:
                yield from self._at_block_edges(index, before, after)

    def _set_right(self, reordering: Reordering) -> Loss:
        site, first, last, spacing, replaces = reordering
        return replace(self._loss(site, first, last, spacing), replaces=replaces)

    def _inside(self, index: int) -> Loss | None:
        """Return the loss between two pieces of one block."""
        before, after = self._pieces[index - 1], self._pieces[index]
        if after.word == before.word + 1:
            return self._glue(index)
        first, last = self._copy.without_asides(before.word + 1, after.word - 1)
        if first > last or self._stands_aside(first, last, index):
            return None
        site = self._sites.between(before, after)
        if site is None:
            return None
        if self._sites.has_line_end(site):
            spacing = self._beside_break(site, before, after, first, last)
        else:
            spacing = self._spacing(site, before, after, first, last)
        around = self._around.before(index - 1), self._around.after(index)
        if not self._is_likely(first, last, *around):
            return None
        sentence = self._copy.is_sentence(first, last, self._copy.count(first, last))
        if self._copy.is_edge(first) and self._copy.is_edge(last + 1):
            lost = self._loss(site, first, last, spacing)
            return self._sentence(lost) if sentence else lost
        if sentence:
            return None
        if _CODE.search(self._copy.lost(first, last)):
            return None
        spaced, seen = is_spaced_oddly(self._text.text, site), seen_at(self._suspects, site)
        if not self._is_likely_bare(first, last, *around, traced=spaced or seen > 0):
            return None
        return replace(self._loss(site, first, last, spacing), bare=True, spaced=spaced, seen=seen)

    def _glue(self, index: int) -> Loss | None:
        """Return the loss of white space between two words."""
        before, after = self._pieces[index - 1], self._pieces[index]
        text, has_markup = self._text.text, self._copy.source.has_markup
        space = self._copy.space(after.word)
        if not space or before.end != after.start or not _joins(text[before.end - 1], text[after.start]):
            return None
        if not has_markup and not (text[before.end - 1].islower() and text[after.start].isupper()):
            return None  # another copy may spell compounds differently
        if self.version.edited and not self._copy.is_edge(after.word):
            return None
        if self._around.before(index - 1).words + self._around.after(index).words < _LEAST_AROUND:
            return None
        at, stop = self._words.ends[before.word], self._words.starts[after.word]
        block = self._words.blocks[after.word]
        return Loss(before.end, before.end, space, ("", ""), at, stop, block, 0, SURE, bare=not has_markup, spaced=True)

    def _spacing(self, site: Site, before: Piece, after: Piece, first: int, last: int) -> tuple[str, str]:
        """Return the white space around lost words; inside a link or emphasis that was left empty there is none."""
        own = self._copy.space_between(before.word, first), self._copy.space_between(last, after.word)
        if not self._text.markup.touches(before.end, after.start):
            return own
        left = self._text.text[before.end : site[0]]
        right = self._text.text[site[1] : after.start]
        inside = bool(left) and bool(right) and left[-1] in _EMPTY_BEFORE and right[0] in _EMPTY_AFTER
        return ("", "") if inside else own

    def _beside_break(self, site: Site, before: Piece, after: Piece, first: int, last: int) -> tuple[str, str] | None:
        """Return the white space around words lost at a line's end, if the copy ends a line on one side of them."""
        ahead, behind = self._copy.has_break(before.word, first), self._copy.has_break(last, after.word)
        if ahead == behind:
            return None
        space = self._sites.space(site)
        if ahead:
            return space, self._copy.space_between(last, after.word)
        return self._copy.space_between(before.word, first), space

    def _at_block_edges(self, index: int, before: Piece | None, after: Piece | None) -> Iterator[Loss]:
        """Yield the losses at the end of the block of ``before``, and at the start of the block of ``after``.

        An element must show them: a text may begin later than the copy, or be broken off.
        """
        copy, sites = self._copy, self._sites
        tail = copy.tail(before.word) if before else range(0)
        head = copy.head(after.word) if after else range(0)
        sure_tail = bool(tail) and self._is_sure(tail, self._around.before(index - 1), EDGE)
        sure_head = bool(head) and self._is_sure(head, EDGE, self._around.after(index))
        if before and after and before.paragraph == after.paragraph:
            # One line of the text runs through both blocks: if words were lost on both sides, their places are unknown.
            if after.after or after.marks or (tail and head):
                return
            site = sites.between(before, after)
            if site is None:
                return
            if sure_tail:
                yield from self._at_edge(site, tail, (copy.space_between(before.word, tail[0]), sites.space(site)))
            if sure_head:
                yield from self._at_edge(site, head, (sites.space(site), copy.space_between(head[-1], after.word)))
            return
        # A blank left at a line's end stood before the words, a blank left at its beginning after them.
        if before and sure_tail and self._text.ends_paragraph(before):
            site, own = sites.at_end(before), copy.space_between(before.word, tail[0])
            if site is not None:
                own = own if site[0] == before.end else ""
                yield from self._at_edge(site, tail, (own, sites.space(site)[bool(own) :]))
        if after and sure_head and self._text.begins_paragraph(after):
            site, own = sites.at_start(before, after), copy.space_between(head[-1], after.word)
            if site is not None:
                own = own if site[1] == after.start else ""
                space = sites.space(site)
                yield from self._at_edge(site, head, (space[:-1] if own else space, own))

    def _is_sure(self, words: range, before: Around, after: Around) -> bool:
        first, last = words[0], words[-1]
        is_element = self._copy.is_edge(first) and self._copy.is_edge(last + 1)
        return is_element and self._is_likely(first, last, before, after)

    def _at_edge(self, site: Site, words: range, spacing: tuple[str, str]) -> Iterator[Loss]:
        """Yield the loss at the edge of a block; a whole sentence only if many of its kind were dropped."""
        words = self._without_kept_marks(words, site)
        if not words or self._stands_beyond(words, site):
            return
        lost = self._loss(site, words[0], words[-1], spacing)
        if lost.words[:1] in _SEPARATORS or lost.words[-1:] in _SEPARATORS:
            return  # the name of a column before a headline, or of the site after it
        if not self._copy.is_sentence(words[0], words[-1], lost.count):
            yield lost
        elif not (sentence := self._sentence(lost)).is_open and max(self._dropped.counts.values()) >= _MANY_DROPPED:
            yield sentence

    def _without_kept_marks(self, words: range, site: Site) -> range:
        """Return lost words without the marks after them that the text has on its next line."""
        kept = self._text.text[site[1] : site[1] + _BEYOND].lstrip()[:1]
        last = words[-1]
        while kept and last >= words[0] and not self._words.spoken[last] and self._copy.lost(last, last) == kept:
            last -= 1
        return range(words[0], last + 1)

    def _stands_beyond(self, words: range, site: Site) -> bool:
        """Whether the text has the words after all, only on another line."""
        text, copy = self._text.words, self._words
        lost = [int(copy.ids[word]) for word in words if copy.spoken[word]]
        at = bisect_left(text.starts, site[1])
        reach = _BEYOND + 2 * len(words)
        after = [int(text.ids[word]) for word in range(at, min(len(text), at + reach)) if text.spoken[word]]
        before = [int(text.ids[word]) for word in range(max(0, at - reach), at) if text.spoken[word]]
        return after[: len(lost)] == lost or before[-len(lost) :] == lost

    def _stands_aside(self, first: int, last: int, index: int) -> bool:
        """Whether an aside next to the words came through and says the same."""
        said: set[int] = set()
        for step, place in ((-1, index - 1), (1, index)):
            for _ in range(REACH):
                if not 0 <= place < len(self._pieces) or self._pieces[place].word not in self._copy.asides:
                    break
                said.add(int(self._words.ids[self._pieces[place].word]))
                place += step
        return bool(said) and said.issuperset(self._words.ids[first : last + 1].tolist())

    def _sentence(self, loss: Loss) -> Loss:
        """Return whole sentences as a loss, which is left open if an editor may have cut them.

        There is no doubt if they are one element, or several side by side, and no element of this kind came through:
        then the extractor drops such elements.
        """
        tags = self._dropped.tags_of(loss.copy_start, loss.copy_end)
        edited = self.version.edited or self.version.differs
        dropped = max((self._dropped.counts.get(tag, 0) for tag in tags), default=0)
        return loss if dropped >= (_MANY_DROPPED if edited else 1) else replace(loss, probability=_OPEN_SENTENCE)

    def _is_likely(self, first: int, last: int, before: Around, after: Around) -> bool:
        """Whether the words ``first`` to ``last`` of the copy may have been lost, by the elements of the page."""
        count = self._copy.count(first, last)
        if not count or count > MOST_WORDS or self._copy.is_note(first, last):
            return False
        if not (before.words or before.whole) or not (after.words or after.whole):
            return False
        if before.whole and after.whole and self._around.is_between_matched(self._words.blocks[first]):
            return True
        return before.words + after.words >= _LEAST_AROUND

    def _is_likely_bare(self, first: int, last: int, before: Around, after: Around, *, traced: bool) -> bool:
        """Whether they may have been lost, by the surrounding words alone."""
        around = before.words + after.words
        if not all(side.whole or side.words >= _LEAST_SIDE for side in (before, after)):
            return False
        if around < (_LEAST_AROUND if traced else _LEAST_AROUND_PLAIN):
            return False
        most = 3 * around if traced else around
        return self._copy.count(first, last) <= most and not self._copy.spans_sentences(first, last)

    def _loss(self, site: Site, first: int, last: int, spacing: tuple[str, str] | None) -> Loss:
        start, end = self._copy.extent(first, last)
        lost = self._copy.source.sentences(start, end).replace("\n", " ")
        block, count = self._words.blocks[first], self._copy.count(first, last)
        dropped = self._dropped.counts.get("a", 0) >= _MANY_DROPPED and "a" in self._dropped.tags_of(start, end)
        return Loss(*site, lost, spacing, start, end, block, count, SURE, dropped=dropped)


def _joins(left: str, right: str) -> bool:
    return (left.isalnum() or left in _JOINS_LEFT) and (right.isalnum() or right in _JOINS_RIGHT)
