"""From an HTML page to its running text and the spans of its links. For making benchmarks, not for extraction."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from textmend.damage.articles import LinkedText
from textmend.errors import FileError

_APART = frozenset(("nav", "header", "footer", "aside", "form", "figure", "table", "noscript", "template"))
_SILENT = frozenset(("script", "style", "template", "noscript", "button", "select", "textarea", "svg", "iframe"))
_LEAST_WORDS = 8
_MOST_LINKED = 0.6


def article_of(page: bytes) -> LinkedText:
    """Return the paragraphs of a page (``<p>`` outside navigation, asides, forms and tables) with their links.

    White space is collapsed, as in a browser. Paragraphs of a few words, and those that are mostly links, are left out.

    Raises:
        FileError: the page holds no HTML.
    """
    from lxml import etree, html

    try:
        # A meta element may name another encoding; without one, pages are UTF-8 today.
        declared = b"charset" in page[:4096].lower()
        parser = html.HTMLParser(encoding=None if declared else "utf-8")
        root = html.document_fromstring(page, parser=parser)
    except (etree.ParserError, ValueError) as error:
        raise FileError(f"holds no HTML: {error}") from error
    texts: list[str] = []
    links: list[tuple[int, int]] = []
    offset = 0
    for paragraph in root.iter("p"):
        if any(ancestor.tag in _APART for ancestor in paragraph.iterancestors()):
            continue
        text, own = _collapsed(_runs(paragraph, linked=False))
        linked = sum(end - start for start, end in own)
        if len(text.split()) < _LEAST_WORDS or linked > _MOST_LINKED * len(text):
            continue
        texts.append(text)
        links += [(offset + start, offset + end) for start, end in own]
        offset += len(text) + 2
    title = root.findtext(".//title") or ""
    return LinkedText("\n\n".join(texts), tuple(links), " ".join(title.split()))


def _runs(element: Any, *, linked: bool) -> Iterator[tuple[str, bool]]:
    """Yield the text of an element in order, and whether each run belongs to a link."""
    yield element.text or "", linked
    for child in element:
        if child.tag == "br":
            yield " ", linked
        elif isinstance(child.tag, str) and child.tag not in _SILENT:
            yield from _runs(child, linked=linked or (child.tag == "a" and "href" in child.attrib))
        yield child.tail or "", linked


def _collapsed(runs: Iterator[tuple[str, bool]]) -> tuple[str, list[tuple[int, int]]]:
    """Join runs with white space collapsed; return the text and where its links are."""
    out: list[str] = []
    links: list[tuple[int, int]] = []
    length = 0
    start: int | None = None
    space = False
    for run, linked in runs:
        if linked and start is None:
            start = length
        elif not linked and start is not None:
            links.append((start, length))
            start = None
        for char in run:
            if char in " \t\n\r\f":
                space = length > 0
                continue
            if space:
                out.append(" ")
                length += 1
                space = False
            out.append(char)
            length += 1
    if start is not None:
        links.append((start, length))
    text = "".join(out)
    return text, [(_visible_from(text, first), last) for first, last in links if text[first:last].strip()]


def _visible_from(text: str, start: int) -> int:
    while text[start].isspace():
        start += 1
    return start
