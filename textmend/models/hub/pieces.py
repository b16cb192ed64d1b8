"""The tokenizers of hub models: how they cut text, and where their pieces may stand.

A word is cut with or without a space before it, as its place demands, by the tokenizer's own normalizer, splitter and
model, one run of visible characters at a time: no splitter joins text across white space. Special tokens are never
searched in text, so that a literal ``[MASK]`` stays text.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import regex

from textmend.errors import ModelError
from textmend.models.hub.transformers_logging import quiet
from textmend.models.vocabulary import Vocabulary
from textmend.text.words import encodable

_BYTE_MARK, _SENTENCE_MARK = "Ġ", "▁"
_LONGEST = 500
_REMEMBERED = 100_000
_SPACES = regex.compile(r"[\s\p{Cc}]+")
_BYTE_PIECE = regex.compile(r"<0x([0-9A-F]{2})>")
_PROBES = "abcdefghijklmnopqrstuvwxyzäéñøабвгдежαβγδε"


class HubPieces:
    """Cuts text into the pieces of a hub model; see ``masked_lm.Tokenizer``.

    Args:
        folder: the model's folder.
        name: the model's name, for errors.
        size: how many pieces the model has embeddings for.

    Attributes:
        mask: the id of the mask.
        padding: an id to fill up rows with; any id would do.
        longest: the longest sequence of the model, if the tokenizer names one.

    Raises:
        ModelError: the tokenizer can't be read, is of no kind that textmend knows, or has no mask.
    """

    def __init__(self, folder: Path, name: str, size: int) -> None:
        tokenizer = _load(folder, name)
        backend = tokenizer.backend_tokenizer
        backend.no_padding()  # which some tokenizers bring along from their training
        backend.no_truncation()
        plan = json.loads(backend.to_str())
        self._name, self._size = name, size
        self._mark = _mark(plan, name)
        self._normalizer, self._splitter, self._model = backend.normalizer, backend.pre_tokenizer, backend.model
        added = backend.get_added_tokens_decoder()
        self._special = {*tokenizer.all_special_ids, *added}
        self.unknown: int | None = tokenizer.unk_token_id
        self._refused = frozenset(self._special - {self.unknown})
        self._names = {index: piece for piece, index in backend.get_vocab(with_added_tokens=True).items()}
        self._continuing: str = plan["model"].get("continuing_subword_prefix") or ""
        self.mask = self._mask(tokenizer, folder)
        self.padding: int = next(
            (index for index in (tokenizer.pad_token_id, self.unknown) if index is not None and index < size), 0
        )
        self.longest: int | None = tokenizer.model_max_length if tokenizer.model_max_length < 1 << 30 else None
        special = backend.encode("a", add_special_tokens=True)
        kinds = special.special_tokens_mask
        self.opening: tuple[int, ...] = tuple(special.ids[: kinds.index(0)] if 0 in kinds else ())
        self.closing: tuple[int, ...] = tuple(special.ids[len(kinds) - kinds[::-1].index(0) :] if 0 in kinds else ())
        self.between: tuple[int, ...] = self.closing[-1:]
        self._memory: dict[tuple[str, bool], tuple[int, ...]] = {}
        self.leading = not self._mark or self._split("a", spaced=False, strip=False)[0].startswith(self._mark)

    def cut(self, text: str, *, spaced: bool) -> list[int]:
        """Return the pieces of a stretch of text (see :class:`~textmend.models.masked_lm.Tokenizer`)."""
        ids: list[int] = []
        for chunk in _SPACES.split(encodable(text)):
            if chunk:
                for start in range(0, len(chunk), _LONGEST):
                    ids.extend(self._cut(chunk[start : start + _LONGEST], spaced and not start))
            spaced = True
        return ids

    def vocabulary(self, size: int) -> Vocabulary:
        """Return the vocabulary, classified by use.

        Args:
            size: how many pieces the model predicts.

        Raises:
            ModelError: it holds no words.
        """
        vocabulary = self._sorted(size)
        if not vocabulary.allowed([], False).any():
            raise ModelError(f"filler {self._name}: its tokenizer holds no words; are the tokenizer's files missing?")
        return vocabulary

    def _sorted(self, size: int) -> Vocabulary:
        names = [self._names.get(index, "") for index in range(size)]
        special = [index for index in self._special if index < size]
        cased = any(self.cut(letter, spaced=True) != self.cut(letter.upper(), spaced=True) for letter in _PROBES)
        if not self._mark:
            return Vocabulary.of_wordpiece(names, mask=self.mask, special=special, cased=cased, prefix=self._continuing)
        surface = _surfaces_of_bytes() if self._mark == _BYTE_MARK else _surface_of_sentencepiece
        surfaces = [surface(name) for name in names]
        return Vocabulary.of_spaced(surfaces, mask=self.mask, special=special, cased=cased)

    def _mask(self, tokenizer: Any, folder: Path) -> int:
        index, file = tokenizer.mask_token_id, folder / "tokenizer.json"
        # Tokenizer classes give themselves a mask that the model has never seen.
        made_up = file.is_file() and index is not None and not _holds(file, str(tokenizer.mask_token))
        if index is None or index >= self._size or made_up:
            raise ModelError(
                f"filler {self._name}: its tokenizer has no mask token that the model knows, so this is no masked "
                "language model"
            )
        return int(index)

    def _cut(self, chunk: str, spaced: bool) -> tuple[int, ...]:
        ids = self._memory.get((chunk, spaced))
        if ids is None:
            ids = self._encode(chunk, spaced)
            if len(self._memory) >= _REMEMBERED:
                self._memory.clear()
            self._memory[chunk, spaced] = ids
        return ids

    def _encode(self, chunk: str, spaced: bool) -> tuple[int, ...]:
        parts = self._split(chunk, spaced=spaced)
        ids = [int(token.id) for part in parts for token in self._model.tokenize(part)]
        if not self._refused.isdisjoint(ids):
            # Some models hold special tokens as pieces too: a literal "<mask>" is cut letter by letter.
            if len(chunk) == 1:
                return () if self.unknown is None else (self.unknown,)
            return tuple(piece for at, char in enumerate(chunk) for piece in self._cut(char, spaced and not at))
        unknown = [] if self.unknown is None else [self.unknown]
        return tuple(piece for index in ids for piece in ([index] if index < self._size else unknown))

    def _split(self, chunk: str, *, spaced: bool, strip: bool = True) -> list[str]:
        """Return the runs that the model cuts one by one, the first with or without the mark of a space before it."""
        text = self._normalizer.normalize_str(chunk) if self._normalizer else chunk
        if self._mark:
            # Gemma and its relatives turn spaces into marks before they split; a split at spaces would lose the marks.
            space = _SENTENCE_MARK if self._mark == _SENTENCE_MARK else " "
            text = (space if spaced else "") + text.strip(" " + _SENTENCE_MARK)
        parts = [part for part, _ in self._splitter.pre_tokenize_str(text)] if self._splitter else [text]
        if self._mark == _SENTENCE_MARK:
            parts = [part.replace(" ", _SENTENCE_MARK) for part in parts]
        if not self._mark or not parts:
            return parts
        marked = parts[0].startswith(self._mark)
        if spaced and not marked:
            parts[0] = self._mark + parts[0]
        elif marked and not spaced and strip:
            parts[0] = parts[0].removeprefix(self._mark)
        return [part for part in parts if part]


def _load(folder: Path, name: str) -> Any:
    from transformers import AutoTokenizer

    try:
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=False, local_files_only=True)
    except Exception as error:  # the library raises many kinds
        raise ModelError(f"filler {name}: its tokenizer can't be loaded: {error}") from error
    if getattr(tokenizer, "backend_tokenizer", None) is None:
        raise ModelError(
            f"filler {name}: its tokenizer ({type(tokenizer).__name__}) is written in Python; only those on the "
            "library tokenizers (a tokenizer.json) can be used"
        )
    return tokenizer


def _holds(file: Path, token: str) -> bool:
    """Whether a ``tokenizer.json`` itself holds a token."""
    plan = json.loads(file.read_text(encoding="utf-8"))
    return token in _pieces(plan) or any(added["content"] == token for added in plan.get("added_tokens", ()))


def _mark(plan: dict[str, Any], name: str) -> str:
    """Return the mark of a space before a piece, or ``""`` for WordPiece, which marks only continuations."""
    kind, kinds = plan["model"]["type"], set(_types({key: plan[key] for key in ("pre_tokenizer", "decoder")}))
    if kind == "WordPiece":
        return ""
    if plan["model"].get("end_of_word_suffix"):
        raise ModelError(f"filler {name}: pieces that mark the end of a word are not supported")
    if "ByteLevel" in kinds:
        return _BYTE_MARK
    if kind in ("Unigram", "BPE") and ("Metaspace" in kinds or any("▁" in piece for piece in _pieces(plan))):
        return _SENTENCE_MARK
    raise ModelError(
        f"filler {name}: its tokenizer ({kind}, {', '.join(sorted(kinds)) or 'no splitter'}) is of no kind that is "
        "supported: WordPiece, byte-level BPE, SentencePiece"
    )


def _types(value: Any) -> list[str]:
    if isinstance(value, dict):
        found = [value["type"]] if isinstance(value.get("type"), str) else []
        return found + [kind for item in value.values() for kind in _types(item)]
    return [kind for item in value for kind in _types(item)] if isinstance(value, list) else []


def _pieces(plan: dict[str, Any]) -> list[str]:
    vocabulary = plan["model"]["vocab"]
    return list(vocabulary) if isinstance(vocabulary, dict) else [piece for piece, _ in vocabulary]


def _surface_of_sentencepiece(piece: str) -> str:
    byte = _BYTE_PIECE.fullmatch(piece)
    if byte:
        return bytes([int(byte[1], 16)]).decode("utf-8", "surrogateescape")
    return piece.replace(_SENTENCE_MARK, " ")


def _surfaces_of_bytes() -> Callable[[str], str]:
    """Return a function that decodes a piece of a byte-level vocabulary: each of its characters stands for a byte."""
    library: Any = import_module("transformers.convert_slow_tokenizer")
    byte_of = {char: byte for byte, char in library.bytes_to_unicode().items()}

    def surface(piece: str) -> str:
        if not all(char in byte_of for char in piece):
            return piece
        return bytes(map(byte_of.__getitem__, piece)).decode("utf-8", "surrogateescape")

    return surface
