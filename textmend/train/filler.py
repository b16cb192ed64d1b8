"""Training the filler: a masked language model that also says the letter case of the words it fills in."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from torch import nn
from transformers import AutoConfig, BertForMaskedLM, MPNetForMaskedLM, PretrainedConfig

from textmend.errors import ModelError
from textmend.models.wordpiece import WordPieces
from textmend.text import WORD
from textmend.train.base import TIED, Weights, check_architecture, check_complete, read_base
from textmend.train.checkpoint import load_checkpoint
from textmend.train.corpus import read_articles, read_lines
from textmend.train.damage import Loss
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
from textmend.train.spans import LinkLikeness

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


def trained_weights(checkpoint: Path) -> Weights:
    """Return the averaged weights of a checkpoint (those that were trained; the rest is the base's)."""
    tensors, _ = load_checkpoint(checkpoint)
    prefix = "average."
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def save_compact(weights: Mapping[str, torch.Tensor], base: Mapping[str, torch.Tensor], file: Path) -> None:
    """Write weights in a quarter of their size, to train on from.

    A matrix that the base has is kept as its difference from the base's: ``NAME.q``, int8, and ``NAME.s``, one
    float32 scale a row, so that an element is off by at most 1/254 of its row's greatest change. Vectors, and
    what the base lacks, are kept as they are in float16. What equals the base is left out.

    Args:
        weights: by the names of a :class:`FillerNetwork` (``trained_weights``, or a state dict).
        base: the base's (``base_weights``).
        file: the safetensors file to write.
    """
    tensors: Weights = {}
    for name, tensor in weights.items():
        old, new = base.get(name), tensor.detach().float()
        if name.endswith(TIED) or (old is not None and torch.equal(old.float(), new)):
            continue
        if old is None or new.ndim != 2:
            tensors[name] = new.half().contiguous()
            continue
        difference = new - old.float()
        scale = difference.abs().amax(1, keepdim=True) / 127
        tensors[f"{name}.q"] = (difference / scale.clamp_min(1e-30)).round().to(torch.int8)
        tensors[f"{name}.s"] = scale
    save_file(tensors, file)


def load_compact(base: Mapping[str, torch.Tensor], file: Path) -> Weights:
    """Read weights as float32: the compact form (``save_compact``), bare weights, or a checkpoint's averaged ones.

    Args:
        base: the base's weights, from which the compact form differs.
        file: a safetensors file.

    Raises:
        ModelError: the file can't be read, or differs from a base other than this.
    """
    tensors, state = load_checkpoint(file)
    if state:
        return trained_weights(file)
    weights: Weights = {}
    for name, tensor in tensors.items():
        if name.endswith(".q"):
            name = name.removesuffix(".q")
            if name not in base or base[name].shape != tensor.shape or f"{name}.s" not in tensors:
                raise ModelError(f"{file}: {name} differs from a matrix that this base hasn't got")
            weights[name] = base[name].float() + tensor.float() * tensors[f"{name}.s"].float()
        elif not name.endswith(".s"):
            weights[name] = tensor.float()
    return weights


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
