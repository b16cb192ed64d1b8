"""An article as evidence: what its other gaps say about a doubtful place.

A scraper that lost one link lost others, and treats white space alike in all of an article. Where nothing else is
missing, a doubtful place is likelier whole; where all gaps stand out by double spaces, a single space tells against
one. Both shares are estimated as a Dirichlet prior's predictive mean, the place itself left out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textmend.calibration import log_odds, sigmoid
from textmend.errors import ModelError
from textmend.text.words import CLOSING, LINE_ENDS, OPENING

LEAST, MOST = 0.02, 0.995
"""Only sites between these probabilities are judged anew, and only from the least one on are they evidence."""

_SITES = 300.0
"""For how many sites of an article the usual rate of gaps stands in."""
_GAPS = 1.0
"""For how many gaps of an article the usual shares of white space stand in."""

SPACES = 4
"""Kinds of white space at a site."""

WIDE, ODD, PLAIN, NONE = range(SPACES)


@dataclass(frozen=True, slots=True)
class ArticleWeights:
    """What an article's other gaps add to the log-odds of a gap; nothing where not fitted.

    Attributes:
        constant: for every site.
        often: for how often words are missing in the article, at least 0.
        alike: for how many of its gaps have the same kind of white space, at least 0.
        rate: the usual share of sites where words are missing, 0 to 1.
        shares: the usual share of each kind of white space among gaps, each more than 0; shape ``[SPACES]``.

    Raises:
        ModelError: a number is out of its range.
    """

    constant: float = 0.0
    often: float = 0.0
    alike: float = 0.0
    rate: float = 0.01
    shares: tuple[float, ...] = (1 / SPACES,) * SPACES

    def __post_init__(self) -> None:
        finite = all(map(math.isfinite, (self.constant, self.often, self.alike)))
        fine = finite and self.often >= 0 and self.alike >= 0 and 0 < self.rate < 1
        if not fine or len(self.shares) != SPACES or not all(share > 0 for share in self.shares):
            raise ModelError(f"weights of an article's gaps are out of range: {self}")

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, as a detector's ``config.json`` holds it."""
        return asdict(self) | {"shares": list(self.shares)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> ArticleWeights:
        """Read the JSON form."""
        numbers = {name: float(data[name]) for name in ("constant", "often", "alike", "rate")}
        return cls(**numbers, shares=tuple(float(share) for share in data["shares"]))


def in_article(
    text: str,
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    probabilities: NDArray[np.float64],
    weights: ArticleWeights,
) -> NDArray[np.float64]:
    """Return the probabilities of a text's sites in the light of its other sites; all of shape ``[sites]``."""
    if weights == ArticleWeights() or not len(probabilities):
        return probabilities
    found = evidence(space_kinds(text, starts, ends), probabilities, weights.rate, weights.shares)
    result = sigmoid(log_odds(probabilities) + weights.constant + found @ (weights.often, weights.alike))
    return np.where(is_doubtful(probabilities), result, probabilities)


def is_doubtful(probabilities: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Return which sites an article's other gaps may speak about; the others are sure enough by themselves."""
    return (probabilities >= LEAST) & (probabilities <= MOST)


def evidence(
    kinds: NDArray[np.int64], probabilities: NDArray[np.float64], rate: float, shares: tuple[float, ...]
) -> NDArray[np.float64]:
    """Return what the other sites of an article say about each: two logarithms of ratios, shape ``[sites, 2]``.

    The first: how often words are missing in it, compared with ``rate``; the second: which share of its gaps has
    this kind of white space, compared with ``shares``.

    Args:
        kinds: the white space of each site (``space_kinds``).
        probabilities: of each site.
        rate: the usual share of sites where words are missing.
        shares: the usual share of each kind of white space among gaps.
    """
    weight = as_evidence(probabilities)
    usual = np.asarray(shares)[kinds]
    others = weight.sum() - weight
    alike = np.bincount(kinds, weight, SPACES)[kinds] - weight
    often = (others + _SITES * rate) / (len(kinds) - 1 + _SITES) / rate
    same = (alike + _GAPS * usual) / (others + _GAPS) / usual
    return np.column_stack([np.log(np.maximum(often, 1e-9)), np.log(np.maximum(same, 1e-9))])


def as_evidence(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much each site counts as evidence about others, ``[sites]``: squared, so that many doubts add to little."""
    return np.where(probabilities >= LEAST, probabilities**2, 0.0)


def share_lost(probabilities: NDArray[np.float64]) -> float:
    """Return at what share of a text's places words seem to be missing, 0 to 1; little where the text is short."""
    return float(as_evidence(probabilities).sum()) / (len(probabilities) + _SITES)


def space_kinds(text: str, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the kind of white space of each site: wide, odd (where none belongs), plain or none; shape ``[sites]``."""
    return np.fromiter(
        (_kind(text, start, end) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)),
        dtype=np.int64,
        count=len(starts),
    )


def _kind(text: str, start: int, end: int) -> int:
    if start == end:
        return NONE
    before, after = text[max(0, start - 1) : start], text[end : end + 1]
    if not LINE_ENDS.isdisjoint(text[start:end]):
        return PLAIN
    if end - start > 1:
        return WIDE
    at_edge = not before or not after or before in LINE_ENDS or after in LINE_ENDS
    return ODD if at_edge or after in CLOSING or before in OPENING else PLAIN
