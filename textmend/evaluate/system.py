"""The systems to measure: they judge sites, propose fills and mend. textmend is one of them, rivals are others.

A measure takes only the part of a system that it needs, as a plain function: so the detection of a rival that can't
mend can still be measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from textmend.detect.finder import judge
from textmend.detect.sites import Sites
from textmend.edits.mended import Mended
from textmend.fill.propose import GappedArticle
from textmend.mender import Mender
from textmend.records import Gap

Judge = Callable[[Sequence[str]], Sequence[Sites]]
"""All sites of each text with their probabilities. A finder that names only some places gives only those."""

Propose = Callable[[Sequence[GappedArticle]], Sequence[Sequence[Gap]]]
"""The gaps of each document with ranked fills."""

Mend = Callable[[Sequence[str], Sequence[str | None]], Iterable[Mended]]
"""Texts and their titles, mended."""


class System(Protocol):
    """A system that can be measured in full."""

    def judge(self, texts: Sequence[str], /) -> Sequence[Sites]:
        """Judge sites (see ``Judge``)."""
        ...

    def propose(self, documents: Sequence[GappedArticle], /) -> Sequence[Sequence[Gap]]:
        """Propose fills (see ``Propose``)."""
        ...

    def mend(self, texts: Sequence[str], titles: Sequence[str | None], /) -> Iterable[Mended]:
        """Mend texts (see ``Mend``)."""
        ...


class MenderSystem:
    """A Mender as a system to measure.

    Args:
        mender: the Mender, with its models, policy and threads.
    """

    def __init__(self, mender: Mender) -> None:
        self.mender = mender

    @property
    def models(self) -> dict[str, str]:
        """Load the models and return their names, by role."""
        return {"detector": self.mender.detector.name, "filler": self.mender.proposer.model.name}

    def judge(self, texts: Sequence[str]) -> Sequence[Sites]:
        """Return every site of each text (see ``Judge``)."""
        return judge(texts, self.mender.detector, self.mender.second_look)

    def propose(self, documents: Sequence[GappedArticle]) -> Sequence[Sequence[Gap]]:
        """Return the documents' gaps with fills (see ``Propose``)."""
        return self.mender.proposer.propose(documents)

    def mend(self, texts: Sequence[str], titles: Sequence[str | None]) -> Iterable[Mended]:
        """Mend through the public API (see ``Mend``)."""
        return self.mender.mend(texts, title=titles)
