"""What a cleaning found, in numbers of bounded size. Added up in the order of the documents, whatever the workers."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any
from urllib.parse import urlsplit

import regex

from textmend.edits.apply import insertion
from textmend.edits.mended import Mended
from textmend.records import Gap

BINS = 20
"""Probabilities are counted in so many bins of equal width."""

OTHERS = "(all others)"
"""Where documents are counted whose source came when ``MOST_SOURCES`` others had been seen."""

MOST_SOURCES = 10_000
MOST_EXAMPLES = 12
OPEN = "▢"
"""What stands in an example where nothing was put in."""

_AROUND = 110
_LONGEST_NAME = 200
_LINE_END = regex.compile(r"[\r\n]")


@dataclass(slots=True)
class SourceCount:
    """What was found in the documents of one source.

    Attributes:
        documents: how many there are.
        words: their words.
        gaps: gaps found.
        applied: gaps that were filled.
    """

    documents: int = 0
    words: int = 0
    gaps: int = 0
    applied: int = 0

    def add(self, other: SourceCount) -> None:
        """Add another count to this."""
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))

    @property
    def rate(self) -> float:
        """Gaps per 1,000 words."""
        return 1000 * self.gaps / self.words if self.words else 0.0


@dataclass(frozen=True, slots=True)
class Example:
    """A gap in its paragraph.

    Attributes:
        order: examples of the lowest are kept: drawn from the document's place, so that it is chance, always the same.
        decision: what became of the gap.
        where: the document.
        before: what stands before the gap, with the white space that belongs there.
        here: the words that were put in, the mark that was, or ``OPEN``.
        after: what stands after the gap.
        gap: the probability that words are missing.
        guess: the best fill, where it was not put in; ``None``: there is none, or it was.
        fill: the probability that the best fill stood there, given that words are missing; ``None``: there is none.
    """

    order: str
    decision: str
    where: str
    before: str
    here: str
    after: str
    gap: float
    guess: str | None = None
    fill: float | None = None


@dataclass(slots=True)
class Statistics:
    """What a cleaning found.

    Attributes:
        documents: documents that were mended, or annotated.
        words: their words, as white space parts them.
        damaged: documents with gaps.
        changed: documents whose text was changed, or would be without ``annotate``.
        dropped: documents left out because of an open gap.
        decisions: gaps by decision: ``apply``, ``mark``, ``drop``, ``keep``.
        origins: applied fills by origin.
        cues: gaps by cue.
        gaps: for each decision, gaps by their probability, in ``BINS`` bins.
        fills: for each decision, gaps by the probability of the gap times that of its best fill.
        sources: counts by source.
        rejects: rejected documents by kind.
        skipped: documents that were left as they are, by the kind of :class:`textmend.records.Skipped`.
        examples: for each decision, some gaps.
    """

    documents: int = 0
    words: int = 0
    damaged: int = 0
    changed: int = 0
    dropped: int = 0
    decisions: Counter[str] = field(default_factory=Counter)
    origins: Counter[str] = field(default_factory=Counter)
    cues: Counter[str] = field(default_factory=Counter)
    gaps: dict[str, list[int]] = field(default_factory=dict)
    fills: dict[str, list[int]] = field(default_factory=dict)
    sources: dict[str, SourceCount] = field(default_factory=dict)
    rejects: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[Example]] = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        """How many documents were rejected."""
        return sum(self.rejects.values())

    @property
    def found(self) -> int:
        """How many gaps were found."""
        return sum(self.decisions.values())

    def count(self, mended: Mended, source: str, where: str, *, dropped: bool) -> None:
        """Count a document.

        Args:
            mended: what was made of it.
            source: where it comes from.
            where: what tells it from all others.
            dropped: whether it is left out.
        """
        words = len(mended.original.split())
        self.documents += 1
        self.words += words
        self.damaged += bool(mended.gaps)
        self.changed += bool(mended.edits)
        self.dropped += dropped
        if mended.skipped is not None:
            self.skipped[mended.skipped.kind] += 1
        applied = 0
        for number, gap in enumerate(mended.gaps):
            decision = gap.decision or "keep"
            applied += decision == "apply"
            self.decisions[decision] += 1
            self.cues.update(gap.cues)
            _bin(self.gaps, decision, gap.probability)
            _bin(self.fills, decision, _joint(gap))
            if decision == "apply":
                self.origins[gap.fills[0].origin] += 1
            self._keep(_example(mended, gap, where, f"{where}\0{number}"))
        self._source(source, SourceCount(1, words, len(mended.gaps), applied))

    def add(self, other: Statistics) -> None:
        """Add what was found in later documents."""
        for name in ("documents", "words", "damaged", "changed", "dropped"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in ("decisions", "origins", "cues", "rejects", "skipped"):
            getattr(self, name).update(getattr(other, name))
        for mine, others in ((self.gaps, other.gaps), (self.fills, other.fills)):
            for decision, counts in others.items():
                have = mine.setdefault(decision, [0] * BINS)
                have[:] = [a + b for a, b in zip(have, counts, strict=True)]
        for source, count in other.sources.items():
            self._source(source, count)
        for examples in other.examples.values():
            for example in examples:
                self._keep(example)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            **{one.name: getattr(self, one.name) for one in fields(self)},
            "sources": {name: asdict(count) for name, count in self.sources.items()},
            "examples": {name: [asdict(one) for one in examples] for name, examples in self.examples.items()},
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Statistics:
        """Read the JSON form of :meth:`to_dict`."""
        counters = ("decisions", "origins", "cues", "rejects", "skipped")
        plain: dict[str, Any] = {
            name: data[name] for name in ("documents", "words", "damaged", "changed", "dropped", "gaps", "fills")
        }
        plain |= {name: Counter(data[name]) for name in counters}
        return cls(
            **plain,
            sources={name: SourceCount(**count) for name, count in data["sources"].items()},
            examples={name: [Example(**one) for one in examples] for name, examples in data["examples"].items()},
        )

    def _source(self, source: str, count: SourceCount) -> None:
        if source not in self.sources and len(self.sources) >= MOST_SOURCES:
            source = OTHERS
        self.sources.setdefault(source, SourceCount()).add(count)

    def _keep(self, example: Example) -> None:
        kept = self.examples.setdefault(example.decision, [])
        if len(kept) < MOST_EXAMPLES or example.order < kept[-1].order:
            kept.append(example)
            kept.sort(key=lambda one: one.order)
            del kept[MOST_EXAMPLES:]


def source_name(value: str) -> str:
    """Return the name of a source: the host of a URL, or the value itself."""
    if "//" in value[:12]:
        try:
            host = urlsplit(value).hostname
        except ValueError:
            host = None
        if host:
            return host.removeprefix("www.")[:_LONGEST_NAME]
    return value[:_LONGEST_NAME]


def _bin(histogram: dict[str, list[int]], decision: str, probability: float) -> None:
    histogram.setdefault(decision, [0] * BINS)[min(BINS - 1, int(probability * BINS))] += 1


def _joint(gap: Gap) -> float:
    return gap.probability * gap.fills[0].probability if gap.fills else 0.0


def _example(mended: Mended, gap: Gap, where: str, key: str) -> Example:
    text, best = mended.original, gap.fills[0] if gap.fills else None
    applied = gap.decision == "apply" and best is not None
    words = best.text if applied and best else mended.placeholder if gap.decision == "mark" else OPEN
    edit = insertion(text, gap, words, best if applied else None)
    left, _, right = edit.replacement.partition(words)
    before = _nearest(text[max(0, edit.start - _AROUND) : edit.start][::-1])[::-1]
    after = _nearest(text[edit.end : edit.end + _AROUND])
    return Example(
        order=hashlib.blake2b(key.encode("utf-8", "backslashreplace"), digest_size=8).hexdigest(),
        decision=gap.decision or "keep",
        where=where[:_LONGEST_NAME],
        before=before + left,
        here=words[:_LONGEST_NAME],
        after=right + after,
        gap=gap.probability,
        guess=best.text[:_LONGEST_NAME] if best and not applied else None,
        fill=best.probability if best else None,
    )


def _nearest(side: str) -> str:
    """Return what belongs to the gap's paragraph, in whole words; ``side`` starts at the gap."""
    line = _LINE_END.split(side, maxsplit=1)[0]
    return line if len(line) < _AROUND else (line.rpartition(" ")[0] or line) + "…"
