"""Reading an HTML page: its visible text, with the element behind every word, and the copies that stand in its head.

What a reader sees is kept, inline elements included; scripts, navigation, hidden text and marks of notes are left out.
Unlike ``evaluate.pages``, which picks running prose to make benchmarks from, nothing is judged by its density here:
the alignment finds the article. Needs the extra ``textmend[html]`` (lxml). Time and memory are linear in the page.
"""

from __future__ import annotations

import codecs
import importlib
import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import regex

from textmend.errors import InputError, MissingExtraError
from textmend.source.copies import Copy, CopyPlace, plain_copy
from textmend.text.words import Span, encodable

_BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu ol optgroup option p pre search "
    "section summary table tbody td tfoot th thead tr ul".split()
)
_SILENT = frozenset(
    "applet audio canvas datalist head iframe nav noembed noframes noscript object rp rt script select style svg "
    "template textarea video".split()
)
_NAVIGATION = frozenset(("navigation", "menu", "menubar", "search"))
_NEVER_HIDDEN = frozenset(("html", "body", "main", "article"))
_HIDING = regex.compile(r"display:none|visibility:hidden")
_NOTE_ROLE = "doc-noteref"
_NOTE_CLASS = regex.compile(r"(?:^|\s)(?:reference|footnote-ref|noteref|mw-editsection)(?:\s|$)")
_SPACE = regex.compile(r"[ \t\n\r\f]+")
# Where a browser may break a word: nothing of it can be seen.
_UNSEEN = regex.compile("[\u00ad\u200b\ufeff]+")
_UNREADABLE = regex.compile(r"[\x00-\x08\x0b\x0e-\x1f\ufffe\uffff]")
_TAG = regex.compile(r"</[A-Za-z]|<(?:br|p|a|img|div|span)\b[^<>]*>|<!--")
_ENTITY = regex.compile(r"&(?:#\d{1,7}|#x[0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BLOCK_TAG = regex.compile(r"<(?:p|br|div|li|td|h[1-6]|pre|blockquote|body)\b", regex.IGNORECASE)
_BLANK_LINE = regex.compile(r"\n[ \t\r]*+\n")
_CHARSET = regex.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", regex.IGNORECASE)
_XML_ENCODING = regex.compile(rb"""^\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_:.-]{1,40})""")
_MARKS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_LOOKED_AT = 4096
_DESCRIPTIONS = frozenset(("og:description", "twitter:description", "description", "dc.description"))
_JSON_KEYS = ("articleBody", "description")
_MOST_OTHERS = 8  # the longest; each is compared with the whole text, and a list of products has hundreds


def read_page(page: str | bytes) -> list[Copy]:
    """Return the copies that a page holds: what it shows first, then the longest descriptions in its head.

    Args:
        page: HTML. Bytes are decoded by their byte order mark, else by what the page declares, else as UTF-8, else
            as Windows-1252.

    Raises:
        InputError: it is no string and no bytes.
        MissingExtraError: lxml is not installed.
    """
    root = _parsed(page)
    if root is None:
        return []
    shown = _shown(root, "page")
    others = {text: name for text, name in _descriptions(root) if text.strip()}
    longest = sorted(others.items(), key=lambda other: -len(other[0]))[:_MOST_OTHERS]
    return [shown, *(replace(copy_of(text, "page"), describe=_named(name)) for text, name in longest)]


def copy_of(text: str, place: CopyPlace) -> Copy:
    """Return a copy that may be plain text or, as summaries of feeds often are, a piece of HTML.

    Raises:
        MissingExtraError: it is HTML, and lxml is not installed.
    """
    if not _TAG.search(text):
        # Entities alone are text that was escaped once too often: nothing in it tells of elements.
        return plain_copy(unescape(text) if _ENTITY.search(text) else text, place)
    if not _BLOCK_TAG.search(text):
        text = _BLANK_LINE.sub("\n<p>\n", text)  # as blogs write: inline elements, and blank lines for paragraphs
    root = _parsed(text)
    return plain_copy(text, place) if root is None else _shown(root, place)


def _named(name: str) -> Any:
    return lambda start, end: name


def _parsed(page: str | bytes) -> Any:
    """Return the root element, or ``None`` where there is no markup and no text at all."""
    if not isinstance(page, str | bytes):
        raise InputError(f"html should be a string or bytes, not {type(page).__name__}")
    try:
        html: Any = importlib.import_module("lxml.html")
        etree: Any = importlib.import_module("lxml.etree")
    except ImportError as error:
        raise MissingExtraError("reading HTML pages", "html") from error
    text = _UNREADABLE.sub("\ufffd", encodable(page if isinstance(page, str) else decoded(page)))
    if not text.strip():
        return None
    parser = html.HTMLParser(encoding="utf-8", huge_tree=True, remove_pis=True)
    try:
        return html.document_fromstring(text.encode(), parser=parser)
    except etree.ParserError:  # nothing but comments
        return None


def decoded(page: bytes) -> str:
    """Return a page's text; a byte order mark, a declaration, UTF-8 and Windows-1252 are tried in this order.

    Bytes that the encoding can't hold become U+FFFD.
    """
    for mark, encoding in _MARKS:
        if page.startswith(mark):
            return page[len(mark) :].decode(encoding, "replace")
    start = page[:_LOOKED_AT]
    declared = _CHARSET.search(start) or _XML_ENCODING.search(start)
    name = _known_encoding(declared.group(1).decode("ascii")) if declared else None
    if name is None:
        try:
            return page.decode()
        except UnicodeError:
            name = "cp1252"  # an old page: nothing is said, and it is no UTF-8
    try:
        return page.decode(name, "replace")
    except UnicodeError:  # an encoding of names, such as IDNA, which no page is in
        return page.decode("utf-8", "replace")


def _known_encoding(name: str) -> str | None:
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    if not found._is_text_encoding or found.name.startswith("utf-16"):
        return "utf-8"  # a declaration that could be read as ASCII: browsers take UTF-8
    return "cp1252" if found.name in ("iso8859-1", "ascii") else found.name


def _shown(root: Any, place: CopyPlace) -> Copy:
    writer = _Writer()
    for event, element in _walk(root):
        writer.element(event, element)
    return writer.copy(place)


def _walk(root: Any) -> Iterator[tuple[str, Any]]:
    """Yield what is shown: elements as they start and end, and comments, whose tails are text."""
    etree: Any = importlib.import_module("lxml.etree")
    walker = etree.iterwalk(root, events=("start", "end", "comment"))
    left_out = None
    for event, element in walker:
        if left_out is not None:
            if event == "end" and element is left_out:
                left_out = None
                yield "comment", element  # its tail is shown
            continue
        if event == "start" and _is_left_out(element):
            walker.skip_subtree()
            left_out = element
            continue
        yield event, element


def _is_left_out(element: Any) -> bool:
    tag = element.tag
    if tag in _SILENT:
        return True
    attributes = element.attrib
    if not attributes or tag in _NEVER_HIDDEN:
        return False
    if "hidden" in attributes or attributes.get("aria-hidden", "").lower() == "true":
        return True
    if attributes.get("role", "").lower() in _NAVIGATION:
        return True
    style = attributes.get("style")
    if style and _HIDING.search(_SPACE.sub("", style).lower()):
        return True
    return _is_note_mark(element, tag, attributes)


def _is_note_mark(element: Any, tag: str, attributes: Any) -> bool:
    if attributes.get("role") == _NOTE_ROLE:
        return True
    name = attributes.get("class")
    return bool(name and tag in ("sup", "span", "a") and _NOTE_CLASS.search(name))


class _Writer:
    """Writes the text of a page down as a browser would lay it out, and remembers where what came from."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._starts: list[int] = []
        self._owners: list[Any] = []
        self._edges: list[int] = []
        self._blocks: list[Span] = []
        self._block = 0
        self._space = False
        self._break = 2
        self._kept = 0  # open elements that keep their white space

    def element(self, event: str, element: Any) -> None:
        """Take an element's start, with the text after it, or its end, or a comment."""
        tag = element.tag
        if event == "start":
            self._mark(tag)
            self._kept += tag == "pre"
            if element.text:
                self._write(element.text, element)
            return
        if event == "end":
            self._kept -= tag == "pre"
            if tag != "br":
                self._mark(tag)
        if element.tail:
            self._write(element.tail, element.getparent())

    def copy(self, place: CopyPlace) -> Copy:
        """Return what was written."""
        self._end_block()
        places = _Places(self._starts, self._owners)
        return Copy(
            place=place,
            text="".join(self._parts),
            blocks=self._blocks,
            edges=self._edges,
            has_markup=True,
            describe=places.describe,
        )

    def _mark(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._break = 2
        elif tag == "br":
            self._break = 1 if self._break == 0 else 2
        elif not self._edges or self._edges[-1] != self._length:
            self._edges.append(self._length)

    def _write(self, raw: str, owner: Any) -> None:
        if self._kept:
            lines = raw.replace("\r\n", "\n").split("\n")
            for number, line in enumerate(lines):
                if number:
                    self._mark("br")
                self._write_line(line, owner)
        else:
            self._write_line(raw, owner)

    def _write_line(self, raw: str, owner: Any) -> None:
        text = _SPACE.sub(" ", raw if raw.isascii() else _UNSEEN.sub("", raw))
        words = text.strip(" ")
        if not words:
            self._space = self._space or bool(text)
            return
        if self._break == 2:
            self._end_block()
            if self._parts:
                self._put("\n\n")
            self._block = self._length
        elif self._break == 1:
            self._put("\n")
        elif self._space or text[0] == " ":
            self._put(" ")
        self._break = 0
        if not self._owners or self._owners[-1] is not owner:
            self._starts.append(self._length)
            self._owners.append(owner)
        self._put(words)
        self._space = text[-1] == " "

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _end_block(self) -> None:
        if self._length > self._block:
            self._blocks.append(Span(self._block, self._length))
            self._block = self._length


class _Places:
    """Tells which element holds a piece of the text; nothing is worked out before it is asked for."""

    def __init__(self, starts: list[int], owners: list[Any]) -> None:
        self._starts, self._owners = starts, owners
        self._numbers: dict[Any, dict[Any, str]] = {}

    def describe(self, start: int, end: int) -> str | None:
        """Return tag and XPath of the innermost element that holds ``text[start:end]``, and whether it is a link."""
        if not self._owners:
            return None
        first = bisect_right(self._starts, start) - 1
        last = bisect_right(self._starts, max(start, end - 1)) - 1
        element = self._common(self._owners[max(first, 0)], self._owners[max(last, 0)])
        lineage = [element, *element.iterancestors()]
        linked = any(each.tag == "a" and "href" in each.attrib for each in lineage)
        path = "/" + "/".join(self._step(each) for each in reversed(lineage))
        return f"{element.tag} {path}" + (" (link)" if linked else "")

    @staticmethod
    def _common(one: Any, other: Any) -> Any:
        if one is other:
            return one
        above = {one, *one.iterancestors()}
        while other not in above:
            other = other.getparent()
        return other

    def _step(self, element: Any) -> str:
        """Return a step of an XPath; the children of an element are counted once, not once a question."""
        parent = element.getparent()
        if parent is None:
            return str(element.tag)
        steps = self._numbers.get(parent)
        if steps is None:
            counts: dict[str, int] = {}
            steps = {}
            for child in parent.iterchildren("*"):
                counts[child.tag] = counts.get(child.tag, 0) + 1
                steps[child] = f"{child.tag}[{counts[child.tag]}]"
            self._numbers[parent] = steps
        return steps[element]


def _descriptions(root: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts about the article that a page holds unseen, with the name of their place."""
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
    except (ValueError, RecursionError):  # a broken block tells nothing
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            for key in _JSON_KEYS:
                if isinstance(value.get(key), str):
                    yield value[key], f"JSON-LD {key}"
        if isinstance(value, dict | list):
            waiting.extend(reversed(list(value.values() if isinstance(value, dict) else value)))
