"""Ablation of letter case: the article's own way, the table of usual casings, the model's opinion."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.compare.configuration import Report, Setting
from bench.compare.filling import sample_size
from bench.compare.tables import Row, Table, columns
from bench.rivals.sites import named_sites
from textmend.damage.benchmark import Record
from textmend.evaluate.bootstrap import Weights, intervals
from textmend.evaluate.filling import true_gaps
from textmend.evaluate.run import by_gaps
from textmend.fill.casing import ArticleCasing, cased, starts_sentence, surroundings
from textmend.fill.casing_table import UsualCasing
from textmend.fill.context import contexts
from textmend.fill.infill import Request, Search, infill
from textmend.fill.load import LoadedFiller, load_filler
from textmend.metrics import share
from textmend.models.registry import locate

GAPS = 300

Cases = Sequence[NDArray[np.float32] | None]


class Choice(NamedTuple):
    """Which opinions are heard."""

    name: str
    article: bool = True
    table: bool = True
    model: bool = True


CHOICES = (
    Choice("all of it"),
    Choice("without the article's own way", article=False),
    Choice("without the table", table=False),
    Choice("without the model's opinion", model=False),
    Choice("the model's opinion alone", article=False, table=False),
    Choice("none: small letters, but at the start of a sentence", article=False, table=False, model=False),
)


class _Known(NamedTuple):
    """The true words of a gap: their record's number and text, their pieces' cases, and how they stood there."""

    document: int
    text: str
    start: int
    end: int
    words: list[tuple[str, int]]
    cases: Cases
    stood: str


def ablate_casing(setting: Setting, report: Report) -> list[Table]:
    """Write the true words out from lower case, with some opinions left out."""
    filler = load_filler(locate(setting.filler, "filler"))
    benchmarks = setting.with_gaps(GAPS)
    records = [record for one in benchmarks for record in one.records]
    report(f"letter case: {sample_size(benchmarks)}")
    known = [one for start, batch in _numbered(records) for one in _true_words(batch, start, filler)]
    rows = []
    for choice in CHOICES:
        right = np.array([_written(one, choice, filler.usual) == one.stood for one in known], dtype=np.float64)
        documents = np.array([one.document for one in known], dtype=np.int64)

        def figures(weights: Weights, right: NDArray[np.float64] = right) -> dict[str, float]:
            weight = weights[documents]  # noqa: B023
            return {"right": share(weight * right, weight)}

        rows.append(Row(choice.name, {**intervals(figures, len(records)), "gaps": len(known)}))
    return [
        Table(
            title=f"Letter case: {sample_size(benchmarks)}",
            columns=columns(("right", "written right", "share"), ("gaps", "gaps judged", "count")),
            rows=tuple(rows),
            note="The true words, put into lower case and written out again: how often exactly as they stood, in "
            "percent, with 95 % intervals. Words that the vocabulary can't write, or of more than five pieces, are "
            "left out.",
        )
    ]


def _numbered(records: Sequence[Record]) -> Iterator[tuple[int, Sequence[Record]]]:
    start = 0
    for batch in by_gaps(records):
        yield start, batch
        start += len(batch)


def _true_words(batch: Sequence[Record], start: int, filler: LoadedFiller) -> Iterator[_Known]:
    """Yield the true words of gaps, with what the model says of their case where they stood."""
    model, search = filler.model, Search(beam=1, keep=1)
    requests, places = [], []
    for number, record in enumerate(batch, start):
        around = contexts(record.text, true_gaps(record, named_sites(())), model, room=search.most_pieces)
        for gap, context in zip(record.gaps, around, strict=True):
            stood = " ".join(gap.lost.split())
            ids = tuple(model.pieces.cut(stood, spaced=context.spaced))
            words = model.vocabulary.words(ids)
            if len(ids) <= search.most_pieces and " ".join(word for word, _ in words) == stood.casefold():
                requests.append(Request(context, (0.0,) * (len(ids) - 1) + (1.0,), candidates=(ids,)))
                places.append((number, record, gap, ids, words, stood))
    for (number, record, gap, ids, words, stood), found in zip(places, infill(requests, model, search), strict=True):
        cases = next(one.cases for one in found if one.ids == ids)
        yield _Known(number, record.text, gap.start, gap.end, words, cases, stood)


def _written(one: _Known, choice: Choice, usual: UsualCasing) -> str:
    return cased(
        one.words,
        one.cases if choice.model else [None] * len(one.cases),
        ArticleCasing(one.text if choice.article else ""),
        usual if choice.table else UsualCasing({}),
        at_sentence_start=starts_sentence(one.text, one.end),
        beside=surroundings(one.text, one.start, one.end),
    )
