"""Marks of notes: raised or linked figures, letters and signs that are marks, not words such as exponents."""

from __future__ import annotations

from enum import Enum
from typing import Any

import regex

from textmend.source.interface import Classes, class_parts, interface, plain

_SIGN = r"[*†‡§¶#‖⁂※❋◊✝✻✱❖♦]"
_NUMERAL = r"(?:\d{1,4}|[¹²³⁰⁴-⁹]{1,3}|[①-⑳]|[a-z]{1,2}|[ivxl]{1,6}|[A-Z])"
_LONG = r"(?:(?:notes?|nb|n|fn|ref|refs?|footnotes?|endnotes?|lower-alpha|sic)[\s.:]*\d{0,4}|[A-Z]\d{1,3})"
_ONE = rf"(?:{_SIGN}{{1,4}}\d{{0,3}}|{_LONG}|{_NUMERAL})"
_MARK = regex.compile(rf"[\[({{<|]?\s*{_ONE}(?:\s*[,;–‐-]\s*{_ONE})*+\s*[\])}}.:>|]?", regex.IGNORECASE)
_SIGNS = regex.compile(rf"[\[(]?{_SIGN}{{1,4}}\d{{0,3}}[\])]?")
_BRACKETED = regex.compile(r"\[[^\[\]]*\]|\([^()]*\)|\{[^{}]*\}|<[^<>]*>|\|[^|]*\|")
_FIGURES = regex.compile(r"\d{1,3}")
_LETTERS = regex.compile(r"[a-zªº]{1,2}", regex.IGNORECASE)
_MARKS_BEFORE = frozenset(".,;:!?…\"'”’»)]}")
_PRESSED = frozenset(("button", "label"))
_POWERS = frozenset(("10", "2"))
_RAISED_FIGURES = regex.compile(r"[¹²³⁰⁴-⁹①-⑳]+")
_GOES_ON = frozenset(",;–-])")
_MOST = 24


class Mark(Enum):
    """What an element is that may be the mark of a note."""

    NOTE = "note"
    UNSURE = "unsure"
    WORDS = "words"


def note_mark(element: Any, text: str, classes: Classes, *, raised: bool, before: str) -> Mark:
    """Return whether an element is the mark of a note.

    Args:
        element: the element.
        text: its text, at least its beginning.
        classes: the kinds of its classes.
        raised: whether it is raised: ``<sup>``, or styled so.
        before: the text before it in its line, at least a few words.
    """
    attributes = element.attrib
    if attributes.get("role") == "doc-noteref" or "noteref" in (attributes.get("epub:type") or "") or classes.note:
        return Mark.NOTE
    text = text.strip()
    if not text or len(text) > _MOST:
        return Mark.WORDS
    bracketed = _BRACKETED.fullmatch(text) is not None
    if bracketed and text[0] == "[" and plain(text) in interface().note_labels:
        return Mark.NOTE
    if bracketed and text[0] == "[" and _is_note_target(_link_to_a_place(element)):
        return Mark.NOTE
    if not _MARK.fullmatch(text):
        return Mark.WORDS
    if _SIGNS.fullmatch(text) and (raised or element.tag == "a") and not text.startswith("#"):
        return Mark.NOTE
    if raised:
        if bracketed or classes.note_if_mark or _link_to_a_place(element):
            return Mark.NOTE
        return _raised(text, before)
    return _level(element, text, classes, bracketed, before)


def _level(element: Any, text: str, classes: Classes, bracketed: bool, before: str) -> Mark:
    """Return whether an element that isn't raised is a mark."""
    square = bracketed and text[0] == "["
    link = _link_to_a_place(element)
    if classes.note_if_mark and not (link and not _is_note_target(link)) and not _is_word(text):
        return Mark.NOTE
    glued = bool(before) and not before[-1].isspace()
    if not link:
        if glued and element.tag in _PRESSED and _FIGURES.fullmatch(text):
            return Mark.NOTE if before[-1].isalpha() or before[-1] in _MARKS_BEFORE else Mark.WORDS
        return Mark.NOTE if square and (element.tag == "a" or element.find(".//a") is not None) else Mark.WORDS
    if before.rstrip(" ,;–-0123456789").endswith("[") and (element.tail or "").lstrip()[:1] in _GOES_ON:
        return Mark.NOTE
    if before.rstrip().endswith(("[", "(")):
        return Mark.WORDS  # the brackets belong to the sentence
    if bracketed or (_is_note_target(link) and not _is_word(text)):
        return Mark.NOTE
    return Mark.NOTE if glued and (before[-1].isalnum() or before[-1] in _MARKS_BEFORE) else Mark.WORDS


def _is_word(text: str) -> bool:
    return text.isalpha() and len(text) > 1


def _raised(text: str, before: str) -> Mark:
    """Return whether raised figures or letters without a link are a mark, by the text before them."""
    if not before or before[-1].isspace():
        # An isotope's number, before its sign, or a mark apart from its word.
        return Mark.UNSURE if _FIGURES.fullmatch(text) else Mark.NOTE
    if before[-1] in _MARKS_BEFORE:
        return Mark.UNSURE if before[-1] in ")]}" and _FIGURES.fullmatch(text) else Mark.NOTE
    base = _last_word(before)
    if _RAISED_FIGURES.fullmatch(text):
        return Mark.WORDS if base.lower() in interface().units or base in _POWERS else Mark.NOTE
    if _FIGURES.fullmatch(text):
        return _after_base(base, text)
    if _LETTERS.fullmatch(text):
        if text.lower() in interface().ordinals and (base[-1:].isdigit() or len(base) <= 4) and text.lower() != "a":
            return Mark.WORDS
        if base in _POWERS or (len(base) == 1 and base.isalpha()):
            return Mark.WORDS
        return Mark.NOTE if base[-1:].isalnum() else Mark.UNSURE
    return Mark.NOTE


def _last_word(text: str) -> str:
    """Return the letters, or the figures with their points, at the end of a text."""
    start = len(text)
    figures = text[-1:].isdigit()
    while start and (text[start - 1].isdigit() or text[start - 1] in ".," if figures else text[start - 1].isalpha()):
        start -= 1
    return text[start:].lstrip(".,")


def _after_base(base: str, text: str) -> Mark:
    if base in _POWERS or (len(base) == 1 and base.isalpha()):
        return Mark.WORDS
    if base.lower() in interface().units and len(text) == 1:
        return Mark.WORDS
    if base.isdigit() and len(base) <= 3:
        return Mark.UNSURE  # a power, or a note
    if base.isupper() and len(base) <= 4:
        return Mark.UNSURE  # a formula, or a note
    return Mark.NOTE if base else Mark.UNSURE


def _link_to_a_place(element: Any) -> str:
    """Return the target of a link within its page: the link is the element, the first one in it, or one around it."""
    for link in (element, element.find(".//a"), element.getparent()):
        if link is not None and link.tag == "a":
            address = (link.get("href") or "").strip()
            if address.lower().startswith("javascript:"):
                return "#"
            if "#" in address:
                return address.partition("#")[2] or "#"
    return ""


def _is_note_target(name: str) -> bool:
    parts = class_parts(name)
    known = interface().note_targets
    return bool(parts) and any("".join(parts[:size]) in known for size in (1, 2, 3))
