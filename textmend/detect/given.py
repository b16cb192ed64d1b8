"""Gaps where the caller says that words are missing: nothing is searched, but how many words the detector tells."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from textmend.detect.cues import cues_at
from textmend.detect.finder import Detector, judge
from textmend.detect.sites import Sites
from textmend.errors import InputError
from textmend.records import Gap


def gaps_at(text: str, spans: Sequence[tuple[int, int]], detector: Detector) -> list[Gap]:
    """Return a gap for each span, in order of place; each of probability 1, for the caller is sure.

    Args:
        text: the caller's text.
        spans: where words are missing: ``text[start:end]`` is white space or empty. A span that touches white space
            stands for all of it.
        detector: says how many words may be missing.

    Raises:
        InputError: a span lies outside the text, holds words, or touches another.
    """
    if not isinstance(spans, Iterable):
        raise InputError(f"at: {spans!r:.60} should be a list of spans (start, end)")
    spans = list(spans)
    for span in spans:
        _check(text, span)
    (sites,) = judge([text], detector)
    gaps = sorted((_gap(text, start, end, sites) for start, end in spans), key=lambda gap: (gap.start, gap.end))
    for one, other in pairwise(gaps):
        if other.start < one.end or (one.start, one.end) == (other.start, other.end):
            raise InputError(f"at: two spans stand for one place, {one.start}:{one.end}")
    return gaps


def _check(text: str, span: Any) -> None:
    is_pair = isinstance(span, tuple | list) and len(span) == 2
    if not is_pair or not all(isinstance(one, int) and not isinstance(one, bool) for one in span):
        raise InputError(f"at: {span!r:.60} should be a span (start, end), two offsets in code points of the text")
    start, end = span
    if not 0 <= start <= end <= len(text):
        raise InputError(f"at: the span {start}:{end} does not lie in the text, which has {len(text)} code points")
    if text[start:end].strip():
        raise InputError(
            f"at: text[{start}:{end}] is {text[start:end]!r:.60}, not white space: words are put in, not replaced; "
            "to have words replaced, put a mask in their place and name it with masks="
        )


def _gap(text: str, start: int, end: int, sites: Sites) -> Gap:
    """Return the gap of the site that touches a span, or of the span itself."""
    index = bisect_left(sites.ends.tolist(), start)
    lengths: tuple[float, ...] = ()
    if index < len(sites.ends) and sites.starts[index] <= end:
        lengths = tuple(float(share) for share in sites.lengths[index])
        start, end = min(start, int(sites.starts[index])), max(end, int(sites.ends[index]))
    return Gap(start=start, end=end, probability=1.0, lengths=lengths, cues=cues_at(text, start, end))
