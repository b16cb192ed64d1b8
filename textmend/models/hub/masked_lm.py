"""A hub model as infilling sees it: tokenizer and network put together."""

from __future__ import annotations

from collections.abc import Sequence

from textmend.errors import ModelError
from textmend.models.hub.fetch import fetch
from textmend.models.hub.network import Network
from textmend.models.hub.pieces import HubPieces
from textmend.models.masked_lm import Prediction, Tokenizer
from textmend.models.queries import Query
from textmend.models.registry import HubModel
from textmend.models.session import padded

_WINDOW = 128
"""How many tokens of context a hub model is given: as many as the embedded filler."""

_LEAST_WINDOW = 32


class HubMaskedLM:
    """A masked language model of transformers (see :class:`~textmend.models.masked_lm.MaskedLM`).

    Args:
        model: its name and how to run it.
        threads: CPU threads; default: what torch takes.

    Raises:
        ModelError: it is unknown, broken, or no masked language model.
        PolicyError: it can't run on the device that was asked for.
    """

    together = 4
    """How many gaps are filled together: a GPU wants many rows at once. (Without this attribute it is one: the embedded
    model keeps one context.)"""

    def __init__(self, model: HubModel, threads: int | None = None) -> None:
        folder, self.name = fetch(model)
        self._network = Network(folder, self.name, device=model.device, dtype=model.dtype, threads=threads)
        pieces = HubPieces(folder, self.name, self._network.embedded)
        self.pieces: Tokenizer = pieces
        self.vocabulary = pieces.vocabulary(self._network.predicted)
        self.pieces_per_word: tuple[float, ...] | None = None
        self.window = _window(self.name, self._network.places, pieces.longest)
        self._padding = pieces.padding

    def predict(self, queries: Sequence[Query]) -> list[Prediction]:
        """Return a prediction for each query."""
        return [Prediction(log_probs, None) for log_probs in self._network.predict(queries, self._padding)]


def _window(name: str, *limits: int | None) -> int:
    """Return the longest window within all limits that stays within them when it is padded."""
    most = min((limit for limit in limits if limit is not None), default=_WINDOW)
    if most < _LEAST_WINDOW:
        raise ModelError(f"filler {name}: it reads {most} tokens at once, but {_LEAST_WINDOW} are needed")
    window = min(_WINDOW, most)
    return window if padded(window) <= most else padded(most) - padded(1)
