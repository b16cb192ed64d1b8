"""Ablations of filling: echoes, names, lengths, context, beam width, quantization."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import NamedTuple

from bench.compare.ablations.models import changed, model_title
from bench.compare.clock import timed
from bench.compare.configuration import THREADS, Report, Setting
from bench.compare.filling import COLUMNS, sample_size
from bench.compare.tables import Row, Table, columns
from textmend.damage.benchmark import Record
from textmend.detect.finder import judge
from textmend.detect.lengths import LengthKinds
from textmend.detect.sites import Sites
from textmend.evaluate.bootstrap import intervals, paired_differences
from textmend.evaluate.filling import FilledGap, Filling, fill_records
from textmend.evaluate.run import by_gaps
from textmend.evaluate.system import Judge, Propose
from textmend.fill.infill import Search
from textmend.fill.load import LoadedFiller, load_filler
from textmend.fill.propose import GappedArticle, Proposer
from textmend.models.masked_lm import MaskedLM, Prediction
from textmend.models.queries import Query
from textmend.models.registry import locate
from textmend.records import Gap
from textmend.text.sentences import sentences_around
from textmend.text.words import Span

GAPS, FLOAT_GAPS = 36, 24
"""How many gaps of each file are usually filled."""

BEAMS = (4, 1, 2, 8)
NARROW = 64

_COLUMNS = (
    *COLUMNS,
    *columns(
        ("ece", "calibration error", "number"),
        ("top_1_change", "top-1, change", "points"),
        ("mrr_change", "MRR, change", "number"),
        ("seconds", "s a gap", "number"),
    ),
)
_NOTE = (
    "In percent but for MRR and calibration error; changes (percentage points) against the first row, on the same gaps; 95 % intervals from "
    "resampling whole records: one that holds 0 is no evidence of a difference. Seconds are of processor time."
)


class Variant(NamedTuple):
    """A filler with a part left out, or another setting, and a judge of its own where that differs."""

    name: str
    propose: Propose
    judge: Judge | None = None


def ablate_candidates(setting: Setting, report: Report) -> list[Table]:
    """Leave out echoes, names and what is known of lengths, and narrow the context."""
    filler = load_filler(locate(setting.filler, "filler"))
    whole = proposer(filler)
    alone = changed(setting.single.detector, length_kinds=LengthKinds())
    variants = [
        Variant("all of it", whole.propose),
        Variant("without echoes", proposer(filler, echoes=False).propose),
        Variant("without repeated names", proposer(filler, repeated=False).propose),
        Variant("lengths told by each gap alone", whole.propose, partial(judge, detector=alone)),
        Variant("every length equally likely", lambda documents: whole.propose([any_length(d) for d in documents])),
        Variant(f"{NARROW} tokens of context, not {filler.model.window}", _narrow(filler, NARROW).propose),
        Variant("only the sentence", lambda documents: by_sentence(documents, whole.propose)),
    ]
    note = (
        f"{_NOTE} Without echoes, names are still tried, and the other way round. *Only the sentence* leaves the model "
        "nothing else to read and nowhere to find echoes or names."
    )
    return [_table("What each part of filling brings", variants, setting, report, note, GAPS)]


def ablate_beam(setting: Setting, report: Report) -> list[Table]:
    """Widen and narrow the beam."""
    filler = load_filler(locate(setting.filler, "filler"), THREADS)
    usual = Search().beam
    variants = [
        Variant(f"beam {width}{' (default)' if width == usual else ''}", proposer(filler, Search(beam=width)).propose)
        for width in BEAMS
    ]
    return [_table("Beam width", variants, setting, report, _NOTE, GAPS)]


def ablate_quantization(setting: Setting, report: Report) -> list[Table]:
    """Compare the filler with the same one in float32, ranked alike; nothing where there is no such folder."""
    if not setting.float_filler:
        return []
    embedded = locate(setting.filler, "filler")
    quantized, exact = load_filler(embedded, THREADS), load_filler(setting.float_filler, THREADS)
    variants = [
        Variant(model_title("as embedded", embedded), proposer(quantized).propose),
        Variant(
            model_title("float32", setting.float_filler), proposer(exact._replace(ranking=quantized.ranking)).propose
        ),
    ]
    note = f"{_NOTE} Both are ranked and calibrated as the rounded model is."
    return [_table("Quantization of the filler", variants, setting, report, note, FLOAT_GAPS)]


def proposer(
    filler: LoadedFiller, search: Search | None = None, *, echoes: bool = True, repeated: bool = True
) -> Proposer:
    """Return a proposer of a filler's parts, with some of them left out."""
    return Proposer(
        filler.model, usual=filler.usual, ranking=filler.ranking, search=search, echoes=echoes, repeated=repeated
    )


