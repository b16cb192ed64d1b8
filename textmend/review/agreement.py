"""How far people agree who decided about the same gaps, and where they don't."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from typing import Any

from textmend.records import SCHEMA
from textmend.review.decisions import Key, Recorded, standing

Answer = tuple[str, str]
"""A verdict, and the words of a fill."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """How far two people agree. Only gaps count that both decided without knowing what the other had decided.

    Attributes:
        first: one person.
        second: the other.
        gaps: how many gaps both decided.
        same_verdict: for how many they gave the same verdict.
        same_answer: for how many they gave the same verdict and, if it is a fill, the same words.
        both_filled: for how many both gave words.
        same_words: for how many of those the same.
        kappa_gap: Cohen's kappa of "is it a gap?"; ``None`` where it is undefined: both always say the same one thing.
        kappa_verdict: Cohen's kappa of the verdict.
    """

    first: str
    second: str
    gaps: int
    same_verdict: int
    same_answer: int
    both_filled: int
    same_words: int
    kappa_gap: float | None
    kappa_verdict: float | None


def answer_of(decision: Recorded) -> Answer:
    """Return what a decision says; the kind of white space between words does not count."""
    return decision.verdict, " ".join((decision.text or "").split())


def name_of(decision: Recorded) -> str:
    """Return who decided."""
    return decision.by or "unnamed"


def is_conflict(decisions: Sequence[Recorded]) -> bool:
    """Return whether people disagree about a gap and nobody settled it.

    Args:
        decisions: those that stand about the gap, one a person.
    """
    return len(set(map(answer_of, decisions))) > 1 and not any(one.settles for one in decisions)


def conflicts(decisions: Iterable[Recorded]) -> dict[Key, list[Recorded]]:
    """Return the gaps that people disagree about and nobody settled, with what each of them decided."""
    return {key: found for key, found in standing(decisions).items() if is_conflict(found)}


def agreement(decisions: Iterable[Recorded]) -> list[Pair]:
    """Return how far people agree, for every two that decided about a gap in common; those with most in common first.

    Args:
        decisions: in the order they were made. Of a person's decisions about a gap the last counts that was made
            without knowing the others'.
    """
    gaps = [{name_of(one): one for one in found} for found in standing(_independent(decisions)).values()]
    people = sorted({name for gap in gaps for name in gap})
    pairs = []
    for first, second in combinations(people, 2):
        common = [(gap[first], gap[second]) for gap in gaps if first in gap and second in gap]
        if common:
            pairs.append(_pair(first, second, common))
    return sorted(pairs, key=lambda pair: -pair.gaps)


def kappa(answers: Sequence[tuple[str, str]]) -> float | None:
    """Return Cohen's kappa (1960): agreement beyond what chance gives, 1 at most; ``None`` where it is undefined.

    Args:
        answers: what one person and the other said, of each item.
    """
    if not answers:
        return None
    total = len(answers)
    first, second = Counter(one for one, _ in answers), Counter(other for _, other in answers)
    chance = sum(first[name] * second[name] for name in first) / total**2
    if chance == 1:
        return None
    return (sum(one == other for one, other in answers) / total - chance) / (1 - chance)


def to_dict(pairs: Sequence[Pair], disputed: Mapping[Key, Sequence[Recorded]]) -> dict[str, Any]:
    """Return the JSON form of what :func:`agreement` and :func:`conflicts` found."""
    return {
        "schema": SCHEMA,
        "kind": "textmend-agreement",
        "pairs": [asdict(pair) for pair in pairs],
        "conflicts": [[one.to_dict() for one in found] for found in disputed.values()],
    }


def _independent(decisions: Iterable[Recorded]) -> Iterable[Recorded]:
    return (one for one in decisions if not one.settles)


def _pair(first: str, second: str, common: Sequence[tuple[Recorded, Recorded]]) -> Pair:
    filled = [(one, other) for one, other in common if one.verdict == other.verdict == "fill"]
    verdicts: list[tuple[str, str]] = [(one.verdict, other.verdict) for one, other in common]
    return Pair(
        first=first,
        second=second,
        gaps=len(common),
        same_verdict=sum(one == other for one, other in verdicts),
        same_answer=sum(answer_of(one) == answer_of(other) for one, other in common),
        both_filled=len(filled),
        same_words=sum(answer_of(one) == answer_of(other) for one, other in filled),
        kappa_gap=kappa([(_is_gap(one), _is_gap(other)) for one, other in verdicts]),
        kappa_verdict=kappa(verdicts),
    )


def _is_gap(verdict: str) -> str:
    return "no" if verdict == "not_a_gap" else "yes"
