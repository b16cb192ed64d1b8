"""The vocabulary of a base, with any names of special tokens; without torch, for processes that only cut words."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

from tokenizers import Tokenizer

from textmend.errors import ModelError
from textmend.models.wordpiece import WordPieces

_SPECIAL_TOKENS = (("<s>", "</s>", "<mask>"), ("[CLS]", "[SEP]", "[MASK]"))


def read_pieces(file: Path) -> tuple[WordPieces, int]:
    """Return the word pieces of a ``tokenizer.json`` and the id of its mask, for any names of special tokens."""
    try:
        tokenizer = Tokenizer.from_file(str(file))
    except Exception as error:  # the library raises bare Exception
        raise ModelError(f"{file}: not a tokenizer: {error}") from error
    for start, separator, mask in _SPECIAL_TOKENS:
        found = tokenizer.token_to_id(mask)
        if found is not None:
            return WordPieces(file, start=start, separator=separator), int(found)
    raise ModelError(f"{file}: the vocabulary has no mask ({' or '.join(mask for *_, mask in _SPECIAL_TOKENS)})")


def digest_of(base: Path) -> str:
    """Return the SHA-256 of a base's ``tokenizer.json``."""
    return sha256((base / "tokenizer.json").read_bytes()).hexdigest()
