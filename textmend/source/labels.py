"""Labels of the interface within sentences: words of buttons, icons, calls such as “Read more”, links to share a page."""

from __future__ import annotations

from typing import Any

import regex

from textmend.source.interface import Classes, interface, plain

_ICONS = frozenset(("i", "span", "em", "b"))
_LIGATURE = regex.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
_NOWHERE = regex.compile(r"#?$|#!|javascript:", regex.IGNORECASE)
_SHARES = regex.compile(
    r"^[^?#]*/intent/|(?:twitter|x)\.com/share|facebook\.com/(?:sharer|share|dialog)"
    r"|^whatsapp:|mastodonshare\.|linkedin\.com/(?:share|cws|sharing)|pinterest\.[a-z.]+/pin/create|reddit\.com/submit|wa\.me/|t\.me/share"
    r"|api\.whatsapp\.com|^mailto:\?",
    regex.IGNORECASE,
)
_SIZE = regex.compile(r"[,;:]?\s*\d+(?:\.\d+)?\s*[kmg]i?b$")
_FEW_WORDS = 4
_SENTENCE_ENDS = frozenset('.!?…:"”’»)|•·')


def is_label(element: Any, text: str, classes: Classes, before: str) -> bool:
    """Whether an element's text is a label of the interface, not part of a sentence.

    Args:
        element: an inline element.
        text: its text.
        classes: the kinds of its classes.
        before: the text before it in its line, at least a few words.
    """
    known = interface()
    if _is_sign(element, text):
        return True
    label = plain(text)
    if not label:
        return False
    if label in known.anywhere or (text.endswith(":") and label in known.with_colon):
        return True
    if text in known.ligatures or (classes.icon and element.tag in _ICONS and _LIGATURE.fullmatch(text)):
        return True
    if element.tag in known.icon_tags:
        return True
    if label in known.of_controls and _is_control(element, classes, text):
        return True
    if _is_button(element) and len(text) == 1 and text.islower():
        return True
    if _is_button(element) and _is_command(text, before):
        return True
    if element.tag == "a" and _is_share(element) and text[0].isupper() and len(label.split()) <= _FEW_WORDS:
        return True
    bracketed = text[0] in "([" and text[-1] in ")]"
    if label in known.of_controls and (text[0] in "…[" or text[-1] in "»›→…"):
        return True
    low = text.lower().replace("’", "'").lstrip()
    call = _SIZE.sub("", label) in known.calls
    if not (call or low.startswith(known.beginnings) or (bracketed and low[1:].startswith(known.beginnings))):
        return False
    begins = not before.strip() or before.rstrip()[-1] in _SENTENCE_ENDS
    return begins or bracketed or low[0] == "(" or _is_out_of_place(text) or (call and _ends_link(element))


def _is_sign(element: Any, text: str) -> bool:
    """Whether an element holds nothing but signs that controls have, such as an arrow."""
    known = interface()
    if not text or any(map(str.isalnum, text)):
        return False
    if known.icons_drawn.issuperset(text.replace(" ", "")):
        return True
    if element.tag == "button":
        return True
    marks = known.signs.issuperset(text.replace(" ", "")) and not set("().").issuperset(text)
    return marks and element.tag == "a" and "href" in element.attrib


def _is_out_of_place(text: str) -> bool:
    """Whether words begin with a capital, as a label does, and go on as no name or title does."""
    words = text.lstrip("-–—•· ").split()
    if not words[0][:1].isupper():
        return False
    return (
        len(words) == 1
        or words[0].endswith(":")
        or any(word[0].islower() for word in words)
        or text[-1] in "»›→…"
        or text.isupper()
    )


def _ends_link(element: Any) -> bool:
    """Whether an element follows the words of the link that it stands in."""
    parent = element.getparent()
    if parent is None or parent.tag != "a" or (element.tail or "").strip() or element.getnext() is not None:
        return False
    return bool((parent.text or "").strip()) or element.getprevious() is not None


def _is_button(element: Any) -> bool:
    return bool(element.tag == "button" or element.attrib.get("role", "").lower() == "button")


def _is_command(text: str, before: str) -> bool:
    """Whether a button in the middle of a sentence says what it does: “Save article”, “Accept all”, “12 comments”."""
    words = text.split()
    if not before.strip() or before.rstrip()[-1] in _SENTENCE_ENDS or len(words) == 1:
        return len(words) == 2 and words[0].isdigit() and words[1] in interface().of_controls
    first = plain(words[0]) in interface().of_controls
    if words[0][0].isdigit():
        return plain(words[-1]) in interface().of_controls
    return words[0][0].isupper() and (first or words[-1][0].islower())


def _is_share(element: Any) -> bool:
    address = (element.attrib.get("href") or "").strip()
    return _NOWHERE.match(address) is None and _SHARES.search(address) is not None


def _is_control(element: Any, classes: Classes, text: str) -> bool:
    if classes.control or classes.label or classes.icon:
        return True
    if text[0].islower():
        return False  # a word of the sentence
    if element.tag in ("button", "label", "summary"):
        return True
    attributes = element.attrib
    if attributes.get("role", "").lower() in ("button", "switch", "tab", "menuitem") or "onclick" in attributes:
        return True
    address = attributes.get("href")
    return element.tag == "a" and (address is None or _NOWHERE.match(address.strip()) is not None or _is_share(element))
