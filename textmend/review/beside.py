"""What the page says beside each paragraph of an article: shown to the person who decides, used for nothing else.

A paragraph of the page belongs to one of the article if they have words in a row in common.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import regex

from textmend.text.words import Span, paragraphs

_WORD = regex.compile(r"\w+(?:['’-]\w+)*")
_RUN = 3
"""Words in a row that are looked for."""

_LEAST = 0.3
"""Share of the runs of the shorter paragraph that the other must hold."""

_MOST_WORDS = 2000
"""Words of a paragraph; a longer one, such as a table without end, is not compared word by word."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """A paragraph of a page and the paragraph of the article that it stands for.

    Attributes:
        article: the article's paragraph, in code points of its text.
        text: the page's paragraph.
        more: words that only the page's paragraph has, in code points of ``text``.
    """

    article: Span
    text: str
    more: tuple[Span, ...]


def beside(text: str, html: str | bytes) -> list[Beside]:
    """Return what a page says beside the paragraphs of an article, in the article's order.

    Args:
        text: the article.
        html: the page it was taken from.
    """
    from textmend.source.contents import read_page

    copies = read_page(html)
    if not copies:
        return []
    page = copies[0]
    blocks = [page.sentences(block.start, block.end) for block in page.blocks]
    runs = [_runs(block) for block in blocks]
    holders: dict[tuple[str, ...], list[int]] = {}
    for number, own in enumerate(runs):
        for run in own:
            holders.setdefault(run, []).append(number)
    found: list[Beside] = []
    for span in paragraphs(text):
        paragraph = text[span.start : span.end]
        own = _runs(paragraph)
        votes = Counter(number for run in own for number in holders.get(run, ()))
        best, common = max(votes.items(), key=lambda vote: vote[1], default=(-1, 0))
        if common and common >= _LEAST * min(len(own), len(runs[best])):
            found.append(Beside(article=span, text=blocks[best], more=tuple(_more(paragraph, blocks[best]))))
    return found


def _runs(text: str) -> set[tuple[str, ...]]:
    words = [match.group().casefold() for match in _WORD.finditer(text)]
    size = max(1, min(_RUN, len(words)))
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}


def _more(article: str, page: str) -> Iterator[Span]:
    """Yield the stretches of words of a page's paragraph that the article's does not have."""
    ours, theirs = list(_WORD.finditer(article)), list(_WORD.finditer(page))
    if max(len(ours), len(theirs)) > _MOST_WORDS:
        return
    for start, end in _inserted([one.group() for one in ours], [one.group() for one in theirs]):
        yield Span(theirs[start].start(), theirs[end - 1].end())


def _inserted(ours: Sequence[str], theirs: Sequence[str]) -> Iterator[tuple[int, int]]:
    from rapidfuzz.distance import LCSseq

    for step in LCSseq.opcodes(ours, theirs):
        if step.dest_end > step.dest_start and step.tag != "equal":
            yield step.dest_start, step.dest_end
