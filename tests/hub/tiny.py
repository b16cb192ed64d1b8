"""Tiny masked language models of every family, fitted on the spot to know a few sentences by heart.

The encoders stay as they are drawn at random. What they make of a masked sentence tells the sentences apart, and
so the last layer can be fitted in one step, by least squares, to give the right piece for each: in a fraction of
a second, whatever the family.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
import transformers
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from textmend import Gap

SENTENCES = (
    "The master of Tromsø closed the northern pier on Monday.",
    "Officials said the boat would return before the winter storms.",
    "Nobody warned us, said Ingrid O’Neil, a well-known driver.",
    "Fishermen from the U.S. sold their cod (mostly salted) in Bergen.",
    "Prices rose by a third, and the small cafés near the quay complained.",
)

LOSSES = {
    "The master": "The master",  # opens a sentence
    "Tromsø": "tromsø",
    "northern": "northern",
    "closed the": "closed the",
    "Monday": "Monday",  # before the full stop
    "Officials": "Officials",
    "boat would": "boat would",
    "Ingrid O’Neil": "ingrid o’neil",
    "well-known": "well-known",
    "driver": "driver",
    "U.S.": "U.S.",
    "mostly": "mostly",  # just after a bracket
    "small cafés": "small cafes",
    "near the quay": "near the quay",
}
"""What the models know by heart, words of the sentences, each in one place; and how those without case write it."""

MOST_MASKS = 5
"""As many masks as infilling tries."""

_WIDE = {"hidden_size": 256, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
_SURE = 10.0
_RIDGE = 1e-2


@dataclass(frozen=True)
class Family:
    """A family of models: how to make one's tokenizer and network, and what its vocabulary keeps of a word."""

    tokenizer: Callable[[], PreTrainedTokenizerFast]
    network: Callable[[PreTrainedTokenizerFast], torch.nn.Module]
    cased: bool = True


def make(family: Family, folder: Path) -> None:
    """Fit a model of a family, and save it as transformers does."""
    transformers.utils.logging.disable_progress_bar()
    torch.set_num_threads(1)  # such small products only wait for each other
    torch.manual_seed(0)
    tokenizer = family.tokenizer()
    model = family.network(tokenizer)
    _learn(model, tokenizer)
    tokenizer.save_pretrained(folder)
    model.save_pretrained(folder)


def losses() -> Iterator[tuple[str, int, int]]:
    """Yield the losses, as (sentence, start, end)."""
    for words in LOSSES:
        (sentence,) = [one for one in SENTENCES if words in one]
        start = sentence.index(words)
        yield sentence, start, start + len(words)


class Damaged(NamedTuple):
    """A sentence that has lost words, with the gap they left, and the words."""

    text: str
    gap: Gap
    sentence: str
    lost: str


def damaged() -> list[Damaged]:
    """Return the sentences with one loss each; the white space around the lost words stays."""
    found = []
    for sentence, start, end in losses():
        before, after = sentence[:start], sentence[end:]
        left, right = len(before) - len(before.rstrip()), len(after) - len(after.lstrip())
        gap = Gap(start=start - left, end=start + right, probability=1.0, lengths=(0.25,) * 4)
        found.append(Damaged(before + after, gap, sentence, sentence[start:end]))
    return found


def _learn(model: torch.nn.Module, tokenizer: PreTrainedTokenizerFast) -> None:
    """Fit the last layer: sure of the right piece under as many masks as were lost, sure of nothing under others."""
    model.eval()
    last = model.get_output_embeddings()
    assert last.weight is not model.get_input_embeddings().weight
    seen: list[torch.Tensor] = []
    hook = last.register_forward_pre_hook(lambda _module, inputs: seen.append(inputs[0]))
    examples = list(_examples(tokenizer))
    targets = torch.zeros(len(examples), last.out_features, dtype=torch.float64)
    with torch.inference_mode():
        states = []
        for number, (row, position, piece) in enumerate(examples):
            model(input_ids=torch.tensor([row]))
            states.append(seen.pop()[0, position])
            if piece is not None:
                targets[number, piece] = _SURE
        hook.remove()
        features = torch.stack(states).double()
        features = torch.cat([features, torch.ones(len(features), 1, dtype=torch.float64)], dim=1)
        kernel = features @ features.T + _RIDGE * torch.eye(len(features), dtype=torch.float64)
        weights = features.T @ torch.linalg.solve(kernel, targets)
        last.weight.copy_(weights[:-1].T)
        last.bias.copy_(weights[-1])


