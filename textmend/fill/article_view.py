"""An article as infilling sees it: the requests for its gaps, and the spelling of the answers."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from textmend.article import Article
from textmend.fill.casing import ArticleCasing, Surroundings, cased, starts_sentence, surroundings
from textmend.fill.casing_table import UsualCasing
from textmend.fill.context import Context, contexts
from textmend.fill.infill import Hypothesis, Request, log_share
from textmend.fill.language import check_language, survey_words
from textmend.fill.novelty import Novelty
from textmend.fill.phrases import Phrase, names
from textmend.fill.rank import Features, log_odds_of_one
from textmend.fill.unwritten import Unwritten
from textmend.models.masked_lm import MaskedLM
from textmend.records import Evidence, Gap
from textmend.text.echoes import Echo, EchoIndex
from textmend.text.words import is_encodable

LONGEST_PHRASE = 12
"""How many pieces a phrase from elsewhere in the article may have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GappedArticle(Article):
    """An article to propose fills for.

    Attributes:
        gaps: its gaps, in order; gaps that have fills already keep them.
        phrases: noun phrases to try in addition to runs of capitalised words, which are always found.
        known: other texts whose names and numbers count as known to the article.
        given: words that are scored at every gap, whatever the search finds.
    """

    gaps: Sequence[Gap]
    phrases: Sequence[Phrase] = ()
    known: Sequence[str] = ()
    given: Sequence[str] = ()


_ELSEWHERE = Evidence(place="title", quote="")
"""The place of given words, which is at the gap itself: so the gap decides their first letter."""


class Proposed(NamedTuple):
    """A candidate before ranking: its words, its features, where they stand, and which names and numbers are new."""

    text: str
    features: Features
    evidence: Evidence | None
    introduces: tuple[str, ...] = ()


class _Manner(NamedTuple):
    """How words are written at a gap: whether after white space, and whether they start a sentence."""

    spaced: bool
    at_start: bool


