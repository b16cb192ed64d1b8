"""A larger network as the detector's teacher: its opinion of every place is learnt besides the true labels.

The label of a loss that leaves good English is noise; a teacher's opinion of it is not (Hinton et al. 2015). The
filler's network and the detector make different errors, so the mean of both is a better teacher than either.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import nn

from textmend.errors import ModelError
from textmend.models.wordpiece import WordPieces
from textmend.train.filler import FillerNetwork, load_filler
from textmend.train.vocabulary import read_pieces

if TYPE_CHECKING:
    from textmend.train.detector import DetectorNetwork


class Teacher(nn.Module):
    """Predicts how many words were lost before each piece of the student's windows.

    Args:
        reader: a filler that finds lost words.
        table: the reader's id for each of the student's pieces, shape ``[the student's vocabulary]``.
        partner: the detector before training; its opinion counts as much as the reader's. ``None``: only the reader
            counts.
    """

    def __init__(self, reader: FillerNetwork, table: torch.Tensor, partner: DetectorNetwork | None = None) -> None:
        super().__init__()
        self._reader = reader
        self._partner = partner
        self.register_buffer("_table", table)
        self.requires_grad_(False)

    @torch.no_grad()
    def forward(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return probabilities, shape ``[batch, length, labels]``, for ids, types and mask ``[batch, length]``."""
        table = self.get_buffer("_table")
        logs = self._reader.gaps(table[ids.to(table.device)], types, mask).log_softmax(-1)
        if self._partner is not None:
            logs = (logs + self._partner(ids, types, mask)[0].log_softmax(-1)) / 2
        return logs.softmax(-1)


def load_teacher(base: Path, weights: Path, pieces: WordPieces, partner: DetectorNetwork | None = None) -> Teacher:
    """Load a filler as a teacher.

    Args:
        base: folder of the filler's base.
        weights: its weights (``filler.load_filler``).
        pieces: the student's vocabulary; the filler's must have the same pieces, perhaps with other ids.
        partner: the detector to be taught, before training (``Teacher``).

    Raises:
        ModelError: the filler doesn't find lost words, or cuts words differently.
    """
    reader = load_filler(base, weights)
    if not reader.reads_gaps:
        raise ModelError(f"{weights}: was never trained to find lost words, so it can't teach that")
    return Teacher(reader, _translation(pieces, read_pieces(base / "tokenizer.json")[0], base), partner)


def _translation(student: WordPieces, teacher: WordPieces, base: Path) -> torch.Tensor:
    known = teacher.tokenizer.get_vocab(with_added_tokens=True)
    own = student.tokenizer.get_vocab(with_added_tokens=True)
    table = torch.full((max(own.values()) + 1,), -1)
    for piece, index in own.items():
        table[index] = known.get(piece, -1)
    table[student.start], table[student.separator] = teacher.start, teacher.separator
    special = {token.content for token in student.tokenizer.get_added_tokens_decoder().values()}
    lacking = sorted(piece for piece, index in own.items() if table[index] < 0 and not _is_reserved(piece, special))
    if lacking:
        raise ModelError(
            f"{base}: cuts words differently from the detector: it lacks the pieces {', '.join(lacking[:5])}"
        )
    return table.clamp_min(0)


def _is_reserved(piece: str, special: set[str]) -> bool:
    """Whether no word is ever cut into a piece."""
    return piece in special or (piece.startswith("[") and piece.endswith("]") and len(piece) > 2)
