"""Which losses can be found at all: gaps by the part that the lost words played in their sentence.

A loss that leaves good English (an adverb, an adjective, half a compound) leaves no trace where white space is tidy.
The lost words are put back, and spaCy's parse of the whole sentence says what they were.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from bench.compare.configuration import Report, Setting
from bench.compare.finding import THRESHOLD, batches
from bench.compare.tables import Row, Table, columns
from bench.rivals.parse import load_pipeline
from textmend.damage.benchmark import Record
from textmend.edits.apply import apply_edits, insertion
from textmend.evaluate.detection import judge_records
from textmend.records import Gap
from textmend.text.words import encodable

if TYPE_CHECKING:
    from spacy.tokens import Span

RECORDS = 150

ARGUMENT, HEAD, VERB, MODIFIER, CONJUNCT, OTHER = (
    "a whole subject, object or complement",
    "its noun alone, what belongs to it stays",
    "a verb",
    "a modifier: adjective, adverb, part of a compound, apposition",
    "part of an enumeration",
    "something else",
)

_ARGUMENTS = frozenset(
    ("nsubj", "nsubjpass", "dobj", "pobj", "attr", "dative", "oprd", "csubj", "ccomp", "xcomp", "acomp")
)
_MODIFIERS = frozenset(
    "amod advmod compound nmod npadvmod nummod quantmod poss det prep acl relcl advcl appos neg".split()
)


class Restored(NamedTuple):
    """A record's text with its lost words back in, and where these stand; offsets in code points."""

    text: str
    spans: tuple[tuple[int, int], ...]


def restore(record: Record) -> Restored:
    """Put the lost words back, spaced as a mended text is."""
    edits = [
        insertion(record.text, Gap(start=gap.start, end=gap.end, probability=1.0), gap.lost) for gap in record.gaps
    ]
    spans: list[tuple[int, int]] = []
    shift = 0
    for edit, gap in zip(edits, record.gaps, strict=True):
        start = edit.start + shift + edit.replacement.index(gap.lost)
        spans.append((start, start + len(gap.lost)))
        shift += len(edit.replacement) - (edit.end - edit.start)
    return Restored(apply_edits(record.text, edits), tuple(spans))


def role_of(span: Span) -> str:
    """Return the part that words play in their sentence, by the parse of it."""
    root = span.root
    if root.dep_ in _MODIFIERS:
        return MODIFIER
    if root.dep_ == "conj":
        return CONJUNCT
    if root.pos_ in ("VERB", "AUX"):
        return VERB
    if root.dep_ in _ARGUMENTS:
        outside = any(token.i < span.start or token.i >= span.end for token in root.subtree)
        return HEAD if outside else ARGUMENT
    return OTHER


def find_by_role(setting: Setting, report: Report) -> list[Table]:
    """Say for each role how many gaps there are, how many are found, and how likely they are thought to be."""
    nlp = load_pipeline()
    tables = []
    for benchmark in setting.damaged(RECORDS):
        report(f"parsing {len(benchmark.records)} records of {benchmark.name}")
        found: dict[str, list[tuple[bool, float]]] = {}
        plain = replace(benchmark, records=tuple(one for one in benchmark.records if one.variant != "raw"))
        for judged in judge_records(batches(plain), setting.system.judge):
            likely = {
                int(gap): float(p) for gap, p in zip(judged.matched, judged.probabilities, strict=True) if gap >= 0
            }
            for index, role in enumerate(_roles(nlp, judged.record)):
                probability = likely.get(index, 0.0)
                found.setdefault(role, []).append((probability >= THRESHOLD, probability))
        tables.append(_table(benchmark.name, len(plain.records), found))
    return tables


def _roles(nlp: object, record: Record) -> Iterator[str]:
    restored = restore(record)
    doc = nlp(encodable(restored.text))  # type: ignore[operator]
    for start, end in restored.spans:
        span = doc.char_span(start, end, alignment_mode="expand")
        yield role_of(span) if span is not None and len(span) else OTHER


def _table(name: str, records: int, found: dict[str, list[tuple[bool, float]]]) -> Table:
    total = sum(map(len, found.values()))
    rows = tuple(
        Row(
            role,
            {
                "gaps": len(found[role]),
                "part": len(found[role]) / total,
                "recall": _mean([hit for hit, _ in found[role]]),
                "probability": _mean([probability for _, probability in found[role]]),
            },
        )
        for role in (ARGUMENT, HEAD, VERB, CONJUNCT, MODIFIER, OTHER)
        if role in found
    )
    return Table(
        title=f"What was lost, and whether it is found: `{name}` ({records} records, {total:,} gaps)",
        columns=columns(
            ("gaps", "gaps", "count"),
            ("part", "of all", "share"),
            ("recall", "found", "share"),
            ("probability", "mean probability", "share"),
        ),
        rows=rows,
        note="In percent but for the gaps. White space collapsed or tidied; where it stays as it was, nearly all is "
        "found. The role is spaCy's opinion of the lost words in the whole sentence.",
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
