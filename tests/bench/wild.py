"""The wild cases: small texts after public bug reports, some with the page or the copy they came from.

``python -m bench.wild CASES.jsonl`` shows what is found in each kind of text and what comes back from each page.
Not for samples with statistics; the cases are few, and each is one of its kind.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from textmend.errors import RecordError, TextmendError
from textmend.mender import Mender
from textmend.records import Gap

_REACH = 1
"""By how many code points a gap may lie beside a true one and still be it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One case.

    Attributes:
        id: unique in its file.
        kind: what was reported, in a few words.
        text: the text as it came.
        gaps: where words are missing, as ``(start, end)`` code points; none in bait.
        html: the page, or ``None``.
        reference: another copy of the text, or ``None``.
        right: the text as it should come back with the page or the copy.
    """

    id: str
    kind: str
    text: str
    gaps: tuple[tuple[int, int], ...]
    html: str | None = None
    reference: str | None = None
    right: str | None = None

    @property
    def has_source(self) -> bool:
        """Whether a page or a copy comes with the text."""
        return bool(self.html or self.reference)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one text: how many true gaps, and how many false ones."""

    hits: int
    false: int


@dataclass(frozen=True, slots=True)
class Page:
    """What came back from one page: whether it is exactly right, and words that are in neither text."""

    right: bool
    wrong: tuple[str, ...]


def read_cases(path: Path) -> tuple[list[Case], str]:
    """Read the cases and the SHA-256 of the file. Raises :class:`RecordError` where a line is malformed."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RecordError(f"{path}: can't be read: {error.strerror}") from error
    cases = []
    for number, line in enumerate(content.decode().split("\n"), 1):
        if not line:
            continue
        try:
            record = json.loads(line)
            cases.append(
                Case(
                    id=record["id"],
                    kind=record["kind"],
                    text=record["text"],
                    gaps=tuple((gap["start"], gap["end"]) for gap in record["gaps"]),
                    html=record.get("html"),
                    reference=record.get("reference"),
                    right=record.get("right"),
                )
            )
        except (ValueError, KeyError, TypeError) as error:
            raise RecordError(f"{path}:{number}: is no wild case: {error!r}") from error
    return cases, hashlib.sha256(content).hexdigest()


def judge_text(case: Case, gaps: Sequence[Gap]) -> Found:
    """Match the gaps found with the true ones, each at most once."""
    free = list(gaps)
    for start, end in case.gaps:
        near = [gap for gap in free if gap.start <= end + _REACH and gap.end >= start - _REACH]
        if near:
            free.remove(near[0])
    return Found(len(gaps) - len(free), len(free))


def judge_page(case: Case, text: str) -> Page:
    """Compare the text that came back with the right one, white space aside."""
    right = case.text if case.right is None else case.right
    known = {*right.split(), *case.text.split()}
    return Page(text.split() == right.split(), tuple(word for word in text.split() if word not in known))


def mend_page(mender: Mender, case: Case) -> str:
    """Mend a case's text with its page or copy; an error is what came back, for a page must never raise one."""
    try:
        return mender.mend(case.text, html=case.html, reference=[case.reference] if case.reference else None).text
    except TextmendError as error:
        return repr(error)


def measure_cases(mender: Mender, cases: Sequence[Case]) -> dict[str, float]:
    """Return the figures: ``text/found`` and ``text/false`` gaps, ``pages/right`` and ``pages/wrong_words`` pages."""
    texts = [case for case in cases if not case.has_source]
    found = [
        judge_text(case, gaps) for case, gaps in zip(texts, mender.find_gaps([c.text for c in texts]), strict=True)
    ]
    pages = [judge_page(case, mend_page(mender, case)) for case in cases if case.has_source]
    return {
        "text/found": float(sum(one.hits for one in found)),
        "text/false": float(sum(one.false for one in found)),
        "pages/right": float(sum(page.right for page in pages)),
        "pages/wrong_words": float(sum(bool(page.wrong) for page in pages)),
    }


def main(
    cases: Annotated[Path, typer.Argument(help="The cases.")] = Path("../shared/data/wild/cases.jsonl"),
    detector: Annotated[str, typer.Option(help="Detector: a language or a folder.")] = "en",
    filler: Annotated[str, typer.Option(help="Filler: a language or a folder.")] = "en",
    pages: Annotated[bool, typer.Option("--pages", help="Show the cases with a page or a copy.")] = False,
) -> None:
    """Show case by case what is found, or with ``--pages`` what comes back."""
    mender = Mender(detector=detector, filler=filler)
    table = Table("kind", *(("right", "wrong words") if pages else ("gaps", "found", "false")))
    for case in read_cases(cases)[0]:
        if case.has_source != pages:
            continue
        if pages:
            page = judge_page(case, mend_page(mender, case))
            table.add_row(case.kind, "yes" if page.right else "no", " ".join(page.wrong[:6]))
        else:
            found = judge_text(case, mender.find_gaps(case.text))
            table.add_row(case.kind, str(len(case.gaps)), str(found.hits), str(found.false))
    Console().print(table)


if __name__ == "__main__":
    typer.run(main)
