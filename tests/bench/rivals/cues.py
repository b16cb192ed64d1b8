"""Cues alone: every place that shows a surface sign is a gap, the likelier the more signs it shows.

It can't see a gap that leaves no sign (a tidied space after an adjective), tell how many words are missing, weigh one
sign against the sentence around it, or propose words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bench.rivals.sites import named_sites
from textmend.detect.cues import cues_at
from textmend.detect.sites import Sites
from textmend.text.words import LINE_ENDS, WORD, paragraphs, space_before


class CuesAlone:
    """Finds gaps by ``cue_sites`` and nothing else."""

    def judge(self, texts: Sequence[str]) -> list[Sites]:
        """Return the places with cues; ``n`` cues score ``n / (n + 1)`` (see ``system.Judge``)."""
        return [
            named_sites((start, end, len(cues) / (len(cues) + 1)) for start, end, cues in cue_sites(text))
            for text in texts
        ]


def cue_sites(text: str) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Yield ``(start, end, cues)`` for every site of a text that shows a cue, in order.

    Sites are those of the detector: the white space, perhaps none, before every word and mark and at the end
    of every paragraph. One pass, linear in the length of the text.
    """
    floor = 0
    for paragraph in paragraphs(text):
        visible = False
        for match in WORD.finditer(text, paragraph.start, paragraph.end):
            end = match.start()
            start = space_before(text, end, floor)
            if not visible:
                start = _after_line_end(text, start, end)
            if cues := cues_at(text, start, end):
                yield start, end, cues
            floor, visible = match.end(), True


def _after_line_end(text: str, start: int, end: int) -> int:
    position = end
    while position > start and text[position - 1] not in LINE_ENDS:
        position -= 1
    return position
