"""Loading a filler: the model, the usual letter case of words, the weights of the ranking."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from textmend.fill.casing_table import UsualCasing
from textmend.fill.propose import Proposer
from textmend.fill.rank import Ranking
from textmend.fill.ranking_file import read_ranking
from textmend.models.masked_lm import OnnxMaskedLM
from textmend.models.registry import EMBEDDED, HubModel


class LoadedFiller(NamedTuple):
    """The contents of a filler's folder."""

    model: OnnxMaskedLM
    usual: UsualCasing
    ranking: Ranking


def load_filler(folder: Path, threads: int | None = None) -> LoadedFiller:
    """Load the contents of ``folder``. Raises :class:`ModelError` if it is broken."""
    model = OnnxMaskedLM(folder, threads)
    return LoadedFiller(
        model, UsualCasing.load(folder / "casing.json"), model.folder.read("ranking", Ranking.from_dict)
    )


def load_proposer(folder: Path, threads: int | None = None) -> Proposer:
    """Load the filler in ``folder``. Raises :class:`ModelError` where it is broken."""
    model, usual, ranking = load_filler(folder, threads)
    return Proposer(model, usual=usual, ranking=ranking)


def load_hub_proposer(model: HubModel, ranking: Path | None = None, threads: int | None = None) -> Proposer:
    """Load a hub model as a filler.

    Words of an uncased model are written as the article writes them, otherwise as English usually does.

    Args:
        model: its name and how to run it.
        ranking: the file of a ranking fitted to it (``textmend train calibrate``); default: an unfitted one.
        threads: CPU threads.

    Raises:
        ModelError: the model is unknown, broken or no masked language model, or the ranking is another's.
        MissingExtraError: torch is missing.
    """
    from textmend.models.hub.masked_lm import HubMaskedLM

    loaded = HubMaskedLM(model, threads)
    return Proposer(
        loaded,
        usual=UsualCasing.load(EMBEDDED / "en" / "filler" / "casing.json"),
        ranking=Ranking() if ranking is None else read_ranking(ranking, loaded.name),
        calibrated=ranking is not None,
    )
