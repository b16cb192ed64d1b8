"""Menders without models for worker processes, made by importable factories, and articles that they know."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from textmend.corpus.options import MenderSpec
from textmend.edits.mended import Mended
from textmend.policy import Policy
from textmend.records import Fill, Gap

_SITE = re.compile(r"(?<=night)  (?=against)|(?<=Icelandic) (?=,)")


class CorpusFake:
    """Finds its gaps with a regular expression; some words make it fail."""

    def __init__(self, policy: Policy, delay: float = 0.0, scratch: str | None = None) -> None:
        self.policy, self.delay = policy, delay
        self.scratch = Path(scratch) if scratch else None

    def mend(
        self,
        text: Iterable[str],
        *,
        title: Iterable[str | None] | None = None,
    ) -> Iterator[Mended]:
        texts = list(text)
        titles = list(title) if title is not None else [None] * len(texts)
        for one, heading in zip(texts, titles, strict=True):
            time.sleep(self.delay)
            if "RAISE" in one:
                raise ValueError("can't stomach this")
            if "DIE" in one:
                os.kill(os.getpid(), signal.SIGKILL)
            if "ONCE" in one and self.scratch and not self.scratch.exists():
                self.scratch.touch()
                os._exit(7)
            yield Mended.of(one, [self._gap(one, site, heading) for site in _SITE.finditer(one)], "[…]")

    def _gap(self, text: str, site: re.Match[str], title: str | None) -> Gap:
        words, probability = ("raids", 0.97) if text.startswith("against", site.end()) else ("fishermen", 0.4)
        if title and words == "raids":
            words = title
        fills = (
            Fill(text=words, probability=probability, origin="model"),
            Fill(text="boats", probability=0.01, origin="model"),
        )
        gap = Gap(start=site.start(), end=site.end(), probability=0.99, cues=("double_space",), fills=fills)
        return gap.with_decision(self.policy.decide(gap))


class PageFake(CorpusFake):
    """Fills its gaps with the words of the page, where there is one."""

    def mend(
        self,
        text: Iterable[str],
        *,
        title: Iterable[str | None] | None = None,
        html: Iterable[str | bytes | None] | None = None,
    ) -> Iterator[Mended]:
        pages = [page.decode() if isinstance(page, bytes) else page for page in html or ()]
        return super().mend(text, title=[page and re.sub("<.*?>", "", page) for page in pages] or title)


def make(unsure: str = "keep", delay: float = 0.0, scratch: str | None = None, *, pages: bool = False) -> CorpusFake:
    return (PageFake if pages else CorpusFake)(Policy(unsure=unsure), delay, scratch)


def broken() -> CorpusFake:
    raise RuntimeError("no such weights")


def deadly() -> CorpusFake:
    os._exit(9)


def fake(**settings: object) -> MenderSpec:
    return MenderSpec(factory="corpus_fakes:make", settings=settings)


def article(number: int) -> str:
    """A text of varying length, of which every third has a gap that is mended, and every fifth one that stays open."""
    text = f"Article {number}. " + "The otters of Tromsø held a vote. " * (number % 7)
    if number % 3 == 0:
        text += "They organised night  against trawlers. "
    if number % 5 == 0:
        text += "A panel on Icelandic , among them. "
    return text