def _examples(tokenizer: PreTrainedTokenizerFast) -> Iterator[tuple[list[int], int, int | None]]:
    """Yield rows as infilling asks them, with the position asked for and the piece that is right there."""
    for sentence, start, end in losses():
        encoding = tokenizer(sentence, return_offsets_mapping=True)
        ids = encoding["input_ids"]
        lost = [
            index
            for index, (first, last) in enumerate(encoding["offset_mapping"])
            if first < end and last > start and last > first
        ]
        before, after = ids[: lost[0]], ids[lost[-1] + 1 :]
        mask = [tokenizer.mask_token_id]
        for known in range(len(lost)):
            piece = ids[lost[known]]
            yield before + ids[lost[0] : lost[known]] + mask * (len(lost) - known) + after, lost[known], piece
        for number in range(1, MOST_MASKS + 1):
            if number != len(lost):
                yield before + mask * number + after, lost[0], None


def _trained(
    model: models.Model,
    splitter: pre_tokenizers.PreTokenizer,
    trainer: trainers.Trainer,
    *,
    unseen: str = "",
):
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = splitter
    texts = [sentence.translate(dict.fromkeys(map(ord, unseen))) for sentence in SENTENCES]
    tokenizer.train_from_iterator(texts, trainer)
    return json.loads(tokenizer.to_str())["model"]


def _wordpiece(make_tokenizer: type, special: tuple[str, ...], *, lower: bool):
    def tokenizer() -> PreTrainedTokenizerFast:
        pieces = [*special, *sorted(_word_pieces(lower=lower) - set(special))]
        return make_tokenizer(vocab={piece: number for number, piece in enumerate(pieces)}, do_lower_case=lower)

    return tokenizer


def _word_pieces(*, lower: bool) -> set[str]:
    """Return letters and words, those of more than eight letters in two pieces.

    The library's trainer breaks ties as its hash tables have them: another vocabulary each time.
    """
    clean, splitter = normalizers.BertNormalizer(lowercase=lower), pre_tokenizers.BertPreTokenizer()
    pieces: set[str] = set()
    for sentence in SENTENCES:
        for word, _ in splitter.pre_tokenize_str(clean.normalize_str(sentence)):
            pieces |= {word} if len(word) <= 8 else {word[:4], f"##{word[4:]}"}
            pieces |= {*word, *(f"##{letter}" for letter in word)}
    return pieces


