"""How many words are missing, in the light of the article's other gaps: gaps of one article are alike in length.

A topic page loses keywords, of one word mostly; a link-blind extractor loses whole links, of three words on average.
Which of the two an article met is seldom plain at one gap, but all its gaps together tell: a mixture of two kinds of
articles, each with lengths of its own, and the kind's posterior given the other gaps (Bayes' rule).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from textmend.calibration import LengthKinds, log_odds, sigmoid
from textmend.detect.other_gaps import as_evidence

_MOST = 4.0
"""Log-odds beyond which the other gaps make no kind surer, for they are not independent."""


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
