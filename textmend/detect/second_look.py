"""A second look: where the detector is in doubt, a larger network reads a stretch around the place.

The detector is small and reads everything; of most places it is sure. Where it is not, the filler's network, which
has a head for lost words too, sees other things than the detector does, and both together know more than either
(``detect.opinions``). There are two rounds. The first reads what is doubtful. Where that shows that the article did
lose words, the second reads on: all of it that isn't plainly whole. Where the detector alone shows it, the first
round reads that at once. What is read follows from the text alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from textmend.detect.inputs import Encoded, Pieces, Window, encode, row_of
from textmend.detect.opinions import SecondLookWeights, revised
from textmend.detect.other_gaps import ArticleWeights, in_article, share_lost
from textmend.detect.sites import Sites
from textmend.models.queries import Row
from textmend.text.quantities import bare_quantities

SMALL, LARGE = 128, 256
"""Pieces of a stretch at most, the start token included: around single doubts, and where most of an article is read."""
PLAINLY = 1.25
"""Where the detector alone sees so many times the losses of a damaged article, it need not be told by the reader."""
MARGIN = 20
"""Pieces of context that the places for which it is read have on both sides, as far as the text has them."""
EDGE = 16
"""With so many pieces of context on both sides, the reader's opinion of other places in it is heeded too."""


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


class Look(Protocol):
    """What reads places of texts again; see :class:`SecondLook`."""

    @property
    def weights(self) -> SecondLookWeights:
        """How opinions are joined."""
        ...

    def revise(self, texts: Sequence[str], judged: Sequence[Sites], article: ArticleWeights) -> list[Sites]:
        """Return what is thought of each text's sites after some have been read again."""
        ...


class Wanted(NamedTuple):
    """What a round reads of a text: stretches of ``size`` pieces at most around ``sites``, indices that rise."""

    sites: NDArray[np.int64]
    size: int


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
        """Return what is thought of each text's sites after doubtful ones have been read again.

        Args:
            texts: the texts.
            judged: their sites as the detector alone sees them.
            article: what the other gaps of an article mean to the detector.
        """
        result = list(judged)
        doubts = [doubtful(text, own, article, self.weights) for text, own in zip(texts, judged, strict=True)]
        asked = [index for index, wanted in enumerate(doubts) if len(wanted.sites)]
        if not asked:
            return result
        reader = self.load()
        again = [Rereading(texts[index], judged[index], reader) for index in asked]
        read(again, [doubts[index] for index in asked], reader)
        read(again, [one.worth_reading(self.weights) for one in again], reader)
        for index, one in zip(asked, again, strict=True):
            result[index] = one.revised(self.weights)
        return result


class LookAt:
    """Reads the given places of one text again, and nothing else of it.

    Args:
        look: reads other texts as it always does.
        text: the text.
        places: its places, as spans of code points.
    """

    def __init__(self, look: SecondLook, text: str, places: Iterable[tuple[int, int]]) -> None:
        self._look, self._text, self._places = look, text, sorted(places)
        self.weights = look.weights

    def revise(self, texts: Sequence[str], judged: Sequence[Sites], article: ArticleWeights) -> list[Sites]:
        """Return what is thought of each text's sites, as :meth:`SecondLook.revise` does."""
        return [
            self._at_places(own) if text == self._text else self._look.revise([text], [own], article)[0]
            for text, own in zip(texts, judged, strict=True)
        ]

    def _at_places(self, own: Sites) -> Sites:
        starts, ends = np.array(self._places, dtype=np.int64).reshape(-1, 2).T
        first = np.searchsorted(own.ends, starts)
        last = np.searchsorted(own.starts, ends, side="right")
        sites = [np.arange(*span) for span in zip(first, last, strict=True)]
        reader = self._look.load()
        again = Rereading(self._text, own, reader)
        read([again], [Wanted(np.unique(np.concatenate(sites)), SMALL)], reader)
        return again.revised(self.weights)


def doubtful(text: str, own: Sites, article: ArticleWeights, weights: SecondLookWeights) -> Wanted:
    """Return the sites for which the first round reads.

    In the light of the article's other gaps: where nothing else is missing, few doubts are worth the time. A unit
    without its number is always read: the detector, which saw few of them, is too sure that it is whole.
    """
    probabilities = in_article(text, own.starts, own.ends, own.probabilities, article)
    if share_lost(probabilities) >= PLAINLY * weights.damaged:
        return Wanted(np.flatnonzero(probabilities >= weights.least_in_damaged), LARGE)
    worth = (probabilities >= weights.least) | without_numbers(text, own)
    return Wanted(np.flatnonzero(worth & (probabilities <= weights.most)), SMALL)


