"""Kinds of loss that scrapers cause besides lost links: which spans of a paragraph can be lost, by kind.

Each function takes a clean paragraph and returns the spans (code points) of its kind. Each span can be lost alone or
with others; ``densities`` chooses which and how many. A span whose loss would leave good English (``12 people came``)
is not returned, because no reader could see that loss.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from itertools import pairwise

import regex

from textmend.damage import patterns
from textmend.text.function_words import FUNCTION_WORDS

Span = tuple[int, int]
Kind = Callable[[str, random.Random], list[Span]]

_UNIT = regex.compile(patterns.UNIT)


def numbers(text: str, rng: random.Random) -> list[Span]:
    """Figures (``fewer than 2 inhabitants``), if the sentence without them shows the loss."""
    return [m.span() for m in patterns.NUMBER.finditer(text) if _is_missed(text, *m.span())]


def measures(text: str, rng: random.Random) -> list[Span]:
    """A number before its unit, or both, as a unit template loses them: ``flows for before reaching``."""
    found = []
    for match in patterns.MEASURE.finditer(text):
        whole = rng.random() < 0.3
        if whole or _word_before(text, match.start()) not in patterns.HIDES_A_NUMBER:
            found.append(match.span() if whole else match.span("n"))
    return found


def amounts(text: str, rng: random.Random) -> list[Span]:
    """Sums and shares: the number beside its sign (``for $ last spring``, ``by % over``), or all of it."""
    found = []
    for match in patterns.AMOUNT.finditer(text):
        if match.group("p"):
            found.append(match.span() if rng.random() < 0.2 else match.span("p"))
        else:
            end = match.end("s") if match.group("s") and rng.random() < 0.5 else match.end("n")
            found.append((match.start("n"), end) if rng.random() < 0.65 else match.span())
    return found


def dates(text: str, rng: random.Random) -> list[Span]:
    """Dates, years, days of the week and times of day, as in ``<time>``."""
    found = []
    for match in patterns.DATE.finditer(text):
        if _word_before(text, match.start()) or match.start() == 0:
            found.append(match.span())
    return found


def possessors(text: str, rng: random.Random) -> list[Span]:
    """The name (sometimes the noun) before ’s, which stays: ``the talks between Norway and ’s minister``."""
    found = []
    for match in patterns.POSSESSOR.finditer(text):
        start, end = _without_function_words(text, *match.span())
        if (
            start < end
            and text[start:end].casefold() not in patterns.CONTRACTED
            and (text[start].isupper() or rng.random() < 0.4)
        ):
            found.append((start, end))
    return found


def items(text: str, rng: random.Random) -> list[Span]:
    """All items of an enumeration, so that commas and conjunctions stay: ``including , and``."""
    found: list[Span] = []
    for match in patterns.ITEMS_END.finditer(text):
        last = _item_after(text, match.end())
        row = [last] if last else []
        end = match.start()
        while last and (item := _item_before(text, end)):
            row.append(item)
            comma = patterns.COMMA_BEFORE.search(text, 0, item[0])
            if not comma:
                break
            end = comma.start()
        if len(row) > 2 or (len(row) == 2 and all(text[start].isupper() for start, _ in row)):
            found += reversed(row)
    return found


def pairs(text: str, rng: random.Random) -> list[Span]:
    """What is joined by two words that belong together, so that these stay alone: ``Neither nor``, ``between and``."""
    found = []
    for match in patterns.PAIR.finditer(text):
        found += [match.span("x"), match.span("y")] if rng.random() < 0.7 else [match.span(rng.choice("xy"))]
    return found


def terms(text: str, rng: random.Random) -> list[Span]:
    """Terms set in italics or as glossary links: after ``called``, ``known as``; a noun that closes its clause."""
    found = []
    for match in patterns.CALLED.finditer(text):
        start, end = match.span("x")
        if match.group("q") and rng.random() < 0.5:
            start, end = start - 1, end + (text[end : end + 1] in '”"’')
        elif match.group("q") and text[end : end + 1] not in '”"’':
            continue
        found.append((start, end))
    for match in patterns.CLOSING_NOUN.finditer(text):
        start, end = _without_function_words(text, *match.span("x"))
        if start == match.start("x") and start < end:
            found.append((start, end))
    return found


def names(text: str, rng: random.Random) -> list[Span]:
    """Names inside a sentence: ``that and had agreed to share``."""
    return [m.span("x") for m in patterns.INNER_NAME.finditer(text)]


def keywords(text: str, rng: random.Random) -> list[Span]:
    """Single content words, about one in eight: glossary words and topics."""
    return [
        m.span()
        for m in patterns.WORD.finditer(text)
        if rng.random() < 0.2 and m.start() and m.group().isalpha() and m.group().casefold() not in FUNCTION_WORDS
    ]


def quoted(text: str, rng: random.Random) -> list[Span]:
    """Short quotations and titles, with or without their quotation marks."""
    inside = rng.random() < 0.5
    return [m.span("x") if inside else m.span() for m in patterns.QUOTED.finditer(text)]


def bracketed(text: str, rng: random.Random) -> list[Span]:
    """Words in brackets, to their end or to a semicolon, such as lost pronunciations: ``Holm (; born 1971)``."""
    return [m.span("x") for m in patterns.BRACKETED.finditer(text) if m.group("x").strip()]


def identifiers(text: str, rng: random.Random) -> list[Span]:
    """Code and similar words: names of files, functions, versions and standards, addresses, handles."""
    return [m.span() for m in patterns.IDENTIFIER.finditer(text)]


def formulas(text: str, rng: random.Random) -> list[Span]:
    """Variables and formulas: ``Let be a vector of length .``."""
    return [m.span() for m in patterns.FORMULA.finditer(text) if m.group() != "I" and m.start()]


def citations(text: str, rng: random.Random) -> list[Span]:
    """The source that a sentence names: ``According to , the ice melts.``."""
    found = []
    for match in patterns.CITED.finditer(text):
        if match.group("x").split()[0].casefold() not in FUNCTION_WORDS - {"the"}:
            found.append(match.span("x"))
    return found


def acronyms(text: str, rng: random.Random) -> list[Span]:
    """Capitals that were set as small capitals; a plural’s ``s`` stays: ``and s from both sides``."""
    return [m.span() for m in patterns.ACRONYM.finditer(text)]


def powers(text: str, rng: random.Random) -> list[Span]:
    """Raised and lowered figures, as in ``km²``, ``3½``, ``CO2``."""
    return [m.span() for m in patterns.POWER.finditer(text)]


def verbs(text: str, rng: random.Random) -> list[Span]:
    """The only verb of a clause, as if it were a link: ``The minister on Sunday after a week of protests``."""
    found = []
    for match in patterns.VERB.finditer(text):
        before = _word_before(text, match.start("x"))
        if before and before not in FUNCTION_WORDS and not before.endswith("ly"):
            found.append(match.span("x"))
    found += [m.span("x") for m in patterns.INFINITIVE.finditer(text) if m.group("x") not in FUNCTION_WORDS]
    return sorted(found)


def endings(text: str, rng: random.Random) -> list[Span]:
    """The last words of a sentence, after a word that can't end it; the full stop stays: ``It closed in.``."""
    found = []
    for start, end in _sentences(text):
        words = [m.span() for m in patterns.WORD.finditer(text, start, end)]
        last = len(words) - rng.randint(1, min(5, max(1, len(words) - 3)))
        if last > 2 and _plain(text[words[last][0] : words[-1][1]]) and _hangs(text[slice(*words[last - 1])]):
            found.append((words[last][0], words[-1][1]))
    return found


