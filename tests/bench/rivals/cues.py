"""Cues alone: every place that shows a surface sign is a gap, the likelier the more signs it shows.

It can't see a gap that leaves no sign (a tidied space after an adjective), tell how many words are missing, weigh one
sign against the sentence around it, or propose words.
"""

from __future__ import annotations

from collections.abc import Sequence

from bench.rivals.sites import named_sites
from textmend.detect.cues import cue_sites
from textmend.detect.sites import Sites


class CuesAlone:
    """Finds gaps by ``detect.cues.cue_sites`` and nothing else."""

    def judge(self, texts: Sequence[str]) -> list[Sites]:
        """Return the places with cues; ``n`` cues score ``n / (n + 1)`` (see ``system.Judge``)."""
        return [
            named_sites((start, end, len(cues) / (len(cues) + 1)) for start, end, cues in cue_sites(text))
            for text in texts
        ]