class ArticleView:
    """One article as infilling sees it.

    Args:
        document: the article with its gaps.
        model: the masked language model.
        usual: how words are usually written.
        most_pieces: how many pieces lost words may have.
        with_echoes: whether to try what stands in the same context elsewhere in the article.
        repeated: whether to try the names and phrases that the article repeats.

    Attributes:
        requests: the requests to infilling, for each gap without fills.
    """

    def __init__(
        self,
        document: GappedArticle,
        model: MaskedLM,
        usual: UsualCasing,
        most_pieces: int,
        with_echoes: bool,
        repeated: bool,
    ) -> None:
        self._document, self._model, self._usual = document, model, usual
        self._echoes: list[dict[tuple[int, ...], Echo]] = []
        self._phrases: list[dict[tuple[int, ...], Phrase]] = []
        self._given: list[frozenset[tuple[int, ...]]] = []
        self.requests: list[Request] = []
        self._gaps = [gap for gap in document.gaps if not gap.fills]
        if not self._gaps:
            return
        self._casing = ArticleCasing(document.text)
        self._novelty = Novelty([document.text, document.title or "", *document.metadata.values(), *document.known])
        self._unwritten = Unwritten(document.text, lambda word: self._casing.surface(word) or usual.surface(word))
        pieces_per_word = model.pieces_per_word
        if pieces_per_word is None:
            survey = survey_words(document.text, model.pieces)
            check_language(survey, document.text, model.name)
            pieces_per_word = survey.pieces_per_word
        self._index = EchoIndex(document.text, title=document.title, metadata=document.metadata)
        self._known: list[Phrase] = []
        if repeated:
            found = names(document.text, title=document.title, metadata=document.metadata)
            self._known = [*found, *document.phrases]
        self._phrases_at: dict[_Manner, dict[tuple[int, ...], Phrase]] = {}
        around = contexts(document.text, document.gaps, model, room=most_pieces)
        for gap, context in zip(document.gaps, around, strict=True):
            if not gap.fills:
                lengths = lengths_in_pieces(gap.lengths, pieces_per_word, LONGEST_PHRASE)
                self._ask(gap, context, lengths, with_echoes)

    def _ask(self, gap: Gap, context: Context, lengths: tuple[float, ...], with_echoes: bool) -> None:
        """Add the requests for a gap, with phrases from elsewhere in the article that may have stood there."""
        vocabulary = self._model.vocabulary
        # A vocabulary that ignores spaces and case writes a phrase the same way everywhere.
        manner = _Manner(
            context.spaced or not vocabulary.spaced,
            vocabulary.cased and starts_sentence(self._document.text, gap.end),
        )
        if manner not in self._phrases_at:
            phrases: dict[tuple[int, ...], Phrase] = {}
            for phrase in self._known:
                for ids in self._sayable(phrase.text, phrase.evidence, manner):
                    phrases.setdefault(ids, phrase)
            self._phrases_at[manner] = phrases
        self._phrases.append(self._phrases_at[manner])
        echoes: dict[tuple[int, ...], Echo] = {}
        for echo in self._index.echoes(gap.start, gap.end) if with_echoes else ():
            if not _is_damaged(echo.evidence, self._document.gaps):
                for ids in self._sayable(echo.text, echo.evidence, manner):
                    echoes.setdefault(ids, echo)
        self._echoes.append(echoes)
        given = [ids for text in self._document.given for ids in self._sayable(text, _ELSEWHERE, manner)]
        self._given.append(frozenset(given))
        self.requests.append(Request(context, lengths, (*echoes, *given), tuple(self._phrases[-1])))

    def proposed(self, index: int, hypotheses: Sequence[Hypothesis]) -> list[Proposed]:
        """Return the hypotheses of a gap as written words, one candidate for each distinct text."""
        gap = self._gaps[index]
        at_start = starts_sentence(self._document.text, gap.end)
        beside = surroundings(self._document.text, gap.start, gap.end)
        phrases = self._phrases[index]
        found: dict[str, Proposed] = {}
        for hypothesis in hypotheses:
            echo, phrase = self._echoes[index].get(hypothesis.ids), phrases.get(hypothesis.ids)
            text = self._written(hypothesis, phrase, at_start, beside)
            if text.casefold() in found or not is_encodable(text):  # bytes that together form no character
                continue
            if hypothesis.ids not in self._given[index] and self._unwritten.is_at(
                gap, text, at_sentence_start=at_start
            ):
                continue
            introduces = self._novelty.introduced(text, at_sentence_start=at_start, is_common=self._is_common)
            features = Features(
                hypothesis.log_prob,
                repeated=phrase.count if phrase else 0,
                length=log_share(self.requests[index].lengths, len(hypothesis.ids)),
                words=text.count(" ") + 1,
                single=log_odds_of_one(gap.lengths),
            )
            if echo:
                both = bool(echo.left and echo.right)
                features = features._replace(echo=echo.left + echo.right, exact=echo.exact, both=both)
            evidence = echo.evidence if echo else phrase.evidence if phrase else None
            found[text.casefold()] = Proposed(text, features, evidence, introduces)
        return list(found.values())

    def _written(self, hypothesis: Hypothesis, phrase: Phrase | None, at_start: bool, beside: Surroundings) -> str:
        """Return the words of a hypothesis: a name as the article writes it, other words in their usual case."""
        words = self._model.vocabulary.words(hypothesis.ids)
        if self._model.vocabulary.cased:
            return " ".join(word for word, _ in words)
        text = cased(words, hypothesis.cases, self._casing, self._usual, at_sentence_start=at_start, beside=beside)
        if phrase is not None and " " in phrase.text and phrase.text.casefold() == text.casefold():
            return phrase.text[:1].upper() + phrase.text[1:] if at_start else phrase.text
        return text

    def _is_common(self, word: str) -> bool:
        """Whether a word that opens a sentence is usually in lower case; words missing in the table may be names."""
        share = self._usual.share_lower(word)
        return share >= 0.5 if share is not None else len(self._model.pieces.cut(word.lower(), spaced=True)) == 1

    def _sayable(self, text: str, evidence: Evidence, manner: _Manner) -> Iterator[tuple[int, ...]]:
        """Yield the pieces of a phrase in each spelling that fits a gap, if the vocabulary can write it as lost words.

        Args:
            text: the phrase as it stands elsewhere.
            evidence: where it stands.
            manner: how words are written at the gap.
        """
        for written in self._cases(text, evidence, manner.at_start):
            ids = tuple(self._model.pieces.cut(written, spaced=manner.spaced))
            if 0 < len(ids) <= LONGEST_PHRASE and all(
                self._model.vocabulary.allowed(ids[:depth], depth + 1 == len(ids), spaced=manner.spaced)[ids[depth]]
                for depth in range(len(ids))
            ):
                yield ids

    def _cases(self, text: str, evidence: Evidence, at_start: bool) -> Sequence[str]:
        """Return the possible spellings of a phrase, for vocabularies with case; the place decides its first letter."""
        if not self._model.vocabulary.cased:
            return (text,)
        if at_start:
            return (text[:1].upper() + text[1:],)
        borrowed = evidence.place != "text" or (
            evidence.start is not None and starts_sentence(self._document.text, evidence.start)
        )
        small = text[:1].lower() + text[1:]
        return (text, small) if borrowed and small != text else (text,)


def _is_damaged(evidence: Evidence, gaps: Sequence[Gap]) -> bool:
    """Whether an echo has a gap inside it, so that it does not show all the words."""
    if evidence.place != "text" or evidence.start is None or evidence.end is None:
        return False
    after = bisect_right(gaps, evidence.start, key=lambda gap: gap.end)
    return after < len(gaps) and gaps[after].end <= evidence.end


def lengths_in_pieces(words: Sequence[float], pieces_per_word: Sequence[float], most: int) -> tuple[float, ...]:
    """Return how likely 1, 2, … ``most`` pieces are missing.

    Args:
        words: how likely 1, 2, … words are missing; empty counts as one word.
        pieces_per_word: how likely a lost word has 1, 2, … pieces.
        most: the largest number of pieces of interest.
    """
    share = np.zeros(most + 1)
    power = np.zeros(most + 1)
    power[0] = 1.0
    one = np.zeros(most + 1)
    one[1 : len(pieces_per_word) + 1] = pieces_per_word[:most]
    for probability in words or (1.0,):
        power = np.convolve(power, one)[: most + 1]
        share += probability * power
    return tuple(float(value) for value in share[1:])
