"""Whether words that a page would put into a sentence belong there, judged by their neighbours.

Words that don't belong there, such as “(opens in a new tab)”, make their neighbours less likely. So the two words
next to the place are masked, once with the new words between them and once without, and a masked language model gives
their probabilities. Other words of the sentence that were lost, and are known, stand in it both times: in “The talks in
and ended”, “between” is likely without “Geneva”, and in “The talks in between Iran and Oman ended” it is not. The difference of log-probabilities is the pseudo-log-likelihood ratio (Salazar et al. 2020,
"Masked Language Model Scoring") of the neighbours alone.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from textmend.models.masked_lm import MaskedLM
from textmend.models.queries import Query
from textmend.records import Gap
from textmend.text.words import LINE_ENDS

LEAST = -4.0
"""The largest drop allowed in the log-probability of both neighbours together."""

LEAST_OF_ONE = -3.5
"""The same of one of them.

Of 57 lost links of which the detector saw nothing 56 stayed above both; of 60 labels, prices, marks and explanations
that were put into whole sentences, 24 fell below one, “(opens in a new tab)” among them.
"""

_PIECES = 16
_CHARACTERS = 400


def make_sense(text: str, gaps: Sequence[Gap], model: MaskedLM, sure: Sequence[Gap] = ()) -> list[bool]:
    """Return, for each gap, whether the words of its first fill make sense at its place.

    Those that don't are judged once more in the sentence with the words of those that do.

    Args:
        text: the caller's text.
        gaps: gaps with a fill each.
        model: the masked language model.
        sure: other gaps, sorted and disjoint, whose first fills are known to be right.
    """
    verdicts = _verdicts(_Line(text, sure), gaps, model)
    told = [gap for gap, sensible in zip(gaps, verdicts, strict=True) if sensible]
    again = [index for index, sensible in enumerate(verdicts) if not sensible]
    if again and told:
        line = _Line(text, sorted((*sure, *told), key=lambda gap: gap.start))
        for index, sensible in zip(again, _verdicts(line, [gaps[index] for index in again], model), strict=True):
            verdicts[index] = sensible
    return verdicts


def _verdicts(line: _Line, gaps: Sequence[Gap], model: MaskedLM) -> list[bool]:
    queries: list[Query] = []
    asked: list[list[tuple[int, int, int]]] = []  # for each gap: query without, query with, and the piece to expect
    for gap in gaps:
        asked.append(list(_asked(line, gap, model, queries)))
    answers = model.predict(queries) if queries else []
    verdicts = []
    for pairs in asked:
        gains = [float(answers[then].log_probs[piece] - answers[now].log_probs[piece]) for now, then, piece in pairs]
        verdicts.append(not gains or (sum(gains) >= LEAST and min(gains) >= LEAST_OF_ONE))
    return verdicts


def _asked(line: _Line, gap: Gap, model: MaskedLM, queries: list[Query]) -> list[tuple[int, int, int]]:
    """Add the queries for a gap, and return which query belongs to which neighbour."""
    text = line.text
    left, right = line.beside(gap)
    if not _can_be_judged(text, gap):
        return []
    pieces, mask = model.pieces, model.vocabulary.mask
    before = list(pieces.cut(left, spaced=True))[-_PIECES:] if left.strip() else []
    after = list(pieces.cut(right, spaced=text[gap.start : gap.end] != ""))[:_PIECES] if right.strip() else []
    words = list(pieces.cut(gap.fills[0].text, spaced=True))
    found = []
    hidden = ([*before[:-1], mask] if before else []), ([mask, *after[1:]] if after else [])
    for place, expected in ((-1, before), (0, after)):
        if expected:
            found.append((len(queries), len(queries) + 1, expected[place]))
            for between in ([], words):
                row = (*pieces.opening, *hidden[0], *between, *hidden[1], *pieces.closing)
                at = len(pieces.opening) + len(before) + (len(between) if place == 0 else -1)
                queries.append(Query(row, at))
    return found


def _can_be_judged(text: str, gap: Gap) -> bool:
    """Whether the neighbours can judge a fill: it must be words, separate from the neighbours, and no sentence."""
    words = gap.fills[0].text
    if not any(map(str.isalpha, words)) or words.rstrip("\"'”’)]»")[-1:] in ".!?…":
        return False
    spacing = gap.fills[0].spacing or ("", "")
    glued = (text[gap.start - 1 : gap.start].isalnum() and not spacing[0] and gap.start == gap.end) or (
        text[gap.end : gap.end + 1].isalnum() and not spacing[1] and gap.start == gap.end
    )
    return not glued


class _Line:
    """The line of a gap, with the known words of other gaps in it."""

    def __init__(self, text: str, sure: Sequence[Gap]) -> None:
        self.text = text
        self._sure = [gap for gap in sure if gap.fills]
        self._starts = [gap.start for gap in self._sure]

    def beside(self, gap: Gap) -> tuple[str, str]:
        """Return what stands before and after a gap in its line."""
        text = self.text
        after = gap.end + gap.fills[0].replaces
        left = text[max(0, gap.start - _CHARACTERS) : gap.start]
        right = text[after:][:_CHARACTERS]
        begin = gap.start - len(left) + 1 + max(left.rfind(end) for end in LINE_ENDS)
        ends = [place for end in LINE_ENDS if (place := right.find(end)) >= 0]
        return self._mended(begin, gap.start), self._mended(after, after + min(ends, default=len(right)))

    def _mended(self, start: int, end: int) -> str:
        """Return a stretch of the text, with the words of the sure gaps within."""
        parts = []
        for gap in self._sure[bisect_left(self._starts, start) : bisect_right(self._starts, end)]:
            fill = gap.fills[0]
            if gap.start < start or gap.end + fill.replaces > end:
                continue
            before, behind = fill.spacing or (" ", " ")
            parts += [self.text[start : gap.start], before, fill.text, behind]
            start = gap.end + fill.replaces
        return "".join([*parts, self.text[start:end]])
