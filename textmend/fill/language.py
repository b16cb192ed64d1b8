"""Whether a text is evidently not in a model's language, judged by how its vocabulary cuts the text's words.

It notices another script, and a language whose words are cut into many pieces. It doesn't notice a close relative: an
English vocabulary cuts Dutch words into few pieces.
"""

from __future__ import annotations

from itertools import islice
from typing import NamedTuple

import regex

from textmend.errors import LanguageError
from textmend.models.masked_lm import Tokenizer

MOST_PIECES = 2.5
"""If the words of a text have more pieces than this on average, it is not in the model's language."""

MOST_UNKNOWN = 0.2
"""If a larger share of the words of a text holds unknown pieces, it is not in the model's language."""

LEAST_WORDS = 30
"""Texts with fewer words are not judged."""

_SURVEYED = 2000
_WORD = regex.compile(r"\p{L}[\p{L}\p{M}\p{N}]*+(?:[-'’.&][\p{L}\p{M}\p{N}]++)*+")
_USUAL = (17.0, 2.0, 0.7, 0.2, 0.1)


class Survey(NamedTuple):
    """How a vocabulary cuts the words of a text.

    Attributes:
        words: how many words were cut.
        pieces: how many pieces that gave.
        unknown: how many words hold an unknown piece.
        pieces_per_word: how likely a word has 1, 2, 3, … pieces.
    """

    words: int
    pieces: int
    unknown: int
    pieces_per_word: tuple[float, ...]


def survey_words(text: str, pieces: Tokenizer) -> Survey:
    """Cut the words of a text; of a long text the first 2,000.

    Lost words are assumed to have as many pieces as the text's own words. A few pseudo-counts, most of them for one
    piece, smooth the shares of short texts.
    """
    counts = list(_USUAL)
    words = total = unknown = 0
    for match in islice(_WORD.finditer(text), _SURVEYED):
        ids = pieces.cut(match.group(), spaced=True)
        words += 1
        total += len(ids)
        unknown += pieces.unknown is not None and pieces.unknown in ids
        counts[min(len(ids), len(counts)) - 1] += 1
    return Survey(words, total, unknown, tuple(count / sum(counts) for count in counts))


def check_language(survey: Survey, text: str, model: str) -> None:
    """Raise :class:`LanguageError` if a text is evidently not one that the model can read."""
    if survey.words < LEAST_WORDS:
        return
    pieces, unknown = survey.pieces / survey.words, survey.unknown / survey.words
    if pieces > MOST_PIECES or unknown > MOST_UNKNOWN:
        raise LanguageError(
            f"the text that begins {text.strip()[:40]!r} is not in a language of the filler {model}: its words have "
            f"{pieces:.1f} pieces each and {unknown:.0%} of them hold unknown pieces; choose a masked language model "
            "of the text's language, or a multilingual one"
        )