def without_numbers(text: str, own: Sites) -> NDArray[np.bool_]:
    """Return at which sites of a text a unit or a sign of money has no number, shape ``[sites]``."""
    bare = np.array(bare_quantities(text), dtype=np.int64)
    return np.isin(own.ends, bare) | np.isin(own.starts, bare)


class Rereading:
    """A text that is read again.

    Args:
        text: the text.
        own: its sites as the detector sees them.
        reader: the reader.

    Attributes:
        document: the text in pieces.
    """

    def __init__(self, text: str, own: Sites, reader: Reader) -> None:
        self.text, self.own = text, own
        self.document = encode(text, reader.pieces)
        self._logits = np.zeros((len(own.starts), reader.labels))
        self._read = np.zeros(len(own.starts), dtype=bool)
        self._bare = without_numbers(text, own)

    @property
    def sites(self) -> NDArray[np.int64]:
        """Return the indices of the sites that have been read, rising."""
        return np.flatnonzero(self._read)

    @property
    def logits(self) -> NDArray[np.float64]:
        """Return what the reader said of these, shape ``[sites, labels]``."""
        return self._logits[self._read]

    def note(self, window: Window, logits: NDArray[np.float32]) -> None:
        """Keep what the reader says of a window's sites, but for those that it has read before."""
        new = np.flatnonzero(~self._read[window.first_site : window.last_site])
        self._logits[window.first_site + new] = logits[new]
        self._read[window.first_site : window.last_site] = True

    def revised(self, weights: SecondLookWeights) -> Sites:
        """Return the text's sites with both opinions heeded."""
        return revised(self.own, self.sites, self.logits, self._bare[self._read], weights)

    def worth_reading(self, weights: SecondLookWeights) -> Wanted:
        """Return the sites for which the second round reads: none where little seems to be missing."""
        probabilities = self.revised(weights).probabilities
        if share_lost(probabilities) < weights.damaged:
            return Wanted(np.zeros(0, dtype=np.int64), LARGE)
        told = in_article(self.text, self.own.starts, self.own.ends, probabilities, weights.article)
        return Wanted(np.flatnonzero((told >= weights.least_in_damaged) & ~self._read), LARGE)


def read(texts: Sequence[Rereading], wanted: Sequence[Wanted], reader: Reader) -> None:
    """Let the reader read stretches of texts; texts don't influence each other.

    Args:
        texts: the texts, which keep what the reader says.
        wanted: what is read of each.
        reader: what reads.
    """
    stretches = [
        (text, window)
        for text, (sites, size) in zip(texts, wanted, strict=True)
        for window in windows_around(text.document, sites, size - 1, MARGIN, EDGE)
    ]
    rows = [row_of(text.document, window, reader.pieces.start) for text, window in stretches]
    for (text, window), logits in zip(stretches, reader.logits(rows), strict=True):
        text.note(window, logits)


def windows_around(document: Encoded, sites: NDArray[np.int64], size: int, margin: int, edge: int) -> list[Window]:
    """Return windows in which sites are read: few, and none longer than ``size`` pieces.

    Sites share a window where each still has ``margin`` pieces of context on both sides, as far as the text has
    them; what room is left is shared out evenly before the first and after the last. All sites of a window that have
    ``edge`` pieces of context are judged in it; where two overlap, each site in the one that gives it more.

    Args:
        document: the text.
        sites: indices of its sites, rising.
        size: the most pieces of a window.
        margin: pieces of context, less than half of ``size``.
        edge: likewise, at most ``margin``.
    """
    if not len(sites):
        return []
    places, total = document.sites[sites].astype(np.int64), len(document.ids)
    starts: list[int] = []
    first = 0
    while first < len(places):
        last = int(np.searchsorted(places, places[first] + size - 2 * margin, side="left"))
        spare = size - int(places[last - 1] - places[first] + 1)
        start = int(np.clip(places[first] - spare // 2, 0, max(0, total - size)))
        if not starts or start > starts[-1]:
            starts.append(start)
        first = last
    ends = [min(start + size, total) for start in starts]
    # Up to here a window before may judge; from here on the next one gives more context.
    middles = [(end + start) // 2 for end, start in zip(ends, starts[1:], strict=False)]
    judged_from = [
        max(start + edge if start else 0, middle) for start, middle in zip(starts, [0, *middles], strict=True)
    ]
    judged_to = [
        min(end - edge if end < total else total, middle) for end, middle in zip(ends, [*middles, total], strict=True)
    ]
    bounds = np.searchsorted(document.sites, np.array([judged_from, judged_to]))
    return [
        Window(start, end, int(low), int(high)) for start, end, low, high in zip(starts, ends, *bounds, strict=True)
    ]
