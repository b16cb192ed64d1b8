"""Measuring what the source gives back: lost words restored exactly, and nothing else touched.

``python -m textmend.evaluate.restore ../shared/data/dev/link_loss.jsonl.bz2`` builds pages with the same links around
the articles of a benchmark, in several templates, and a copy without markup, mends the damaged texts with them, and compares with the originals.
Harm is measured beside it: texts mended with the page of another article, and edited versions of whole texts mended
with their own page; any edit of these is harm.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, cast

import typer
from rich.console import Console
from rich.table import Table

from textmend.errors import RecordError, TextmendError
from textmend.evaluate.linked_pages import TEMPLATES, lost_spans, marked_paragraphs
from textmend.mended import Mended
from textmend.review.documents import json_object
from textmend.text import WORD

Source = bytes | str
"""A page, or as a string another copy."""

Mend = Callable[[str, Source], Mended]
"""A text and its source in, the mended text out."""


@dataclass(slots=True)
class Restored:
    """Figures of damaged texts mended with their own pages.

    Attributes:
        texts: how many there are.
        exact: how many are the original again, but for white space elsewhere.
        spaced: how many of those whose white space was left alone are the original again, code point for code point.
        raw: how many those are.
        lost: how many words were lost.
        missing: how many words of the originals the mended texts lack.
        wrong: how many words the mended texts hold that the originals lack.
        differences: the first of the differences, for a person.
    """

    texts: int = 0
    exact: int = 0
    spaced: int = 0
    raw: int = 0
    lost: int = 0
    missing: int = 0
    wrong: int = 0
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


def restored(records: Iterable[dict[str, Any]], template: str, mend: Mend) -> Restored:
    """Mend damaged texts with pages that hold the lost words, and compare with the originals."""
    figures = Restored()
    for record in records:
        mended = mend(record["text"], page_of(record, template)).text
        original = record["original"]
        figures.texts += 1
        figures.lost += sum(len(gap["lost"].split()) for gap in record["gaps"])
        if record["variant"] == "raw":
            figures.raw += 1
            figures.spaced += mended == original
        if mended.split() == original.split():
            figures.exact += 1
            continue
        missing, wrong, differences = _compare(mended.split(), original.split())
        figures.missing += missing
        figures.wrong += wrong
        figures.differences += [f"{record['id']} ({record['variant']}): {each}" for each in differences]
    return figures


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


def shortened(text: str, rng: random.Random) -> str:
    """Cut a fifth of the sentences, and a clause between commas here and there."""
    paragraphs = []
    for paragraph in text.split("\n\n"):
        sentences = [part for part in paragraph.replace(". ", ".\0").split("\0") if rng.random() > 0.2]
        paragraphs.append(" ".join(_without_clause(part) if rng.random() < 0.1 else part for part in sentences))
    return "\n\n".join(filter(None, paragraphs))


def reworded(text: str, rng: random.Random) -> str:
    """Replace one word in thirty by another of the text, and cut one in two hundred."""
    words = [match.group() for match in WORD.finditer(text) if match.group().islower()]

    def one(word: str) -> str:
        chance = rng.random()
        if not word.isalpha() or not word.islower() or chance > 0.04:
            return word
        return "" if chance < 0.005 else rng.choice(words)

    return "\n\n".join(" ".join(filter(None, map(one, part.split(" ")))) for part in text.split("\n\n"))


def rearranged(text: str, rng: random.Random) -> str:
    """Cut some paragraphs, exchange others, and break the text off."""
    paragraphs = [part for part in text.split("\n\n") if rng.random() > 0.2]
    for index in range(len(paragraphs) - 1):
        if rng.random() < 0.2:
            paragraphs[index : index + 2] = paragraphs[index : index + 2][::-1]
    whole = "\n\n".join(paragraphs)
    return whole[: int(len(whole) * rng.uniform(0.6, 1))].rstrip()


EDITORS: tuple[Callable[[str, random.Random], str], ...] = (shortened, reworded, rearranged)
"""What people do to texts on purpose."""


def _without_clause(sentence: str) -> str:
    parts = sentence.split(", ")
    return ", ".join([*parts[:1], *parts[2:]]) if len(parts) > 2 else sentence


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
    from textmend.train.corpus import read_lines

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
    from textmend.policy import Policy
    from textmend.source.settle import read_copies, settle

    policy = Policy()

    def mend(text: str, source: Source) -> Mended:
        copies = read_copies(None, [source]) if isinstance(source, str) else read_copies(source)
        gaps = settle(text, [], copies).gaps
        return Mended.of(text, [gap.with_decision(policy.decide(gap)) for gap in gaps], policy.placeholder)

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
        mend = with_models(threads) if models else source_alone()
        table = Table("template", "texts", "exact", "raw, exact", "lost words", "restored", "wrong words")
        others = Table("template", "texts", "words", "changed", "edits", title="should stay as they are")
        notes: list[str] = []
        for name in template or TEMPLATES:
            back = restored(records, name, mend)
            table.add_row(
                name,
                f"{back.texts:,}",
                f"{back.exact:,}",
                f"{back.spaced:,} of {back.raw:,}",
                f"{back.lost:,}",
                f"{back.share:.2%}",
                f"{back.wrong:,}",
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
