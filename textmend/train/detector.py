"""Training the detector: an encoder that says, before every word, how many words were lost there."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import BertConfig, BertModel

from textmend.damage.articles import read_lines
from textmend.damage.losing import Damaged, Loss
from textmend.detect.inputs import TOKEN_TYPES, Encoded, encode
from textmend.errors import ModelError
from textmend.metrics import average_precision, best_f1, precision_recall, recall_at_precision
from textmend.models.wordpiece import WordPieces
from textmend.train.base import check_architecture, check_complete, read_base
from textmend.train.compact import load_compact
from textmend.train.device import device_of
from textmend.train.examples import (
    MOST_WORDS,
    NO_LABEL,
    Example,
    cut,
    pad,
    site_labels,
)

WINDOW = 256

_TYPES = "embeddings.token_type_embeddings.weight"


EARLY_LAYERS = (2, 3)
"""The layers after which an early opinion is trained; the export takes one of them (``early``)."""


class DetectorNetwork(nn.Module):
    """A BERT encoder with a linear head over ``0 … MOST_WORDS`` lost words, and heads for early opinions.

    An early opinion is a linear function of the states after a lower layer. It is trained to predict the opinion of the
    whole network on whether words are missing. Where it is sure that none are missing, the upper layers need not run.
    """

    def __init__(self, config: BertConfig) -> None:
        super().__init__()
        self.encoder = BertModel(config, add_pooling_layer=False)
        self.gap = nn.Linear(config.hidden_size, MOST_WORDS + 1)
        layers = [layer for layer in EARLY_LAYERS if layer < config.num_hidden_layers]
        self.early = nn.ModuleDict({str(layer): nn.Linear(config.hidden_size, 1) for layer in layers})

    def forward(
        self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor
    ) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Return logits, and early log-odds that words are missing; the encoder computes in bfloat16.

        Returns:
            Logits, shape ``[batch, length, labels]``, and for each early layer log-odds, shape ``[batch, length]``.
        """
        device = device_of(self)
        ids, types, mask = ids.to(device), types.to(device), mask.to(device)
        with torch.autocast(device.type, torch.bfloat16):
            output = self.encoder(input_ids=ids, token_type_ids=types, attention_mask=mask, output_hidden_states=True)
        logits: torch.Tensor = self.gap(output.last_hidden_state.float())
        early = [head(output.hidden_states[int(layer)].float())[..., 0] for layer, head in self.early.items()]
        return logits, early


def from_base(folder: Path) -> DetectorNetwork:
    """Build a detector on a base encoder of BERT's architecture (``config.json``, ``model.safetensors``).

    Raises:
        ModelError: the base is of another architecture, or its weights are incomplete.
    """
    check_architecture(folder, ("bert",), "detector")
    config = BertConfig.from_pretrained(folder)
    config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
    config.type_vocab_size = TOKEN_TYPES
    model = DetectorNetwork(config)
    weights = {
        name.removeprefix("bert."): tensor for name, tensor in read_base(folder).items() if name.startswith("bert.")
    }
    # Every new token type starts as the old type 0, so that training starts with the knowledge of the base.
    types = weights.pop(_TYPES, None)
    check_complete(folder, (name for name in model.encoder.state_dict() if name not in weights and name != _TYPES))
    model.encoder.load_state_dict(weights, strict=False)
    with torch.no_grad():
        if types is not None:
            model.encoder.embeddings.token_type_embeddings.weight[:] = types[0]
        model.gap.bias[0] = 4.0
    return model


def load_weights(model: DetectorNetwork, file: Path) -> None:
    """Load bare weights, the averaged weights of a checkpoint, or weights in the compact form.

    Early heads that are missing in the weights keep the untrained values of the model.

    Raises:
        ModelError: the weights belong to another model.
    """
    weights = load_compact(model.state_dict(), file)
    try:
        missing, unknown = model.load_state_dict(weights, strict=False)
    except RuntimeError as error:
        raise ModelError(f"{file}: doesn't fit this detector: {error}") from error
    wrong = [*unknown, *(name for name in missing if not name.startswith("early."))]
    if wrong:
        raise ModelError(f"{file}: holds no weights of this detector: {', '.join(sorted(wrong)[:5])}")
    for layer in {name.split(".")[1] for name in missing}:
        del model.early[layer]


def tensors_of(batch: Sequence[Example]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return ids, types, mask and labels of a batch, each of shape ``[batch, longest]``."""
    ids = pad([e.ids for e in batch], 0)
    mask = pad([np.ones_like(e.ids) for e in batch], 0)
    types = pad([e.types for e in batch], 0)
    labels = pad([e.labels for e in batch], NO_LABEL)
    return torch.from_numpy(ids), torch.from_numpy(types), torch.from_numpy(mask), torch.from_numpy(labels)


def held_out(file: Path, pieces: WordPieces, count: int, size: int = WINDOW) -> list[Example]:
    """Return windows of ``count`` benchmark records, drawn with a fixed seed, longest last."""
    records = [json.loads(line) for line in read_lines(file)]
    random.Random(2).shuffle(records)
    examples = []
    for record in records[:count]:
        gaps = tuple(Loss(gap["start"], gap["end"], gap["lost"]) for gap in record["gaps"])
        encoded = encode(record["text"], pieces)
        labels = site_labels(encoded, Damaged(record["text"], gaps))
        examples += tiled(encoded, labels, pieces, size)
    return sorted(examples, key=lambda example: len(example.ids))


def tiled(encoded: Encoded, labels: NDArray[np.int64], pieces: WordPieces, size: int = WINDOW) -> list[Example]:
    """Return all windows of a text, side by side; ``labels`` as ``examples.site_labels`` gives them."""
    return [cut(encoded, labels, start, size - 1, pieces) for start in range(0, len(encoded.ids), size - 1)]


def measure(model: DetectorNetwork, examples: Sequence[Example]) -> dict[str, float]:
    """Return detection measures by site."""
    return measure_finding(lambda ids, types, mask: model(ids, types, mask)[0], examples)


@torch.no_grad()
def measure_finding(
    logits_of: Callable[[torch.Tensor, torch.Tensor, torch.Tensor], torch.Tensor], examples: Sequence[Example]
) -> dict[str, float]:
    """Return detection measures by site for any network that predicts how many words were lost before each piece.

    Args:
        logits_of: the logits ``[batch, length, labels]`` of ids, types and mask, each of shape ``[batch, length]``.
        examples: labelled windows.
    """
    scores, truths = [], []
    for start in range(0, len(examples), 32):
        ids, types, mask, labels = tensors_of(examples[start : start + 32])
        probability = 1 - logits_of(ids, types, mask).softmax(-1)[..., 0]
        known = labels != NO_LABEL
        scores.append(probability.cpu()[known].numpy())
        truths.append((labels[known] > 0).numpy())
    curve = precision_recall(np.concatenate(scores), np.concatenate(truths))
    return {"AP": average_precision(curve), "F1": best_f1(curve), "R@P90": recall_at_precision(curve, 0.9)}
