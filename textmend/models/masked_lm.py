"""Masked language models: the interface that infilling needs, and the embedded model on ONNX Runtime."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from textmend.errors import ModelError
from textmend.models.folder import ModelFolder
from textmend.models.near_reader import NearReader
from textmend.models.queries import Query
from textmend.models.session import batches, padded
from textmend.models.trunk import GapReader, Trunk
from textmend.models.vocabulary import Vocabulary
from textmend.models.wordpiece import WordPieces

_BATCH_TOKENS = 1024
"""How many tokens run together. They take less than a second of one core, so that Ctrl-C is answered soon. Larger
batches are slower: with 4,096 tokens, each token takes half as long again."""
_LEAST_WINDOW, _MOST_WINDOW = 16, 1 << 16


class Prediction(NamedTuple):
    """A model's prediction for one position.

    Attributes:
        log_probs: log-probabilities over the vocabulary; float32, shape ``[pieces]``.
        case: log-probabilities of the word's letter case (lower, Title, UPPER, mixed), shape ``[4]``;
            ``None`` from models that keep case in their pieces or know none.
    """

    log_probs: NDArray[np.float32]
    case: NDArray[np.float32] | None


class Tokenizer(Protocol):
    """Cuts text into pieces; see ``wordpiece.WordPieces`` and ``hub.pieces.HubPieces``.

    Attributes:
        opening: the special tokens that open a sequence.
        closing: those that end one.
        between: those that separate paragraphs.
        unknown: the token for what the vocabulary does not hold, if it has one.
        leading: whether a paragraph's first word is cut as if a space came before it.
    """

    opening: tuple[int, ...]
    closing: tuple[int, ...]
    between: tuple[int, ...]
    unknown: int | None
    leading: bool

    def cut(self, text: str, *, spaced: bool) -> Sequence[int]:
        """Return the pieces of a stretch of text; ``unknown`` is the only special token among them.

        Args:
            text: words, with or without punctuation; runs of white space count as one space.
            spaced: whether there is white space before it.
        """
        ...


class MaskedLM(Protocol):
    """The interface of a masked language model that infilling needs.

    Attributes:
        name: its name and version, which results record.
        pieces: its tokenizer.
        vocabulary: its pieces, classified by use.
        window: how many tokens it is given at most, special tokens included.
        pieces_per_word: how likely a lost word has 1, 2, 3, … pieces; ``None``: as likely as the article's words.
    """

    name: str
    pieces: Tokenizer
    vocabulary: Vocabulary
    window: int
    pieces_per_word: tuple[float, ...] | None

    def predict(self, queries: Sequence[Query]) -> list[Prediction]:
        """Return a prediction for each query; queries don't influence each other.

        Several queries about one sequence, for different positions, cost little more than one.
        """
        ...


class OnnxMaskedLM:
    """A masked language model on ONNX Runtime, with an uncased WordPiece vocabulary and a case head.

    Attributes:
        trunk: its network, which may also have a head for lost words.
    """

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
        self.pieces: Tokenizer = pieces
        self._word_pieces = pieces
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
        self.trunk = Trunk(opened.model, padding, threads)
        self._reader = NearReader(self.trunk, mask)

    @property
    def reader(self) -> GapReader:
        """The reader for the second look; it shares the network."""
        return GapReader(self.trunk, self._word_pieces)

    def predict(self, queries: Sequence[Query]) -> list[Prediction]:
        """Return a prediction for each query (see :class:`MaskedLM`)."""
        if not self.trunk.reads_on:
            return self._whole(queries)
        near = [index for index, query in enumerate(queries) if self._reader.can_read(query)]
        answers = self._reader.read([queries[index] for index in near])
        found = dict(zip(near, (_prediction(*answer) for answer in answers), strict=True))
        far = [index for index in range(len(queries)) if index not in found]
        found |= zip(far, self._whole([queries[index] for index in far]), strict=True)
        return [found[index] for index in range(len(queries))]

    def _whole(self, queries: Sequence[Query]) -> list[Prediction]:
        """Return predictions from whole rows."""
        results: list[Prediction | None] = [None] * len(queries)
        rows: dict[tuple[int, ...], list[int]] = {}
        for index, query in enumerate(queries):
            rows.setdefault(query.ids, []).append(index)
        sequences = list(rows)
        for chosen in batches([len(sequence) for sequence in sequences], _BATCH_TOKENS):
            shape = (len(chosen), padded(len(sequences[chosen[0]])))
            ids = np.full(shape, self._padding, dtype=np.int64)
            mask = np.zeros(shape, dtype=np.int64)
            indices: list[int] = []
            positions: list[int] = []
            for at, number in enumerate(chosen):
                sequence = sequences[number]
                ids[at, : len(sequence)] = sequence
                mask[at, : len(sequence)] = 1
                indices += rows[sequence]
                positions += (at * shape[1] + queries[index].position for index in rows[sequence])
            scores = self.trunk.pieces(ids, mask, np.array(positions, dtype=np.int64))
            for index, log_probs, case_logits in zip(indices, *scores, strict=True):
                results[index] = _prediction(log_probs, case_logits)
        return [result for result in results if result is not None]


def _prediction(log_probs: NDArray[np.float32], case_logits: NDArray[np.float32]) -> Prediction:
    return Prediction(log_probs, case_logits - np.logaddexp.reduce(case_logits))
