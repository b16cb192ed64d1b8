"""Word pieces of a BERT-like vocabulary, word by word, from a ``tokenizer.json``."""

from __future__ import annotations

from pathlib import Path

from tokenizers import Tokenizer

from textmend.errors import ModelError
from textmend.text.words import WORD

_LONGEST = 100
_REMEMBERED = 1 << 16
"""Words whose pieces are kept; they take about 15 MB."""


class WordPieces:
    """Cuts words into pieces, and caches the results.

    A word is cut as it stands, never as a special token: a literal ``[MASK]`` in a text is three words.

    Args:
        file: a ``tokenizer.json`` with a WordPiece model.
        start: the token that opens a sequence, ``[CLS]`` or ``<s>``.
        separator: the token that ends one, ``[SEP]`` or ``</s>``.
        unknown: the token for what the vocabulary does not hold.

    Raises:
        ModelError: the file can't be read, or lacks one of these tokens.
    """

    def __init__(self, file: Path, *, start: str, separator: str, unknown: str = "[UNK]") -> None:
        try:
            tokenizer = Tokenizer.from_file(str(file))
        except Exception as error:  # the library raises bare Exception
            raise ModelError(f"{file}: not a tokenizer: {error}") from error
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self.tokenizer = tokenizer
        self.start = self._id(start, file)
        self.separator = self._id(separator, file)
        self._unknown = self._id(unknown, file)
        self.unknown: int | None = self._unknown
        self.opening: tuple[int, ...] = (self.start,)
        self.closing: tuple[int, ...] = (self.separator,)
        self.between: tuple[int, ...] = (self.separator,)
        self.leading = True
        self._memory: dict[str, list[int]] = {}

    def __call__(self, word: str) -> list[int]:
        """Return the ids of a word's pieces; at least one."""
        ids = self._memory.get(word)
        if ids is None:
            ids = self._cut(word)
            if len(self._memory) >= _REMEMBERED:
                self._memory.clear()
            self._memory[word] = ids
        return ids

    def cut(self, text: str, *, spaced: bool) -> list[int]:
        """Return the pieces of a stretch of text, word by word; a space before it makes no difference for WordPiece."""
        return [piece for match in WORD.finditer(text) for piece in self(match.group())]

    def _cut(self, word: str) -> list[int]:
        if len(word) > _LONGEST:
            return [self._unknown]
        return self.tokenizer.encode(word, add_special_tokens=False).ids or [self._unknown]

    def _id(self, token: str, file: Path) -> int:
        found = self.tokenizer.token_to_id(token)
        if found is None:
            raise ModelError(f"{file}: the vocabulary has no token {token!r}")
        return int(found)
