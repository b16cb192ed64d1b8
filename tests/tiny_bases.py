"""Tiny bases to train from, of random weights, with a vocabulary that knows every word of ``TEXT``."""

from pathlib import Path

import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from transformers import BertConfig, BertForMaskedLM, MPNetConfig, MPNetForMaskedLM, MPNetModel

WORDS = ["the", "a", "of", "and", "in", "with", "cat", "dog", "king", "river", "hill", "rome", "paul", "nato", "old"]
WORDS += ["red", "green", "sat", "ran", "saw", "near", "by"]
PIECES = ["play", "##ing", "##ed", "##er", "sing", ".", ",", "-", "'", "s", "x", "##x", "2", "0", "##0"]
SPECIAL = {
    "mpnet": ["<s>", "<pad>", "</s>", "<unk>", "[UNK]", "<mask>"],
    "bert": ["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"],
}
TEXT = (
    "Paul the old King sat by the river near Rome. The red dog ran with a cat, and the cat saw Paul playing.\n\n"
    "In Rome the King played with NATO and the green hill. A singer of Rome saw the old dog near the river by "
    "the hill. Paul ran.\n\nThe cat-dog of NATO sat in the red river, and Paul the singer ran near the old hill."
)


def tokenizer(kind: str, file: Path) -> None:
    vocabulary = {piece: index for index, piece in enumerate([*SPECIAL[kind], *WORDS, *PIECES])}
    made = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    made.normalizer = BertNormalizer(lowercase=True)
    made.pre_tokenizer = BertPreTokenizer()
    made.save(str(file))


def base(folder: Path, kind: str = "mpnet", *, head: bool = False) -> Path:
    folder.mkdir()
    tokenizer(kind, folder / "tokenizer.json")
    size = {
        "vocab_size": len(SPECIAL[kind]) + len(WORDS) + len(PIECES),
        "hidden_size": 16,
        "num_hidden_layers": 4 if kind == "bert" else 2,
        "num_attention_heads": 2,
        "intermediate_size": 32,
        "max_position_embeddings": 260,
        "initializer_range": 0.3,
        "pad_token_id": SPECIAL[kind].index("<pad>" if kind == "mpnet" else "[PAD]"),
    }
    torch.manual_seed(1)
    if kind == "bert":
        model = BertForMaskedLM(BertConfig(**size))
    else:
        config = MPNetConfig(**size)
        model = MPNetForMaskedLM(config) if head else MPNetModel(config)
    model.save_pretrained(folder)
    return folder
