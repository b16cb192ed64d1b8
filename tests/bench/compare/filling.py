"""Rivals at filling gaps that are given: the same records, the same measures."""

from __future__ import annotations

from collections.abc import Sequence

from bench.compare.configuration import Report, Setting
from bench.compare.finding import described
from bench.compare.tables import Row, Table, columns
from bench.rivals.fill_mask import GreedyMasks, OneMask
from bench.rivals.sites import no_sites
from textmend.damage.benchmark import Benchmark, Record
from textmend.detect.sites import Sites
from textmend.evaluate.bootstrap import intervals
from textmend.evaluate.filling import Filling, fill_records
from textmend.evaluate.run import by_gaps
from textmend.evaluate.system import Judge, Propose

GAPS = 150

COLUMNS = columns(
    ("top_1", "top-1", "share"),
    ("top_5", "top-5", "share"),
    ("top_20", "top-20", "share"),
    ("mrr", "MRR", "number"),
)


def compare_fillers(number: int, setting: Setting, report: Report) -> list[Table]:
    """Return the table of the damaged file with this number, or none where there are not as many."""
    benchmarks = setting.with_gaps(GAPS)
    if number >= len(benchmarks):
        return []
    benchmark = benchmarks[number]
    model = setting.system.mender.proposer.model
    fillers: list[tuple[str, Judge, Propose]] = [
        ("textmend", setting.system.judge, setting.system.propose),
        ("fill-mask, one mask a gap", _nothing, OneMask(model).propose),
        ("fill-mask, greedy, 1 to 5 masks", _nothing, GreedyMasks(model).propose),
    ]
    rows = []
    for name, judge, propose in fillers:
        report(f"{benchmark.name}: {name}")
        filling = filled(benchmark.records, judge, propose)
        figures = intervals(filling.figures, filling.documents)
        multiple = [one.rank == 1 for one in filling.filled if one.gap.words > 1]
        rows.append(Row(name, {**figures, "several": sum(multiple) / len(multiple) if multiple else None}))
    return [
        Table(
            title=f"Filling gaps that are given: {described(benchmark)}",
            columns=(*COLUMNS, *columns(("several", "top-1 of several words", "share"))),
            rows=tuple(rows),
            note="In percent but for MRR, with 95 % intervals. Right is exactly what stood there, letter case aside; "
            "its length is not given. All three run the same weights in the same contexts. Greedy decoding gives at "
            "most five fills.",
        )
    ]


def filled(records: Sequence[Record], judge: Judge, propose: Propose) -> Filling:
    """Return the records' true gaps with fills."""
    return Filling(fill_records(by_gaps(records), judge, propose), len(records))


def sample_size(benchmarks: Sequence[Benchmark]) -> str:
    """Return how much samples hold together."""
    records = sum(len(one.records) for one in benchmarks)
    gaps = sum(one.gaps for one in benchmarks)
    return f"{gaps:,} gaps in {records:,} records of {' and '.join(f'`{one.name}`' for one in benchmarks)}"


def _nothing(texts: Sequence[str]) -> list[Sites]:
    return no_sites(len(texts))
