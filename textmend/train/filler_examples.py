"""Training examples for the filler: windows of running text with masked words, as infilling builds them.

The detector's examples, with lost words instead of masked ones, are in ``examples``.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, groupby, islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from textmend.damage.articles import LinkedText
from textmend.damage.losing import Loss
from textmend.damage.spans import LinkLikeness, Token, keyword_span, link_like_span, tokens
from textmend.detect.inputs import Pieces
from textmend.text.function_words import FUNCTION_WORDS
from textmend.text.words import WORD, case_of, paragraphs
from textmend.train.examples import NO_LABEL, lose_somehow

_WINDOWS_PER_ARTICLE = 4
_PLAIN_PER_ARTICLE = 2
_LONGEST_SPAN = 5
_MOST_MASKS = 3
_FEWEST_PIECES = 12
_SENTENCE_PIECES = 40
_ENDS_SENTENCE = frozenset((".", "!", "?", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Masking:
    """How windows are cut and masked. All but ``sizes`` are shares, 0 to 1.

    Attributes:
        rate: share of the pieces that are masked, on average.
        in_spans: the share of these in link-like spans and keywords; the rest are single words.
        repeated: the share of windows in which words that the window repeats are masked first.
        quoted: the share of windows after a distant sentence of the article that has a word masked in the window.
        damaged: the share of articles that lost other words for good; a window of such an article may have no loss.
        marked: the share of these losses that the reader knows: a mask for each lost word.
        opened: the share of spans of several pieces with visible first pieces, as in decoding from left to right.
        sizes: window sizes in pieces, special ones included, each with its weight.
    """

    rate: float = 0.22
    in_spans: float = 0.65
    repeated: float = 0.2
    quoted: float = 0.1
    damaged: float = 0.45
    marked: float = 0.5
    opened: float = 0.2
    sizes: tuple[tuple[int, float], ...] = ((128, 0.1), (256, 0.4), (384, 0.5))

    def within(self, most: int) -> Masking:
        """Return the same with windows of at most ``most`` pieces."""
        return replace(self, sizes=tuple((min(size, most), weight) for size, weight in self.sizes))


@dataclass(frozen=True, slots=True)
class MaskedWindow:
    """One window; each array has the shape ``[length]``, and ``NO_LABEL`` where there is no label.

    Attributes:
        ids: piece ids, masks in place of the masked words.
        labels: the true piece at each of these masks.
        cases: at the first mask of each masked word, its letter case (``text.case_of``).
    """

    ids: NDArray[np.int64]
    labels: NDArray[np.int64]
    cases: NDArray[np.int64]


class Unit(NamedTuple):
    """A word, a paragraph's separator, or the masks of a known loss (the latter two with no text)."""

    text: str
    ids: Sequence[int]
    start: int
    end: int


def read_units(text: str, pieces: Pieces) -> list[Unit]:
    """Return the words of a text, with a separator after each paragraph, as at inference."""
    units: list[Unit] = []
    for paragraph in paragraphs(text):
        words = [Unit(m.group(), pieces(m.group()), *m.span()) for m in WORD.finditer(text, *paragraph)]
        if words:
            units += [*words, Unit("", (pieces.separator,), paragraph.end, paragraph.end)]
    return units


def mark_losses(units: Sequence[Unit], gaps: Sequence[Loss], mask: int) -> list[Unit]:
    """Insert masks where words were lost, one for each word up to three, as infilling does at nearby gaps."""
    marked: list[Unit] = []
    waiting = 0
    for unit in units:
        while waiting < len(gaps) and gaps[waiting].start <= unit.start:
            gap = gaps[waiting]
            marked.append(Unit("", (mask,) * min(_MOST_MASKS, gap.words), gap.start, gap.end))
            waiting += 1
        marked.append(unit)
    return marked


