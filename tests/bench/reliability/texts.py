"""Texts that nobody would write: words, marks, white space and odd characters in every mixture; the same every time."""

from __future__ import annotations

import random
from collections.abc import Iterator

WORDS = (
    "the of and to a in that was he for on with as his they at be this from have or by one had not but what all "
    "were when we there can an which their said if do will each about how otters harbour minister vote Oslo UN Icelandic"
).split()
ODD = [
    *(
        "  ",
        "\n",
        "\n\n",
        "\r\n",
        "\t",
        "\u00a0",
        "\u2028",
        "\x0b",
        " ,",
        " .",
        ",,",
        "…",
        "“",
        "”",
        "’",
        "(",
        ")",
        "[",
        "]",
    ),
    *(
        "é",
        "e\u0301",
        "😀",
        "\ud83d",
        "\x00",
        "\u200b",
        "\u202e",
        "中文",
        "اختبار",
        "12",
        "3.5",
        "—",
        " - ",
        "_",
        "https://x.y/z",
    ),
]
PROSE = "The ministers of five nations met in Oslo on Monday, and they said that the trawlers would have to leave the fjord. "


def texts(seed: int, longest: int = 60) -> Iterator[str]:
    """Yield texts without end."""
    chance = random.Random(seed)
    while True:
        parts = []
        for _ in range(chance.randrange(longest)):
            parts.append(chance.choice(WORDS if chance.random() < 0.75 else ODD))
            parts.append(" " if chance.random() < 0.85 else chance.choice(["", "  ", "\n"]))
        yield "".join(parts)


def damaged(seed: int) -> Iterator[str]:
    """Yield prose that has lost words, without end."""
    chance = random.Random(seed)
    while True:
        words = (PROSE * chance.randrange(1, 4)).split(" ")
        for _ in range(chance.randrange(1, 4)):
            words[chance.randrange(1, len(words))] = chance.choice(["", " "])
        yield " ".join(words)
