"""How many words are lost, from one loss in an article to losses in most sentences. ``kinds`` says which words."""

from __future__ import annotations

import random
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import regex

from textmend.damage.kinds import KINDS, Span
from textmend.damage.losing import Damaged, Variant, damage
from textmend.damage.patterns import SENTENCE_BREAK

_VISIBLE = regex.compile(r"\S+")
_FEWEST_WORDS_LEFT = 3


@dataclass(frozen=True, slots=True)
class Density:
    """The amount of losses.

    Attributes:
        share: the share of sentences that lose something, among those that can, 0 to 1.
        whole: of these, the share that loses every possible span; the others lose one span.
        most: the most losses in the text; ``None`` for no limit.
        reach: the number of paragraphs in a row that may have losses; ``None`` for all.
    """

    share: float
    whole: float = 0.5
    most: int | None = None
    reach: int | None = None


def draw_density(rng: random.Random) -> Density:
    """Draw a density, from one loss in an article to losses in all its sentences."""
    reach = rng.randint(1, 6) if rng.random() < 0.4 else None
    chance = rng.random()
    if chance < 0.2:
        return Density(1.0, most=rng.randint(1, 3), reach=reach)
    if chance < 0.55:
        return Density(0.05 * 10 ** rng.random(), whole=rng.random(), reach=reach)
    return Density(rng.uniform(0.6, 1.0), whole=rng.random(), reach=reach)


def draw_kinds(rng: random.Random, *, dense: bool = False) -> tuple[str, ...]:
    """Draw the kinds of loss that meet in one article: more of them in a dense one."""
    left = {name: weight for name, (_, weight) in KINDS.items()}
    drawn = []
    for _ in range(rng.choices((2, 4, 8) if dense else (1, 2, 4), (0.4, 0.35, 0.25))[0]):
        drawn.append(rng.choices(tuple(left), tuple(left.values()))[0])
        del left[drawn[-1]]
    return tuple(drawn)


def draw_variant(rng: random.Random) -> Variant:
    """Draw the treatment of white space; where much is lost, it is kept more often than around single links."""
    return rng.choices(("raw", "collapsed", "tidy"), (0.3, 0.4, 0.3))[0]


def lose_kinds(text: str, kinds: Sequence[str], density: Density, rng: random.Random) -> list[Span]:
    """Return the spans that a text loses, of these kinds and density; sorted, with visible text between them."""
    paragraphs = [m.span() for m in regex.finditer(r"(?:[^\n]|\n(?!\n))+", text)]
    if density.reach is not None and len(paragraphs) > density.reach:
        first = rng.randrange(len(paragraphs) - density.reach + 1)
        paragraphs = paragraphs[first : first + density.reach]
    spans: list[Span] = []
    for start, end in paragraphs:
        chosen = _lose(text[start:end], kinds, density, rng)
        spans += [(start + first, start + last) for first, last in chosen]
    if density.most is not None and len(spans) > density.most:
        spans = sorted(rng.sample(spans, density.most))
    return spans


def _lose(paragraph: str, kinds: Sequence[str], density: Density, rng: random.Random) -> list[Span]:
    candidates = sorted({span for kind in kinds for span in KINDS[kind][0](paragraph, rng)})
    ends = [m.end() for m in SENTENCE_BREAK.finditer(paragraph)]
    by_sentence: dict[int, list[Span]] = {}
    for span in candidates:
        by_sentence.setdefault(bisect_right(ends, span[0]), []).append(span)
    chosen: list[Span] = []
    for spans in by_sentence.values():
        if rng.random() < density.share:
            chosen += apart(paragraph, spans) if rng.random() < density.whole else [rng.choice(spans)]
    chosen = apart(paragraph, chosen)
    kept = damage(paragraph, chosen, "raw").text
    return chosen if len(_VISIBLE.findall(kept)) >= _FEWEST_WORDS_LEFT else []


def apart(text: str, spans: Sequence[Span]) -> list[Span]:
    """Return the spans, sorted, without those that touch one before them: visible text separates the rest."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if not result or (start > result[-1][1] and text[result[-1][1] : start].strip()):
            result.append((start, end))
    return result


def lose_by_kind(text: str, rng: random.Random) -> Damaged:
    """Damage a text, with kinds, density and variant drawn at random."""
    density = draw_density(rng)
    kinds = draw_kinds(rng, dense=density.most is None and density.share > 0.5)
    return damage(text, lose_kinds(text, kinds, density, rng), draw_variant(rng))
