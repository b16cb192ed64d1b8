"""Phrases of an article that may have been lost elsewhere in it: repeated names, and noun phrases of a parser.

Names are recognised by capitals alone, without a model or lists of names. ``rank`` decides what fits a gap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import regex

from textmend.records import Evidence, Place
from textmend.text.function_words import FUNCTION_WORDS
from textmend.text.words import paragraphs, quote_around

if TYPE_CHECKING:
    from spacy.tokens import Doc, Span

LONGEST_NAME = 7
"""How many capitalised words a name has at most; a longer run is a headline that lost its line end."""

_PARTICLES = "de del della der den des di da do dos das du la le van von zu bin bint ibn al el y e"
_INNER = frozenset(("of", "the", "and", "&", "for", *_PARTICLES.split()))
_JOINERS = frozenset(("and", "&", "for", "the"))
_ACRONYMS_LIKE_SMALL_WORDS = frozenset(("US", "WHO", "IT"))
_SHORTENED = "Mr Mrs Ms Dr St Prof Gen Col Lt Maj Sgt Capt Sen Rep Gov Rev Hon Jr Sr"
_TITLES = frozenset(_SHORTENED.split())
_LEADING = "the a an this that these those some any no each every all both his her its their our my your such"
_DETERMINERS = frozenset(_LEADING.split())
_WORD = regex.compile(
    r"(?:\p{Lu}\.){2,}"  # U.S.
    r"|(?:(?!\p{Ll}{2})\p{Ll})?[\p{Lu}\p{Lt}][\p{L}\p{M}\p{N}]*+(?:[-'’&][\p{L}\p{M}\p{N}]++)*+"  # Name, eBay, AT&T
    r"|[\p{Ll}\p{Lm}\p{Lo}\p{M}]++(?:[-'’][\p{Ll}\p{M}]++)*+"
    r"|\p{N}++"
    r"|[^\s\p{L}\p{M}\p{N}\p{C}]"
)
_POSSESSIVE = regex.compile(r"['’][sS]?$")
_SPACE = regex.compile(r"\s+")
_SENTENCE_ENDS = frozenset(".!?…:•*")
_OPENING_QUOTES = frozenset("“‘«„")
_CLOSING_QUOTES = frozenset("”’»)]}\"'")
_MOST_CHARACTERS = 100
_LONGEST_SHOUT = 2
_LINE_OF_CAPITALS = 2
_METADATA_OF_CAPITALS = 4


@dataclass(frozen=True, slots=True)
class Phrase:
    """A name or noun phrase of an article.

    Attributes:
        text: the words as they stand, runs of white space folded to one space.
        count: how often they stand in text, title and metadata; at least 1.
        evidence: where they stand first, offsets in code points of that text.
    """

    text: str
    count: int
    evidence: Evidence


def names(
    text: str, *, title: str | None = None, metadata: Mapping[str, str] | None = None, most: int = 40
) -> list[Phrase]:
    """Return the names in a text, its title and metadata, the most frequent first, then by first position.

    A name is a run of capitalised words (``Justice Department``), perhaps with small words inside (``University of
    Oslo``), or an acronym. Where one name may be two (``Trinidad and Tobago``, ``Moe of the Post``), the parts are
    names too. A capital that only begins a sentence makes no name. A line all in capitals or in Title Case (a headline)
    adds no names; names known from other lines are counted there.

    Args:
        text: the article.
        title: its title, where the text doesn't hold it.
        metadata: other texts about it, read in the order of the keys.
        most: how many to return at most.
    """
    sources = [_Source("text", text)]
    if title:
        sources.append(_Source("title", title))
    sources += (_Source("metadata", value, key) for key, value in sorted((metadata or {}).items()))
    plain: list[_Line] = []
    headlines: list[_Line] = []
    for number, source in enumerate(sources):
        fewest = _METADATA_OF_CAPITALS if source.place == "metadata" else _LINE_OF_CAPITALS
        for paragraph in paragraphs(source.text):
            line = _Line(number, _words(source.text, *paragraph))
            (headlines if _is_headline(line.words, fewest) else plain).append(line)
    seen = _Seen.of(plain)
    tally = _Tally(sources)
    for line in plain:
        for start, end in _names_of(line.words, seen):
            tally.add(line.source, start, end)
    known = {name.casefold(): name for name in reversed(tally.counts)}
    for line in headlines:
        for start, end, name in _known_names(sources[line.source].text, line.words, known):
            tally.add(line.source, start, end, name)
    return tally.phrases(most)


def noun_phrases(doc: Doc, most: int = 40) -> list[Phrase]:
    """Return the noun phrases and entities of a parsed text, the most frequent first, then by first position.

    Noun phrases need a pipeline with a parser (for a language that has them in spaCy), entities one with a named-entity
    recogniser. Leading articles and similar words are left out, and so are pronouns. Phrases that differ only in letter
    case count as one.

    Args:
        doc: the article, as a spaCy pipeline of the caller made it.
        most: how many to return at most.
    """
    tally = _Tally([_Source("text", doc.text)])
    forms: dict[str, str] = {}
    spans = {(span.start_char, span.end_char) for span in map(_without_determiners, _spans(doc)) if _is_phrase(span)}
    for start, end in sorted(spans):
        text = _fold(doc.text[start:end])
        tally.add(0, start, end, forms.setdefault(text.casefold(), text))
    return tally.phrases(most)


class _Source(NamedTuple):
    place: Place
    text: str
    key: str | None = None


class _Word(NamedTuple):
    """A word of a line, or another visible character; ``starts`` says whether a sentence begins with it."""

    start: int
    end: int
    text: str
    starts: bool

    @property
    def is_letters(self) -> bool:
        return self.text[0].isalpha()

    @property
    def is_capital(self) -> bool:
        return any(letter.isupper() or letter.istitle() for letter in self.text[:2])

    @property
    def is_small(self) -> bool:
        """Whether it is a function word: even with a capital it is no name by itself."""
        return self.text.casefold() in FUNCTION_WORDS and self.text not in _ACRONYMS_LIKE_SMALL_WORDS

    @property
    def is_acronym(self) -> bool:
        return self.text.isupper() and sum(map(str.isalpha, self.text)) > 1


class _Line(NamedTuple):
    source: int
    words: list[_Word]


class _Seen(NamedTuple):
    """The case of words at places where a capital means something."""

    capital: frozenset[str]
    lower: frozenset[str]

    @classmethod
    def of(cls, lines: Iterable[_Line]) -> _Seen:
        capital: set[str] = set()
        lower: set[str] = set()
        for line in lines:
            for word in line.words:
                if not word.is_capital:
                    lower.add(word.text)
                elif not word.starts:
                    capital.add(word.text)
        return cls(frozenset(capital), frozenset(lower))

    def capital_is_mere(self, word: _Word) -> bool:
        """Whether a word may have its capital only because a sentence begins."""
        return word.starts and word.text not in self.capital and not word.is_acronym


class _Tally:
    """Counts phrases and stores where each one stands first."""

    def __init__(self, sources: list[_Source]) -> None:
        self.counts: Counter[str] = Counter()
        self._sources = sources
        self._first: dict[str, tuple[int, int, int]] = {}

    def add(self, source: int, start: int, end: int, name: str | None = None) -> None:
        if end - start > _MOST_CHARACTERS:
            return
        if name is None:
            name = _fold(self._sources[source].text[start:end])
        self.counts[name] += 1
        place = (source, start, end)
        self._first[name] = min(self._first.get(name, place), place)

    def phrases(self, most: int) -> list[Phrase]:
        ranked = sorted(self.counts, key=lambda name: (-self.counts[name], self._first[name]))
        return [Phrase(name, self.counts[name], self._evidence(name)) for name in ranked[: max(0, most)]]

    def _evidence(self, name: str) -> Evidence:
        number, start, end = self._first[name]
        source = self._sources[number]
        quote = quote_around(source.text, start, end)
        return Evidence(place=source.place, quote=quote, start=start, end=end, detail=source.key)


def _words(text: str, start: int, end: int) -> list[_Word]:
    words: list[_Word] = []
    starts = True
    for match in _WORD.finditer(text, start, end):
        word = match.group()
        first, last = match.span()
        cut = _POSSESSIVE.search(word, 1)
        if cut:
            last, word = first + cut.start(), word[: cut.start()]
        words.append(_Word(first, last, word, starts))
        if cut:
            # This mark ends the run: Oslo's University is two names.
            words.append(_Word(last, match.end(), match.group()[cut.start() :], starts=False))
        starts = _begins_sentence(text, words, starts and not cut)
    return words


def _begins_sentence(text: str, words: list[_Word], starts: bool) -> bool:
    """Return whether a sentence begins after the last of these words."""
    word = words[-1]
    mark = word.text
    if mark == "." and len(words) > 1 and words[-2].end == word.start:
        return not _is_abbreviation(words[-2])
    if mark in _SENTENCE_ENDS or mark in _OPENING_QUOTES:
        return True
    if mark in {'"', "'"} and (word.start == 0 or text[word.start - 1].isspace()):
        return True
    # A closing quote, a bullet or the number of a list item changes nothing.
    return starts and (mark in _CLOSING_QUOTES or not word.is_letters)


def _is_abbreviation(word: _Word) -> bool:
    return word.text in _TITLES or (len(word.text) == 1 and word.is_capital)


def _is_headline(words: list[_Word], fewest: int) -> bool:
    """Return whether capitals mean nothing in a line, because it is all in capitals or in Title Case."""
    letters = [word for word in words if word.is_letters]
    if len(letters) >= fewest and all(word.text.isupper() for word in letters):
        return True
    telling = [word for word in letters if not word.is_small]
    whole_sentence = bool(words) and words[-1].text in {".", "?", "!", "…"}
    return not whole_sentence and len(telling) >= fewest and all(word.is_capital for word in telling)


def _names_of(words: list[_Word], seen: _Seen) -> Iterator[tuple[int, int]]:
    for run in _runs(words):
        edges = [-1, *(place for place, word in enumerate(run) if word.text in _JOINERS), len(run)]
        parts = [run, *(run[left + 1 : right] for left, right in pairwise(edges))]
        trimmed = (_trimmed(part, seen) for part in parts)
        yield from sorted({(name[0].start, name[-1].end) for name in trimmed if name})


def _runs(words: list[_Word]) -> Iterator[list[_Word]]:
    """Yield the runs of capitalised words, with the small words inside them."""
    run: list[_Word] = []
    waiting: list[_Word] = []
    for word in words:
        if run and (word.starts or (word.is_small and word.is_capital and (waiting or run)[-1].text.endswith("."))):
            # The last case is "in the U.S. The court": the point of an abbreviation may end a sentence too.
            yield run
            run, waiting = [], []
        if word.is_letters and word.is_capital:
            run += (*waiting, word)
            waiting = []
        elif run and _may_stand_inside(word, run, waiting):
            waiting.append(word)
        elif run:
            yield run
            run, waiting = [], []
    if run:
        yield run


def _may_stand_inside(word: _Word, run: list[_Word], waiting: list[_Word]) -> bool:
    if word.text == ".":
        return not waiting and run[-1].end == word.start and _is_abbreviation(run[-1])
    # "of the", "de la": two at most.
    return word.text in _INNER and len(waiting) < 2 and (word.text != "the" or bool(waiting))


def _trimmed(run: list[_Word], seen: _Seen) -> list[_Word]:
    """Return the name in a run, without words whose capital only begins a sentence; perhaps nothing."""
    first, last = 0, len(run)
    while first < last and _is_outside(run[first], seen):
        first += 1
    while first < last and (not run[last - 1].is_letters or not run[last - 1].is_capital or run[last - 1].text == "I"):
        last -= 1
    name = run[first:last]
    capitals = [word for word in name if word.is_letters and word.is_capital]
    if not capitals or len(capitals) > LONGEST_NAME:
        return []
    if len(capitals) > _LONGEST_SHOUT and all(word.is_acronym for word in capitals):
        return []
    if len(name) == 1 and (len(name[0].text) == 1 or name[0].is_small or seen.capital_is_mere(name[0])):
        return []
    return name


def _is_outside(word: _Word, seen: _Seen) -> bool:
    if not word.is_letters or not word.is_capital or word.text == "I":
        return True
    return word.starts and (word.is_small or (seen.capital_is_mere(word) and word.text.lower() in seen.lower))


def _known_names(text: str, words: list[_Word], known: Mapping[str, str]) -> Iterator[tuple[int, int, str]]:
    """Yield the known names in a line, the longest at each place, whatever their letter case."""
    place = 0
    while place < len(words):
        for stop in range(min(len(words), place + 2 * LONGEST_NAME), place, -1):
            start, end = words[place].start, words[stop - 1].end
            if end - start > _MOST_CHARACTERS:
                continue
            name = known.get(_fold(text[start:end]).casefold())
            if name is not None:
                yield start, end, name
                place = stop
                break
        else:
            place += 1


def _fold(text: str) -> str:
    return _SPACE.sub(" ", text)


def _spans(doc: Doc) -> Iterator[Span]:
    yield from doc.ents
    if doc.has_annotation("DEP"):
        try:
            yield from doc.noun_chunks
        except NotImplementedError:
            # spaCy has no noun phrases for this language.
            return


def _without_determiners(span: Span) -> Span:
    first = span.start
    while first < span.end - 1:
        token = span.doc[first]
        # The Hague keeps its article inside a sentence.
        if token.lower_ not in _DETERMINERS or not (token.is_lower or token.is_sent_start):
            break
        first += 1
    return span.doc[first : span.end]


def _is_phrase(span: Span) -> bool:
    return any(token.lower_ not in FUNCTION_WORDS and any(map(str.isalnum, token.text)) for token in span)
