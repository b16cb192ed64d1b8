"""Text that looks damaged and is complete: prose dressed up oddly, and prose's neighbours.

Each function takes clean paragraphs and returns a text from which no words are lost.
"""

from __future__ import annotations

import random
import sysconfig
from collections.abc import Callable, Sequence
from pathlib import Path

import regex

_SENTENCE = regex.compile(r"(?<=[.!?]['\"”’]?)\s+(?=[\p{Lu}“\"‘'])")
_BEFORE_PUNCTUATION = regex.compile(r"(?<=\w)([,.;:!?)”\"])(?=\s|$)")
_AFTER_OPENING = regex.compile(r"(?<=(?:^|\s)[(“\"])(?=\w)")


def tokenised(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Text as corpus tools leave it: a space around every punctuation mark."""
    return "\n\n".join(
        _AFTER_OPENING.sub(" ", _BEFORE_PUNCTUATION.sub(r" \1", text)).replace("n't", " n't").replace("'s", " 's")
        for text in paragraphs
    )


def justified(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Text with double and triple spaces strewn over it."""
    rate = rng.uniform(0.02, 0.3)
    return "\n\n".join(
        "".join(char + " " * rng.randint(1, 2) if char == " " and rng.random() < rate else char for char in text)
        for text in paragraphs
    )


def double_spaced_sentences(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Two spaces after every sentence, as typists did."""
    return "\n\n".join("  ".join(_SENTENCE.split(text)) for text in paragraphs)


def wrapped(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Hard-wrapped lines."""
    width = rng.randint(50, 90)
    return "\n\n".join("\n".join(_wrap(text, width)) for text in paragraphs)


def spaced_commas(paragraphs: Sequence[str], rng: random.Random) -> str:
    """A space before some punctuation marks, as hasty writers and other languages have it."""
    rate = rng.uniform(0.1, 0.6)
    return "\n\n".join(
        regex.sub(r"(?<=\w)([,!?:;])(?= )", lambda m: " " + m.group() if rng.random() < rate else m.group(), text)
        for text in paragraphs
    )


def bullets(paragraphs: Sequence[str], rng: random.Random) -> str:
    """A list of short items without full stops."""
    mark = rng.choice(["- ", "* ", "• ", "", "– ", "1. "])
    items = [item for text in paragraphs for item in regex.split(r"[,;.:]\s+", text) if 2 <= len(item.split()) <= 12]
    return rng.choice(["\n", "\n\n"]).join(mark + item.strip(" .") for item in items[:12])


def headlines(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Sentences set as headlines: Title Case, UPPER CASE, bold, without a full stop."""
    dress = rng.choice(_HEADLINE_DRESSES)
    lines = []
    for text in paragraphs:
        sentences = _SENTENCE.split(text)
        lines += [dress(sentences[0].rstrip(".")) if len(sentences[0]) < 90 else sentences[0], text]
    return "\n\n".join(lines)


_HEADLINE_DRESSES: tuple[Callable[[str], str], ...] = (
    str.title,
    str.upper,
    str,
    lambda text: f"**{text}**",
    lambda text: f"# {text}",
)


def table(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Words set as the cells of a table."""
    words = " ".join(paragraphs).split()
    columns, divider = rng.randint(2, 5), rng.choice(["\t", " | ", "   ", ", "])
    cells = [" ".join(words[i : i + rng.randint(1, 2)]).strip(".,") for i in range(0, min(len(words), 80), 2)]
    return "\n".join(divider.join(cells[i : i + columns]) for i in range(0, len(cells), columns))


def ellipses(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Speech that trails off, and cuts an editor marked."""
    mark = rng.choice(["…", "...", ". . .", "[...]", "[…]", "(...)", " …"])
    rate = rng.uniform(0.01, 0.06)

    def cut(text: str) -> str:
        words = text.split(" ")
        return " ".join(word + " " + mark if rng.random() < rate else word for word in words)

    return "\n\n".join(cut(text) for text in paragraphs)


def code(paragraphs: Sequence[str], rng: random.Random) -> str:
    """A paragraph, then lines of a program (of Python's own library), then prose again."""
    files = _python_files()
    lines = rng.choice(files).read_text(encoding="utf-8", errors="ignore").splitlines() if files else []
    first = rng.randrange(max(1, len(lines) - 12))
    return "\n\n".join([*paragraphs[:1], "\n".join(lines[first : first + rng.randint(3, 12)]), *paragraphs[1:3]])


def foreign(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Sentences of other languages (the examples that spaCy ships for each) among the English ones."""
    sentences = _foreign_sentences()
    picked = [rng.choice(sentences) for _ in range(rng.randint(1, 4))] if sentences else []
    mixed = [*paragraphs[:4], *picked]
    rng.shuffle(mixed)
    return "\n\n".join(mixed)


TRANSFORMS: tuple[Callable[[Sequence[str], random.Random], str], ...] = (
    tokenised,
    justified,
    double_spaced_sentences,
    wrapped,
    spaced_commas,
    bullets,
    headlines,
    table,
    ellipses,
    code,
    foreign,
)


def hard_negative(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Dress clean paragraphs up in one of the ways above."""
    return rng.choice(TRANSFORMS)(paragraphs, rng)


def _wrap(text: str, width: int) -> list[str]:
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return [*lines, line]


_CACHE: dict[str, list[Path] | list[str]] = {}


def _python_files() -> list[Path]:
    if "code" not in _CACHE:
        _CACHE["code"] = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    return _CACHE["code"]  # type: ignore[return-value]


def _foreign_sentences() -> list[str]:
    if "foreign" not in _CACHE:
        _CACHE["foreign"] = list(_read_spacy_examples())
    return _CACHE["foreign"]  # type: ignore[return-value]


def _read_spacy_examples() -> list[str]:
    import importlib
    import pkgutil

    import spacy.lang

    found: list[str] = []
    for language in pkgutil.iter_modules(spacy.lang.__path__):
        if language.name == "en":
            continue
        try:
            found += importlib.import_module(f"spacy.lang.{language.name}.examples").sentences
        except (ImportError, AttributeError):
            continue
    return [sentence for sentence in found if sentence.strip()]
