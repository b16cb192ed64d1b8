"""A system whose answers are known: it reads them from the records it will be asked about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from textmend.damage.benchmark import Record
from textmend.detect.sites import Sites
from textmend.edits.mended import Mended
from textmend.fill.propose import GappedArticle
from textmend.policy import Policy
from textmend.records import Fill, Gap


def sites_of(spans: Sequence[tuple[int, int, float]], lengths: int = 3) -> Sites:
    """Return sites from (start, end, probability)."""
    rows = np.tile(np.array([[0.5, 0.3, 0.2]])[:, :lengths], (len(spans), 1))
    return Sites(
        np.array([span[0] for span in spans], dtype=np.int64),
        np.array([span[1] for span in spans], dtype=np.int64),
        np.array([span[2] for span in spans], dtype=np.float64),
        rows,
    )


class FakeSystem:
    """Answers from tables: sites by text, fills by (text, start of the gap)."""

    def __init__(
        self,
        sites: Mapping[str, Sequence[tuple[int, int, float]]],
        fills: Mapping[tuple[str, int], Sequence[Fill]] | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.sites, self.fills, self.policy = sites, fills or {}, policy or Policy()
        self.asked: list[GappedArticle] = []

    def judge(self, texts: Sequence[str]) -> list[Sites]:
        return [sites_of(self.sites.get(text, ())) for text in texts]

    def propose(self, documents: Sequence[GappedArticle]) -> list[list[Gap]]:
        self.asked += documents
        return [
            [gap.with_fills(tuple(self.fills.get((document.text, gap.start), ()))) for gap in document.gaps]
            for document in documents
        ]

    def mend(self, texts: Sequence[str], titles: Sequence[str | None]) -> list[Mended]:
        mended = []
        for text in texts:
            gaps = [
                Gap(start=start, end=end, probability=probability)
                for start, end, probability in self.sites.get(text, ())
                if probability >= self.policy.find_at
            ]
            (filled,) = self.propose([GappedArticle(text=text, gaps=gaps)])
            decided = [gap.with_decision(self.policy.decide(gap)) for gap in filled]
            mended.append(Mended.of(text, decided, self.policy.placeholder))
        return mended


def record(name: str, marked: str, *lost: str, variant: str = "collapsed", **more: object) -> dict[str, object]:
    """Return the JSON form of a record from a text in which each gap's white space stands between ‹ and ›."""
    text, gaps = "", []
    for number, part in enumerate(marked.split("‹")):
        if number:
            space, rest = part.split("›")
            gaps.append({"start": len(text), "end": len(text) + len(space), "lost": lost[number - 1]})
            text += space + rest
        else:
            text += part
    return {"id": name, "variant": variant, "text": text, "gaps": gaps, **more}


def write_lines(path: Path, items: Sequence[object]) -> Path:
    path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    return path


def fill(text: str, probability: float, origin: str = "model", introduces: tuple[str, ...] = ()) -> Fill:
    return Fill(text=text, probability=probability, origin=origin, introduces=introduces)


def perfect(records: Sequence[Record]) -> FakeSystem:
    """Return a system that finds every gap, surely, and fills it rightly."""
    return FakeSystem(
        {one.text: [(gap.start, gap.end, 0.99) for gap in one.gaps] for one in records},
        {(one.text, gap.start): [fill(gap.lost, 0.97)] for one in records for gap in one.gaps},
    )
