"""The letter case of a filled word, where the model's vocabulary has none. Decided here and nowhere else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import regex
from numpy.typing import NDArray

from textmend.fill.casing_table import UsualCasing

LOWER, TITLE, UPPER, MIXED = range(4)

_TOKEN = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:[-'’.&][\p{L}\p{M}\p{N}]+)*\.?")
_SENTENCE_END = regex.compile(r"(?:[.!?…]['\"”’)\]]*|[\n\r\u2028\u2029])\s*[\"“‘'(\[*#>•\-–]*\s*$")
_INITIALS = regex.compile(r"(?:\p{L}\.){2,}\p{L}?")
_SURELY_LOWER = -0.3
_AGREED = 0.8


class ArticleCasing:
    """How an article writes its words in the middle of sentences."""

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
        """Return how the article writes a word, where it does so nearly always; ``None`` otherwise."""
        found = self._forms.get(word.casefold())
        return found[0] if found and found[1] >= _AGREED * found[2] else None


def starts_sentence(text: str, position: int, within: int = 12) -> bool:
    """Whether a sentence, or a line, starts at ``position``, judged by the characters just before it."""
    before = text[max(0, position - within) : position]
    return position == 0 or not before.strip("\"“‘'([*#>• \t-–") or bool(_SENTENCE_END.search(before))


def cased(
    words: Sequence[tuple[str, int]],
    cases: Sequence[NDArray[np.float32] | None],
    article: ArticleCasing,
    usual: UsualCasing,
    *,
    at_sentence_start: bool,
) -> str:
    """Return words as they would be written.

    The article's own way comes first, then the usual way of words that have only one, then the model's
    opinion of the place, or, where it has none, the way that is most usual.

    Args:
        words: words in lower case, each with the index of its first piece.
        cases: for each piece, the model's log-probabilities of lower, Title, UPPER and mixed case, or ``None``.
        article: how the article writes its words.
        usual: how words are usually written.
        at_sentence_start: whether the first word seems to start a sentence; where the model is sure of a
            small letter there (after an abbreviation), it stays one.
    """
    written = []
    for index, (word, piece) in enumerate(words):
        case = cases[piece]
        surface = _known(word, article, usual) or _by_place(word, case, usual)
        if index == 0 and at_sentence_start and (case is None or case[LOWER] < _SURELY_LOWER):
            surface = surface[:1].upper() + surface[1:]
        written.append(surface)
    return " ".join(written)


def _known(word: str, article: ArticleCasing, usual: UsualCasing) -> str | None:
    found = article.surface(word) or usual.surface(word)
    if not found and word[-2:] in ("'s", "’s"):
        owner = article.surface(word[:-2]) or usual.surface(word[:-2])
        found = owner + word[-2:] if owner else None
    return found


def _by_place(word: str, case: NDArray[np.float32] | None, usual: UsualCasing) -> str:
    if case is None:
        return word.upper() if _INITIALS.fullmatch(word) else usual.likeliest(word) or word
    scores = case.astype(np.float64)
    share = usual.share_lower(word)
    if share is not None:
        # The word's own habit and the place's opinion, as independent evidence.
        scores = scores + np.log([share + 0.01, *[(1 - share) / 3 + 0.01] * 3])
    best = int(scores.argmax())
    if best == UPPER:
        return word.upper()
    return word if best == LOWER else "-".join(part[:1].upper() + part[1:] for part in word.split("-"))
