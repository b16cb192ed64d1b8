"""Proposing: it takes gaps without fills and returns them with ranked fills, for many articles at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textmend.fill.article_view import ArticleView, GappedArticle, Proposed
from textmend.fill.casing_table import UsualCasing
from textmend.fill.infill import Hypothesis, Search, infill
from textmend.fill.rank import Ranking, feature_rows
from textmend.models.masked_lm import MaskedLM
from textmend.records import Fill, Gap

__all__ = ["GappedArticle", "Proposed", "Proposer", "Watch"]

Watch = Callable[[int, int], None]
"""A function that is called with the number of gaps that are done, and their total."""


class Proposer:
    """Proposes fills with one model.

    Args:
        model: the masked language model.
        usual: how words are usually written.
        ranking: how candidates are weighed against each other.
        calibrated: whether that ranking was fitted to this model, so that its probabilities are calibrated.
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
        calibrated: bool = True,
        search: Search | None = None,
        most: int = 20,
        echoes: bool = True,
        repeated: bool = True,
    ) -> None:
        self.model = model
        self.calibrated = calibrated
        self._usual, self._ranking, self._most = usual, ranking, most
        self._search = search or Search()
        self._echoes, self._repeated = echoes, repeated

    def propose(self, documents: Sequence[GappedArticle], watch: Watch | None = None) -> list[list[Gap]]:
        """Return each document's gaps with ranked fills.

        Args:
            documents: the documents.
            watch: called from time to time with the number of gaps that are done, and their total.

        Raises:
            ModelError: a document is evidently not written in the model's language.
        """
        result = []
        for document, candidates in zip(documents, self.candidates(documents, watch), strict=True):
            others = self._ranking.others([feature_rows([one.features for one in gap]) for gap in candidates])
            own = zip(candidates, others, strict=True)
            result.append(
                [gap if gap.fills else gap.with_fills(self._rank(*next(own), self._most)) for gap in document.gaps]
            )
        return result

    def every_fill(self, document: GappedArticle) -> tuple[Fill, ...]:
        """Return every candidate for the one gap of a document, however unlikely, the most probable first.

        Raises:
            ModelError: the document is evidently not written in the model's language.
        """
        ((candidates,),) = self.candidates([document])
        return self._rank(candidates, 0.0, len(candidates))

    def candidates(self, documents: Sequence[GappedArticle], watch: Watch | None = None) -> list[list[list[Proposed]]]:
        """Return the unranked candidates of each gap without fills, for each document."""
        views = [
            ArticleView(document, self.model, self._usual, self._search.most_pieces, self._echoes, self._repeated)
            for document in documents
        ]
        requests = [request for view in views for request in view.requests]
        found: list[list[Hypothesis]] = []
        # A model that keeps no contexts may gain by more gaps at a time (``HubMaskedLM.together``).
        together = getattr(self.model, "together", 1)
        for start in range(0, len(requests), together):
            if watch:
                watch(start, len(requests))
            found += infill(requests[start : start + together], self.model, self._search)
        if watch:
            watch(len(requests), len(requests))
        each = iter(found)
        return [[view.proposed(index, next(each)) for index in range(len(view.requests))] for view in views]

    def _rank(self, proposed: Sequence[Proposed], others: float, most: int) -> tuple[Fill, ...]:
        probabilities = self._ranking.probabilities([candidate.features for candidate in proposed], others)
        order = sorted(range(len(proposed)), key=lambda i: (-probabilities[i], proposed[i].text))[:most]
        return tuple(
            Fill(
                text=proposed[i].text,
                probability=float(probabilities[i]),
                origin="echo" if proposed[i].features.echo else "model",
                evidence=proposed[i].evidence,
                introduces=proposed[i].introduces,
                model=self.model.name,
                calibrated=self.calibrated,
            )
            for i in order
        )
