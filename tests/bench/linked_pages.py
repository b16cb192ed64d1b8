"""HTML pages around texts whose lost words are known: the words in links or other elements, the rest as sites write it.

For measuring what the source gives back; nothing here is like an extractor.
"""

from __future__ import annotations

import html
import json
import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from textmend.errors import RecordError
from textmend.text.words import Span


class Marked(NamedTuple):
    """A paragraph with the spans of its lost words, in its own offsets."""

    text: str
    lost: tuple[Span, ...]


def lost_spans(record: dict[str, Any]) -> list[Span]:
    """Return where the lost words of a benchmark record stand in its original.

    Text and original differ in the lost words and in white space only.

    Raises:
        RecordError: they differ otherwise.
    """
    text, original = record["text"], record["original"]
    spans: list[Span] = []
    here = there = 0
    for gap in [*record["gaps"], {"end": len(text), "lost": ""}]:
        while (here := _visible(text, here)) < gap["end"]:
            there = _visible(original, there)
            if original[there : there + 1] != text[here]:
                raise RecordError(f"{record['id']}: text and original differ at {here} and {there}")
            here, there = here + 1, there + 1
        there = _visible(original, there)
        if not original.startswith(gap["lost"], there):
            raise RecordError(f"{record['id']}: {gap['lost']!r} does not stand at {there} of the original")
        if gap["lost"]:
            spans.append(Span(there, there + len(gap["lost"])))
        here, there = gap["end"], there + len(gap["lost"])
    return spans


def marked_paragraphs(original: str, lost: Sequence[Span]) -> list[Marked]:
    """Cut a text at its blank lines."""
    paragraphs: list[Marked] = []
    start = 0
    for part in original.split("\n\n"):
        end = start + len(part)
        inside = tuple(Span(a - start, b - start) for a, b in lost if start <= a and b <= end)
        paragraphs.append(Marked(part, inside))
        start = end + 2
    return paragraphs


def plain_page(paragraphs: Sequence[Marked], title: str, rng: random.Random) -> bytes:
    """A clean page of today: an article in ``<p>``, links in ``<a>``."""

    def wrapped(words: str) -> str:
        return f'<a href="/topic">{words}</a>'

    body = "\n".join(f"<p>{_inline(each, wrapped)}</p>" for each in paragraphs)
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        f"<style>p {{ margin: 0 }}</style></head><body>{_HEADER}<main><article><h1>{html.escape(title)}</h1>"
        f"{body}</article></main>{_ASIDE}{_FOOTER}</body></html>"
    ).encode()


def busy_page(paragraphs: Sequence[Marked], title: str, rng: random.Random) -> bytes:
    """A page full of other things: related stories, captions and advertisements between the paragraphs, a JSON head."""

    def wrapped(words: str) -> str:
        return rng.choice(
            (
                f'<a class="link" href="https://example.org/x?a=1&amp;b=2" target="_blank"><span>{words}</span></a>',
                f'<strong><a href="#">{words}</a></strong>',
                f'<span class="tag glossary" data-term="x"><em>{words}</em></span>',
                f"<a href='/y'>{words}</a><!-- ad slot -->",
            )
        )

    between = (
        '<div class="ad"><span>Advertisement</span><script>ads.push({});</script></div>',
        '<aside><h4>Read more</h4><ul><li><a href="/1">What the harbour masters said next</a></li>'
        '<li><a href="/2">Five things to know about herring</a></li></ul></aside>',
        '<figure><img src="a.jpg" alt="x"><figcaption>A boat off the coast. (Photo: A. Nielsen)</figcaption></figure>',
        '<p class="share"><a href="#">Share</a> <a href="#">Save</a></p>',
        '<div style="display:none">This text is shown to nobody at all.</div>',
    )
    parts = []
    for each in paragraphs:
        parts.append(f'<div class="para">{_inline(each, wrapped)}</div>')
        if rng.random() < 0.3:
            parts.append(rng.choice(between))
    data = {"@type": "NewsArticle", "headline": title, "description": paragraphs[0].text[:150]}
    about = json.dumps(data).replace("</", "<\\/")
    return (
        f'<html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8">'
        f'<meta property="og:description" content="{html.escape(paragraphs[0].text[:120])}">'
        f'<script type="application/ld+json">{about}</script></head><body>{_HEADER}'
        f'<div id="content"><h1>{html.escape(title)}</h1><div class="body">{"".join(parts)}</div></div>'
        f"{_ASIDE}{_FOOTER}<script>var article = {about};</script></body></html>"
    ).encode()


def old_page(paragraphs: Sequence[Marked], title: str, rng: random.Random) -> bytes:
    """A page of long ago: a layout table, upper-case tags that are never closed, lines broken anywhere, Windows-1252."""

    def wrapped(words: str) -> str:
        return rng.choice((f"<A HREF=/x.htm>{words}</A>", f"<FONT color=red><A HREF=y.htm>{words}</FONT></A>"))

    parts = []
    for each in paragraphs:
        words = _inline(each, wrapped).split(" ")
        lines = [word + ("\r\n    " if rng.random() < 0.1 else " ") for word in words]
        parts.append(rng.choice(("<P>", "<BR><BR>", '<P ALIGN="left">')) + "".join(lines))
    return (
        f"<HTML><HEAD><TITLE>{html.escape(title)}</TITLE>\r\n"
        '<META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=iso-8859-1"></HEAD>'
        "<BODY><TABLE><TR><TD><A HREF=/>Home</A><BR><A HREF=/n>News</A></TD><TD>"
        f"{''.join(parts)}<HR>Page up to date as of today<TR><TD>Mail us</TABLE>"
    ).encode("cp1252", "xmlcharrefreplace")


def bare_copy(paragraphs: Sequence[Marked], title: str, rng: random.Random) -> str:
    """Another copy, without any markup, in a frame of other words."""
    texts = (each.text for each in paragraphs)
    return "\n\n".join(("From our correspondent", title, *texts, "Editing by the night desk"))


TEMPLATES: dict[str, Callable[[Sequence[Marked], str, random.Random], bytes | str]] = {
    "plain": plain_page,
    "busy": busy_page,
    "old": old_page,
    "copy": bare_copy,
}
"""Ways to write a source, by name: pages as bytes, and a plain text."""

_HEADER = (
    '<header><a href="/"><img src="logo.png" alt="The Daily Herring"></a><nav><ul><li><a href="/w">World</a></li>'
    '<li><a href="/s">Sport</a></li></ul></nav></header><script>window.dataLayer = window.dataLayer || [];</script>'
)
_ASIDE = (
    '<aside class="related"><h3>Most read</h3><ol><li><a href="/3">The mayor opens a bridge in the north</a></li>'
    '<li><a href="/4">Otters return to the river</a></li></ol></aside>'
)
_FOOTER = '<footer><p>All rights reserved. Follow us for the latest news. <a href="/t">Terms of use</a></p></footer>'


def _inline(paragraph: Marked, wrap: Callable[[str], str]) -> str:
    parts: list[str] = []
    place = 0
    for start, end in paragraph.lost:
        parts += (html.escape(paragraph.text[place:start]), wrap(html.escape(paragraph.text[start:end])))
        place = end
    return "".join(parts) + html.escape(paragraph.text[place:])


def _visible(text: str, start: int) -> int:
    while start < len(text) and text[start].isspace():
        start += 1
    return start
