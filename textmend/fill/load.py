"""Loading a filler's folder: the model, how words are usually written, how candidates are weighed."""

from __future__ import annotations

from pathlib import Path

from textmend.fill.casing_table import UsualCasing
from textmend.fill.propose import Proposer
from textmend.fill.rank import Ranking
from textmend.models.masked_lm import OnnxMaskedLM


def load_proposer(folder: Path, threads: int | None = None) -> Proposer:
    """Load the filler in ``folder``. Raises :class:`ModelError` where it is broken."""
    model = OnnxMaskedLM(folder, threads)
    return Proposer(
        model,
        usual=UsualCasing.load(folder / "casing.json"),
        ranking=model.folder.read("ranking", Ranking.from_dict),
    )
