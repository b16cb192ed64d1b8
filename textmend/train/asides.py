"""Sentences made of an article's own words: odd but undamaged ones, and plain ones that lose the words they name.

They are put among the prose of the article. From them a model learns that neither the form nor the words of a sentence
show by themselves whether words are missing. ``frames`` holds the sentences.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import regex

from textmend.damage.densities import draw_variant
from textmend.damage.losing import Damaged, damage
from textmend.text.function_words import FUNCTION_WORDS
from textmend.train.frames import LOSABLE, WHOLE

_SLOT = regex.compile(r"\{(\w)\}")
_NAME = regex.compile(r"(?<=[\p{Ll},]\s)\p{Lu}[\p{L}-]*\p{L}(?:\s\p{Lu}\p{Ll}+)?(?!['’])")
_NOUN = regex.compile(
    r"(?<=\b(?:the|a|this|his|her|its|their)\s)\p{Ll}{3,}[\p{Ll}--s](?=\s(?:of|in|on|and|was|is|that|for|to)\b|[.,;])",
    regex.V1,
)
_WORD = regex.compile(r"\b\p{Ll}{4,}\b")
_NEEDS_AN = regex.compile(r"(?i)[aeio]|8|[AEFHLMNRSX]\b")
_MENTIONED = tuple(
    "the of to in a an and or but if for with on at by is as not no so that this from up out off".split()
)
_CODE_FORMS = ("{}()", "{}.py", "--{}", "{}.json", "`{}`", "get_{}", "{}_id", "{}.h", "/etc/{}", "${}", "{}.{}")
_SOURCE_FORMS = ("{} ({year})", "[{d}]", "[{d}, {d}]", "{}", "{} and {}", "{} et al. ({year})", "ref. {d}", "({d})")


@dataclass(frozen=True, slots=True)
class SlotWords:
    """The possible contents of a sentence's slots; no field is empty."""

    names: Sequence[str]
    nouns: Sequence[str]
    any: Sequence[str]


def words_of(text: str) -> SlotWords:
    """Return the names, nouns (recognised by an article before them) and content words of a text."""
    plain = [word for word in _WORD.findall(text) if word not in FUNCTION_WORDS]
    nouns = [word for word in _NOUN.findall(text) if word not in FUNCTION_WORDS]
    return SlotWords(
        tuple(dict.fromkeys(_NAME.findall(text))) or ("Sandvåg", "Hallsson"),
        tuple(dict.fromkeys(nouns)) or ("harbour", "letter"),
        tuple(dict.fromkeys(plain)) or ("harbour", "letter"),
    )


def aside(text: str, rng: random.Random) -> Damaged:
    """Return a paragraph of one to four sentences of one kind, made of a text's words.

    If sentences of the kind can lose words, most of them do.
    """
    words = words_of(text)
    losable = rng.random() < 0.45
    frames = rng.choice(LOSABLE if losable else WHOLE)
    parts: list[str] = []
    spans: list[tuple[int, int]] = []
    share = rng.choice((0.0, 0.0, 0.3, 0.7, 1.0)) if losable else 0.0
    length = 0
    for frame in rng.sample(frames, rng.randint(1, min(4, len(frames)))):
        sentence, slots = fill(frame, words, rng)
        spans += [(length + start, length + end) for start, end in slots if rng.random() < share]
        parts.append(sentence + (" " if sentence[-1] in ".?!,;" else "\n\n"))
        length += len(parts[-1])
    return damage("".join(parts).rstrip(), spans, draw_variant(rng))


def fill(frame: str, words: SlotWords, rng: random.Random) -> tuple[str, list[tuple[int, int]]]:
    """Return a frame with its slots filled, and the spans of the slots."""
    out, slots, position = "", [], 0
    for match in _SLOT.finditer(frame):
        out += frame[position : match.start()]
        value = _value(match.group(1), words, rng)
        if _NEEDS_AN.match(value) and regex.search(r"\b[Aa] $", out):
            out = out[:-1] + "n "
        slots.append((len(out), len(out) + len(value)))
        out += value
        position = match.end()
    return out + frame[position:], slots


def _value(slot: str, words: SlotWords, rng: random.Random) -> str:
    match slot:
        case "N":
            return rng.choice(words.names)
        case "n":
            return rng.choice(words.nouns)
        case "w":
            return rng.choice(words.any)
        case "x":
            return rng.choice("abcdefghijkmnpqrstuvwxyzABCDEFGHKLMNPQRSTUVXYZ")
        case "f":
            return rng.choice(_MENTIONED)
        case "d":
            return _number(rng)
        case "y":
            return str(rng.randint(1700, 2025))
        case "c":
            return rng.choice(_CODE_FORMS).format(rng.choice(words.any), rng.choice(words.any))
        case _:
            form = rng.choice(_SOURCE_FORMS)
            return form.format(
                rng.choice(words.names), rng.choice(words.names), year=rng.randint(1880, 2025), d=rng.randint(1, 60)
            )


def _number(rng: random.Random) -> str:
    return f"{rng.randint(1, rng.choice((9, 99, 99, 99, 999, 40_000))):,}"


_BETWEEN = regex.compile(r"(?<=\p{Ll}{4}[.!?]) (?=\p{Lu})|\n\n")


def insert(damaged: Damaged, aside: Damaged, rng: random.Random) -> Damaged:
    """Insert a text with its gaps between two sentences or paragraphs of another text; at the end if there are none."""
    touched = {place for gap in damaged.gaps for place in (gap.start, gap.end)}
    places = [m for m in _BETWEEN.finditer(damaged.text) if m.start() not in touched and m.end() not in touched]
    match = rng.choice(places) if places else None
    place = match.end() if match else len(damaged.text)
    between = match.group() if match else "\n\n"
    inset = aside.text + between if match else between + aside.text
    moved = place + (0 if match else len(between))
    shifted = [replace(gap, start=gap.start + moved, end=gap.end + moved) for gap in aside.gaps]
    before = [gap for gap in damaged.gaps if gap.end <= place]
    after = [
        replace(gap, start=gap.start + len(inset), end=gap.end + len(inset)) for gap in damaged.gaps[len(before) :]
    ]
    return Damaged(damaged.text[:place] + inset + damaged.text[place:], (*before, *shifted, *after))
