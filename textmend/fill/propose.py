"""Proposing: gaps without fills in, gaps with ranked fills out, for many articles at once."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from textmend.fill.casing import ArticleCasing, cased, starts_sentence
from textmend.fill.casing_table import UsualCasing
from textmend.fill.context import contexts
from textmend.fill.echo import Echo, EchoIndex
from textmend.fill.infill import Hypothesis, Request, Search, infill
from textmend.fill.novelty import Novelty
from textmend.fill.phrases import Phrase, names
from textmend.fill.rank import Features, Ranking
from textmend.models.masked_lm import MaskedLM
from textmend.records import Evidence, Fill, Gap
from textmend.text import WORD


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """An article to propose fills for.

    Attributes:
        text: the caller's text.
        gaps: its gaps, in order.
        title: its headline, where the caller gave one.
        metadata: other texts about it (a summary, keywords, …), by name.
        phrases: noun phrases to try besides the capitalised runs that are found anyway.
    """

    text: str
    gaps: Sequence[Gap]
    title: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    phrases: Sequence[Phrase] = ()


class Proposed(NamedTuple):
    """A candidate before ranking: its words, what is known of it, and where it stands."""

    text: str
    features: Features
    evidence: Evidence | None


class Proposer:
    """Proposes fills with one model.

    Args:
        model: the masked language model.
        usual: how words are usually written.
        ranking: how candidates are weighed against each other.
        search: how widely to search.
        most: how many fills a gap gets at most.
        echoes: whether to try what stands in the same context elsewhere in the article.
        repeated: whether to try the names and phrases that the article repeats.
    """

    def __init__(
        self,
        model: MaskedLM,
        *,
        usual: UsualCasing,
        ranking: Ranking,
        search: Search | None = None,
        most: int = 20,
        echoes: bool = True,
        repeated: bool = True,
    ) -> None:
        self.model = model
        self._usual, self._ranking, self._most = usual, ranking, most
        self._search = search or Search()
        self._echoes, self._repeated = echoes, repeated

    def propose(self, documents: Sequence[Document]) -> list[list[Gap]]:
        """Return each document's gaps with ranked fills."""
        result = []
        for document, candidates in zip(documents, self.candidates(documents), strict=True):
            novelty = Novelty([document.text, document.title or "", *document.metadata.values()])
            result.append(
                [
                    gap.with_fills(self._rank(document, gap, proposed, novelty))
                    for gap, proposed in zip(document.gaps, candidates, strict=True)
                ]
            )
        return result

    def candidates(self, documents: Sequence[Document]) -> list[list[list[Proposed]]]:
        """Return, for each gap of each document, its candidates with what is known of them, unranked."""
        views = [
            _View(document, self.model, self._search.most_pieces, self._echoes, self._repeated)
            for document in documents
        ]
        requests = [request for view in views for request in view.requests]
        found = iter(infill(requests, self.model, self._search))
        return [
            [view.proposed(index, next(found), self._usual) for index in range(len(view.requests))] for view in views
        ]

    def _rank(self, document: Document, gap: Gap, proposed: Sequence[Proposed], novelty: Novelty) -> tuple[Fill, ...]:
        probabilities = self._ranking.probabilities([candidate.features for candidate in proposed])
        order = sorted(range(len(proposed)), key=lambda i: (-probabilities[i], proposed[i].text))[: self._most]
        at_start = starts_sentence(document.text, gap.end)
        return tuple(
            Fill(
                text=proposed[i].text,
                probability=float(probabilities[i]),
                origin="echo" if proposed[i].features.echo else "model",
                evidence=proposed[i].evidence,
                introduces=novelty.introduced(proposed[i].text, at_sentence_start=at_start, is_common=self._is_common),
            )
            for i in order
        )

    def _is_common(self, word: str) -> bool:
        """Whether a word that opens a sentence is usually in lower case; rare words the table lacks may be names."""
        share = self._usual.share_lower(word)
        return share >= 0.5 if share is not None else len(self.model.pieces(word)) == 1


class _View:
    """One document as infilling sees it."""

    def __init__(
        self, document: Document, model: MaskedLM, most_pieces: int, with_echoes: bool, repeated: bool
    ) -> None:
        self._document, self._model = document, model
        self._casing = ArticleCasing(document.text) if document.gaps else None
        self._echoes: list[dict[tuple[int, ...], Echo]] = []
        self._phrases: dict[tuple[int, ...], Evidence] = {}
        self.requests: list[Request] = []
        if not document.gaps:
            return
        index = EchoIndex(document.text, title=document.title, metadata=document.metadata)
        known = names(document.text, title=document.title, metadata=document.metadata)
        for phrase in (*known, *document.phrases) if repeated else ():
            if ids := self._sayable(phrase.text):
                self._phrases.setdefault(ids, phrase.evidence)
        around = contexts(document.text, document.gaps, model, room=most_pieces)
        for gap, context in zip(document.gaps, around, strict=True):
            echoes: dict[tuple[int, ...], Echo] = {}
            for echo in index.echoes(gap.start, gap.end) if with_echoes else ():
                if not _is_damaged(echo.evidence, document.gaps) and (ids := self._sayable(echo.text)):
                    echoes.setdefault(ids, echo)
            self._echoes.append(echoes)
            lengths = lengths_in_pieces(gap.lengths, model.pieces_per_word, most_pieces)
            self.requests.append(Request(context, lengths, tuple(echoes), tuple(self._phrases)))

    def proposed(self, index: int, hypotheses: Sequence[Hypothesis], usual: UsualCasing) -> list[Proposed]:
        """Write the hypotheses of a gap out, one candidate for each distinct text."""
        gap = self._document.gaps[index]
        at_start = starts_sentence(self._document.text, gap.end)
        assert self._casing is not None
        found: dict[str, Proposed] = {}
        for hypothesis in hypotheses:
            words = self._model.vocabulary.words(hypothesis.ids)
            text = (
                " ".join(word for word, _ in words)
                if self._model.vocabulary.cased
                else cased(words, hypothesis.cases, self._casing, usual, at_sentence_start=at_start)
            )
            echo = self._echoes[index].get(hypothesis.ids)
            features = Features(
                hypothesis.log_prob,
                echo=echo.left + echo.right if echo else 0,
                exact=bool(echo and echo.exact),
                both=bool(echo and echo.left and echo.right),
                repeated=hypothesis.ids in self._phrases,
            )
            evidence = echo.evidence if echo else self._phrases.get(hypothesis.ids)
            found.setdefault(text.casefold(), Proposed(text, features, evidence))
        return list(found.values())

    def _sayable(self, text: str) -> tuple[int, ...] | None:
        """Return a phrase's pieces, or ``None`` where the vocabulary can't write it as lost words."""
        ids = tuple(piece for match in WORD.finditer(text) for piece in self._model.pieces(match.group()))
        if not 0 < len(ids) <= 8:
            return None
        allowed = all(
            self._model.vocabulary.allowed(ids[:depth], depth + 1 == len(ids))[ids[depth]] for depth in range(len(ids))
        )
        return ids if allowed else None


def _is_damaged(evidence: Evidence, gaps: Sequence[Gap]) -> bool:
    """Whether words are missing inside an echo too, so that it does not say what stood there."""
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
