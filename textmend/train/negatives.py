"""Complete text that looks damaged: prose in odd white space, verse, lists, tables, code, other languages.

Each function takes clean paragraphs and returns a text without lost words.
"""

from __future__ import annotations

import random
import sysconfig
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from itertools import accumulate
from pathlib import Path

import regex

from textmend.damage.articles import LinkedText
from textmend.damage.patterns import SENTENCE_BREAK

_BEFORE_PUNCTUATION = regex.compile(r"(?<=\w)(?<!\.\p{L}|\b\p{Lu}|\b(?:M[rs]|Mrs|Dr|St))([,.;:!?)”\"])(?=\s|$)")
_AFTER_OPENING = regex.compile(r"(?<=(?:^|\s)[(“\"$€£])(?=\w)")


def tokenised(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Text as corpus tools write it: spaces around every punctuation mark."""
    return "\n\n".join(
        _AFTER_OPENING.sub(" ", _BEFORE_PUNCTUATION.sub(r" \1", text)).replace("n't", " n't").replace("'s", " 's")
        for text in paragraphs
    )


def justified(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Text with random double and triple spaces."""
    rate = 0.02 * 45 ** rng.random()  # up to nearly every space
    return "\n\n".join(
        "".join(char + " " * rng.randint(1, 2) if char == " " and rng.random() < rate else char for char in text)
        for text in paragraphs
    )


def double_spaced_sentences(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Two spaces after every sentence, as typists did."""
    return "\n\n".join("  ".join(SENTENCE_BREAK.split(text)) for text in paragraphs)


def wrapped(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Hard-wrapped lines."""
    width = rng.randint(50, 90)
    return "\n\n".join("\n".join(_wrap(text, width)) for text in paragraphs)


def spaced_commas(paragraphs: Sequence[str], rng: random.Random) -> str:
    """A space before some punctuation marks, as in hasty writing and in other languages."""
    rate = rng.uniform(0.1, 0.6)
    return "\n\n".join(
        regex.sub(r"(?<=\w)([,!?:;])(?= )", lambda m: " " + m.group() if rng.random() < rate else m.group(), text)
        for text in paragraphs
    )


def loosened(paragraphs: Sequence[str], rng: random.Random) -> str:
    """A space on the inner side of some marks, as if elements of a page had been joined with spaces."""
    rate = rng.uniform(0.1, 0.9)

    def loosen(text: str) -> str:
        text = _AFTER_OPENING.sub(lambda m: " " if rng.random() < rate else "", text)
        return _BEFORE_PUNCTUATION.sub(lambda m: " " + m.group() if rng.random() < rate else m.group(), text)

    return "\n\n".join(loosen(text) for text in paragraphs)


def spaced_names(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Double spaces around names and some other words, as around links that stayed."""
    rate, both = rng.uniform(0.05, 0.6), rng.random()

    def widen(match: regex.Match[str]) -> str:
        if rng.random() > rate:
            return match.group()
        sides = 3 if rng.random() < both else rng.choice((1, 2))
        return " " * (sides & 1) + match.group() + " " * (sides >> 1)

    return "\n\n".join(_SPACED_SPAN.sub(widen, text) for text in paragraphs)


_SPACED_SPAN = regex.compile(
    r"(?<= )(?:\p{Lu}[\p{L}’'-]+(?: \p{Lu}[\p{L}’'-]+){0,2}|\p{Ll}{5,}(?: \p{Ll}{5,})?)(?= |[,.;](?: |$))"
)


def glued_words(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Some spaces are lost, but no words: after full stops, and sometimes between words."""
    inside, at_stops = rng.uniform(0.01, 0.06), rng.uniform(0.2, 1.0)

    def glue(match: regex.Match[str]) -> str:
        return "" if rng.random() < (at_stops if match.group("stop") else inside) else " "

    return "\n\n".join(_GLUED.sub(glue, text) for text in paragraphs)


_GLUED = regex.compile(r"(?P<stop>(?<=[.!?]) (?=\p{Lu}))|(?<=\p{Ll}) (?=\p{L})")


def transcript(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Transcribed speech: small letters, no marks, repeated words, hesitation."""
    rate = rng.uniform(0.02, 0.12)

    def said(word: str) -> str:
        if rng.random() > rate:
            return word
        return rng.choice((f"{word} {word}", f"{word} um {word}", f"uh {word}", f"{word} you know"))

    bare = (regex.sub(r"[^\p{L}\p{N}'’\s-]|(?<!\w)-+(?!\w)", "", text).lower() for text in paragraphs[:4])
    return "\n\n".join(" ".join(said(word) for word in text.split()) for text in bare)


def blanks(paragraphs: Sequence[str], rng: random.Random) -> str:
    """An exercise: words replaced by blanks to be filled in."""
    blank = rng.choice(("____", "___", "_____", "( )", "[ ]", "……", "[blank]", "(     )"))
    rate = rng.uniform(0.02, 0.12)
    return "\n\n".join(
        regex.sub(r"(?<= )\p{L}+(?=[ ,.])", lambda m: blank if rng.random() < rate else m.group(), text)
        for text in paragraphs[:5]
    )


def verse(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Prose broken into lines that start with capitals, like verse."""
    stanzas = []
    for text in paragraphs[:4]:
        words, lines = text.split(), []
        while words:
            many = rng.randint(4, 9)
            line = " ".join(words[:many])
            lines.append(line[:1].upper() + line[1:])
            words = words[many:]
        stanzas.append("\n".join(lines))
    return "\n\n".join(stanzas)


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
        sentences = SENTENCE_BREAK.split(text)
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
    """Speech that trails off, and cuts marked by an editor."""
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
    loosened,
    spaced_names,
    glued_words,
    transcript,
    blanks,
    verse,
)


def hard_negative(paragraphs: Sequence[str], rng: random.Random) -> str:
    """Change clean paragraphs in one of the ways above."""
    return rng.choice(TRANSFORMS)(paragraphs, rng)


_SPACINGS = (tokenised, justified, double_spaced_sentences, wrapped, spaced_commas, loosened, spaced_names)
"""The ways above that change only white space."""


def spaced(article: LinkedText, rng: random.Random) -> LinkedText:
    """Give a whole article odd white space; its links stay in their places."""
    text = rng.choice(_SPACINGS)(article.text.split("\n\n"), rng)
    return replace(article, text=text, links=tuple(carried(article.links, article.text, text)))


def carried(spans: Sequence[tuple[int, int]], before: str, after: str) -> list[tuple[int, int]]:
    """Return the spans in another text that differs only in white space."""
    visible = [at for at, char in enumerate(after) if not char.isspace()]
    counts = [0, *accumulate(not char.isspace() for char in before)]
    return [
        (visible[counts[start]], visible[counts[end] - 1] + 1) for start, end in spans if counts[start] < counts[end]
    ]


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


@cache
def _python_files() -> list[Path]:
    return sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))


@cache
def _foreign_sentences() -> list[str]:
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
