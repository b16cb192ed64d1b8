"""The user interfaces of pages (``interface.toml``): classes and words that do not belong to sentences."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import regex

_PART = regex.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+[a-z]*|[^\W_A-Za-z\d]+")
_PLAIN = str.maketrans({"’": "'", "‘": "'", "\u00a0": " "})
_EDGES = " \t\r\n\f\u00a0()[]{}.,:;…»«›‹→←↗↑↓–—•·|+-'’‘\"“”!¡*▸►▼▶×✕✖"
_MOST_PARTS = 4
_MOST_CLASSES = 4000


class ClassNames:
    """The kinds of elements, by their classes.

    Args:
        kinds: for each kind, names as ``interface.toml`` writes them.
    """

    def __init__(self, kinds: Mapping[str, Iterable[str]]) -> None:
        self._whole: dict[str, set[str]] = {}
        self._within: dict[str, set[str]] = {}
        for kind, names in kinds.items():
            for name in names:
                if name.startswith("="):
                    self._whole.setdefault(name[1:], set()).add(kind)
                else:
                    self._within.setdefault("".join(class_parts(name)), set()).add(kind)

    def whole(self, name: str) -> set[str]:
        """Return the kinds that a whole class stands for."""
        return self._whole.get(name.lower(), set())

    def within(self, name: str) -> set[str]:
        """Return the kinds that runs of words in a class stand for."""
        parts = class_parts(name)
        found: set[str] = set()
        for start in range(len(parts)):
            joined = ""
            for part in parts[start : start + _MOST_PARTS]:
                joined += part
                found |= self._within.get(joined, set())
        return found


def class_parts(name: str) -> list[str]:
    """Return the words of a class: ``SrOnly__abc`` is ``sr only abc``."""
    return [part.lower() for part in _PART.findall(name)]


def plain(text: str) -> str:
    """Return a label in the form for comparison: lower case, straight apostrophes, single blanks, no outer marks."""
    return " ".join(text.lower().translate(_PLAIN).split()).strip(_EDGES)


@dataclass(frozen=True, slots=True)
class Interface:
    """The data of ``interface.toml``; see there."""

    classes: ClassNames
    shown_again: tuple[str, ...]
    trigger_tags: frozenset[str]
    trigger_attributes: frozenset[str]
    note_targets: frozenset[str]
    note_labels: frozenset[str]
    units: frozenset[str]
    ordinals: frozenset[str]
    anywhere: frozenset[str]
    calls: frozenset[str]
    with_colon: frozenset[str]
    of_controls: frozenset[str]
    signs: frozenset[str]
    icons_drawn: frozenset[str]
    ligatures: frozenset[str]
    beginnings: tuple[str, ...]
    icon_tags: frozenset[str]
    formula_tags: frozenset[str]
    attributes: tuple[str, ...]


@cache
def interface() -> Interface:
    """Return the data, which is read once."""
    data: dict[str, Any] = tomllib.loads(files("textmend.source").joinpath("interface.toml").read_text("utf-8"))
    hidden, cards, notes, labels, formulas = (data[name] for name in ("hidden", "cards", "notes", "labels", "formulas"))
    return Interface(
        classes=ClassNames(
            {
                "hidden": hidden["classes"],
                "card": cards["classes"],
                "content": cards["contents"],
                "trigger": cards["triggers"],
                "note": notes["classes"],
                "note_if_mark": notes["if_mark"],
                "label": labels["classes"],
                "control": labels["controls"],
                "icon": labels["icons"],
                "struck": data["struck"]["classes"],
                "formula": formulas["classes"],
                "second": formulas["second"],
            }
        ),
        shown_again=tuple(hidden["shown_again"]),
        trigger_tags=frozenset(cards["trigger_tags"]),
        trigger_attributes=frozenset(cards["trigger_attributes"]),
        note_targets=frozenset("".join(class_parts(name)) for name in notes["targets"]),
        note_labels=frozenset(map(plain, notes["labels"])),
        units=frozenset(notes["units"]),
        ordinals=frozenset(notes["ordinals"]),
        anywhere=frozenset(map(plain, labels["anywhere"])),
        calls=frozenset(map(plain, labels["calls"])),
        with_colon=frozenset(map(plain, labels["with_colon"])),
        of_controls=frozenset(map(plain, labels["of_controls"])),
        signs=frozenset(labels["signs"]),
        icons_drawn=frozenset(labels["icons_drawn"]),
        ligatures=frozenset(labels["ligatures"]),
        beginnings=tuple(text.translate(_PLAIN) for text in labels["beginnings"]),
        icon_tags=frozenset(labels["icon_tags"]),
        formula_tags=frozenset(formulas["tags"]),
        attributes=tuple(data["words_in_attributes"]["names"]),
    )


@dataclass(frozen=True, slots=True)
class Classes:
    """The kinds of an element, by its classes; kinds are those of ``interface.toml``."""

    hidden: bool = False
    card: bool = False
    content: bool = False
    trigger: bool = False
    note: bool = False
    note_if_mark: bool = False
    label: bool = False
    control: bool = False
    icon: bool = False
    struck: bool = False
    formula: bool = False
    second: bool = False


NO_CLASSES = Classes()
"""The kinds of an element without classes."""


@lru_cache(maxsize=16384)
def classes_of(names: str) -> Classes:
    """Return the kinds for a class attribute."""
    whole: set[str] = set()
    within: set[str] = set()
    each = names[:_MOST_CLASSES].split()
    for name in each:
        one, other = _kinds_of(name)
        whole |= one
        within |= other
    if "hidden" in whole and any(name.startswith(interface().shown_again) for name in each):
        whole = whole - {"hidden"}
    found = whole | within
    return Classes(**dict.fromkeys(found, True)) if found else NO_CLASSES


@lru_cache(maxsize=16384)
def _kinds_of(name: str) -> tuple[set[str], set[str]]:
    """Return the kinds that a class stands for as a whole, and those of its parts."""
    known = interface().classes
    return known.whole(name), known.within(name)
