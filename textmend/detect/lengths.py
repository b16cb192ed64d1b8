"""How many words are missing, in the light of the article's other gaps: gaps of one article are alike in length.

A topic page loses keywords, of one word mostly; a link-blind extractor loses whole links, of three words on average.
Which of the two an article met is seldom plain at one gap, but all its gaps together tell: a mixture of two kinds of
articles, each with lengths of its own, and the kind's posterior given the other gaps (Bayes' rule).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textmend.calibration import log_odds, sigmoid
from textmend.detect.other_gaps import as_evidence
from textmend.errors import ModelError

_MOST = 4.0
"""Log-odds beyond which the other gaps make no kind surer, for they are not independent."""


@dataclass(frozen=True, slots=True)
class LengthKinds:
    """Two kinds of articles by how many words their gaps lost; none where not fitted.

    Attributes:
        short: how many gaps lost 1, 2, … words in articles of the kind that lost fewer; shares, each more than 0.
        long: the same in articles of the kind that lost more.
        usual: what the detector says by itself at gaps, on average; shares, each more than 0.
        share: the share of articles that are of the first kind, more than 0 and less than 1.

    Raises:
        ModelError: a share is out of its range, or the three differ in length.
    """

    short: tuple[float, ...] = ()
    long: tuple[float, ...] = ()
    usual: tuple[float, ...] = ()
    share: float = 0.5

    def __post_init__(self) -> None:
        fine = len(self.short) == len(self.long) == len(self.usual) and 0 < self.share < 1
        if not fine or not all(0 < one <= 1 for one in (*self.short, *self.long, *self.usual)):
            raise ModelError(f"kinds of articles by lengths of gaps are out of range: {self}")

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, as a detector's ``config.json`` holds it."""
        return {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(self).items()}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LengthKinds:
        """Read the JSON form."""
        short, long, usual = (tuple(float(share) for share in data[name]) for name in ("short", "long", "usual"))
        return cls(short, long, usual, float(data["share"]))


def lengths_in_article(
    lengths: NDArray[np.float64], probabilities: NDArray[np.float64], kinds: LengthKinds
) -> NDArray[np.float64]:
    """Return the lengths of a text's sites in the light of its other sites; shape ``[sites, lengths]``.

    Args:
        lengths: how likely 1, 2, … words are missing at each site, if any are; rows sum to 1.
        probabilities: that any are, shape ``[sites]``.
        kinds: what lengths gaps have in each kind of article.
    """
    if not kinds.short or not len(lengths):
        return lengths
    usual = np.asarray(kinds.usual)
    short, long = np.asarray(kinds.short) / usual, np.asarray(kinds.long) / usual
    told = np.log(np.maximum(lengths @ short, 1e-30)) - np.log(np.maximum(lengths @ long, 1e-30))
    weighted = as_evidence(probabilities) * told
    others = np.clip(weighted.sum() - weighted, -_MOST, _MOST)
    is_short = sigmoid(others + log_odds(kinds.share))[:, None]
    mixed = lengths * (is_short * short + (1 - is_short) * long)
    result: NDArray[np.float64] = mixed / np.maximum(mixed.sum(axis=1, keepdims=True), 1e-30)
    return result
