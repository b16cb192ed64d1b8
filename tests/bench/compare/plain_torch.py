"""The same encoders under plain ``transformers`` and torch, in float32: for speed, so the weights are random.

Speed does not depend on the values of weights; a comparison of quality takes float exports (``ablations``). Needs the
extra ``textmend[torch]``.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textmend.detect.finder import Detector
from textmend.detect.inputs import TOKEN_TYPES
from textmend.errors import MissingExtraError
from textmend.models.masked_lm import MaskedLM, Prediction
from textmend.models.queries import Query, Row
from textmend.models.session import batches

_ROWS = 8
"""Full windows that a batch may hold, as is usual on a CPU; of shorter rows as many more as make up for it."""

# The architectures of the embedded models' bases, all-MiniLM-L6-v2 and all-mpnet-base-v2 (the defaults of its class).
_DETECTOR_SIZE = {"hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536}


class TorchDetector:
    """A detector's windows through a ``BertModel`` of the embedded detector's size.

    Args:
        like: the detector whose vocabulary, window and labels it takes over.
        threads: CPU threads.
    """

    def __init__(self, like: Detector, threads: int) -> None:
        torch, transformers = _import(threads)
        self.name = "torch float32"
        self.pieces, self.window, self.margin, self.labels = like.pieces, like.window, like.margin, like.labels
        self.calibration = like.calibration
        self.echoes, self.article, self.length_kinds = like.echoes, like.article, like.length_kinds
        config = transformers.BertConfig(**_DETECTOR_SIZE, type_vocab_size=TOKEN_TYPES)
        self._torch = torch
        self._encoder = transformers.BertModel(config, add_pooling_layer=False).eval()
        self._head = torch.nn.Linear(config.hidden_size, self.labels)

    def logits(self, rows: Sequence[Row]) -> list[NDArray[np.float32]]:
        """Return the logits at each row's sites, shape ``[sites, labels]`` (random ones)."""
        results: list[NDArray[np.float32] | None] = [None] * len(rows)
        for indices in batches([len(row.ids) for row in rows], _ROWS * self.window):
            shape = (len(indices), max(len(rows[index].ids) for index in indices))
            ids, types, mask = (np.zeros(shape, dtype=np.int64) for _ in range(3))
            for at, index in enumerate(indices):
                length = len(rows[index].ids)
                ids[at, :length], types[at, :length], mask[at, :length] = rows[index].ids, rows[index].types, 1
            tensor = self._torch.from_numpy
            with self._torch.inference_mode():
                states = self._encoder(
                    input_ids=tensor(ids), token_type_ids=tensor(types), attention_mask=tensor(mask)
                ).last_hidden_state
                logits = self._head(states).numpy()
            for at, index in enumerate(indices):
                results[index] = logits[at, rows[index].sites]
        return [result for result in results if result is not None]


class TorchMaskedLM:
    """A masked language model's rows through an ``MPNetForMaskedLM`` of the embedded filler's size.

    Args:
        like: the model whose vocabulary and window it takes over.
        threads: CPU threads.
    """

    def __init__(self, like: MaskedLM, threads: int) -> None:
        torch, transformers = _import(threads)
        self.name = "torch float32"
        self.pieces, self.vocabulary, self.window = like.pieces, like.vocabulary, like.window
        self.pieces_per_word = like.pieces_per_word
        self._torch = torch
        config = transformers.MPNetConfig(vocab_size=len(like.vocabulary.surfaces))
        self._model = transformers.MPNetForMaskedLM(config).eval()

    def predict(self, queries: Sequence[Query]) -> list[Prediction]:
        """Return a prediction for each query (a random one, without letter case)."""
        results: list[Prediction | None] = [None] * len(queries)
        for indices in batches([len(query.ids) for query in queries], _ROWS * self.window):
            shape = (len(indices), max(len(queries[index].ids) for index in indices))
            ids, mask = np.ones(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
            for at, index in enumerate(indices):
                length = len(queries[index].ids)
                ids[at, :length], mask[at, :length] = queries[index].ids, 1
            with self._torch.inference_mode():
                logits = self._model(
                    input_ids=self._torch.from_numpy(ids), attention_mask=self._torch.from_numpy(mask)
                ).logits
                places = [queries[index].position for index in indices]
                log_probs = logits[range(len(indices)), places].log_softmax(-1).numpy()
            for at, index in enumerate(indices):
                results[index] = Prediction(log_probs[at], None)
        return [result for result in results if result is not None]


def _import(threads: int) -> tuple[Any, Any]:
    try:
        torch: Any = importlib.import_module("torch")
        transformers: Any = importlib.import_module("transformers")
    except ImportError as error:
        raise MissingExtraError("the comparison with torch", "bench") from error
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    return torch, transformers
