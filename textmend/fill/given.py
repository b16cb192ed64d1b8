"""Ranking the caller's own words for a gap, against each other and against all other words that may stand there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from textmend.errors import InputError
from textmend.fill.propose import GappedArticle, Proposer
from textmend.records import Fill


def rank_candidates(document: GappedArticle, candidates: Sequence[str], proposer: Proposer) -> list[Fill]:
    """Return the candidates as fills, the most probable first.

    The model's own proposals are ranked with them, so that a probability compares a candidate with all other words.

    Args:
        document: the article, with one gap.
        candidates: words, as the caller writes them.
        proposer: the filler.

    Returns:
        A fill for each distinct candidate, in the caller's spelling. One that the model can't write (other script,
        more than eight word pieces) has probability 0.

    Raises:
        InputError: there is no candidate, or one holds no words.
    """
    wanted = {_folded(candidate): candidate for candidate in reversed(_checked(candidates))}
    fills = proposer.every_fill(replace(document, given=tuple(wanted.values())))
    scored = {_folded(fill.text): fill for fill in fills}
    ranked = []
    for folded, candidate in wanted.items():
        fill = scored.get(folded)
        if fill is None:
            ranked.append(Fill(text=candidate, probability=0.0, origin="model", calibrated=proposer.calibrated))
        else:
            ranked.append(replace(fill, text=candidate))
    return sorted(ranked, key=lambda fill: (-fill.probability, fill.text))


def _checked(candidates: Sequence[str]) -> list[str]:
    if isinstance(candidates, str) or not candidates:
        raise InputError(f"candidates={candidates!r} should be a list of at least one text")
    for candidate in candidates:
        if not isinstance(candidate, str) or not candidate.strip():
            raise InputError(f"candidates: {candidate!r} should be words")
    return [" ".join(candidate.split()) for candidate in candidates]


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()
