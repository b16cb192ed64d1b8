"""What echoes and names bring where they can: at lost names that stand in full elsewhere in the article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import regex

from bench.compare.ablations.filling import Variant, compared, proposer
from bench.compare.configuration import THREADS, Report, Setting
from bench.compare.filling import COLUMNS
from bench.compare.tables import Table, columns
from textmend.damage.benchmark import Record, TrueGap
from textmend.evaluate.filling import FilledGap, documents_at_gaps, filled_gap
from textmend.evaluate.system import Propose
from textmend.fill.load import load_filler
from textmend.fill.propose import GappedArticle
from textmend.models.registry import locate
from textmend.records import Fill, Gap

NAMES = 60
"""How many lost names of each kind are usually filled."""

_COLUMNS = (*COLUMNS, *columns(("mrr_change", "MRR, change", "number"), ("seconds", "s a gap", "number")))
_OTHER = (Fill(text="-", probability=0.0, origin="model"),)

Chosen = list[tuple[Record, list[int]]]
"""Records with the numbers of their gaps that count."""

Asked = Sequence[GappedArticle]
"""The articles of such records, ready to be filled at these gaps alone."""


def ablate_echoes(setting: Setting, report: Report) -> list[Table]:
    """Leave out echoes, repeated names and both, at lost names that stand elsewhere: of several words, and of one."""
    filler = load_filler(locate(setting.filler, "filler"), THREADS)
    variants = (
        Variant("all of it", proposer(filler).propose),
        Variant("without echoes", proposer(filler, echoes=False).propose),
        Variant("without repeated names", proposer(filler, repeated=False).propose),
        Variant("without both", proposer(filler, echoes=False, repeated=False).propose),
    )
    tables = []
    for title, several in (("Lost names of several words", True), ("Lost names of one word", False)):
        chosen = _chosen(setting, several)
        if not chosen:
            continue
        documents = documents_at_gaps([record for record, _ in chosen], setting.system.judge)
        asked = [_only(document, places) for document, (_, places) in zip(documents, chosen, strict=True)]

        def fill(
            variant: Variant, title: str = title, chosen: Chosen = chosen, asked: Asked = asked
        ) -> list[FilledGap]:
            report(f"{title}: {variant.name}")
            return _filled(chosen, asked, variant.propose)

        rows = compared(variants, fill, len(chosen))
        gaps = sum(len(places) for _, places in chosen)
        tables.append(
            Table(
                title=f"{title} that stand elsewhere in the article: {gaps} gaps in {len(chosen)} records",
                columns=_COLUMNS,
                rows=rows,
                note="In percent but for MRR, with 95 % intervals; changes against the first row, on the same gaps. The "
                "name stands elsewhere in the text or in the title exactly as it was lost, and begins with a capital. "
                "An *echo* stands between the same words there; *repeated names* are tried wherever they stand.",
            )
        )
    return tables


def _chosen(setting: Setting, several: bool) -> Chosen:
    """Return records in the order of their sample with the gaps that count, until there are enough of these."""
    chosen: Chosen = []
    for benchmark in setting.all_damaged:
        wanted = setting.count(NAMES) // len(setting.all_damaged) or 1
        for record in sorted(benchmark.records, key=lambda record: record.id):
            if wanted <= 0:
                break
            places = [number for number, gap in enumerate(record.gaps) if stands_elsewhere(record, gap, several)]
            if places:
                chosen.append((record, places[:wanted]))
                wanted -= len(places)
    return chosen


def stands_elsewhere(record: Record, gap: TrueGap, several: bool) -> bool:
    """Whether a gap lost a name, of several words or of one, that stands elsewhere in text or title in full."""
    if not gap.lost[:1].isupper() or (gap.words > 1) is not several:
        return False
    name = regex.compile(rf"\b{regex.escape(gap.lost)}\b")
    return any(name.search(text) for text in (record.text, record.title or ""))


def _only(document: GappedArticle, places: Sequence[int]) -> GappedArticle:
    """Return a document of whose gaps only some are filled; the others are masked beside them."""
    gaps = [gap if number in places else gap.with_fills(_OTHER) for number, gap in enumerate(document.gaps)]
    return replace(document, gaps=gaps)


def _filled(chosen: Chosen, asked: Asked, propose: Propose) -> list[FilledGap]:
    proposed: Sequence[Sequence[Gap]] = propose(asked)
    return [
        filled_gap(number, record, record.gaps[place], gaps[place].fills)
        for number, ((record, places), gaps) in enumerate(zip(chosen, proposed, strict=True))
        for place in places
    ]
