"""The filler's network and its losses: one encoder that fills in words, predicts their case, and finds lost words."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn
from transformers import AutoConfig, BertForMaskedLM, MPNetForMaskedLM, PretrainedConfig

from textmend.damage.articles import read_articles, read_lines
from textmend.damage.losing import Loss
from textmend.damage.spans import LinkLikeness
from textmend.detect.inputs import TOKEN_TYPES
from textmend.errors import ModelError
from textmend.models.wordpiece import WordPieces
from textmend.text.words import WORD
from textmend.train.base import TIED, Weights, check_architecture, check_complete, read_base
from textmend.train.compact import load_compact
from textmend.train.detector import tensors_of as examples_of
from textmend.train.device import device_of
from textmend.train.examples import MOST_WORDS, NO_LABEL, Example, pad
from textmend.train.filler_examples import MaskedWindow, group_by_length, plain_windows, read_units, window_at_gap

CASES = 4
"""Letter cases: lower, Title, UPPER, mixed (``text.case_of``)."""

GAP_WINDOW = 256
"""The number of pieces of a window for finding lost words, the start token included."""

_CASE_LOSS = 0.5
_OF_GAPS = ("types.", "norm.", "gap.")
_ARCHITECTURES: dict[str, type[Any]] = {"bert": BertForMaskedLM, "mpnet": MPNetForMaskedLM}


class FillerNetwork(nn.Module):
    """One encoder with three heads: for word pieces, for their letter case, and for lost words before a piece.

    A masked language model (``lm``, of MPNet's or BERT's architecture) with a head for letter case (``case``).
    Rows for finding lost words carry the case and the white space of each piece, like the detector's rows
    (``detect.inputs``): ``types`` is added to the word embeddings. ``norm`` stands before the head ``gap``, because the
    last layer norm of a base may give very small states.

    Attributes:
        reads_gaps: whether the head for lost words was trained, or is about to be.
    """

    def __init__(self, config: PretrainedConfig) -> None:
        super().__init__()
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
        self.reads_gaps = True
        self.lm: Any = _ARCHITECTURES[config.model_type](config)
        self.case = nn.Linear(config.hidden_size, CASES)
        self.types = nn.Embedding(TOKEN_TYPES, config.hidden_size)
        self.norm = nn.LayerNorm(config.hidden_size, eps=config.layer_norm_eps)
        self.gap = nn.Linear(config.hidden_size, MOST_WORDS + 1)
        with torch.no_grad():
            self.types.weight.zero_()
            self.gap.bias[0] = 4.0

    @property
    def head(self) -> nn.Module:
        """The language model's head, from states to logits."""
        head: nn.Module = self.lm.lm_head if isinstance(self.lm, MPNetForMaskedLM) else self.lm.cls
        return head

    def forward(self, ids: torch.Tensor, mask: torch.Tensor, places: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Predict pieces and letter cases; computes in bfloat16.

        Args:
            ids: piece ids, shape ``[batch, length]``.
            mask: 1 for pieces, 0 for padding, shape ``[batch, length]``.
            places: the places to predict, bool, shape ``[batch, length]``; ``n`` of them are true.

        Returns:
            Logits of pieces, float32, shape ``[n, vocabulary]``, and of cases, float32, shape ``[n, CASES]``.
        """
        device = device_of(self)
        ids, mask, places = ids.to(device), mask.to(device), places.to(device)
        with torch.autocast(device.type, torch.bfloat16):
            states = self.lm.base_model(input_ids=ids, attention_mask=mask).last_hidden_state[places]
            logits, cases = self.head(states), self.case(states)
        return logits.float(), cases.float()

    def gaps(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Predict how many words were lost before each piece; the encoder computes in bfloat16.

        Args:
            ids: piece ids, shape ``[batch, length]``.
            types: token types, of the same shape.
            mask: 1 for pieces, 0 for padding, of the same shape.

        Returns:
            Logits, float32, shape ``[batch, length, MOST_WORDS + 1]``.
        """
        body = self.lm.base_model
        device = device_of(self)
        ids, types, mask = ids.to(device), types.to(device), mask.to(device)
        with torch.autocast(device.type, torch.bfloat16):
            words = body.embeddings.word_embeddings(ids) + self.types(types)
            states = body(inputs_embeds=words, attention_mask=mask).last_hidden_state
        logits: torch.Tensor = self.gap(self.norm(states.float()))
        return logits


def from_base(folder: Path) -> FillerNetwork:
    """Build a filler on a base model (``config.json``, ``model.safetensors``).

    A base without a head for masked pieces, such as a sentence encoder, gets one that starts as the identity.
    Word, position and type embeddings are frozen; the decoder is tied to the word embeddings.

    Raises:
        ModelError: the base is of another architecture, or its weights are incomplete.
    """
    check_architecture(folder, _ARCHITECTURES, "filler")
    config = AutoConfig.from_pretrained(folder)
    model = FillerNetwork(config)
    missing = set(model.load_state_dict(base_weights(folder), strict=False).missing_keys)
    head = {name for name, _ in model.named_parameters() if is_head(name) or name.startswith(_OF_GAPS)}
    check_complete(folder, (name for name in missing - head if not name.endswith((*TIED, "position_ids"))))
    if any(name in missing for name in head if name.startswith(("lm.lm_head.", "lm.cls."))):
        _start_as_identity(model.head)
    model.lm.tie_weights()
    for module in model.lm.base_model.embeddings.modules():
        if isinstance(module, nn.Embedding):
            module.requires_grad_(False)
    return model


def base_weights(folder: Path) -> Weights:
    """Return a base model's weights, float32, under the names they have in a :class:`FillerNetwork`."""
    return {f"lm.{name}": tensor for name, tensor in read_base(folder).items()}


def load_filler(base: Path, start: Path) -> FillerNetwork:
    """Build a filler and load weights into it: averaged weights of a checkpoint, bare weights, or the compact form.

    Weights of a filler that was never trained to find lost words can be loaded too (``FillerNetwork.reads_gaps``).
    """
    model = from_base(base)
    weights = load_compact(base_weights(base), start)
    unknown = weights.keys() - model.state_dict().keys()
    if unknown:
        raise ModelError(f"{start}: holds weights that a filler on {base} lacks: {', '.join(sorted(unknown)[:5])}")
    try:
        model.load_state_dict(weights, strict=False)
    except RuntimeError as error:
        raise ModelError(f"{start}: doesn't fit the base {base}: {error}") from error
    model.reads_gaps = "gap.weight" in weights
    return model


def weights_to_export(model: FillerNetwork) -> dict[str, NDArray[np.float32]]:
    """Return a filler's weights as arrays, by name, without an untrained head for lost words."""
    return {
        name: tensor.float().numpy()
        for name, tensor in model.state_dict().items()
        if model.reads_gaps or not name.startswith(_OF_GAPS)
    }


def held_out_windows(
    file: Path, pieces: WordPieces, mask: int, likeness: LinkLikeness, *, count: int = 64, size: int = 128
) -> list[MaskedWindow]:
    """Return windows of clean articles with a few masked words, the same in every run."""
    windows = plain_windows(read_articles(file), pieces, mask, likeness, size, seed=7)
    return list(islice(windows, count))


def gap_windows(file: Path, pieces: WordPieces, mask: int, *, count: int = 200, size: int = 128) -> list[MaskedWindow]:
    """Return windows around a benchmark's first gaps of one word of one piece, with a mask at the gap."""
    windows: list[MaskedWindow] = []
    for line in read_lines(file):
        record = json.loads(line)
        units = read_units(record["text"], pieces)
        for gap in record["gaps"]:
            lost = WORD.findall(gap["lost"])
            if len(lost) == 1 and len(pieces(lost[0])) == 1:
                loss = Loss(gap["start"], gap["end"], gap["lost"])
                if window := window_at_gap(units, loss, pieces, mask, size):
                    windows.append(window)
        if len(windows) >= count:
            break
    return windows[:count]


@torch.no_grad()
def measure(model: FillerNetwork, windows: Sequence[MaskedWindow], padding: int) -> dict[str, float]:
    """Return the loss, and how often the true piece is first, among the first 5 and 20, and the case right."""
    loss, hits, pieces, cases_right, cases_all = 0.0, torch.zeros(3), 0, 0, 0
    for batch in group_by_length(windows, 4096):
        ids, mask, labels, cases = tensors_of(batch, padding)
        places = labels != NO_LABEL
        logits, case_logits = model(ids, mask, places)
        truth, case = labels[places].to(logits.device), cases[places].to(logits.device)
        found = logits.topk(min(20, logits.shape[1])).indices == truth[:, None]
        hits += torch.stack([found[:, :best].any(-1).sum() for best in (1, 5, 20)]).cpu()
        loss += float(nn.functional.cross_entropy(logits, truth, reduction="sum"))
        pieces += len(truth)
        known = case != NO_LABEL
        cases_right += int((case_logits[known].argmax(-1) == case[known]).sum())
        cases_all += int(known.sum())
    return {
        "loss": loss / pieces,
        "top1": float(hits[0]) / pieces,
        "top5": float(hits[1]) / pieces,
        "top20": float(hits[2]) / pieces,
        "case": cases_right / max(1, cases_all),
    }


def loss_of(model: FillerNetwork, batch: Sequence[MaskedWindow], padding: int) -> tuple[torch.Tensor, int]:
    """Return a batch's loss (of pieces, plus half that of cases), and the number of its pieces."""
    ids, mask, labels, cases = tensors_of(batch, padding)
    places = labels != NO_LABEL
    logits, case_logits = model(ids, mask, places)
    truth, case = labels[places].to(logits.device), cases[places].to(logits.device)
    loss = nn.functional.cross_entropy(logits, truth)
    known = case != NO_LABEL
    if known.any():
        loss = loss + _CASE_LOSS * nn.functional.cross_entropy(case_logits[known], case[known])
    return loss, int(mask.sum())


def loss_of_gaps(model: FillerNetwork, batch: Sequence[Example]) -> tuple[torch.Tensor, int]:
    """Return a batch's loss of finding lost words, and the number of its pieces."""
    ids, types, mask, labels = examples_of(batch)
    logits = model.gaps(ids, types, mask)
    loss = nn.functional.cross_entropy(logits.flatten(0, 1), labels.to(logits.device).flatten(), ignore_index=NO_LABEL)
    return loss, int(mask.sum())


def tensors_of(
    batch: Sequence[MaskedWindow], padding: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return ids, mask, labels and cases of a batch, each of shape ``[batch, longest]``."""
    ids = torch.from_numpy(pad([window.ids for window in batch], padding))
    lengths = torch.tensor([len(window.ids) for window in batch])
    mask = (torch.arange(ids.shape[1]) < lengths[:, None]).long()
    labels = torch.from_numpy(pad([window.labels for window in batch], NO_LABEL))
    cases = torch.from_numpy(pad([window.cases for window in batch], NO_LABEL))
    return ids, mask, labels, cases


def is_head(name: str) -> bool:
    """Whether a parameter belongs to the heads, which have a learning rate of their own."""
    return name.startswith(("case.", "norm.", "gap.", "lm.lm_head.", "lm.cls."))


def _start_as_identity(head: nn.Module) -> None:
    """Set a new head so that its states are nearly the encoder's: dense as the identity, biases 0."""
    with torch.no_grad():
        for name, parameter in head.named_parameters():
            if name.endswith("dense.weight"):
                parameter.copy_(torch.eye(len(parameter)))
            elif name.endswith("bias"):
                parameter.zero_()
