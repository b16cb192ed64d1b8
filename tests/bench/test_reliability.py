"""The reliability suite finds faults, and passes where there are none."""

from __future__ import annotations

from itertools import islice

import pytest

from bench.reliability import laws
from bench.reliability.__main__ import TinyDetector
from bench.reliability.texts import damaged, texts
from textmend import Mended, Mender, Policy


def test_texts_are_the_same_every_time_and_of_every_make():
    some = list(islice(texts(3), 200))
    assert some == list(islice(texts(3), 200)) != list(islice(texts(4), 200))
    assert {"\ud83d", "\u2028", "\x00"} <= set("".join(some))
    assert all("  " in text or " ," in text for text in islice(damaged(1), 5))


def test_a_tiny_detector_keeps_the_laws():
    figures = laws.found(Mender(detector=TinyDetector(), policy=Policy(find_at=0.2)), texts(0), 0.5)
    assert figures["texts"] > 0
    assert figures["gaps"] > 0


def test_a_broken_law_is_seen():
    lost = Mended(text="a c", edits=(), gaps=(), original="a b c")
    with pytest.raises(AssertionError):
        laws.check_mended("a b c", lost)
