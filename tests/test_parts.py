"""Texts of megabytes are read in parts: they have the gaps that they have in one piece, and need little memory."""

from __future__ import annotations

import numpy as np
import pytest
from fake_models import FakeDetector
from hypothesis import given
from hypothesis import strategies as st

from textmend import Mender
from textmend.detect import finder
from textmend.detect import parts as module
from textmend.detect.parts import parts


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(module, "LONGEST", 300)
    monkeypatch.setattr(finder, "LONGEST", 300)
    monkeypatch.setattr(module, "AROUND", 40)


@given(st.text(alphabet="ab \n.", max_size=2_000))
def test_parts_are_the_text_and_end_in_no_white_space(text):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "LONGEST", 100)
        patch.setattr(module, "AROUND", 7)
        found = list(parts(text))
    assert "".join(text[part.start : part.stop] for part in found) == text
    for part in found:
        assert part.first <= part.start <= part.stop <= part.last
        assert part.stop in (0, len(text)) or not text[part.stop - 1].isspace()


@given(
    text=st.lists(st.sampled_from(["met", " in ", "  ", ", ", ".\n\n", " " * 90, "x" * 50]), max_size=200).map("".join)
)
def test_the_gaps_are_those_of_one_piece(text):
    mender = Mender(detector=FakeDetector("in", ",", None))
    whole = mender.find_gaps(text)
    with pytest.MonkeyPatch.context() as patch:
        for where in (module, finder):
            patch.setattr(where, "LONGEST", 300)
        patch.setattr(module, "AROUND", 40)
        in_parts = mender.find_gaps(text)
    assert [(gap.start, gap.end, gap.cues) for gap in in_parts] == [(gap.start, gap.end, gap.cues) for gap in whole]


def test_long_and_short_texts_of_a_stream_stay_in_order(small):
    mender = Mender(detector=FakeDetector("."))
    texts = ["they met in  .", "they met in  . " * 100, "", "so they met  ."]
    assert list(mender.find_gaps(texts)) == [mender.find_gaps(text) for text in texts]
    assert len(mender.find_gaps(texts[1])) == 100


def test_what_is_read_at_once_is_bounded(small):
    seen = []

    class Watched(FakeDetector):
        def logits(self, rows):
            seen.append(sum(len(row.ids) for row in rows))
            return super().logits(rows)

    Mender(detector=Watched()).find_gaps("they met in  . " * 1_000)
    assert max(seen) < 400
    assert np.sum(seen) > 4_000
