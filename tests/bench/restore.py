"""Measuring what the source gives back: lost words restored exactly, and nothing else touched.

``python -m bench.restore BENCH.jsonl.bz2`` builds pages with the same links around the articles of a
benchmark, in several templates, and a copy without markup, mends the damaged texts with them, and compares with the
originals; then the same where text or copy is another version. Harm is measured beside it: texts mended with the page
of another article, and edited versions of whole texts mended with their own page; any edit of these is harm.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, NamedTuple, cast

import typer
from rich.console import Console
from rich.table import Table

from bench.linked_pages import TEMPLATES, lost_spans, marked_paragraphs
from bench.versions import EDITORS, VERSIONS, count_words, edited_damage
from textmend.edits.mended import Mended
from textmend.errors import RecordError, TextmendError
from textmend.policy import Policy
from textmend.review.documents import json_object
from textmend.text.words import WORD

Source = bytes | str
"""A page, or as a string another copy."""

Mend = Callable[[str, Source], Mended]
"""A text and its source in, the mended text out."""


class Case(NamedTuple):
    """A damaged text, its source, and what it should become.

    Attributes:
        name: the name of the text.
        variant: what became of the white space at its gaps.
        text: the damaged text.
        source: what may hold the lost words.
        whole: the text without its losses; white space may differ.
        lost: how many words were lost; here as everywhere below, a punctuation mark counts as a word.
    """

    name: str
    variant: str
    text: str
    source: Source
    whole: str
    lost: int


@dataclass(slots=True)
class Restored:
    """Figures of damaged texts mended with their sources.

    Attributes:
        texts: how many there are.
        exact: how many are whole again, but for white space elsewhere.
        spaced: how many of those whose white space was left alone are the original again, code point for code point.
        raw: how many those are.
        lost: how many words were lost.
        missing: how many words of the whole texts the mended ones lack.
        wrong: how many words the mended texts hold that the whole ones lack.
        open: how many of the missing words stand in the first fill of a gap that was left open.
        open_wrong: how many words of such fills the whole texts lack.
        differences: the first of the differences, for a person.
    """

    texts: int = 0
    exact: int = 0
    spaced: int = 0
    raw: int = 0
    lost: int = 0
    missing: int = 0
    wrong: int = 0
    open: int = 0
    open_wrong: int = 0
    differences: list[str] = field(default_factory=list)

    @property
    def share(self) -> float:
        """The share of lost words that were restored exactly."""
        return 1 - self.missing / max(1, self.lost)


@dataclass(slots=True)
class Untouched:
    """Figures of texts that should stay as they are.

    Attributes:
        texts: how many there are.
        words: how many words they have.
        changed: how many were edited.
        edits: how many edits were made.
        examples: the first of the edits, for a person.
    """

    texts: int = 0
    words: int = 0
    changed: int = 0
    edits: int = 0
    examples: list[str] = field(default_factory=list)


def restored(cases: Iterable[Case], mend: Mend) -> Restored:
    """Mend damaged texts with sources that hold the lost words, and compare with the whole texts."""
    figures = Restored()
    for case in cases:
        mended = mend(case.text, case.source)
        whole = _words(case.whole)
        figures.texts += 1
        figures.lost += case.lost
        if case.variant == "raw":
            figures.raw += 1
            figures.spaced += mended.text == case.whole
        missing, wrong, differences = _compare(_words(mended.text), whole)
        figures.exact += not missing and not wrong
        figures.missing += missing
        figures.wrong += wrong
        figures.differences += [f"{case.name} ({case.variant}): {each}" for each in differences]
        if any(gap.fills and gap.decision != "apply" for gap in mended.gaps):
            still, more, _ = _compare(_words(_with_open_fills(mended)), whole)
            figures.open += missing - still
            figures.open_wrong += more - wrong
    return figures


def _words(text: str) -> list[str]:
    return WORD.findall(text)


def _with_open_fills(mended: Mended) -> str:
    gaps = [gap.with_decision("apply") if gap.fills else gap for gap in mended.gaps]
    return Mended.of(mended.original, gaps, Policy().placeholder).text


def same_version(records: Iterable[dict[str, Any]], template: str) -> Iterator[Case]:
    """Yield damaged texts with pages of their originals."""
    for record in records:
        lost = sum(count_words(gap["lost"]) for gap in record["gaps"])
        yield Case(record["id"], record["variant"], record["text"], page_of(record, template), record["original"], lost)


def text_edited(records: Iterable[dict[str, Any]], template: str, seed: int) -> Iterator[Case]:
    """Yield damaged texts that were edited besides, with pages of their originals."""
    for number, record in enumerate(records):
        rng = random.Random(f"{seed} {record['id']}")
        text, whole, lost = edited_damage(record, VERSIONS[number % len(VERSIONS)], rng)
        yield Case(record["id"], record["variant"], text, page_of(record, template), whole, lost)


def source_edited(records: Iterable[dict[str, Any]], seed: int) -> Iterator[Case]:
    """Yield damaged texts with edited versions of their originals, as plain text."""
    for number, record in enumerate(records):
        rng = random.Random(f"{seed} {record['id']}")
        copy = VERSIONS[number % len(VERSIONS)](record["original"], rng)
        lost = sum(count_words(gap["lost"]) for gap in record["gaps"])
        yield Case(record["id"], record["variant"], record["text"], copy, record["original"], lost)


def untouched(pairs: Iterable[tuple[str, str, Source]], mend: Mend) -> Untouched:
    """Mend texts that should stay as they are; ``pairs`` holds names, texts and pages."""
    figures = Untouched()
    for name, text, page in pairs:
        edits = mend(text, page).edits
        figures.texts += 1
        figures.words += len(text.split())
        figures.changed += bool(edits)
        figures.edits += len(edits)
        figures.examples += [f"{name}: {edit.replacement!r} at {edit.start}" for edit in edits]
    return figures


def page_of(record: dict[str, Any], template: str) -> Source:
    """Return a page of a record's original; the same record and template give the same page."""
    paragraphs = marked_paragraphs(record["original"], lost_spans(record))
    rng = random.Random(f"{template} {record['id']}")
    return TEMPLATES[template](paragraphs, record.get("title") or "", rng)