class _Choice:
    """The spans of units chosen for masking so far; none touches another."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = units
        self.spans: list[tuple[int, int]] = []
        self.kept: set[int] = set()
        self.pieces = 0
        self._taken: set[int] = set()

    def add(self, first: int, last: int) -> bool:
        """Choose a span unless it touches another one, holds a unit that is not a word, or a unit to be kept."""
        span = range(first, last)
        if not span or not self._taken.isdisjoint(range(first - 1, last + 1)) or not self.kept.isdisjoint(span):
            return False
        if not all(self.units[index].text for index in span):
            return False
        self._taken.update(span)
        self.spans.append((first, last))
        self.pieces += sum(len(self.units[index].ids) for index in span)
        return True

    def has(self, index: int) -> bool:
        """Whether a unit is masked."""
        return index in self._taken


def choose_masks(
    units: Sequence[Unit],
    text: str,
    likeness: LinkLikeness,
    masking: Masking,
    rng: random.Random,
    elsewhere: frozenset[str] = frozenset(),
) -> list[tuple[int, int]]:
    """Choose the words to mask in a window.

    Args:
        units: the window's units, of one text in order.
        text: that text.
        likeness: which spans look like links.
        masking: the shares. Where words that the window repeats are preferred, the other place stays readable.
        rng: the random generator.
        elsewhere: content words (case-folded) outside the window, which are preferred too.

    Returns:
        Spans of units, sorted, none touching another.
    """
    repeated = masking.repeated and rng.random() < masking.repeated
    choice = _Choice(units)
    goal = masking.rate * rng.uniform(0.7, 1.3) * sum(len(unit.ids) for unit in units)
    if elsewhere:
        _choose_shared(choice, elsewhere, 0.2 * goal, rng)
    if repeated:
        _choose_repeated(choice, 0.5 * goal, rng)
    _choose_spans(choice, text, likeness, choice.pieces + masking.in_spans * (goal - choice.pieces), rng)
    words = [index for index, unit in enumerate(units) if unit.text and unit.text[0].isalnum()]
    rng.shuffle(words)
    for index in words:
        if choice.pieces >= goal:
            break
        choice.add(index, index + 1)
    return sorted(choice.spans)


def _choose_spans(choice: _Choice, text: str, likeness: LinkLikeness, goal: float, rng: random.Random) -> None:
    rows: list[tuple[int, list[Token]]] = []
    for is_text, group in groupby(choice.units, key=lambda unit: bool(unit.text)):
        if is_text:
            words = list(group)
            rows.append((words[0].start, tokens(text[words[0].start : words[-1].end])))
    if not any(row for _, row in rows):
        return
    weights = list(accumulate(len(row) for _, row in rows))
    starts = [unit.start for unit in choice.units]
    for _ in range(80):
        if choice.pieces >= goal:
            break
        offset, row = rng.choices(rows, cum_weights=weights)[0]
        span = link_like_span(row, likeness, rng) if rng.random() < 0.5 else keyword_span(row, rng)
        if span and span[1] - span[0] <= _LONGEST_SPAN:
            first = bisect_left(starts, offset + row[span[0]].start)
            choice.add(first, bisect_left(starts, offset + row[span[1] - 1].end))


def _choose_repeated(choice: _Choice, goal: float, rng: random.Random) -> None:
    places: dict[str, list[int]] = {}
    for index, unit in enumerate(choice.units):
        if _is_content(unit.text):
            places.setdefault(unit.text.casefold(), []).append(index)
    candidates = [index for same in places.values() if len(same) > 1 for index in same]
    rng.shuffle(candidates)
    for first in candidates:
        if choice.pieces >= goal:
            break
        others = [i for i in places[choice.units[first].text.casefold()] if i != first and not choice.has(i)]
        if others and choice.add(first, _end_of_name(choice.units, first, places)):
            choice.kept.add(rng.choice(others))


def _end_of_name(units: Sequence[Unit], first: int, places: dict[str, list[int]]) -> int:
    """Return the end of a name of repeated words that starts at ``first``; the next unit for other words."""
    last = first + 1
    while (
        last < min(len(units), first + 3)
        and units[first].text[0].isupper()
        and units[last].text[:1].isupper()
        and len(places.get(units[last].text.casefold(), ())) > 1
    ):
        last += 1
    return last


def _choose_shared(choice: _Choice, elsewhere: frozenset[str], goal: float, rng: random.Random) -> None:
    candidates = [index for index, unit in enumerate(choice.units) if unit.text.casefold() in elsewhere]
    rng.shuffle(candidates)
    for index in candidates:
        if choice.pieces >= goal:
            break
        choice.add(index, index + 1)


def distant_sentence(
    units: Sequence[Unit], window: range, words: frozenset[str], rng: random.Random
) -> Sequence[Unit] | None:
    """Return a sentence (or 40 pieces of it) outside the window with one of the words, if there is one."""
    places = [i for i, unit in enumerate(units) if i not in window and unit.text.casefold() in words]
    if not places:
        return None
    first = rng.choice(places)
    last = first + 1
    low, high = (0, window.start) if first < window.start else (window.stop, len(units))
    room = _SENTENCE_PIECES - len(units[first].ids)
    before = 0.6 * room
    while first > low and units[first - 1].text not in _ENDS_SENTENCE and len(units[first - 1].ids) <= before:
        first -= 1
        before -= len(units[first].ids)
        room -= len(units[first].ids)
    while last < high and units[last].text and len(units[last].ids) <= room:
        room -= len(units[last].ids)
        last += 1
        if units[last - 1].text in _ENDS_SENTENCE:
            break
    return units[first:last]


def build_window(
    units: Sequence[Unit],
    spans: Sequence[tuple[int, int]],
    pieces: Pieces,
    mask: int,
    *,
    before: Sequence[Unit] = (),
    opened: Callable[[int], int] = lambda pieces: 0,
) -> MaskedWindow:
    """Return the window with its spans masked: the start token, ``before`` as its own paragraph, the units.

    Args:
        units: the window's units.
        spans: the spans of units to mask, sorted.
        pieces: cuts words.
        mask: the mask's id.
        before: units of a paragraph to put in front.
        opened: returns how many first pieces of a span of so many pieces, more than one, stay visible.
    """
    ids = [pieces.start]
    for unit in before:
        ids.extend(unit.ids)
    if before:
        ids.append(pieces.separator)
    labels, cases = [NO_LABEL] * len(ids), [NO_LABEL] * len(ids)
    position = 0
    for first, last in [*spans, (len(units), len(units))]:
        shown = [piece for unit in units[position:first] for piece in unit.ids]
        hidden = [piece for unit in units[first:last] for piece in unit.ids]
        case: list[int] = []
        for unit in units[first:last]:
            case += [case_of(unit.text), *[NO_LABEL] * (len(unit.ids) - 1)]
        known = opened(len(hidden)) if len(hidden) > 1 else 0
        shown, hidden, case = shown + hidden[:known], hidden[known:], case[known:]
        ids += [*shown, *[mask] * len(hidden)]
        labels += [*[NO_LABEL] * len(shown), *hidden]
        cases += [*[NO_LABEL] * len(shown), *case]
        position = last
    if ids[-1] != pieces.separator:
        ids.append(pieces.separator)
        labels.append(NO_LABEL)
        cases.append(NO_LABEL)
    return MaskedWindow(np.array(ids), np.array(labels), np.array(cases))


def window_at_gap(units: Sequence[Unit], gap: Loss, pieces: Pieces, mask: int, size: int) -> MaskedWindow | None:
    """Return the window around a gap, with a mask for each lost piece; ``None`` if it cuts a word."""
    at = bisect_left([unit.start for unit in units], gap.start)
    if at and units[at - 1].end > gap.start:
        return None
    lost = [Unit(word, pieces(word), gap.start, gap.end) for word in WORD.findall(gap.lost)]
    room = size - 2 - sum(len(word.ids) for word in lost)
    sizes = [len(unit.ids) for unit in units]
    first = last = at
    left, right = sum(sizes[:at]), sum(sizes[at:])
    right = min(right, max(room // 2, room - left))
    left = min(left, room - right)
    while first and sizes[first - 1] <= left:
        first -= 1
        left -= sizes[first]
    while last < len(units) and sizes[last] <= right:
        right -= sizes[last]
        last += 1
    row = [*units[first:at], *lost, *units[at:last]]
    return build_window(row, [(at - first, at - first + len(lost))], pieces, mask)


def cut_windows(units: Sequence[Unit], masking: Masking, rng: random.Random) -> list[tuple[range, bool]]:
    """Divide an article into windows: each is a range of units, and whether it has room for a distant sentence."""
    windows: list[tuple[range, bool]] = []
    sizes, weights = zip(*masking.sizes, strict=True)
    start = rng.randrange(min(len(units), max(sizes))) if units and rng.random() < 0.5 else 0
    while start < len(units):
        if not units[start].text:
            start += 1
            continue
        size = rng.choices(sizes, weights)[0]
        quoted = rng.random() < masking.quoted
        room = size - 2 - (min(_SENTENCE_PIECES + 1, size // 2) if quoted else 0)
        end, used = start, 0
        while end < len(units) and used + len(units[end].ids) <= room:
            used += len(units[end].ids)
            end += 1
        if used >= _FEWEST_PIECES:
            windows.append((range(start, end), quoted))
        start = max(end, start + 1)
    return windows


def plain_windows(
    articles: Iterable[LinkedText], pieces: Pieces, mask: int, likeness: LinkLikeness, size: int, seed: int
) -> Iterator[MaskedWindow]:
    """Yield a few windows of each clean article, with few words masked and nothing else lost."""
    masking = Masking(rate=0.08, repeated=0, quoted=0, damaged=0, opened=0, sizes=((size, 1.0),))
    rng = random.Random(seed)
    for article in articles:
        units = read_units(article.text, pieces)
        for window, _ in islice(cut_windows(units, masking, rng), _PLAIN_PER_ARTICLE):
            row = units[window.start : window.stop]
            yield build_window(row, choose_masks(row, article.text, likeness, masking, rng), pieces, mask)


def _is_content(word: str) -> bool:
    return len(word) > 2 and word[0].isalnum() and word.casefold() not in FUNCTION_WORDS


@dataclass(frozen=True, slots=True)
class WindowMaker:
    """Makes the masked windows of an article.

    Attributes:
        likeness: which spans look like links.
        pieces: cuts words.
        mask: the mask's id.
        masking: how windows are cut and masked.
    """

    likeness: LinkLikeness
    pieces: Pieces
    mask: int
    masking: Masking = Masking()

    def __call__(self, article: LinkedText, rng: random.Random) -> list[MaskedWindow]:
        """Return some masked windows of an article."""
        masking = self.masking
        text = article.text
        losses: tuple[Loss, ...] = ()
        if rng.random() < masking.damaged:
            damaged = lose_somehow(article, self.likeness, rng)
            text, losses = damaged.text, tuple(loss for loss in damaged.gaps if rng.random() < masking.marked)
        units = mark_losses(read_units(text, self.pieces), losses, self.mask)
        cuts = cut_windows(units, masking, rng)
        rng.shuffle(cuts)
        result = []
        for window, quoted in cuts[:_WINDOWS_PER_ARTICLE]:
            row = units[window.start : window.stop]
            elsewhere = frozenset(
                unit.text.casefold()
                for index, unit in enumerate(units)
                if quoted and index not in window and _is_content(unit.text)
            )
            spans = choose_masks(row, text, self.likeness, masking, rng, elsewhere)
            if spans:
                masked = (unit.text.casefold() for first, last in spans for unit in row[first:last])
                before = distant_sentence(units, window, elsewhere.intersection(masked), rng) if quoted else None
                opened = partial(self._opened, rng)
                result.append(build_window(row, spans, self.pieces, self.mask, before=before or (), opened=opened))
        return result

    def _opened(self, rng: random.Random, pieces: int) -> int:
        """Return how many first pieces of a span stay visible: mostly none."""
        return rng.randrange(1, pieces) if rng.random() < self.masking.opened else 0


def group_by_length(windows: Sequence[MaskedWindow], budget: int) -> list[list[MaskedWindow]]:
    """Group windows into batches of at most ``budget`` pieces, padding included, at least one window each."""
    batches: list[list[MaskedWindow]] = []
    for window in sorted(windows, key=lambda window: len(window.ids)):
        if batches and (len(batches[-1]) + 1) * len(window.ids) <= budget:
            batches[-1].append(window)
        else:
            batches.append([window])
    return batches
