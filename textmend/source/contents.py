"""The copies of an article: the visible text of a page, descriptions in its head, items of a feed, and references."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from html import escape, unescape
from typing import Any

import regex

from textmend.source.copies import Copy, CopyPlace, plain_copy
from textmend.source.page import shown
from textmend.source.parsing import is_html, page_text, parsed, unescaped

_ENTITY = regex.compile(r"&(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLOCK_TAG = regex.compile(r"<(?:p|br|div|li|td|h[1-6]|pre|blockquote|body)\b", regex.IGNORECASE)
_BLANK_LINE = regex.compile(r"\n[ \t\r]*+\n")
_DESCRIPTIONS = frozenset(("og:description", "twitter:description", "description", "dc.description"))
_JSON_KEYS = ("articleBody", "description")
_MOST_OTHERS = 8  # the longest ones; each is compared with the whole text, and a list of products has hundreds
_FEED = regex.compile(
    r"^\s*(?:<\?xml[^>]{0,200}>\s*|<!--(?:[^-]++|-(?!->))*+-->\s*|<\?[^>]{0,500}>\s*)*+"
    r"<(?:rss|feed|rdf:RDF|channel|item|entry|description|content:encoded)[\s>]",
)
_PROLOGUE = regex.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_LOOKED_AT = 4096
_FEED_TEXTS = frozenset(("encoded", "content", "description", "summary"))


def read_page(page: str | bytes) -> list[Copy]:
    """Return the copies that a page holds: first its visible text, then the longest descriptions in its head.

    For a feed, these are the contents of its items, then their summaries.

    Args:
        page: HTML, or a feed. Bytes are decoded by their byte order mark, else by what the page declares, else as
            UTF-8, else as Windows-1252.

    Raises:
        InputError: it is no string and no bytes.
    """
    text = page_text(page)
    if _FEED.match(text[:_LOOKED_AT]):
        return list(_feed_copies(text, "page"))
    root = parsed(text)
    if root is None:
        return []
    others = {text: name for text, name in _descriptions(root) if text.strip()}
    longest = sorted(others.items(), key=lambda other: -len(other[0]))[:_MOST_OTHERS]
    return [
        shown(root, "page"),
        *(replace(copy_of(text, "page"), describe=_named(name)) for text, name in longest),
    ]


def copies_of(text: str, place: CopyPlace) -> list[Copy]:
    """Return the copies that a text holds: several if it is a feed, or an item of one."""
    return list(_feed_copies(text, place)) if _FEED.match(text[:_LOOKED_AT]) else [copy_of(text, place)]


def copy_of(text: str, place: CopyPlace) -> Copy:
    """Return a copy that may be plain text or, as summaries of feeds often are, a piece of HTML."""
    html = unescaped(text)
    if not is_html(html):
        # A text with entities but no tags was escaped once too often: it has no elements.
        return plain_copy(unescape(text) if _ENTITY.search(text) else text, place)
    root = parsed(_with_paragraphs(html))
    return plain_copy(text, place) if root is None else shown(root, place)


def _with_paragraphs(html: str) -> str:
    """Return HTML with a paragraph for every blank line, as blogs write, if it has none of its own."""
    return html if _BLOCK_TAG.search(html) else _BLANK_LINE.sub("\n<p>\n", html)


def _named(name: str) -> Callable[[int, int], str | None]:
    return lambda start, end: name


def _feed_copies(text: str, place: CopyPlace) -> Iterator[Copy]:
    """Yield the contents of a feed, then the summaries: the items of each kind are one copy."""
    from lxml import etree

    parser = etree.XMLParser(recover=True, resolve_entities=False, no_network=True, huge_tree=True, strip_cdata=True)
    root = etree.fromstring(f"<feed>{_PROLOGUE.sub('', text, count=1)}</feed>".encode(), parser)
    found: dict[str, list[str]] = {}
    for element in root.iter() if root is not None else ():
        name = element.tag.rpartition("}")[2].rpartition(":")[2] if isinstance(element.tag, str) else ""
        if name in _FEED_TEXTS:
            found.setdefault(name, []).append(_item_html(element, etree))
    for _, items in sorted(found.items(), key=lambda kind: -sum(map(len, kind[1]))):
        body = parsed("".join(f"<div>{item}</div>" for item in items))
        if body is not None:
            yield shown(body, place)


def _item_html(element: Any, etree: Any) -> str:
    """Return the text of a feed's element as HTML."""
    if len(element):
        return (element.text or "") + "".join(etree.tostring(child, encoding="unicode") for child in element)
    text = element.text or ""
    html = unescaped(text)
    return _with_paragraphs(html) if is_html(html) else escape(unescape(text), quote=False)


def _descriptions(root: Any) -> Iterator[tuple[str, str]]:
    """Yield the invisible texts about the article in a page, with the names of their places."""
    for script in root.iter("script"):
        if (script.get("type") or "").split(";")[0].strip().lower() == "application/ld+json":
            yield from _json_texts(script.text or "")
    for meta in root.iter("meta"):
        name = (meta.get("property") or meta.get("name") or "").strip()
        if name.lower() in _DESCRIPTIONS and meta.get("content"):
            yield meta.get("content"), f"meta {name}"


def _json_texts(raw: str) -> Iterator[tuple[str, str]]:
    try:
        waiting = [json.loads(raw, strict=False)]
    except (ValueError, RecursionError):  # a broken block is ignored
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            for key in _JSON_KEYS:
                if isinstance(value.get(key), str):
                    yield value[key], f"JSON-LD {key}"
        if isinstance(value, dict | list):
            waiting.extend(reversed(list(value.values() if isinstance(value, dict) else value)))
