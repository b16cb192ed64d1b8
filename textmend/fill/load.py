"""Loading a filler's folder: the model, how words are usually written, how candidates are weighed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from textmend.fill.casing_table import UsualCasing
from textmend.fill.propose import Proposer
from textmend.fill.rank import Ranking
from textmend.models.masked_lm import OnnxMaskedLM


class Filler(NamedTuple):
    """What a filler's folder holds."""

    model: OnnxMaskedLM
    usual: UsualCasing
    ranking: Ranking


def load_filler(folder: Path, threads: int | None = None) -> Filler:
    """Load what ``folder`` holds. Raises :class:`ModelError` where it is broken."""
    model = OnnxMaskedLM(folder, threads)
    return Filler(model, UsualCasing.load(folder / "casing.json"), model.folder.read("ranking", Ranking.from_dict))


def load_proposer(folder: Path, threads: int | None = None) -> Proposer:
    """Load the filler in ``folder``. Raises :class:`ModelError` where it is broken."""
    model, usual, ranking = load_filler(folder, threads)
    return Proposer(model, usual=usual, ranking=ranking)
