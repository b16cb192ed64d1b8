"""A mender without models, and the damaged article that it knows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from textmend.article import Article
from textmend.edits.mended import Mended
from textmend.policy import Policy
from textmend.records import Evidence, Fill, Gap

ARTICLE = (
    "They met officials from Oslo and \r\n"
    "\r\n"
    "Organised night  against trawlers, and night raids at sea.\r\n"
    "A panel on Icelandic , among them.\r\n"
)

_SITES = re.compile(r"(?<=from)  (?=Oslo)|(?<=night)  (?=against)|(?<=Icelandic) (?=,)")


class FakeMender:
    """Finds its gaps with a regular expression and proposes the same fills always."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.titles: list[str] | None = None
        self.ranking: Path | None = None
        self.fast = False
        self.about: dict = {}
        self.articles: list[Article] = []

    @property
    def pages(self) -> list[str | bytes | None]:
        """The pages of the articles that were given."""
        return [article.html for article in self.articles]

    def find_gaps(self, texts: Iterable[str | Article]) -> Iterator[list[Gap]]:
        for text in self._texts(texts):
            yield [gap.with_fills(()) for gap in _gaps(text)]

    def _texts(self, texts: Iterable[str | Article]) -> Iterator[str]:
        for text in texts:
            if isinstance(text, Article):
                self.articles.append(text)
            yield text.text if isinstance(text, Article) else text

    def suggest(self, texts: Iterable[str | Article], title: list[str] | None = None, **about) -> Iterator[list[Gap]]:
        self.titles, self.about = title, about
        for text in self._texts(texts):
            yield _gaps(text)

    def mend(self, texts: Iterable[str | Article], title: list[str] | None = None, **about) -> Iterator[Mended]:
        self.titles, self.about = title, about
        for text in self._texts(texts):
            decided = [gap.with_decision(self.policy.decide(gap)) for gap in _gaps(text)]
            yield Mended.of(text, decided, self.policy.placeholder)


def _gaps(text: str) -> list[Gap]:
    return [_gap(text, match.start(), match.end()) for match in _SITES.finditer(text)]


def _gap(text: str, start: int, end: int) -> Gap:
    if text.startswith("against", end):
        echo = text.find("raids")
        evidence = Evidence(place="text", quote="night raids at sea", start=echo, end=echo + 5)
        fills = (
            Fill(text="raids", probability=0.97, origin="echo", evidence=evidence),
            Fill(text="attacks", probability=0.02, origin="model"),
        )
        return Gap(start=start, end=end, probability=0.99, lengths=(0.9, 0.1), cues=("double_space",), fills=fills)
    fills = (
        Fill(text="Hallsson", probability=0.95, origin="model", introduces=("Hallsson",)),
        Fill(text="officials", probability=0.001, origin="model"),
    )
    return Gap(start=start, end=end, probability=0.98, cues=("space_before_punctuation",), fills=fills)
