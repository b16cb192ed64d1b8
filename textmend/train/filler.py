"""Training the filler: a masked language model that also says the letter case of the words it fills in."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoConfig, BertForMaskedLM, MPNetForMaskedLM, PretrainedConfig

from textmend.damage.articles import read_articles, read_lines
from textmend.damage.losing import Loss
from textmend.damage.spans import LinkLikeness
from textmend.errors import ModelError
from textmend.models.wordpiece import WordPieces
from textmend.text.words import WORD
from textmend.train.base import TIED, Weights, check_architecture, check_complete, read_base
from textmend.train.checkpoint import load_checkpoint
from textmend.train.compact import load_compact
from textmend.train.examples import NO_LABEL, pad
from textmend.train.filler_examples import (
    FillerBatches,
    MaskedWindow,
    Masking,
    build_window,
    choose_masks,
    cut_windows,
    group_by_length,
    read_units,
    window_at_gap,
)
from textmend.train.loop import Schedule, train
from textmend.train.mixture import Mixture

log = logging.getLogger(__name__)

CASES = 4
"""Letter cases: lower, Title, UPPER, mixed (``text.case_of``)."""

_CASE_LOSS = 0.5
_ARCHITECTURES: dict[str, type[Any]] = {"bert": BertForMaskedLM, "mpnet": MPNetForMaskedLM}
_SPECIAL_TOKENS = (("<s>", "</s>", "<mask>"), ("[CLS]", "[SEP]", "[MASK]"))


class FillerNetwork(nn.Module):
    """A masked language model (``lm``, of MPNet's or BERT's architecture) and a head for letter case (``case``)."""

    def __init__(self, config: PretrainedConfig) -> None:
        super().__init__()
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
        self.lm: Any = _ARCHITECTURES[config.model_type](config)
        self.case = nn.Linear(config.hidden_size, CASES)

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
            places: where to predict, bool, shape ``[batch, length]``; ``n`` of them are true.

        Returns:
            Logits of pieces, float32, shape ``[n, vocabulary]``, and of cases, float32, shape ``[n, CASES]``.
        """
        with torch.autocast("cpu", torch.bfloat16):
            states = self.lm.base_model(input_ids=ids, attention_mask=mask).last_hidden_state[places]
            logits, cases = self.head(states), self.case(states)
        return logits.float(), cases.float()


def from_base(folder: Path) -> FillerNetwork:
    """Build a filler on a base model (``config.json``, ``model.safetensors``).

    A base without a head for masked pieces, such as a sentence encoder, gets one that starts as identity.
    Word, position and type embeddings are frozen; the decoder is tied to the word embeddings.

    Raises:
        ModelError: the base is of another architecture, or its weights are incomplete.
    """
    check_architecture(folder, _ARCHITECTURES, "filler")
    config = AutoConfig.from_pretrained(folder)
    model = FillerNetwork(config)
    missing = set(model.load_state_dict(base_weights(folder), strict=False).missing_keys)
    head = {name for name, _ in model.named_parameters() if _is_head(name)}
    check_complete(folder, (name for name in missing - head if not name.endswith((*TIED, "position_ids"))))
    if any(name in missing for name in head if not name.startswith("case.")):
        _start_as_identity(model.head)
    model.lm.tie_weights()
    for module in model.lm.base_model.embeddings.modules():
        if isinstance(module, nn.Embedding):
            module.requires_grad_(False)
    return model


def base_weights(folder: Path) -> Weights:
    """Return a base model's weights, float32, under the names they have in a :class:`FillerNetwork`."""
    return {f"lm.{name}": tensor for name, tensor in read_base(folder).items()}


def read_pieces(file: Path) -> tuple[WordPieces, int]:
    """Return the word pieces of a ``tokenizer.json`` and the mask's id, whichever names its special tokens have."""
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises bare Exception
        raise ModelError(f"{file}: not a tokenizer: {error}") from error
    for start, separator, mask in _SPECIAL_TOKENS:
        found = tokenizer.token_to_id(mask)
        if found is not None:
            return WordPieces(file, start=start, separator=separator), int(found)
    raise ModelError(f"{file}: the vocabulary has no mask ({' or '.join(mask for *_, mask in _SPECIAL_TOKENS)})")


def load_filler(base: Path, start: Path) -> FillerNetwork:
    """Build a filler and load weights into it: a checkpoint's averaged ones, bare ones, or the compact form."""
    model = from_base(base)
    weights = load_compact(base_weights(base), start)
    unknown = weights.keys() - model.state_dict().keys()
    if unknown:
        raise ModelError(f"{start}: holds weights that a filler on {base} lacks: {', '.join(sorted(unknown)[:5])}")
    try:
        model.load_state_dict(weights, strict=False)
    except RuntimeError as error:
        raise ModelError(f"{start}: doesn't fit the base {base}: {error}") from error
    return model


