"""What a reader sees in running text: which elements hold words of its sentences, and which do not.

All reading of pages depends on this model of a reader. Its data (usual classes, words of buttons) are in
``interface.toml``; ``styles`` reads styles, ``labels`` recognises labels of the interface, and ``notes`` marks of notes.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from itertools import islice
from typing import Any

import regex

from textmend.source.interface import NO_CLASSES, Classes, classes_of, interface
from textmend.source.labels import is_label
from textmend.source.looks import Look
from textmend.source.notes import Mark, note_mark
from textmend.source.styles import Styles

BLOCKS = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form frameset h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu ol optgroup option p pre search "
    "section summary table tbody td tfoot th thead tr ul".split()
)
"""Elements that are separate from the text around them."""

_WORDLESS = frozenset(
    "applet area audio canvas datalist embed frame frameset iframe img input meter object picture progress select svg "
    "textarea video".split()
)
_SILENT = frozenset(
    "annotation annotation-xml base head link meta nav noembed noframes noscript rp rt script style template title "
    "mphantom param source track".split()
)
_NAVIGATION = frozenset(("navigation", "menu", "menubar", "search", "tooltip", "dialog", "alertdialog"))
_NEVER_HIDDEN = frozenset(("html", "body", "main", "article"))
_STRUCK = frozenset(("s", "strike", "del"))
UNSEEN = regex.compile(
    "\u202e[^\u202c\n]*+\u202c?+"
    "|[\u00ad\u034f\u061c\u180e\u200b\u200e\u200f\u202a-\u202d\u2060-\u206f\ufeff\ufff9-\ufffb\ue000-\uf8ff]+"
    "|(?<![\U0001f3f4\U000e0020-\U000e007e])[\U000e0000-\U000e0fff\U000f0000-\U000ffffd]+"
)
"""Text without visible words: words written backwards, word breaks, directions, tags, private characters."""

_PLACEHOLDER = regex.compile(r"\{\{.*\}\}|\{%.*%\}|<%.*%>|\$\{.*\}", regex.DOTALL)
_TEX = regex.compile(r"\\\(.*\\\)|\\\[.*\\\]|\$\$.*\$\$", regex.DOTALL)
_OFF_THE_LINE = frozenset(
    "mfrac mroot msqrt msub msup msubsup mtable munder mover munderover mmultiscripts menclose mstack mlongdiv sub "
    "sup".split()
)
_OFF_THE_LINE_CLASSES = regex.compile(r"mfrac|msupsub|vlist|sqrt")
_SILENT_IN_FORMULAS = frozenset(("annotation", "annotation-xml", "mphantom", "script", "style"))
_SHORT = 60
_FEW_WORDS = 4
_BUDGET = 40
_LONG_FORMULA = 2000


class Sight(Enum):
    """How a reader takes an element.

    WORDS are words of the sentence. An ASIDE is visible, but not part of the sentence: a label of the interface, a
    struck-out price; a text may hold it, but it is never put into a text. UNSEEN is invisible, or a second version of
    visible words. WORDLESS says something without words: a picture, an empty element. A NOTE is the mark of a note.
    NOTHING has no meaning, like a comment. ``formula`` reads a FORMULA.
    """

    WORDS = "words"
    ASIDE = "aside"
    UNSEEN = "unseen"
    WORDLESS = "wordless"
    NOTE = "note"
    NOTHING = "nothing"
    FORMULA = "formula"


class Reader:
    """Reads elements as a person who looks at the page does.

    Args:
        styles: the styles of the page.
        described: the identifiers of the elements that explain others (``aria-describedby``).
    """

    def __init__(self, styles: Styles, described: frozenset[str] = frozenset()) -> None:
        self._styles, self._described = styles, described

    def sight(self, element: Any, before: str) -> Sight:
        """Return how a reader takes an element.

        Args:
            element: the element; the elements around it are visible.
            before: the text before it in its line, at least a few words.
        """
        tag = element.tag
        if tag in _SILENT:
            return Sight.WORDLESS if tag in ("script", "noscript", "template") else Sight.NOTHING
        if tag in _WORDLESS:
            return Sight.WORDLESS
        if tag in _NEVER_HIDDEN:
            return Sight.WORDS
        names = element.attrib.get("class") if element.attrib else None
        classes = classes_of(names) if names else NO_CLASSES
        look = self._styles.look(element)
        inline = tag not in BLOCKS if look.flow is None else look.flow == "inline"
        if self._is_unseen(element, classes, look, inline):
            return Sight.UNSEEN
        if inline and tag in BLOCKS and short_text(element) == "":
            return Sight.WORDLESS  # a box in a line
        if not inline:
            return Sight.ASIDE if look.invisible and not self._has_background(element) else Sight.WORDS
        if classes.second and _is_formula(element.getnext()):
            return Sight.UNSEEN
        if tag == "math" or classes.formula or tag in interface().formula_tags:
            return Sight.FORMULA
        if not len(element):
            text = UNSEEN.sub("", element.text or "").strip()
            if not text or _PLACEHOLDER.fullmatch(text):
                return _empty(element) if not element.text or not element.text.strip() or text else Sight.WORDLESS
            if _TEX.fullmatch(text):
                return Sight.FORMULA
        return self._inline(element, classes, look, before)

    def _inline(self, element: Any, classes: Classes, look: Look, before: str) -> Sight:
        text = short_text(element)
        if text is not None:
            mark = note_mark(element, text, classes, raised=element.tag == "sup" or look.raised, before=before)
            if mark is not Mark.WORDS:
                return Sight.NOTE if mark is Mark.NOTE else Sight.ASIDE
            if is_label(element, text, classes, before):
                return Sight.ASIDE
        if element.tag in _STRUCK or look.struck or classes.struck or classes.label:
            return Sight.ASIDE
        if element.attrib.get("id") in self._described or classes_of(element.attrib.get("slot") or "").card:
            return Sight.ASIDE
        if (look.invisible or _is_white_font(element)) and not self._has_background(element):
            return Sight.UNSEEN
        if classes.content or (classes.card and not self._is_trigger(element, classes, before)):
            return Sight.ASIDE
        return Sight.ASIDE if _is_spoken_twin(element) else Sight.WORDS

    def _is_unseen(self, element: Any, classes: Classes, look: Look, inline: bool) -> bool:
        attributes = element.attrib
        if look.hidden or classes.hidden or (look.hidden_inline and (inline or not len(element))):
            return True
        if not attributes:
            return bool(element.tag == "dialog")
        if "hidden" in attributes or "popover" in attributes or (element.tag == "dialog" and "open" not in attributes):
            return True
        if attributes.get("role", "").lower() in _NAVIGATION:
            return True
        if attributes.get("aria-hidden", "").strip().lower() == "true":
            return not (inline and self._has_spoken_twin(element))
        return bool(element.tag == "bdo") and attributes.get("dir", "").lower() == "rtl"

    def _has_spoken_twin(self, element: Any) -> bool:
        """Whether words for screen readers beside it say the same."""
        parent = element.getparent()
        if parent is None:
            return False
        if parent.get("aria-label") and parent.tag not in BLOCKS:
            return True
        for other in (element.getnext(), element.getprevious()):
            if other is not None and isinstance(other.tag, str):
                names = other.get("class")
                if (names and classes_of(names).hidden) or self._styles.look(other).hidden or _is_spoken_twin(other):
                    return True
        return False

    def _is_trigger(self, element: Any, classes: Classes, before: str) -> bool:
        """Whether an element with the class of a card is the word that opens the card."""
        known = interface()
        if (
            classes.trigger
            or element.tag in known.trigger_tags
            or not known.trigger_attributes.isdisjoint(element.attrib)
        ):
            return True
        for inner in islice(element.iter(), 1, _BUDGET):
            if isinstance(inner.tag, str):
                names = inner.get("class")
                held = classes_of(names) if names else NO_CLASSES
                if held.card or held.hidden or inner.get("role") == "tooltip" or self._styles.look(inner).hidden:
                    return True
        return _is_word_of_its_own(element, before)

    def _has_background(self, element: Any) -> bool:
        while element is not None:
            if element.get("bgcolor") or element.get("background") or self._styles.look(element).has_background:
                return True
            element = element.getparent()
        return False


def short_text(element: Any) -> str | None:
    """Return the text of an element; ``None`` if it is long or spread over many elements."""
    if not len(element):
        text = " ".join((element.text or "")[: 4 * _SHORT].split())
        return text if len(text) <= _SHORT else None
    if element.text and len(element.text) > 4 * _SHORT:
        return None
    parts: list[str] = []
    for number, text in enumerate(_texts(element)):
        parts.append(text)
        if number >= _BUDGET or sum(map(len, parts)) > 4 * _SHORT:
            return None
    text = " ".join("".join(parts).split())
    return text if len(text) <= _SHORT else None


def _texts(element: Any) -> Iterator[str]:
    """Yield the texts within an element in order, also empty ones: the caller counts the steps."""
    yield element.text or ""
    opened = [(element, iter(element))]
    while opened:
        owner, children = opened[-1]
        child = next(children, None)
        if child is None:
            opened.pop()
            if opened:
                yield owner.tail or ""
        elif isinstance(child.tag, str):
            yield child.text or ""
            opened.append((child, iter(child)))
        else:
            yield child.tail or ""


def formula(element: Any) -> tuple[str, bool]:
    """Return the text of a formula, once, and whether it says everything: nothing is raised, lowered or stacked.

    Pages hold a formula two or three times, for browsers with and without MathML. MathML is read if there is any.
    """
    math = element if element.tag == "math" else element.find(".//math")
    parts: list[str] = []
    simple = True
    for text, inner in _formula_texts(element if math is None else math, has_math=math is not None):
        simple = (
            simple and inner.tag not in _OFF_THE_LINE and not _OFF_THE_LINE_CLASSES.search(inner.get("class") or "")
        )
        parts.append(text if math is None else "".join(text.split()))
    text = " ".join("".join(parts).split())
    return text, simple and bool(text) and "\\" not in text and len(text) <= _SHORT


def _formula_texts(source: Any, *, has_math: bool) -> Iterator[tuple[str, Any]]:
    """Yield the texts of a formula in order, also empty ones, each with its element."""
    waiting: list[tuple[Any, bool]] = [(source, False)]
    for _ in range(_LONG_FORMULA):
        if not waiting:
            return
        element, ends = waiting.pop()
        if ends:
            yield element.tail or "", element.getparent()
            continue
        if element is not source:
            waiting.append((element, True))
        if isinstance(element.tag, str) and not _is_second(element, source, has_math=has_math):
            yield element.text or "", element
            waiting.extend((child, False) for child in reversed(element))


def _is_second(element: Any, source: Any, *, has_math: bool) -> bool:
    """Whether an element of a formula holds another version of it, or nothing visible."""
    if element.tag in _SILENT_IN_FORMULAS:
        return True
    names = element.get("class")
    return not has_math and element is not source and bool(names) and classes_of(names).second


def _is_formula(element: Any) -> bool:
    return element is not None and isinstance(element.tag, str) and classes_of(element.get("class") or "").formula


def _empty(element: Any) -> Sight:
    """Return how a reader takes an inline element without words and elements."""
    if element.tag in ("br", "wbr"):
        return Sight.WORDS
    if element.tag in ("a", "span") and set(element.attrib) <= {"id", "name"} and element.attrib:
        return Sight.NOTHING  # the target of a link
    return Sight.WORDLESS


def _is_word_of_its_own(element: Any, before: str) -> bool:
    """Whether an element reads as a word or two of its sentence, not as a remark about the word before it."""
    parent, previous = element.getparent(), element.getprevious()
    text = element.text or ""
    if parent is None or parent.tag not in BLOCKS or len(element) or len(text.split()) > _FEW_WORDS:
        return False
    if previous is not None and not (previous.tail or "").strip():
        return False
    return bool(text) and text[0].isalnum() and text[-1].isalnum() and (not before or before[-1].isspace())


def _is_white_font(element: Any) -> bool:
    return element.tag == "font" and (element.get("color") or "").strip().lower() in ("white", "#fff", "#ffffff")


def _is_spoken_twin(element: Any) -> bool:
    """Whether an element has one neighbour, which screen readers skip: then it says the same to them."""
    parent = element.getparent()
    if parent is None or parent.tag in BLOCKS or len(parent) != 2 or (parent.text or "").strip():
        return False
    other = parent[0] if parent[1] is element else parent[1]
    if not isinstance(other.tag, str) or other.get("aria-hidden", "").lower() != "true":
        return False
    if any((each.tail or "").strip() for each in parent):
        return False
    said = short_text(other)
    return said is not None and any(char.isdigit() for char in said)


def words_of(element: Any) -> str:
    """Return the words in the attributes of an element without visible words; empty if there are none."""
    attributes = element.attrib
    if element.tag == "img":
        return _picture_words(element)
    for name in interface().attributes:
        value = " ".join((attributes.get(name) or "").split())
        if value and len(value) <= _SHORT and any(char.isalpha() for char in value) and "{" not in value:
            return value
    return ""


def _picture_words(image: Any) -> str:
    """Return the words of a picture that stands for a character, such as an emoji."""
    text = " ".join((image.get("alt") or "").split())
    if not text or len(text) > _SHORT:
        return ""
    names = (image.get("class") or "").lower()
    drawn = any(name in names for name in ("emoji", "smiley", "emoticon"))
    return text if drawn or not any(char.isalnum() for char in text) else ""
