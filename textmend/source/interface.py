"""What is known of the interfaces of pages, from ``interface.toml``: which classes and words are no sentence's."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
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
    """Names of classes, and whether a class attribute holds one of them.

    Args:
        names: names as ``interface.toml`` writes them.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._whole = frozenset(name[1:] for name in names if name.startswith("="))
        self._within = frozenset("".join(class_parts(name)) for name in names if not name.startswith("="))

    def fit(self, classes: str) -> bool:
        """Whether one of the classes is, or holds, one of the names."""
        return any(name.lower() in self._whole or self._holds(name) for name in classes[:_MOST_CLASSES].split())

    def whole(self, classes: str) -> bool:
        """Whether one of the classes is one of the names that must be whole."""
        return any(name.lower() in self._whole for name in classes[:_MOST_CLASSES].split())

    def within(self, classes: str) -> bool:
        """Whether one of the classes holds one of the names that needn't be whole."""
        return any(self._holds(name) for name in classes[:_MOST_CLASSES].split())

    def _holds(self, name: str) -> bool:
        parts = class_parts(name)
        return any(
            "".join(parts[start:stop]) in self._within
            for start in range(len(parts))
            for stop in range(start + 1, min(start + _MOST_PARTS, len(parts)) + 1)
        )


def class_parts(name: str) -> list[str]:
    """Return the words of a class: ``SrOnly__abc`` is ``sr only abc``."""
    return [part.lower() for part in _PART.findall(name)]


def plain(text: str) -> str:
    """Return a label as labels are compared: lower case, straight apostrophes, single blanks, no marks around."""
    return " ".join(text.lower().translate(_PLAIN).split()).strip(_EDGES)


@dataclass(frozen=True, slots=True)
class Interface:
    """The data of ``interface.toml``; see there."""

    hidden: ClassNames
    shown_again: tuple[str, ...]
    cards: ClassNames
    triggers: ClassNames
    trigger_tags: frozenset[str]
    trigger_attributes: frozenset[str]
    notes: ClassNames
    notes_if_mark: ClassNames
    note_targets: frozenset[str]
    note_labels: frozenset[str]
    units: frozenset[str]
    ordinals: frozenset[str]
    anywhere: frozenset[str]
    calls: frozenset[str]
    with_colon: frozenset[str]
    of_controls: frozenset[str]
    beginnings: tuple[str, ...]
    labels: ClassNames
    controls: ClassNames
    icons: ClassNames
    icon_tags: frozenset[str]
    struck: ClassNames
    formulas: ClassNames
    formula_tags: frozenset[str]
    second: ClassNames
    attributes: tuple[str, ...]


@cache
def interface() -> Interface:
    """Return what is known; read once."""
    data: dict[str, Any] = tomllib.loads(files("textmend.source").joinpath("interface.toml").read_text("utf-8"))
    hidden, cards, notes, labels, formulas = (
        data[name] for name in ("hidden", "cards", "notes", "labels", "formulas")
    )
    return Interface(
        hidden=ClassNames(hidden["classes"]),
        shown_again=tuple(hidden["shown_again"]),
        cards=ClassNames(cards["classes"]),
        triggers=ClassNames(cards["triggers"]),
        trigger_tags=frozenset(cards["trigger_tags"]),
        trigger_attributes=frozenset(cards["trigger_attributes"]),
        notes=ClassNames(notes["classes"]),
        notes_if_mark=ClassNames(notes["if_mark"]),
        note_targets=frozenset("".join(class_parts(name)) for name in notes["targets"]),
        note_labels=frozenset(map(plain, notes["labels"])),
        units=frozenset(notes["units"]),
        ordinals=frozenset(notes["ordinals"]),
        anywhere=frozenset(map(plain, labels["anywhere"])),
        calls=frozenset(map(plain, labels["calls"])),
        with_colon=frozenset(map(plain, labels["with_colon"])),
        of_controls=frozenset(map(plain, labels["of_controls"])),
        beginnings=tuple(text.translate(_PLAIN) for text in labels["beginnings"]),
        labels=ClassNames(labels["classes"]),
        controls=ClassNames(labels["controls"]),
        icons=ClassNames(labels["icons"]),
        icon_tags=frozenset(labels["icon_tags"]),
        struck=ClassNames(data["struck"]["classes"]),
        formulas=ClassNames(formulas["classes"]),
        formula_tags=frozenset(formulas["tags"]),
        second=ClassNames(formulas["second"]),
        attributes=tuple(data["words_in_attributes"]["names"]),
    )


@dataclass(frozen=True, slots=True)
class Classes:
    """What the classes of an element say it is."""

    hidden: bool = False
    card: bool = False
    trigger: bool = False
    note: bool = False
    note_if_mark: bool = False
    label: bool = False
    control: bool = False
    icon: bool = False
    struck: bool = False
    formula: bool = False
    second: bool = False


@lru_cache(maxsize=16384)
def classes_of(names: str) -> Classes:
    """Return what a class attribute says."""
    known = interface()
    hidden = known.hidden.within(names)
    if not hidden and known.hidden.whole(names):
        hidden = not any(name.startswith(known.shown_again) for name in names.split())
    return Classes(
        hidden=hidden,
        card=known.cards.fit(names),
        trigger=known.triggers.fit(names),
        note=known.notes.fit(names),
        note_if_mark=known.notes_if_mark.fit(names),
        label=known.labels.fit(names),
        control=known.controls.fit(names),
        icon=known.icons.fit(names),
        struck=known.struck.fit(names),
        formula=known.formulas.fit(names),
        second=known.second.fit(names),
    )


NO_CLASSES = Classes()
"""What an element without classes is said to be."""
