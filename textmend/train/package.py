"""From trained weights to a model's folder: ONNX, configuration, tokenizer, casing table, card."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from textmend.calibration import Calibration
from textmend.damage.losing import Damaged
from textmend.damage.spans import tokens
from textmend.fill.article_view import LONGEST_PHRASE
from textmend.fill.rank import Ranking
from textmend.models.folder import FOLDER_SCHEMA
from textmend.models.wordpiece import WordPieces
from textmend.train.base import longest_row
from textmend.train.detector import WINDOW, from_base, load_weights
from textmend.train.detector_graph import export_detector
from textmend.train.early_exit import choose_early_exit
from textmend.train.examples import MOST_WORDS
from textmend.train.filler import load_filler, weights_to_export
from textmend.train.filler_graph import export_filler

MARGIN = 16
"""The number of pieces of context on both sides of a judged site, if the text has them."""

FILLER_WINDOW = 480
"""How many pieces an exported filler reads around a gap at most."""

_DETECTOR_TOKENS = {"start": "[CLS]", "separator": "[SEP]", "unknown": "[UNK]"}
_MPNET_TOKENS = {"start": "<s>", "separator": "</s>", "unknown": "[UNK]", "mask": "<mask>", "padding": "<pad>"}
_MOST_PIECES = 6


@dataclass(frozen=True, slots=True)
class Package:
    """The contents of a model's folder, and its place.

    Attributes:
        base: folder of the base.
        weights: a checkpoint (its averaged weights are taken), or bare weights.
        folder: the folder to write to; files of the same names are replaced.
        name: name and version, which results record.
        language: the language of its training text.
        quantized: whether weights are rounded; if not, they stay float32, to measure the loss by rounding.
    """

    base: Path
    weights: Path
    folder: Path
    name: str
    language: str = "en"
    quantized: bool = True


def package_detector(package: Package, texts: Sequence[str] = ()) -> None:
    """Write a detector's folder, not yet calibrated (``calibrate.calibrate_detector``).

    Args:
        package: the contents of the folder.
        texts: held-out text for choosing the early exit (``early_exit``); without any, there is no early exit.
    """
    base, folder = package.base, package.folder
    model = from_base(base)
    load_weights(model, package.weights)
    pieces = WordPieces(
        base / "tokenizer.json", start=_DETECTOR_TOKENS["start"], separator=_DETECTOR_TOKENS["separator"]
    )
    early = choose_early_exit(model, pieces, texts) if texts else None
    bits = 8 if package.quantized else 32
    config = _read(base / "config.json")
    export_detector(_arrays(model.state_dict()), config, folder, early=early, bits=bits, embedding_bits=bits)
    shutil.copyfile(base / "tokenizer.json", folder / "tokenizer.json")
    _write_config(
        folder,
        {
            "schema": FOLDER_SCHEMA,
            "kind": "detector",
            "name": package.name,
            "language": package.language,
            "tokens": _DETECTOR_TOKENS,
            "window": WINDOW,
            "margin": MARGIN,
            "labels": MOST_WORDS + 1,
            "early_exit": asdict(early) if early else None,
            "calibration": Calibration().to_dict(),
        },
    )


def package_filler(
    package: Package,
    casing: Path,
    pieces_per_word: Sequence[float],
    moments: Mapping[str, np.ndarray[Any, Any]] | None = None,
) -> None:
    """Write a filler's folder, its ranking not yet fitted (``calibrate.calibrate_filler``).

    Args:
        package: the contents of the folder; its weights may be in the compact form.
        casing: the table of usual casings (``casing``).
        pieces_per_word: how likely a lost word has 1, 2, … pieces (``pieces_of_lost_words``).
        moments: ``quantize.second_moments``, to round to 4 bits with less loss (GPTQ).
    """
    base, folder = package.base, package.folder
    arrays = weights_to_export(load_filler(base, package.weights))
    bits, embedding_bits = (4, 8) if package.quantized else (32, 32)
    config = _read(base / "config.json")
    export_filler(arrays, config, folder, moments=moments, bits=bits, embedding_bits=embedding_bits)
    shutil.copyfile(base / "tokenizer.json", folder / "tokenizer.json")
    shutil.copyfile(casing, folder / "casing.json")
    _write_config(
        folder,
        {
            "schema": FOLDER_SCHEMA,
            "kind": "filler",
            "name": package.name,
            "language": package.language,
            "tokens": _MPNET_TOKENS,
            "special": ["<unk>"],
            "window": filler_window(base),
            "pieces_per_word": [round(share, 4) for share in pieces_per_word],
            "ranking": Ranking().to_dict(),
        },
    )


def filler_window(base: Path) -> int:
    """Return how many pieces around a gap a filler reads, special ones included."""
    # Rows with the longest phrases of the article are longer than their window.
    return min(FILLER_WINDOW, longest_row(base) - LONGEST_PHRASE)


def pieces_of_lost_words(damaged: Sequence[Damaged], base: Path) -> list[float]:
    """Return how likely a lost word has 1, 2, … pieces, counted on damaged text."""
    start, separator = _MPNET_TOKENS["start"], _MPNET_TOKENS["separator"]
    pieces = WordPieces(base / "tokenizer.json", start=start, separator=separator)
    counts = np.zeros(_MOST_PIECES)
    for item in damaged:
        for loss in item.gaps:
            for word in tokens(loss.lost):
                if word.is_word:
                    counts[
                        min(len(pieces.tokenizer.encode(word.text, add_special_tokens=False).ids), _MOST_PIECES) - 1
                    ] += 1
    return [float(share) for share in counts / max(1.0, counts.sum())]


def _arrays(state: Mapping[str, Any]) -> dict[str, np.ndarray[Any, Any]]:
    return {name: tensor.float().numpy() for name, tensor in state.items()}


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content


def _write_config(folder: Path, config: Mapping[str, Any]) -> None:
    text = json.dumps(config, indent=2, ensure_ascii=False) + "\n"
    (folder / "config.json").write_text(text, encoding="utf-8")
