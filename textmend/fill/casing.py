"""The letter case of filled words, where the model's vocabulary has none. Only this file decides it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import regex
from numpy.typing import NDArray

from textmend.fill.casing_table import UsualCasing
from textmend.fill.usual_names import with_names

LOWER, TITLE, UPPER, MIXED = range(4)

_TOKEN = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:[-'’.&][\p{L}\p{M}\p{N}]+)*\.?")
_LINE_ENDS = frozenset("\n\r\u2028\u2029")
_OPENING = "\"“‘'([*#>•-–"
_CLOSING = "'\"”’)]"
_WORD = regex.compile(r"[\p{L}\p{N}][\p{L}\p{M}\p{N}'’-]*+")
_INITIALS = regex.compile(r"(?:\p{L}\.){2,}\p{L}?")
_POINTED = regex.compile(r"\p{L}\.\p{L}(?:\.|$)")
_SURELY_LOWER = -0.3
_AGREED = 0.8
_LOWER_ELSEWHERE = 0.7
_NEAR = 80
_SMALL = frozenset("a an and as at but by for from in of on or the to with".split())
"""Words that stay small within names: the University of Oslo."""

# How much likelier a case is after another than anywhere (natural log), as counted at neighbouring words of 40,000
# link texts; three quarters of it, for the model's own opinion of the place knows some of that already.
_NEIGHBOURS = {
    (LOWER, LOWER): 0.17,
    (LOWER, TITLE): -0.73,
    (LOWER, UPPER): -0.45,
    (TITLE, LOWER): -0.68,
    (TITLE, TITLE): 0.68,
    (TITLE, UPPER): 0.51,
    (UPPER, LOWER): -0.42,
    (UPPER, TITLE): 0.5,
    (UPPER, UPPER): 0.64,
}


class ArticleCasing:
    """How an article writes words in the middle of its sentences."""

    def __init__(self, text: str) -> None:
        forms: dict[str, Counter[str]] = {}
        end = 0
        for match in _TOKEN.finditer(text):
            between = text[end : match.start()]
            if end and ":" not in between and not starts_sentence(text, match.start(), within=len(between) + 1):
                word = match.group().rstrip(".")
                forms.setdefault(word.casefold(), Counter())[word] += 1
            end = match.end()
        self._forms = {word: counts.most_common(1)[0] + (counts.total(),) for word, counts in forms.items()}

    def surface(self, word: str) -> str | None:
        """Return how the article nearly always writes a word; ``None`` if there is no such spelling."""
        found = self._forms.get(word.casefold())
        return found[0] if found and found[1] >= _AGREED * found[2] else None


def starts_sentence(text: str, position: int, within: int = 12) -> bool:
    """Whether a sentence, or a line, starts at ``position``, judged by the characters just before it."""
    before = text[max(0, position - within) : position]
    return position == 0 or not before.strip(_OPENING + " \t") or _ends_sentence(before)


def _ends_sentence(before: str) -> bool:
    """Whether a full stop or a line end comes last, closing marks, opening marks and white space aside.

    The text is read from its end, mark by mark: one regular expression with four runs in a row would take cubic time.
    """
    marks = before.rstrip()
    space = marks.rstrip(_OPENING)
    words = space.rstrip()
    if not _LINE_ENDS.isdisjoint(before[len(marks) :]) or not _LINE_ENDS.isdisjoint(space[len(words) :]):
        return True
    return words.rstrip(_CLOSING).endswith((".", "!", "?", "…"))


class Surroundings(NamedTuple):
    """What stands around a place, in its line.

    Attributes:
        before: the words before it, as far as no mark parts them.
        after: the words after it.
        opens: whether a title may begin there: after an opening mark, or a colon.
    """

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    opens: bool = False


def surroundings(text: str, start: int, end: int) -> Surroundings:
    """Return what stands around a place of a text."""
    line_before = regex.split(r"[\r\n\u2028\u2029]", text[max(0, start - _NEAR) : start])[-1]
    line_after = regex.split(r"[\r\n\u2028\u2029]", text[end : end + _NEAR])[0]
    before: list[str] = []
    for token in reversed(line_before.split()):
        word = token.lstrip(_OPENING)
        if not _WORD.fullmatch(word):
            break
        before.insert(0, word)
        if word != token:
            break
    after: list[str] = []
    for token in line_after.split():
        match = _WORD.match(token)
        if match is None:
            break
        after.append(match.group())
        if match.end() < len(token):
            break
    return Surroundings(tuple(before), tuple(after), line_before.rstrip()[-1:] in {":", *_OPENING})


_NOTHING = Surroundings()


def cased(
    words: Sequence[tuple[str, int]],
    cases: Sequence[NDArray[np.float32] | None],
    article: ArticleCasing,
    usual: UsualCasing,
    *,
    at_sentence_start: bool,
    beside: Surroundings = _NOTHING,
) -> str:
    """Return words in their most likely spelling.

    The article's own spelling comes first, then the usual spelling of words that have only one, then the model's
    opinion of the place or, if it has none, the most frequent spelling. Several words are decided together, because
    capitals come in runs, as in names; in a run, a small letter elsewhere is weak evidence. Words such as “of” stay
    small, and well-known names are written as they always are.

    Args:
        words: words in lower case, each with the index of its first piece.
        cases: for each piece, the model's log-probabilities of lower, Title, UPPER and mixed case, or ``None``.
        article: how the article writes its words.
        usual: how words are usually written.
        at_sentence_start: whether the first word seems to start a sentence; if the model is sure of a small letter
            there (after an abbreviation), it stays small.
        beside: what stands beside the words.
    """
    if not words:
        return ""
    ways = [
        _ways(
            word,
            cases[piece],
            article,
            usual,
            alone=len(words) == 1,
            small=word in _SMALL and not (beside.opens and index == 0),
        )
        for index, (word, piece) in enumerate(words)
    ]
    paths = {way.case: (way.score, [way.surface]) for way in ways[0]}
    for following in ways[1:]:
        paths = {
            way.case: max(
                (
                    (score + _NEIGHBOURS[before, way.case] + way.score, [*written, way.surface])
                    for before, (score, written) in paths.items()
                ),
                key=lambda path: path[0],
            )
            for way in following
        }
    written = with_names(max(paths.values(), key=lambda path: path[0])[1], before=beside.before, after=beside.after)
    case = cases[words[0][1]]
    if at_sentence_start and (case is None or case[LOWER] < _SURELY_LOWER):
        written[0] = written[0][:1].upper() + written[0][1:]
    return " ".join(written)


class _Way(NamedTuple):
    """A spelling of a word: the written word, its log-probability, and its case."""

    surface: str
    score: float
    case: int


def _ways(
    word: str, case: NDArray[np.float32] | None, article: ArticleCasing, usual: UsualCasing, *, alone: bool, small: bool
) -> list[_Way]:
    """Return the possible spellings of a word; only one if its spelling is known. A ``small`` word stays so in names."""
    known = _known(word, article, usual)
    if case is None:
        known = known or (word.upper() if _INITIALS.fullmatch(word) else usual.likeliest(word) or word)
    if known is not None and (alone or case is None or not known.islower()):
        return [_Way(known, 0.0, _case_of(known))]
    assert case is not None
    scores = case.astype(np.float64)
    share = usual.share_lower(word)
    if share is not None:
        # The word's habit and the model's opinion of the place count as independent evidence.
        scores = scores + np.log([share + 0.01, *[(1 - share) / 3 + 0.01] * 3])
    if known is not None:
        scores[LOWER] += _LOWER_ELSEWHERE
    # Initials with a capital have no small letters: U.S, never U.s.
    title = word.upper() if _POINTED.match(word) else "-".join(part[:1].upper() + part[1:] for part in word.split("-"))
    if small:
        title = word
    return [
        _Way(word, float(scores[LOWER]), LOWER),
        _Way(title, float(max(scores[TITLE], scores[MIXED])), TITLE),
        _Way(word.upper(), float(scores[UPPER]), UPPER),
    ]


def _known(word: str, article: ArticleCasing, usual: UsualCasing) -> str | None:
    found = article.surface(word) or usual.surface(word)
    if not found and word[-2:] in ("'s", "’s"):
        owner = article.surface(word[:-2]) or usual.surface(word[:-2])
        found = owner + word[-2:] if owner else None
    return found


def _case_of(surface: str) -> int:
    if surface.islower():
        return LOWER
    return UPPER if len(surface) > 1 and surface.isupper() else TITLE