def any_length(document: GappedArticle) -> GappedArticle:
    """Return a document whose gaps may have any number of words, up to the detector's most, with equal odds."""
    gaps = [replace(gap, lengths=tuple(1 / len(gap.lengths) for _ in gap.lengths)) for gap in document.gaps]
    return replace(document, gaps=gaps)


def by_sentence(documents: Sequence[GappedArticle], propose: Propose) -> list[list[Gap]]:
    """Propose fills for gaps of whom only the sentence is known."""
    pieces: list[GappedArticle] = []
    for document in documents:
        places = [Span(gap.start, gap.end) for gap in document.gaps]
        for gap, span in zip(document.gaps, sentences_around(document.text, places), strict=True):
            start, end = min(span.start, gap.start), max(span.end, gap.end)
            moved = replace(gap, start=gap.start - start, end=gap.end - start)
            pieces.append(GappedArticle(text=document.text[start:end], gaps=[moved]))
    found = iter(propose(pieces))
    return [[gap.with_fills(next(found)[0].fills) for gap in document.gaps] for document in documents]


class NarrowModel:
    """A masked language model that is shown less context than it could read.

    Args:
        model: the model.
        window: how many tokens it is shown, at most.
    """

    def __init__(self, model: MaskedLM, window: int) -> None:
        self.model, self.window = model, window
        self.name, self.pieces, self.vocabulary = model.name, model.pieces, model.vocabulary
        self.pieces_per_word = model.pieces_per_word

    def predict(self, queries: Sequence[Query]) -> list[Prediction]:
        """Return a prediction for each query."""
        return self.model.predict(queries)


def _narrow(filler: LoadedFiller, window: int) -> Proposer:
    return Proposer(NarrowModel(filler.model, window), usual=filler.usual, ranking=filler.ranking)


def _table(title: str, variants: Sequence[Variant], setting: Setting, report: Report, note: str, gaps: int) -> Table:
    benchmarks = setting.with_gaps(gaps)
    records = [record for one in benchmarks for record in one.records]
    usual = _KnownSites(records, setting.system.judge)

    def fill(variant: Variant) -> list[FilledGap]:
        report(variant.name)
        known = _KnownSites(records, variant.judge) if variant.judge else usual
        return fill_records(by_gaps(records), known, variant.propose)

    rows = compared(variants, fill, len(records))
    return Table(title=f"{title}: {sample_size(benchmarks)}", columns=_COLUMNS, rows=rows, note=note)


def compared(variants: Sequence[Variant], fill: Callable[[Variant], list[FilledGap]], records: int) -> tuple[Row, ...]:
    """Return a row for each variant: its figures, their change against the first variant's, and its time.

    Args:
        variants: the variants.
        fill: fills the same gaps with a variant.
        records: how many records the gaps come from.
    """
    rows: list[Row] = []
    first: Filling | None = None
    for variant in variants:
        found: list[FilledGap] = []
        timing = timed(lambda v=variant, f=found: f.extend(fill(v)))  # type: ignore[misc]
        filling = Filling(found, records)
        values = dict(intervals(filling.figures, records))
        if first is None:
            first = filling
        else:
            change = paired_differences(filling.figures, first.figures, records)
            values |= {f"{name}_change": change[name] for name in ("top_1", "mrr")}
        rows.append(Row(variant.name, {**values, "seconds": timing.processor / max(1, len(found))}))
    return tuple(rows)


class _KnownSites:
    """The detector's sites, judged once: the variants differ in filling only."""

    def __init__(self, records: Sequence[Record], judge: Judge) -> None:
        texts = [record.text for record in records]
        self._sites = dict(zip(texts, judge(texts), strict=True))

    def __call__(self, texts: Sequence[str]) -> list[Sites]:
        return [self._sites[text] for text in texts]
