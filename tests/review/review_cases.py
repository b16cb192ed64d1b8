"""Documents and decisions for the tests of review: hostile ones, and an article to read."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import get_args

from hypothesis import strategies as st
from strategies import any_text, probabilities, words

from textmend.records import Evidence, Fill, Gap, Verdict
from textmend.review.decisions import Recorded, record
from textmend.review.documents import ReviewDocument

ARTICLE = (
    "A panel investigating Icelandic , among them the fleet owner, met on Monday in Hull.\n\n"
    "They want to repair relations with and put a stop to a quarrel that is older than most of the crews.\n\n"
    "Some rammed hulls and organised night  against trawlers; the raids went on until the winter of that year.\n"
)

_PAIR = re.compile("[\ud800-\udbff](?=[\udc00-\udfff])")
HOSTILE_WORDS = (
    *('=HYPERLINK("https://otter.example","x")', "+1", "-2", "@SUM(A1)", "'=1", "''@x", "＝1", "\t=1", "\r=2"),
    *("<script>alert(1)</script>", "</Text>", "&amp;", '"', '""', "a,b;c\td", "two\r\nlines", "  led", "trailed  "),
    *(
        "\u202eetaler",
        "a\u200bb",
        "👩\u200d👩\u200d👧",
        "\ud800",
        "\x00",
        "words: x",
        "fill 1",
        "not a gap",
        "gap",
        "▢1",
    ),
)


def gap_at(text: str, before: str, *fills: Fill | str, probability: float = 0.9, cues: tuple[str, ...] = ()) -> Gap:
    """Return the gap whose white space follows the first ``before``."""
    start = text.index(before) + len(before)
    end = start
    while end < len(text) and text[end].isspace():
        end += 1
    made = tuple(
        fill if isinstance(fill, Fill) else Fill(text=fill, probability=0.5 / 2**rank, origin="model")
        for rank, fill in enumerate(fills)
    )
    return Gap(start=start, end=end, probability=probability, lengths=(0.8, 0.2), cues=cues, fills=made)


def article() -> ReviewDocument:
    """The article with its three gaps."""
    echo = ARTICLE.index("raids")
    raids = Fill(
        text="raids",
        probability=0.8,
        origin="echo",
        evidence=Evidence(place="text", quote="the raids went on", start=echo, end=echo + 5),
    )
    return ReviewDocument(
        id="article.txt",
        text=ARTICLE,
        title="Trawlers",
        gaps=(
            gap_at(ARTICLE, "Icelandic", "captains", "owners", cues=("space_before_punctuation",)),
            gap_at(ARTICLE, "with", "Norway", "Iceland", probability=0.6),
            gap_at(ARTICLE, "night", raids, "attacks", cues=("double_space",)),
        ),
    )


def take(document: ReviewDocument, gap: Gap, fill: Fill, by: str | None = None, at: str | None = None) -> Recorded:
    """Return the decision for a fill."""
    tied = {"spacing": fill.spacing, "replaces": fill.replaces}
    return record(document, gap, "fill", fill.text, by=by, at=at, **tied)


@st.composite
def documents(draw, name: str = "a.txt"):
    """Documents with gaps at some of the places between visible characters, before the first and after the last."""
    text = _PAIR.sub("", draw(any_text))
    visible = [offset for offset, char in enumerate(text) if not char.isspace()]
    ends = [*visible, len(text)]
    edges = list(zip([0, *(offset + 1 for offset in visible)], ends, strict=True))
    chosen = draw(st.lists(st.sampled_from(edges), unique=True, max_size=6).map(sorted))
    fill = st.builds(
        Fill, text=words | st.sampled_from(HOSTILE_WORDS), probability=probabilities, origin=st.just("model")
    )
    fill = fill.filter(lambda one: not _PAIR.search(one.text))
    limits = [*(start for start, _ in chosen), len(text) + 1][1:]
    gaps = tuple(
        Gap(
            start=start,
            end=end,
            probability=draw(probabilities),
            fills=tuple(draw(st.lists(fill | _from_source(fill, limit - 1 - end), max_size=11))),
        )
        for (start, end), limit in zip(chosen, limits, strict=True)
    )
    title = draw(st.none() | words.filter(lambda one: not _PAIR.search(one)))
    return ReviewDocument(id=name, text=text, gaps=gaps, title=title)


def _from_source(fill: st.SearchStrategy[Fill], most: int) -> st.SearchStrategy[Fill]:
    """Fills with the spacing of a source, that stand for some of the next ``most`` code points too."""
    spaces = st.text(" \n\u3000", max_size=2)
    tied = st.tuples(fill, st.none() | st.tuples(spaces, spaces), st.integers(0, max(0, most)))
    return tied.map(lambda parts: replace(parts[0], origin="source", spacing=parts[1], replaces=parts[2]))


@st.composite
def decided(draw, document: ReviewDocument) -> list[Recorded]:
    """Decisions about some of a document's gaps, one each."""
    found: list[Recorded] = []
    for gap in document.gaps:
        verdict = draw(st.none() | st.sampled_from(get_args(Verdict)))
        if verdict is None:
            continue
        own = (words | st.sampled_from(HOSTILE_WORDS)).filter(lambda one: one.strip() and not _PAIR.search(one))
        written = st.builds(Fill, text=own, probability=st.just(1.0), origin=st.just("reviewer"))
        written = written.filter(lambda one, gap=gap: one.text not in [fill.text for fill in gap.fills])
        person = st.none() | own
        by, at = draw(person), draw(st.none() | st.just("2026-01-31T12:00:00Z"))
        if verdict == "fill":
            found.append(
                take(document, gap, draw(st.sampled_from(gap.fills) | written if gap.fills else written), by, at)
            )
        else:
            found.append(record(document, gap, verdict, by=by, at=at))
    return found
