"""Measures what real pages do to their own text: whole, it should stay as it is; without its links, get them back.

``python -m bench.own_pages PAGES`` (from ``tests/``) reads pages, each with the text that a careful extractor should
give. A *link* is the text of an ``a`` element, where its paragraph says more than links; what is a block of its own,
such as the items of a table of contents, is for an extractor to keep.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console

from bench.extractors import read_pages
from bench.restore import source_alone
from textmend.records import Edit
from textmend.source.contents import read_page
from textmend.source.markup import markup_of
from textmend.source.pieces import Side, pieces_of
from textmend.source.words import WordNumbers
from textmend.text.words import WORD, Span, paragraphs

_LEAST_LETTERS = 12
"""A paragraph that keeps fewer letters without its links is passed over."""


class Loss(NamedTuple):
    """A text without its links.

    Attributes:
        text: the whole text.
        damaged: it, without them.
        links: the links within sentences, as spans of ``text``.
    """

    text: str
    damaged: str
    links: Sequence[Span]


class Figures(NamedTuple):
    """What came back: words lost and restored, and words that the text doesn't have."""

    lost: int
    restored: int
    added: int


def without_links(text: str, html: str | bytes) -> Loss:
    """Return a text without the links of its page."""
    copy = read_page(html)[0]
    vocabulary, markup = WordNumbers(), markup_of(text)
    side = Side(text, vocabulary.read(markup.words_only(), list(paragraphs(text))), markup)
    words = vocabulary.read(copy.text, copy.blocks, copy.edges)
    pieces = pieces_of(side, Side(copy.text, words)).pieces
    at = [words.starts[piece.word] for piece in pieces]
    found: list[Span] = []
    within: list[Span] = []
    for tag, start, end in sorted(copy.inlines, key=lambda inline: inline.start):
        inside = pieces[bisect_left(at, start) : bisect_left(at, end)]
        if tag != "a" or copy.aside_at(start) is not None or not inside:
            continue
        span = Span(inside[0].start, inside[-1].end)
        if found and span.start < found[-1].end:
            continue
        found.append(span)
        first, stop = bisect_left(words.starts, start), bisect_left(words.starts, end)
        block = words.blocks[first]
        if first > words.first[block] or stop < words.first[block + 1]:
            within.append(span)
    return Loss(text, _cut(text, found), [span for span in within if _is_kept(text, found, span)])


def _cut(text: str, spans: Sequence[Span]) -> str:
    ends = [0, *(span.end for span in spans)]
    starts = [*(span.start for span in spans), len(text)]
    return "".join(text[end:start] for end, start in zip(ends, starts, strict=True))


def _is_kept(text: str, spans: Sequence[Span], span: Span) -> bool:
    """Whether the paragraph of a link keeps words without its links."""
    around = next(one for one in paragraphs(text) if one.start <= span.start < one.end)
    inside = [Span(one.start, min(one.end, around.end)) for one in spans if around.start <= one.start < around.end]
    shifted = [Span(one.start - around.start, one.end - around.start) for one in inside]
    return sum(map(str.isalpha, _cut(text[around.start : around.end], shifted))) >= _LEAST_LETTERS


def compare(loss: Loss, mended: str) -> Figures:
    """Compare a mended text with the whole one."""
    matches = list(WORD.finditer(loss.text))
    here, there = [match[0] for match in matches], WORD.findall(mended)
    counted = [any(span.start <= match.start() < span.end for span in loss.links) for match in matches]
    spoken = [word[0].isalnum() for word in here]
    lost = sum(map(_both, spoken, counted))
    missing = added = 0
    for kind, start, end, new, new_end in SequenceMatcher(None, here, there, autojunk=False).get_opcodes():
        if kind != "equal":
            missing += sum(map(_both, spoken[start:end], counted[start:end]))
            added += sum(word[0].isalnum() for word in there[new:new_end])
    return Figures(lost, lost - missing, added)


def _both(one: bool, other: bool) -> bool:
    return one and other


def _shown(text: str, edits: Sequence[Edit]) -> Iterator[str]:
    for edit in edits:
        yield f"{text[max(0, edit.start - 40) : edit.start]}⟦{edit.replacement}⟧{text[edit.end : edit.end + 40]}"


def main(
    pages: Annotated[Path, typer.Argument(help="JSON Lines of id, html and text.")],
    sample: Annotated[int | None, typer.Option(min=1, help="How many pages, from the first on; default: all.")] = None,
) -> None:
    """Mend texts with their own pages: whole ones, and ones that lost their links; without models."""
    console = Console(soft_wrap=True, highlight=False, markup=False)
    mend = source_alone()
    edits = words = with_links = 0
    total = Figures(0, 0, 0)
    for record in read_pages(pages, sample):
        text, page = str(record["text"]), _page(record)
        words += len(text.split())
        whole = mend(text, page)
        edits += len(whole.edits)
        for shown in _shown(text, whole.edits):
            console.print(f"{record['id']}: {shown!r}")
        loss = without_links(text, page)
        if not loss.links:
            continue
        figures = compare(loss, mend(loss.damaged, page).text)
        # What whole text gets too is no fault of the loss: it is listed above.
        added = max(0, figures.added - compare(loss, whole.text).added)
        total = Figures(total.lost + figures.lost, total.restored + figures.restored, total.added + added)
        with_links += 1
        if figures.restored < figures.lost or added:
            console.print(f"{record['id']}: {figures.lost - figures.restored} of {figures.lost} lost, {added} added")
    console.print(f"{words:,} words as they should be: {edits} edits")
    share = total.restored / max(1, total.lost)
    console.print(f"{with_links} pages without links: {total.restored:,} of {total.lost:,} words back ({share:.2%})")
    console.print(f"words added that the text doesn't have: {total.added}")


def _page(record: dict[str, Any]) -> bytes:
    return str(record["html"]).encode()


if __name__ == "__main__":
    typer.run(main)