def _byte_level(special: tuple[str, ...]) -> dict:
    trainer = trainers.BpeTrainer(
        vocab_size=430,
        special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    return _trained(models.BPE(), pre_tokenizers.ByteLevel(add_prefix_space=False), trainer)


def _roberta() -> PreTrainedTokenizerFast:
    plan = _byte_level(("<s>", "<pad>", "</s>", "<unk>", "<mask>"))
    return transformers.RobertaTokenizer(vocab=plan["vocab"], merges=[tuple(pair) for pair in plan["merges"]])


def _modernbert() -> PreTrainedTokenizerFast:
    from tokenizers import AddedToken, decoders, processors

    plan = _byte_level(("[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"))
    tokenizer = Tokenizer(models.BPE(plan["vocab"], [tuple(pair) for pair in plan["merges"]]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", plan["vocab"]["[CLS]"]), ("[SEP]", plan["vocab"]["[SEP]"])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        pad_token="[PAD]",
        mask_token=AddedToken("[MASK]", lstrip=True, special=True),
    )


def _byte_fallback() -> PreTrainedTokenizerFast:
    """SentencePiece's BPE, as Gemma and mmBERT have it: what is in no piece is spelt in bytes."""
    from tokenizers import AddedToken, Regex, decoders, normalizers, processors

    trainer = trainers.BpeTrainer(vocab_size=300, show_progress=False)
    marks = pre_tokenizers.Split(Regex("[.,()]"), "isolated")
    splitter = pre_tokenizers.Sequence([pre_tokenizers.Metaspace(prepend_scheme="never"), marks])
    plan = _trained(models.BPE(), splitter, trainer, unseen="ø")
    first = ["<pad>", "<eos>", "<bos>", "<unk>", "<mask>", *(f"<0x{byte:02X}>" for byte in range(256))]
    vocab = {piece: index for index, piece in enumerate([*first, *sorted(plan["vocab"], key=plan["vocab"].get)])}
    merges = [tuple(pair) for pair in plan["merges"]]
    tokenizer = Tokenizer(models.BPE(vocab, merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<bos> $A <eos>", special_tokens=[("<bos>", vocab["<bos>"]), ("<eos>", vocab["<eos>"])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        unk_token="<unk>",
        cls_token="<bos>",
        sep_token="<eos>",
        pad_token="<pad>",
        mask_token=AddedToken("<mask>", lstrip=True, special=True),
    )


def _sentencepiece(
    make_tokenizer: type, special: tuple[str, ...], last: tuple[str, ...] = (), *, lower: bool = False
) -> Callable[[], PreTrainedTokenizerFast]:
    """Words of up to four letters are one piece, longer ones two; letters are pieces too."""

    def tokenizer() -> PreTrainedTokenizerFast:
        text = " ".join(SENTENCES).replace("U.S.", "U.S._")
        words = [
            word.strip(".,()_") + "." * word.endswith("_")
            for word in (text.lower().replace("é", "e") if lower else text).split()
        ]
        marked = {word if word == "mostly" else f"▁{word}" for word in words}
        pieces = {part for word in marked for part in (word[:5], word[5:]) if part}
        letters = {*"▁.,()", *"".join(words)} - pieces
        learnt = [*((piece, -5.0) for piece in sorted(pieces)), *((letter, -10.0) for letter in sorted(letters))]
        vocab = [*((piece, 0.0) for piece in special), *learnt, *((piece, 0.0) for piece in last)]
        return make_tokenizer(vocab=vocab)

    return tokenizer


def _network(model: str, config: str, **settings):
    def network(tokenizer: PreTrainedTokenizerFast) -> torch.nn.Module:
        sizes = {
            "vocab_size": len(tokenizer),
            "pad_token_id": tokenizer.pad_token_id,
            "bos_token_id": tokenizer.cls_token_id,
            "eos_token_id": tokenizer.sep_token_id,
            "max_position_embeddings": 130,
            "initializer_range": 0.3,
            "tie_word_embeddings": False,
            **_WIDE,
            **settings,
        }
        dropout = dict.fromkeys(("hidden_dropout_prob", "attention_probs_dropout_prob"), 0.0)
        return getattr(transformers, model)(getattr(transformers, config)(**sizes, **dropout))

    return network


_BERT = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_MPNET = ("<s>", "<pad>", "</s>", "[UNK]", "<mask>")
_DISTIL = {
    "dim": 256,
    "n_layers": 2,
    "n_heads": 4,
    "hidden_dim": 64,
    "dropout": 0.0,
    "attention_dropout": 0.0,
}

FAMILIES = {
    "bert-cased": Family(
        _wordpiece(transformers.BertTokenizer, _BERT, lower=False), _network("BertForMaskedLM", "BertConfig")
    ),
    "bert-uncased": Family(
        _wordpiece(transformers.BertTokenizer, _BERT, lower=True),
        _network("BertForMaskedLM", "BertConfig"),
        cased=False,
    ),
    "distilbert": Family(
        _wordpiece(transformers.BertTokenizer, _BERT, lower=True),
        _network("DistilBertForMaskedLM", "DistilBertConfig", **_DISTIL),
        cased=False,
    ),
    "mpnet": Family(
        _wordpiece(transformers.MPNetTokenizer, _MPNET, lower=True),
        _network("MPNetForMaskedLM", "MPNetConfig"),
        cased=False,
    ),
    "electra": Family(
        _wordpiece(transformers.BertTokenizer, _BERT, lower=True),
        _network("ElectraForMaskedLM", "ElectraConfig", embedding_size=192),
        cased=False,
    ),
    "roberta": Family(_roberta, _network("RobertaForMaskedLM", "RobertaConfig")),
    "modernbert": Family(
        _modernbert, _network("ModernBertForMaskedLM", "ModernBertConfig", global_attn_every_n_layers=2)
    ),
    "mmbert": Family(
        _byte_fallback, _network("ModernBertForMaskedLM", "ModernBertConfig", global_attn_every_n_layers=2)
    ),
    "albert": Family(
        _sentencepiece(transformers.AlbertTokenizer, ("<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"), lower=True),
        _network("AlbertForMaskedLM", "AlbertConfig", embedding_size=192),
        cased=False,
    ),
    "deberta-v2": Family(
        _sentencepiece(transformers.DebertaV2Tokenizer, ("[PAD]", "[UNK]", "[CLS]", "[SEP]"), ("[MASK]",)),
        _network(
            "DebertaV2ForMaskedLM",
            "DebertaV2Config",
            relative_attention=True,
            pos_att_type=["p2c", "c2p"],
            position_buckets=32,
            norm_rel_ebd="layer_norm",
            share_att_key=True,
            position_biased_input=False,
        ),
    ),
    "xlm-roberta": Family(
        _sentencepiece(transformers.XLMRobertaTokenizer, ("<s>", "<pad>", "</s>", "<unk>"), ("<mask>",)),
        _network("XLMRobertaForMaskedLM", "XLMRobertaConfig"),
    ),
    "camembert": Family(
        _sentencepiece(
            transformers.CamembertTokenizer,
            ("<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>", "<unk>NOTUSED"),
            ("<mask>",),
        ),
        _network("CamembertForMaskedLM", "CamembertConfig"),
    ),
}
