"""Masked language models: what infilling needs of one, and the embedded one on ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from textmend.errors import ModelError
from textmend.models.folder import ModelFolder
from textmend.models.session import batches, open_session, padded, run_session
from textmend.models.vocabulary import Vocabulary
from textmend.models.wordpiece import WordPieces

_BATCH_TOKENS = 1024
"""Rows that run together have so many tokens: less than a second of one core, so that Ctrl-C is heard soon. More is
no faster: 4,096 take half as long again a token."""
_LEAST_WINDOW, _MOST_WINDOW = 16, 1 << 16


class Query(NamedTuple):
    """A sequence with masks, special tokens included, and the one position to predict."""

    ids: tuple[int, ...]
    position: int


class Prediction(NamedTuple):
    """What a model says of one position.

    Attributes:
        log_probs: log-probabilities over the vocabulary; float32, shape ``[pieces]``.
        case: log-probabilities of the word's letter case (lower, Title, UPPER, mixed), shape ``[4]``;
            ``None`` from models that keep case in their pieces or know none.
    """

    log_probs: NDArray[np.float32]
    case: NDArray[np.float32] | None


class Pieces(Protocol):
    """Cuts text into pieces; see ``wordpiece.WordPieces`` and ``hub.pieces.HubPieces``.

    Attributes:
        opening: the special tokens that open a sequence.
        closing: those that end one.
        between: those that part paragraphs.
        unknown: the token for what the vocabulary does not hold, if it has one.
        leading: whether a paragraph's first word is cut as if a space stood before it.
    """

    opening: tuple[int, ...]
    closing: tuple[int, ...]
    between: tuple[int, ...]
    unknown: int | None
    leading: bool

    def cut(self, text: str, *, spaced: bool) -> Sequence[int]:
        """Return the pieces of a stretch of text, never a special token but ``unknown``.

        Args:
            text: words, with or without punctuation; runs of white space count as one space.
            spaced: whether white space stands before it.
        """
        ...


class MaskedLM(Protocol):
    """A masked language model as infilling needs it.

    Attributes:
        name: its name and version, recorded with results.
        pieces: its tokenizer.
        vocabulary: its pieces, sorted by use.
        window: how many tokens of context it is given at most, special tokens included.
        pieces_per_word: how likely a lost word has 1, 2, 3, … pieces; ``None``: as the article's words have.
    """

    name: str
    pieces: Pieces
    vocabulary: Vocabulary
    window: int
    pieces_per_word: tuple[float, ...] | None

    def predict(self, queries: Sequence[Query]) -> list[Prediction]:
        """Return a prediction for each query; queries don't influence each other."""
        ...


class OnnxMaskedLM:
    """A masked language model on ONNX Runtime, with an uncased WordPiece vocabulary and a case head."""

    def __init__(self, folder: Path, threads: int | None = None) -> None:
        opened = ModelFolder.open(folder, "filler")
        self.folder = opened
        self.name = str(opened.get("name", str))
        tokens = opened.get("tokens", dict)
        pieces = opened.read(
            "tokens",
            lambda names: WordPieces(
                opened.tokenizer, start=names["start"], separator=names["separator"], unknown=names["unknown"]
            ),
        )
        self.pieces: Pieces = pieces
        tokenizer = pieces.tokenizer
        known = tokenizer.get_vocab(with_added_tokens=True)
        names = [""] * (max(known.values()) + 1)
        for name, index in known.items():
            names[index] = name
        mask = opened.read("tokens", lambda use: known[use["mask"]])
        padding = opened.read("tokens", lambda use: known[use["padding"]])
        special = [
            known[name] for name in (*map(str, tokens.values()), *opened.list_of("special", str)) if name in known
        ]
        self.vocabulary = Vocabulary.of_wordpiece(names, mask=mask, special=special, cased=False)
        self.window = int(opened.get("window", int))
        if not _LEAST_WINDOW <= self.window <= _MOST_WINDOW:
            raise ModelError(f"{folder}: a window of {self.window} tokens makes no sense")
        self.pieces_per_word: tuple[float, ...] | None = opened.list_of("pieces_per_word", float)
        self._padding = padding
        self._session = open_session(opened.model, threads)

    def predict(self, queries: Sequence[Query]) -> list[Prediction]:
        """Return a prediction for each query (see :class:`MaskedLM`)."""
        results: list[Prediction | None] = [None] * len(queries)
        for indices in batches([len(query.ids) for query in queries], _BATCH_TOKENS):
            shape = (len(indices), padded(len(queries[indices[0]].ids)))
            ids = np.full(shape, self._padding, dtype=np.int64)
            mask = np.zeros(shape, dtype=np.int64)
            positions = np.zeros(len(indices), dtype=np.int64)
            for at, index in enumerate(indices):
                query = queries[index]
                ids[at, : len(query.ids)] = query.ids
                mask[at, : len(query.ids)] = 1
                positions[at] = at * shape[1] + query.position
            inputs = {"input_ids": ids, "attention_mask": mask, "positions": positions}
            log_probs, case_logits = run_session(self._session, ["log_probs", "case_logits"], inputs)
            case = case_logits - np.logaddexp.reduce(case_logits, axis=1, keepdims=True)
            for at, index in enumerate(indices):
                results[index] = Prediction(log_probs[at], case[at])
        return [result for result in results if result is not None]
