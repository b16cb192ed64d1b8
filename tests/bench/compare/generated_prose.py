"""Prose of any length, made up on the spot: for measuring time and memory, which depend on no meaning.

Sentences from a few hundred ordinary words, with names from syllables, so that new words go on turning up as they do
in real text.
"""

from __future__ import annotations

import random
from typing import NamedTuple

_NOUNS = (
    "harbour council farmer minister bridge winter engine report teacher market river company factory meeting "
    "hospital ship village court library budget railway storm festival committee vote contract museum school road "
    "border island forest league newspaper letter concert garden power station letter price tax election game"
).split()
_VERBS = "opened closed praised rejected visited repaired crossed reported sold bought named joined left won".split()
_ADJECTIVES = "old new northern small public local heavy late early former open quiet long narrow costly".split()
_PLACES = "in near behind across above along beyond outside".split()
_ONSETS = "b br d dr f g gr h k kl l m n p r s sk st t th v w z".split()
_VOWELS = "a e i o u ai ea ou".split()
_CODAS = "n r l s nd rt m ck th".split()


class Damaged(NamedTuple):
    """A text from which single words are gone, and where: offsets of the space that is left."""

    text: str
    places: tuple[int, ...]


def prose(characters: int, seed: int = 0) -> str:
    """Return about so many characters of prose in paragraphs, the same for the same seed."""
    rng = random.Random(seed)
    parts: list[str] = []
    length = 0
    while length < characters:
        paragraph = " ".join(_sentence(rng) for _ in range(rng.randint(2, 6)))
        parts.append(paragraph)
        length += len(paragraph) + 2
    return "\n\n".join(parts)[:characters].rstrip() or "Rain."


def damaged_prose(characters: int, gaps: int, seed: int = 0) -> Damaged:
    """Return prose that lost single words, evenly spread.

    Raises:
        ValueError: so few characters have no room for so many gaps.
    """
    words = prose(characters, seed).split(" ")
    step = len(words) // max(gaps, 1)
    if gaps and step < 3:
        raise ValueError(f"{characters} characters of prose have no room for {gaps} gaps")
    lost = {step * number + step // 2 for number in range(gaps)}
    kept: list[str] = []
    places: list[int] = []
    length = 0
    for number, word in enumerate(words):
        if number in lost and "\n" not in word and kept:
            places.append(length - 1)
            continue
        kept.append(word)
        length += len(word) + 1
    return Damaged(" ".join(kept), tuple(places))


def _sentence(rng: random.Random) -> str:
    subject = _name(rng) if rng.random() < 0.3 else f"the {rng.choice(_ADJECTIVES)} {rng.choice(_NOUNS)}"
    words = f"{subject} {rng.choice(_VERBS)} the {rng.choice(_NOUNS)}"
    if rng.random() < 0.6:
        words += f" {rng.choice(_PLACES)} {_name(rng)}"
    if rng.random() < 0.3:
        words += f", and {_name(rng)} {rng.choice(_VERBS)} a {rng.choice(_ADJECTIVES)} {rng.choice(_NOUNS)}"
    if rng.random() < 0.2:
        words += f" in {rng.randint(1900, 2030)}"
    return words[0].upper() + words[1:] + "."


def _name(rng: random.Random) -> str:
    syllables = (rng.choice(_ONSETS) + rng.choice(_VOWELS) for _ in range(rng.randint(1, 2)))
    return ("".join(syllables) + rng.choice(_CODAS)).capitalize()