def starts(text: str, rng: random.Random) -> list[Span]:
    """The first words of a sentence, if a small letter or a mark follows."""
    found = []
    for start, end in _sentences(text):
        words = [m.span() for m in patterns.WORD.finditer(text, start, end)]
        count = rng.randint(1, 4)
        if len(words) < count + 3 or words[0][0] != start:
            continue
        stop = words[count - 1][1]
        rest = text[stop:].lstrip()[:1]
        if (
            _plain(text[start:stop])
            and (rest.islower() or rest in ",;:")
            and not _hangs(text[slice(*words[count - 1])])
        ):
            found.append((start, stop))
    return found


def tail(text: str, rng: random.Random) -> list[Span]:
    """The rest of a paragraph from the middle of a sentence, as if an element took the text after it along."""
    words = [m.span() for m in patterns.WORD.finditer(text)]
    if len(words) < 8 or not patterns.ENDED_PROSE.search(text):
        return []
    places = [
        start
        for (_, before), (start, _) in pairwise(words[2:])
        if text[before:start] == " " or text[before:start] == ", "
    ]
    hanging = [start for start in places if _hangs(_word_before(text, start))]
    if not places:
        return []
    near_end = rng.random() < 0.5  # most often in the last sentence, so that little else is lost
    chosen = rng.choice((hanging if hanging and rng.random() < 0.5 else places)[-8 if near_end else 0 :])
    return [(chosen, len(text.rstrip()))]


def head(text: str, rng: random.Random) -> list[Span]:
    """The start of a paragraph, up to some place in the middle of its first sentence."""
    sentence = next(_sentences(text), None)
    words = [m.span() for m in patterns.WORD.finditer(text, *sentence)] if sentence else []
    places = [
        start for (_, before), (start, _) in pairwise(words[:-2]) if text[before:start] == " " and text[start].islower()
    ]
    return [(words[0][0], text.rindex(" ", 0, rng.choice(places[:12])))] if places and words[0][0] == 0 else []