def foreign(records: Sequence[dict[str, Any]], template: str) -> Iterator[tuple[str, str, Source]]:
    """Yield damaged texts with the page of the article that follows in the benchmark."""
    for record, other in pairwise(records):
        if record["original"] != other["original"]:
            yield f"{record['id']} with {other['id']}", record["text"], page_of(other, template)


def edited(records: Iterable[dict[str, Any]], template: str, rng: random.Random) -> Iterator[tuple[str, str, Source]]:
    """Yield whole texts as editors change them, with the page of the unchanged one."""
    for record in records:
        original = record["original"]
        text = rng.choice(EDITORS)(original, rng)
        if text != original:
            yield record["id"], text, page_of(record, template)


def _compare(mended: list[str], original: list[str]) -> tuple[int, int, list[str]]:
    from rapidfuzz.distance import Levenshtein

    missing = wrong = 0
    differences = []
    for code in Levenshtein.opcodes(mended, original):
        if code.tag == "equal":
            continue
        here, there = mended[code.src_start : code.src_end], original[code.dest_start : code.dest_end]
        missing, wrong = missing + len(there), wrong + len(here)
        before = " ".join(mended[max(0, code.src_start - 3) : code.src_start])
        differences.append(f"after “{before}”: “{' '.join(here)}” should be “{' '.join(there)}”")
    return missing, wrong, differences


def read_records(path: Path, most: int | None) -> list[dict[str, Any]]:
    """Read the records of a benchmark that hold their original.

    Raises:
        FileError: the file can't be read.
        RecordError: a line is no such record.
    """
    from textmend.damage.articles import read_lines

    records: list[dict[str, Any]] = []
    for number, line in enumerate(read_lines(path), start=1):
        if most is not None and len(records) >= most:
            break
        record = dict(json_object(line, f"{path}:{number}"))
        if not {"id", "text", "original", "gaps", "variant"} <= record.keys():
            raise RecordError(f"{path}:{number}: no benchmark record with its original")
        records.append(record)
    return records


def source_alone() -> Mend:
    """Return a way to mend by the source alone, without models, under the default policy."""
    from textmend.source.settle import read_copies, settle

    policy = Policy()

    def mend(text: str, source: Source) -> Mended:
        copies = read_copies(None, [source]) if isinstance(source, str) else read_copies(source)
        gaps = settle(text, [], copies).gaps
        return Mended.of(text, [gap.with_decision(policy.decide(gap)) for gap in gaps], policy.placeholder)

    return mend


