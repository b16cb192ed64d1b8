"""Measuring the inputs of a filler's layers on held-out text, so that rounding changes the outputs least (GPTQ).

Half of the rows ask for pieces, half for lost words, if the filler has a head for these.
"""

from __future__ import annotations

import json
import logging
import random
import tempfile
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from textmend.damage.articles import LinkedText
from textmend.damage.spans import LinkLikeness
from textmend.detect.inputs import encode
from textmend.errors import FileError
from textmend.models.trunk import NO_TYPE
from textmend.models.wordpiece import WordPieces
from textmend.train.examples import NO_LABEL, Example, cut, lose_words, pad, site_labels
from textmend.train.filler import load_filler, tensors_of, weights_to_export
from textmend.train.filler_examples import MaskedWindow, group_by_length, plain_windows
from textmend.train.filler_graph import export_filler
from textmend.train.quantize import second_moments
from textmend.train.vocabulary import read_pieces

log = logging.getLogger(__name__)

Inputs = dict[str, NDArray[np.int64]]

_TOKENS = 2048
_PER_ARTICLE = 2


def moments_of_filler(
    base: Path, weights: Path, articles: Sequence[LinkedText], likeness: LinkLikeness, count: int, size: int
) -> dict[str, NDArray[Any]]:
    """Return the second moments of the inputs of a filler's layers (``quantize.second_moments``).

    Args:
        base: folder of the base.
        weights: the filler's weights (``filler.load_filler``).
        articles: held-out articles.
        likeness: which spans look like links.
        count: the most windows of each kind.
        size: the number of pieces of a window.

    Raises:
        FileError: the articles are too short.
    """
    pieces, mask = read_pieces(base / "tokenizer.json")
    windows = plain_windows(articles, pieces, mask, likeness, size, seed=17)
    masked = [window for window in windows if (window.ids == mask).any()][:count]
    if not masked:
        raise FileError("the held-out articles are too short to measure the filler's layers; use --windows 0")
    model = load_filler(base, weights)
    damaged = list(islice(_damaged_windows(articles, pieces, likeness, size), count)) if model.reads_gaps else []
    log.info("measuring the inputs of the filler's layers on %d windows", len(masked) + len(damaged))
    config = json.loads((base / "config.json").read_text(encoding="utf-8"))
    padding = int(config["pad_token_id"])

    def batches() -> Iterator[Inputs]:
        for group in group_by_length(masked, _TOKENS):
            yield _asking_for_pieces(group, mask, padding, with_types=model.reads_gaps)
        for start in range(0, len(damaged), max(1, _TOKENS // size)):
            yield _asking_for_gaps(damaged[start : start + max(1, _TOKENS // size)], padding)

    with tempfile.TemporaryDirectory(prefix="textmend-") as folder:
        full = export_filler(weights_to_export(model), config, folder, bits=32, embedding_bits=32)
        return second_moments(full, batches())


def _damaged_windows(
    articles: Sequence[LinkedText], pieces: WordPieces, likeness: LinkLikeness, size: int
) -> Iterator[Example]:
    rng = random.Random(18)
    for article in articles:
        damaged = lose_words(article, likeness, rng)
        encoded = encode(damaged.text, pieces)
        labels = site_labels(encoded, damaged)
        for start in islice(range(0, len(encoded.ids), size - 1), _PER_ARTICLE):
            example = cut(encoded, labels, start, size - 1, pieces)
            if (example.labels != NO_LABEL).any():
                yield example


def _asking_for_pieces(group: Sequence[MaskedWindow], mask: int, padding: int, *, with_types: bool) -> Inputs:
    ids, seen, _, _ = (tensor.numpy() for tensor in tensors_of(group, padding))
    inputs = {"input_ids": ids, "attention_mask": seen, "positions": np.flatnonzero(ids == mask)}
    if with_types:
        inputs |= {"type_ids": np.full_like(ids, NO_TYPE), "sites": np.zeros(0, np.int64)}
    return inputs


def _asking_for_gaps(group: Sequence[Example], padding: int) -> Inputs:
    labels = pad([example.labels for example in group], NO_LABEL)
    return {
        "input_ids": pad([example.ids for example in group], padding),
        "attention_mask": pad([np.ones_like(example.ids) for example in group], 0),
        "type_ids": pad([example.types for example in group], NO_TYPE),
        "positions": np.zeros(0, np.int64),
        "sites": np.flatnonzero(labels != NO_LABEL),
    }