def initial(text: str, rng: random.Random) -> list[Span]:
    """Parts of a paragraph’s first words: a drop cap, or small capitals after a first letter that stays."""
    match = patterns.WORD.match(text)
    if not match or not match.group()[0].isupper() or len(match.group()) < 2 or not match.group()[1].islower():
        return []
    if rng.random() < 0.5:
        return [(0, 1)]
    words = [m.span() for m in patterns.WORD.finditer(text)][: rng.randint(1, 3)]
    end = words[-1][1]
    return [(1, end)] if _plain(text[:end]) else []


KINDS: dict[str, tuple[Kind, float]] = {
    "numbers": (numbers, 1.0),
    "measures": (measures, 2.0),
    "amounts": (amounts, 1.3),
    "dates": (dates, 1.0),
    "possessors": (possessors, 1.2),
    "items": (items, 1.5),
    "pairs": (pairs, 1.0),
    "terms": (terms, 1.2),
    "names": (names, 1.5),
    "keywords": (keywords, 1.5),
    "quoted": (quoted, 0.4),
    "bracketed": (bracketed, 0.5),
    "identifiers": (identifiers, 0.6),
    "formulas": (formulas, 0.4),
    "citations": (citations, 1.0),
    "acronyms": (acronyms, 0.6),
    "powers": (powers, 0.2),
    "verbs": (verbs, 0.8),
    "endings": (endings, 1.0),
    "starts": (starts, 0.8),
    "tail": (tail, 1.4),
    "head": (head, 0.4),
    "initial": (initial, 0.4),
}
"""All kinds by name, each with its weight when kinds are drawn for an article."""


def _sentences(text: str) -> Iterator[Span]:
    """Yield the sentences that end in a mark, roughly: the start of each, and the start of its last mark."""
    start = 0
    for match in patterns.SENTENCE_END.finditer(text):
        yield start, match.start()
        start = match.end()
        while start < len(text) and text[start].isspace():
            start += 1


def _word_before(text: str, place: int) -> str:
    """Return the word before a place, case-folded; empty if another character is there."""
    left = text[:place].rstrip()
    words = patterns.LAST_WORD.search(left[-40:])
    return words.group().casefold() if words else ""


def _is_missed(text: str, start: int, end: int) -> bool:
    """Whether a reader would miss a number: the word before demands one, or no noun takes its place."""
    before = _word_before(text, start)
    after = patterns.FIRST_WORD.match(text, end)
    if before in patterns.ASKS_FOR_A_NUMBER or not after:
        return bool(before)
    word = after.group().strip().casefold()
    return before not in patterns.HIDES_A_NUMBER and (word in FUNCTION_WORDS or bool(_UNIT.fullmatch(word)))


def _hangs(word: str) -> bool:
    """Whether a word demands another one after it: an article, a preposition, a conjunction, an auxiliary."""
    return word.casefold() in patterns.HANGING


def _plain(words: str) -> bool:
    """Whether a span holds only words and the marks that join them."""
    return not regex.search(r"[^\p{L}\p{M}\p{N}\s'’.&,-]", words)


def _without_function_words(text: str, start: int, end: int) -> Span:
    """Return a span without the function words at its start; empty if it holds no other words."""
    while start < end:
        word = patterns.WORD.match(text, start, end)
        if not word or word.group().casefold() not in FUNCTION_WORDS:
            break
        start = word.end()
        while start < end and text[start].isspace():
            start += 1
    return start, max(start, end)


def _item_after(text: str, start: int) -> Span | None:
    """Return the item of an enumeration that starts at a place, without its function words."""
    match = patterns.ITEM.match(text, start)
    if not match:
        return None
    first, last = _without_function_words(text, *match.span())
    return (first, _end_of_phrase(text, first, last)) if first < last else None


def _end_of_phrase(text: str, start: int, end: int) -> int:
    """Cut a run of words down to the name that it starts with, otherwise to one word."""
    words = [m.span() for m in patterns.WORD.finditer(text, start, end)]
    count = 1
    if text[start].isupper():
        while count < len(words) and text[words[count][0]].isupper():
            count += 1
    return words[count - 1][1]


def _item_before(text: str, end: int) -> Span | None:
    """Return the item of an enumeration that ends at a place: a name, or one word that is not a function word."""
    words = [m.span() for m in patterns.WORD.finditer(text, max(0, end - 60), end)]
    if not words or words[-1][1] != end or text[slice(*words[-1])].casefold() in FUNCTION_WORDS:
        return None
    first = len(words) - 1
    if text[words[first][0]].isupper():
        while (
            first
            and text[words[first - 1][0]].isupper()
            and text[words[first - 1][1] : words[first][0]] == " "
            and text[slice(*words[first - 1])].casefold() not in FUNCTION_WORDS
        ):
            first -= 1
    return words[first][0], end
