"""From decided gaps to edits that carry out the decisions."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import zip_longest

from textmend.edits.apply import insertion, removal
from textmend.records import Edit, Fill, Gap
from textmend.text.sentences import sentences_around
from textmend.text.words import Span


def plan(text: str, gaps: Sequence[Gap], placeholder: str) -> tuple[list[Gap], list[Edit]]:
    """Return the gaps, and the edits that carry out their decisions, in order.

    A gap decided ``"apply"`` gets its first fill, ``"mark"`` the placeholder; ``"drop"`` removes its sentence,
    whatever was decided about other gaps in it; those gaps are returned as dropped too.

    Args:
        text: the text the gaps were found in.
        gaps: decided gaps, sorted and disjoint.
        placeholder: the visible mark.
    """
    sentences = _dropped_sentences(text, gaps)
    decided = [gap if index not in sentences else gap.with_decision("drop") for index, gap in enumerate(gaps)]
    decided = _without_clashes(decided, sorted(set(sentences.values())))
    changes: list[tuple[Span, Gap]] = []
    for index, gap in enumerate(decided):
        sentence = sentences.get(index)
        if sentence is None and gap.decision in ("apply", "mark"):
            changes.append((_reach(gap), gap))
        elif sentence is not None and (not changes or changes[-1][0] != sentence):
            changes.append((sentence, gap))
    edits: list[Edit] = []
    for (span, gap), following in zip_longest(changes, changes[1:]):
        if gap.decision == "apply":
            edits.append(insertion(text, gap, gap.fills[0].text, gap.fills[0]))
        elif gap.decision == "mark":
            edits.append(insertion(text, gap, placeholder))
        else:
            floor = edits[-1].end if edits else 0
            edits.append(removal(text, span, gap, floor=floor, ceiling=following[0].start if following else None))
    return decided, edits


def _reach(gap: Gap) -> Span:
    """Return the span that the edit of an applied or marked gap changes."""
    return Span(gap.start, gap.end + (gap.fills[0].replaces if gap.decision == "apply" else 0))


def _without_clashes(gaps: list[Gap], sentences: Sequence[Span]) -> list[Gap]:
    """Withhold fills that would replace words which another change touches: a dropped sentence, another gap."""
    if not any(gap.fills and gap.fills[0].replaces for gap in gaps):
        return gaps
    starts = [sentence.start for sentence in sentences]
    decided = []
    for gap, following in zip_longest(gaps, gaps[1:]):
        end = _reach(gap).end
        dropped = bisect_right(starts, end) - 1
        met = following is not None and (following.start < end or following.start == following.end == end)
        clash = met or (dropped >= 0 and sentences[dropped].end > gap.end)
        decided.append(gap.with_decision("keep") if end > gap.end and clash else gap)
    return decided


def _dropped_sentences(text: str, gaps: Sequence[Gap]) -> dict[int, Span]:
    """Return, for each gap in a dropped sentence, by number, that sentence."""
    places = [Span(gap.start, gap.end) for gap in gaps if gap.decision == "drop"]
    if not places:
        return {}
    own = dict(zip(places, sentences_around(text, places), strict=True))
    going = sorted(set(own.values()))
    starts = [sentence.start for sentence in going]
    found: dict[int, Span] = {}
    for index, gap in enumerate(gaps):
        before = going[max(0, bisect_right(starts, gap.end) - 1)]
        if gap.decision == "drop":
            found[index] = own[Span(gap.start, gap.end)]
        elif before.start <= gap.end < before.end or gap.start == gap.end == before.end:
            # No place for words is left where the sentence ended.
            found[index] = before
    return found


def with_words(gap: Gap, words: str, spacing: tuple[str, str] | None = None, replaces: int = 0) -> Gap:
    """Return the gap, decided ``"apply"``, with the fill that a reviewer wrote or chose in front.

    Args:
        gap: the gap.
        words: the words; a fill of the gap with these words is the chosen one.
        spacing: the spacing of the chosen fill, if it has one.
        replaces: likewise. If neither is known, the words alone identify the fill.
    """
    same = [fill for fill in gap.fills if fill.text == words]
    chosen = next((fill for fill in same if (fill.spacing, fill.replaces) == (spacing, replaces)), None)
    if chosen is None and spacing is None and not replaces:
        chosen = next(iter(same), None)
    if spacing is None and not words.strip():
        spacing = ("", "")  # only white space was lost at such a gap, so the fill needs no spacing of its own
    first = chosen or Fill(text=words, probability=1.0, origin="reviewer", spacing=spacing, replaces=replaces)
    rest = tuple(fill for fill in gap.fills if fill is not chosen)
    return gap.with_fills((first, *rest)).with_decision("apply")
