"""Benchmarks of single paragraphs, for rivals that can't read a whole article."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from textmend.damage.benchmark import Benchmark, Record, sample
from textmend.text.words import is_space, paragraphs

FEWEST, MOST = 20, 150
"""Words of the paragraphs that are taken."""


def paragraph_sample(benchmark: Benchmark, count: int, seed: int) -> Benchmark:
    """Return ``count`` damaged paragraphs of a benchmark and as many whole ones, chosen by their ids and the seed."""
    pieces = [piece for record in benchmark.records for piece in cut(record)]
    chosen: list[Record] = []
    for with_gaps in (True, False):
        kind = tuple(piece for piece in pieces if bool(piece.gaps) == with_gaps)
        chosen += sample(replace(benchmark, records=kind), count, seed).records
    return replace(benchmark, records=tuple(chosen))


def cut(record: Record) -> Iterator[Record]:
    """Yield the paragraphs of a record that are of ordinary length, each with its gaps; a gap on a border is left out.

    What is known of the article beyond the paragraph, its title too, is not told.
    """
    for number, span in enumerate(paragraphs(record.text)):
        end = span.end
        while end < len(record.text) and is_space(record.text[end]) and record.text[end] not in "\n\r":
            end += 1
        text = record.text[span.start : end]
        words = len(text.split())
        if not FEWEST <= words <= MOST:
            continue
        gaps = [gap for gap in record.gaps if span.start < gap.start and gap.end <= end]
        if any(gap.start <= span.start <= gap.end for gap in record.gaps):
            continue
        yield Record(
            id=f"{record.id}#{number}",
            text=text,
            gaps=tuple(replace(gap, start=gap.start - span.start, end=gap.end - span.start) for gap in gaps),
            title=None,
            variant=record.variant,
            words=words,
        )