def held_out_windows(
    file: Path, pieces: WordPieces, mask: int, likeness: LinkLikeness, *, count: int = 64, size: int = 128
) -> list[MaskedWindow]:
    """Return windows of clean articles with few words masked, the same in every run."""
    rng = random.Random(7)
    masking = Masking(rate=0.08, repeated=0, quoted=0, damaged=0, opened=0, sizes=((size, 1.0),))
    windows: list[MaskedWindow] = []
    for article in read_articles(file):
        units = read_units(article.text, pieces)
        for window, _ in islice(cut_windows(units, masking, rng), 2):
            row = units[window.start : window.stop]
            spans = choose_masks(row, article.text, likeness, masking, rng)
            windows.append(build_window(row, spans, pieces, mask))
        if len(windows) >= count:
            break
    return windows[:count]


def gap_windows(file: Path, pieces: WordPieces, mask: int, *, count: int = 200, size: int = 128) -> list[MaskedWindow]:
    """Return windows around a benchmark's first gaps that lost one word of one piece, a mask in each."""
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
    """Return the loss, how often the true piece is the first or among the first 5 and 20, and how often the case is."""
    loss, hits, pieces, cases_right, cases_all = 0.0, torch.zeros(3), 0, 0, 0
    for batch in group_by_length(windows, 4096):
        ids, mask, labels, cases = tensors_of(batch, padding)
        places = labels != NO_LABEL
        logits, case_logits = model(ids, mask, places)
        truth, case = labels[places], cases[places]
        found = logits.topk(min(20, logits.shape[1])).indices == truth[:, None]
        hits += torch.stack([found[:, :best].any(-1).sum() for best in (1, 5, 20)])
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
    """Return a batch's loss (of pieces, and half that of cases), and how many pieces the batch held."""
    ids, mask, labels, cases = tensors_of(batch, padding)
    places = labels != NO_LABEL
    logits, case_logits = model(ids, mask, places)
    loss = nn.functional.cross_entropy(logits, labels[places])
    known = cases[places] != NO_LABEL
    if known.any():
        loss = loss + _CASE_LOSS * nn.functional.cross_entropy(case_logits[known], cases[places][known])
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


def train_filler(
    base: Path,
    sources: Sequence[tuple[Path, float]],
    linked: Path,
    checkpoint: Path,
    *,
    schedule: Schedule,
    clean: Path | None = None,
    gaps: Path | None = None,
    start: Path | None = None,
    masking: Masking | None = None,
    batch: int = 2048,
    threads: int | None = None,
    seed: int = 0,
) -> None:
    """Train a filler, or go on training one.

    Args:
        base: folder of the base model, with its ``tokenizer.json``.
        sources: files of clean articles (``corpus.read_articles``), each with its share.
        linked: a file of articles with known links, from which link-like spans are learnt.
        checkpoint: where the run is kept; resumed from where it exists.
        schedule: how long and how fast.
        clean: a file of held-out articles; some of their words are masked and measured at every checkpoint.
        gaps: a benchmark file; its first gaps of one word are measured at every checkpoint.
        start: weights to start from (a checkpoint, bare weights, or the compact form), where there is no checkpoint.
        masking: how windows are cut and masked.
        batch: pieces a step, padding included.
        threads: CPU threads; default: all.
        seed: of the damage, and of how the files take turns. Another one where a run starts from weights that
            have seen these files, so that it doesn't see the same again.
    """
    if threads:
        torch.set_num_threads(threads)
    torch.manual_seed(seed)
    pieces, mask = read_pieces(base / "tokenizer.json")
    position = None
    if checkpoint.exists():
        model = from_base(base)
        tensors, state = load_checkpoint(checkpoint)
        own = {k.removeprefix("model."): v for k, v in tensors.items() if k.startswith("model.")}
        model.load_state_dict(own, strict=False)
        position = state["position"]
        del tensors, own
    else:
        model = load_filler(base, start) if start else from_base(base)
    padding = int(model.lm.config.pad_token_id)
    likeness = LinkLikeness.learn(read_articles(linked), random.Random(0))
    batches = FillerBatches(
        Mixture(sources, position["positions"] if position else None),
        likeness,
        pieces,
        mask=mask,
        batch=batch,
        masking=masking,
        seed=seed,
        position=position,
    )
    held: dict[str, list[MaskedWindow]] = {}
    if clean:
        held["clean"] = held_out_windows(clean, pieces, mask, likeness)
    if gaps:
        held["gaps"] = gap_windows(gaps, pieces, mask)

    def evaluate() -> dict[str, float]:
        return {
            f"{name}.{key}": value
            for name, windows in held.items()
            for key, value in measure(model, windows, padding).items()
        }

    trained = [(name, p) for name, p in model.named_parameters() if p.requires_grad]
    groups = {
        "head": [(name, p) for name, p in trained if _is_head(name)],
        "body": [(name, p) for name, p in trained if not _is_head(name)],
    }
    log.info("before training: %s", " ".join(f"{key} {value:.4f}" for key, value in evaluate().items()))
    train(model, groups, batches, lambda windows: loss_of(model, windows, padding), evaluate, schedule, checkpoint)


def _is_head(name: str) -> bool:
    return name.startswith(("case.", "lm.lm_head.", "lm.cls."))


def _start_as_identity(head: nn.Module) -> None:
    """Set a fresh head so that its states are nearly the encoder's own: dense as identity, biases 0."""
    with torch.no_grad():
        for name, parameter in head.named_parameters():
            if name.endswith("dense.weight"):
                parameter.copy_(torch.eye(len(parameter)))
            elif name.endswith("bias"):
                parameter.zero_()