def with_detector(threads: int | None) -> Mend:
    """Return a way to mend by the source and what the detector sees, without the filler, under the default policy."""
    from textmend.mender import Mender
    from textmend.source.settle import read_copies, settle
    from textmend.source.settled import FAINT

    policy = Policy()
    mender = Mender(policy=Policy(find_at=FAINT), threads=threads)

    def mend(text: str, source: Source) -> Mended:
        copies = read_copies(None, [source]) if isinstance(source, str) else read_copies(source)
        seen = mender.find_gaps(text)
        gaps = [gap for gap in seen if gap.probability >= policy.find_at]
        found = settle(text, gaps, copies, [gap for gap in seen if gap.probability < policy.find_at]).gaps
        return Mended.of(text, [gap.with_decision(policy.decide(gap)) for gap in found], policy.placeholder)

    return mend


def with_models(threads: int | None) -> Mend:
    """Return a way to mend with everything that ``textmend.mend`` uses."""
    from textmend.mender import Mender

    mender = Mender(threads=threads)

    def mend(text: str, source: Source) -> Mended:
        about: dict[str, Any] = {"reference": source} if isinstance(source, str) else {"html": source}
        return cast(Mended, mender.mend(text, **about))

    return mend


def main(
    bench: Annotated[Path, typer.Argument(help="A benchmark whose records hold their original.")],
    sample: Annotated[
        int | None, typer.Option(min=2, help="How many records, from the first on; default: all.")
    ] = None,
    models: Annotated[bool, typer.Option("--models", help="Mend with the models too; slower.")] = False,
    detector: Annotated[bool, typer.Option("--detector", help="Mend with the detector too, not the filler.")] = False,
    template: Annotated[list[str] | None, typer.Option(help=f"Of {', '.join(TEMPLATES)}; default: all.")] = None,
    show: Annotated[int, typer.Option(min=0, help="How many differences to show of each.")] = 5,
    seed: Annotated[int, typer.Option(help="Of the edited versions.")] = 0,
    threads: Annotated[int | None, typer.Option(min=1, help="CPU threads of the models.")] = None,
) -> None:
    """Measure what pages give back, and what they must leave alone."""
    console = Console(soft_wrap=True, highlight=False)
    try:
        for name in template or ():
            if name not in TEMPLATES:
                raise typer.BadParameter(f"--template {name!r} should be one of {', '.join(TEMPLATES)}")
        records = read_records(bench, sample)
        mend = with_models(threads) if models else with_detector(threads) if detector else source_alone()
        table = Table(
            *("source", "texts", "whole again", "raw, exact", "lost words", "restored", "wrong"),
            *("proposed besides", "wrong of these"),
        )
        others = Table("template", "texts", "words", "changed", "edits", title="should stay as they are")
        notes: list[str] = []
        for name in template or TEMPLATES:
            damaged = {name: same_version(records, name), f"{name}, text edited": text_edited(records, name, seed)}
            if name == "copy":
                damaged["copy, itself edited"] = source_edited(records, seed)
            for kind, cases in damaged.items():
                back = restored(cases, mend)
                table.add_row(
                    kind,
                    f"{back.texts:,}",
                    f"{back.exact:,}",
                    f"{back.spaced:,} of {back.raw:,}",
                    f"{back.lost:,}",
                    f"{back.share:.2%}",
                    f"{back.wrong:,}",
                    f"{back.open / max(1, back.lost):.2%}",
                    f"{back.open_wrong:,}",
                )
                notes += back.differences[:show]
            kinds = {
                "another's page": foreign(records, name),
                "edited": edited(records, name, random.Random(seed)),
            }
            for kind, pairs in kinds.items():
                stay = untouched(pairs, mend)
                others.add_row(
                    f"{name}, {kind}", *(f"{n:,}" for n in (stay.texts, stay.words, stay.changed, stay.edits))
                )
                notes += stay.examples[:show]
        console.print(table)
        console.print(others)
        for note in notes:
            console.print(note, markup=False)
    except TextmendError as error:
        console.print(f"[bold red]error:[/] {error}")
        raise typer.Exit(1) from error


if __name__ == "__main__":
    typer.run(main)
