"""A second look: where the detector is in doubt, a larger network reads a stretch around the place.

The detector is small and reads everything; of most places it is sure. Where it is not, the filler's network, which
has a head for lost words too, sees other things than the detector does, and both together know more than either.
Which places are read again, and in which stretches, follows from the text alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from textmend.calibration import log_odds, sigmoid
from textmend.detect.echoes import EchoWeights
from textmend.detect.inputs import Encoded, Pieces, encode, row_of
from textmend.detect.lengths import LengthKinds
from textmend.detect.other_gaps import ArticleWeights, in_article
from textmend.detect.sites import Sites
from textmend.errors import ModelError
from textmend.models.folder import ModelFolder
from textmend.models.queries import Row

SIZE = 64
"""Pieces of a stretch at most, the start token included."""
MARGIN = 20
"""Pieces of context that a place has on both sides at least, where the text has them."""


class Reader(Protocol):
    """A network that says how many words were lost at places of a stretch; see ``models.trunk.Trunk``."""

    labels: int

    @property
    def pieces(self) -> Pieces:
        """Its vocabulary."""
        ...

    def logits(self, rows: Sequence[Row]) -> list[NDArray[np.float32]]:
        """Return the logits at each row's sites, shape ``[sites, labels]``; rows don't influence each other."""
        ...


@dataclass(frozen=True, slots=True)
class SecondLookWeights:
    """Which places are read again, and what comes of both opinions; fitted for one detector and one reader.

    Attributes:
        detector: the name of that detector.
        least: places whose probability for the detector, its article's other gaps heeded, lies from here …
        most: … to here are read again; 0 to 1, ``least`` below ``most``.
        constant: the log-odds of both opinions together are this, …
        own: … and this times the detector's calibrated log-odds, …
        other: … and this times the reader's log-odds, …
        product: … and this times their product.
        echoes: what an echo adds to the probability that comes of both.
        article: what the article's other gaps add to that.
        length_kinds: what they say about how many words are missing.

    Raises:
        ModelError: a number is out of its range.
    """

    detector: str
    least: float
    most: float
    constant: float = 0.0
    own: float = 0.5
    other: float = 0.5
    product: float = 0.0
    echoes: EchoWeights = field(default_factory=EchoWeights)
    article: ArticleWeights = field(default_factory=ArticleWeights)
    length_kinds: LengthKinds = field(default_factory=LengthKinds)

    def __post_init__(self) -> None:
        weights = (self.constant, self.own, self.other, self.product)
        if not (0 < self.least < self.most < 1 and all(map(math.isfinite, weights))):
            raise ModelError(f"weights of a second look are out of range: {self}")

    def joined(self, own: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the log-odds that come of the detector's and the reader's, all of one shape."""
        weights = np.array([self.constant, self.own, self.other, self.product])
        result: NDArray[np.float64] = features(own, other) @ weights
        return result

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form, as a filler's ``config.json`` holds it."""
        return asdict(self) | {
            "echoes": self.echoes.to_dict(),
            "article": self.article.to_dict(),
            "length_kinds": self.length_kinds.to_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SecondLookWeights:
        """Read the JSON form."""
        numbers = ("least", "most", "constant", "own", "other", "product")
        return cls(
            str(data["detector"]),
            **{name: float(data[name]) for name in numbers},
            echoes=EchoWeights.from_dict(data["echoes"]),
            article=ArticleWeights.from_dict(data["article"]),
            length_kinds=LengthKinds.from_dict(data["length_kinds"]),
        )


def read_weights(filler: ModelFolder) -> SecondLookWeights | None:
    """Return what a filler's folder says of second looks, ``None`` where it was not fitted to them."""
    return filler.read("second_look", SecondLookWeights.from_dict) if "second_look" in filler.config else None


def features(own: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return what the joint log-odds are a sum of: 1, both opinions, their product; shape ``[sites, 4]``."""
    return np.column_stack([np.ones_like(own), own, other, own * other])


class SecondLook:
    """Reads doubtful places again and joins both opinions.

    Args:
        load: returns the reader; called when the first doubtful place is met.
        weights: which places are doubtful, and how opinions are joined.
    """

    def __init__(self, load: Callable[[], Reader], weights: SecondLookWeights) -> None:
        self.load = load
        self.weights = weights

    def revise(self, texts: Sequence[str], judged: Sequence[Sites], article: ArticleWeights) -> list[Sites]:
        """Return what is thought of each text's sites after the doubtful ones have been read again.

        Args:
            texts: the texts.
            judged: their sites as the detector alone sees them.
            article: what the other gaps of an article mean to the detector.
        """
        doubts = [doubtful(text, own, article, self.weights) for text, own in zip(texts, judged, strict=True)]
        if not any(map(len, doubts)):
            return list(judged)
        found = read_again(texts, doubts, self.load())
        return [
            revised(own, sites, logits, self.weights) for own, sites, logits in zip(judged, doubts, found, strict=True)
        ]


def doubtful(text: str, own: Sites, article: ArticleWeights, weights: SecondLookWeights) -> NDArray[np.int64]:
    """Return the indices of the sites that are read again.

    In the light of the article's other gaps: where nothing else is missing, few doubts are worth the time.
    """
    probabilities = in_article(text, own.starts, own.ends, own.probabilities, article)
    return np.flatnonzero((probabilities >= weights.least) & (probabilities <= weights.most))


def revised(own: Sites, sites: NDArray[np.int64], logits: NDArray[np.float64], weights: SecondLookWeights) -> Sites:
    """Return the sites of a text with both opinions heeded.

    Args:
        own: as the detector sees them.
        sites: the indices of those that were read again.
        logits: what the reader says of these, shape ``[sites, labels]``.
        weights: how opinions are joined.
    """
    probabilities, lengths = own.probabilities.copy(), own.lengths.copy()
    probabilities[sites] = sigmoid(weights.joined(log_odds(probabilities[sites]), log_odds_of_gap(logits)))
    lengths[sites] = joined_lengths(lengths[sites], logits)
    return own._replace(probabilities=probabilities, lengths=lengths)


def log_odds_of_gap(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the log-odds that words are missing at all, shape ``[sites]``, of logits ``[sites, labels]``."""
    result: NDArray[np.float64] = np.logaddexp.reduce(logits[:, 1:], axis=1) - logits[:, 0]
    return result


def joined_lengths(own: NDArray[np.float64], logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how many words are missing, in the light of both opinions: the mean of their logarithms.

    Args:
        own: the detector's distributions over 1, 2, … words, shape ``[sites, lengths]``.
        logits: the reader's, shape ``[sites, 1 + lengths]``.
    """
    other = logits[:, 1:] - np.logaddexp.reduce(logits[:, 1:], axis=1, keepdims=True)
    mean = 0.5 * (np.log(np.maximum(own, 1e-12)) + other)
    result: NDArray[np.float64] = np.exp(mean - np.logaddexp.reduce(mean, axis=1, keepdims=True))
    return result


def read_again(texts: Sequence[str], sites: Sequence[NDArray[np.int64]], reader: Reader) -> list[NDArray[np.float64]]:
    """Return the reader's logits at chosen sites of each text, ``[sites, labels]``; texts don't influence each other.

    Args:
        texts: the texts.
        sites: for each, the indices of its sites that are read, rising.
        reader: what reads them.
    """
    rows: list[Row] = []
    owners: list[int] = []
    for index, (text, own) in enumerate(zip(texts, sites, strict=True)):
        if len(own):
            document = encode(text, reader.pieces)
            for stretch in stretches(document, own, SIZE - 1, MARGIN):
                rows.append(row_of(document, stretch.start, stretch.end, stretch.sites, reader.pieces.start))
                owners.append(index)
    found: list[list[NDArray[np.float64]]] = [[np.zeros((0, reader.labels))] for _ in texts]
    for owner, logits in zip(owners, reader.logits(rows), strict=True):
        found[owner].append(logits.astype(np.float64))
    return [np.concatenate(parts) for parts in found]


class Stretch(NamedTuple):
    """A slice of a text's pieces, and which of its sites are judged in it (indices, rising)."""

    start: int
    end: int
    sites: NDArray[np.int64]


def stretches(document: Encoded, sites: NDArray[np.int64], size: int, margin: int) -> list[Stretch]:
    """Return the stretches in which sites are read again: few, and none longer than ``size`` pieces.

    Sites share a stretch where each still has ``margin`` pieces of context on both sides, as far as the text has
    them; what room is left is shared out evenly before the first and after the last.

    Args:
        document: the text.
        sites: indices of its sites, rising.
        size: the most pieces of a stretch.
        margin: pieces of context, less than half of ``size``.
    """
    places = document.sites[sites].astype(np.int64)
    total = len(document.ids)
    found = []
    first = 0
    while first < len(places):
        last = int(np.searchsorted(places, places[first] + size - 2 * margin, side="left"))
        spare = size - int(places[last - 1] - places[first] + 1)
        start = int(np.clip(places[first] - spare // 2, 0, max(0, total - size)))
        found.append(Stretch(start, min(start + size, total), sites[first:last]))
        first = last
    return found
