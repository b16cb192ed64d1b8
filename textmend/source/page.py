"""Reading an HTML page as running text: the words that a reader sees, with the element behind every word.

``seen`` decides which elements hold words. Text density plays no part: the alignment finds the article. Time and memory
are linear in the page.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import islice
from typing import Any

import regex

from textmend.source.copies import Aside, Copy, CopyPlace, Hole, Inline
from textmend.source.note_brackets import with_brackets
from textmend.source.seen import BLOCKS, UNSEEN, Reader, Sight, formula, words_of
from textmend.source.styles import Styles
from textmend.text.words import Span

_SPACE = regex.compile(r"[ \t\n\r\f]+")
# Words written backwards, and placeholders of templates, which a script replaces.
_UNREAD = regex.compile(r"\u202e[^\u202c]*+\u202c?+|\{\{[^{}\n]{1,80}\}\}")
_CODE = frozenset(("code", "pre", "kbd", "samp", "tt", "textarea"))
_READ = frozenset((Sight.WORDS, Sight.ASIDE, Sight.NOTE))
_BEFORE = 40
_LONGEST_FORMULA = 60
_BUDGET = 40


def shown(root: Any, place: CopyPlace) -> Copy:
    """Return the text of a page that a reader sees.

    Args:
        root: the root element.
        place: the kind of copy that the page is.
    """
    from lxml import etree

    described = {name for each in root.iter("*") for name in (each.get("aria-describedby") or "").split()}
    styles = Styles([sheet.text for sheet in root.iter("style") if _is_for_screens(sheet)])
    reader = Reader(styles, frozenset(described))
    writer = _Writer()
    walker = etree.iterwalk(root, events=("start", "end", "comment"))
    left_out = None
    for event, element in walker:
        if left_out is not None:
            if event == "end" and element is left_out:
                left_out = None
                writer.tail(element)
            continue
        if event == "start":
            sight = reader.sight(element, writer.before() if element.tag not in BLOCKS else "")
            if sight in _READ:
                writer.start(element, sight)
            else:
                walker.skip_subtree()
                left_out = element
                writer.instead(element, sight)
        elif event == "end":
            writer.end(element)
        else:
            writer.tail(element)
    return writer.copy(place)


def _is_for_screens(sheet: Any) -> bool:
    media = (sheet.get("media") or "all").lower()
    return bool(sheet.text) and ("all" in media or "screen" in media) and "(" not in media


class _Writer:
    """Writes the text of a page as a browser would lay it out, and stores where each part came from."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._starts: list[int] = []
        self._owners: list[Any] = []
        self._edges: list[int] = []
        self._blocks: list[Span] = []
        self._asides: list[Aside] = []
        self._holes: list[Hole] = []
        self._inlines: list[Inline] = []
        self._opened: list[int] = []  # where the open inline elements began
        self._waiting: list[Hole] = []  # holes before the first word of a block
        self._aside: tuple[Any, int, bool] | None = None  # the outermost open one, where it began, whether it is a note
        self._block = 0
        self._space = False
        self._break = 2
        self._kept = 0  # open elements that keep their white space

    def before(self) -> str:
        """Return the last words of the line that is being written."""
        if self._break:
            return ""
        return "".join(part[-_BEFORE:] for part in self._parts[-4:]) + (" " if self._space else "")

    def start(self, element: Any, sight: Sight) -> None:
        """Read an element's start, with the text after it."""
        self._mark(element.tag)
        if sight is not Sight.WORDS and self._aside is None:
            self._aside = element, self._length, sight is Sight.NOTE
        if element.tag not in BLOCKS:
            self._opened.append(self._length)
        self._kept += element.tag == "pre"
        if element.text:
            self._write(element.text, element)

    def end(self, element: Any) -> None:
        """Read an element's end, with the text after it."""
        if self._aside is not None and element is self._aside[0]:
            self._end_aside(self._aside[1], is_note=self._aside[2])
            self._aside = None
        if element.tag not in BLOCKS:
            start = self._opened.pop()
            if self._length > start:
                self._inlines.append(Inline(element.tag, start, self._length))
        self._kept -= element.tag == "pre"
        if element.tag != "br":
            self._mark(element.tag)
        if element.tail:
            self._write(element.tail, element.getparent())

    def tail(self, element: Any) -> None:
        """Read the text after an element that is left out, or after a comment."""
        self._mark("")
        if element.tail:
            self._write(element.tail, element.getparent())

    def instead(self, element: Any, sight: Sight) -> None:
        """Read the replacement of an element that isn't read word by word."""
        self._mark("")
        if sight is Sight.FORMULA:
            text, simple = formula(element)
            start = self._length
            if text:
                if not simple:
                    self._hole(Hole(self._length, False, text if len(text) <= _LONGEST_FORMULA else "", True))
                self._write(text, element)
                if not simple and self._aside is None:
                    self._end_aside(start)
                return
        if sight in (Sight.UNSEEN, Sight.WORDLESS, Sight.FORMULA):
            has_words = sight is Sight.UNSEEN and _has_words(element)
            words = "" if has_words else words_of(element)
            self._hole(Hole(self._length, has_words, words, element.tag == "img"))

    def copy(self, place: CopyPlace) -> Copy:
        """Return the written copy."""
        self._end_block()
        text = "".join(self._parts)
        places = _Places(self._starts, self._owners)
        return Copy(
            place=place,
            text=text,
            blocks=self._blocks,
            edges=self._edges,
            asides=with_brackets(text, self._asides),
            holes=self._holes,
            inlines=self._inlines,
            has_markup=True,
            describe=places.describe,
        )

    def _end_aside(self, start: int, *, is_note: bool = False) -> None:
        if self._length > start:
            self._asides.append(Aside(start, self._length, is_note))

    def _hole(self, hole: Hole) -> None:
        (self._waiting if self._break == 2 else self._holes).append(hole)

    def _mark(self, tag: str) -> None:
        if tag in BLOCKS:
            self._break = 2
            self._waiting.clear()
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
        unread = "\u202e" in raw or ("{{" in raw and owner.tag not in _CODE)
        for number, part in enumerate(_UNREAD.split(raw) if unread else (raw,)):
            if number:
                self._hole(Hole(self._length, True))
            self._write_words(part, owner)

    def _write_words(self, raw: str, owner: Any) -> None:
        text = _SPACE.sub(" ", raw if raw.isascii() else UNSEEN.sub("", raw))
        words = text.strip(" ")
        if not words:
            self._space = self._space or bool(text)
            return
        if self._break == 2:
            self._begin_block()
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

    def _begin_block(self) -> None:
        self._end_block()
        if self._parts:
            self._put("\n\n")
        self._block = self._length
        self._holes += [hole._replace(at=self._length) for hole in self._waiting]
        self._waiting.clear()

    def _put(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def _end_block(self) -> None:
        if self._length > self._block:
            self._blocks.append(Span(self._block, self._length))
            self._block = self._length


def _has_words(element: Any) -> bool:
    """Whether an element holds text, as far as a quick look shows."""
    return any(text.strip() for text in islice(element.itertext(), _BUDGET))


class _Places:
    """Finds the element that holds a piece of the text; it computes nothing before the first question."""

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
        """Return a step of an XPath; the children of an element are counted only once."""
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
