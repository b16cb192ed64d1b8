"""Which sentence a place lies in, whatever the length of its paragraph."""

import pytest

from textmend.edits.mended import Mended
from textmend.records import Fill, Gap
from textmend.text.sentences import sentences_around
from textmend.text.words import Span

SENTENCE = "The ferry left the quay at nine and came back at noon. "


@pytest.mark.parametrize("count", [1, 40, 5_000])
def test_places_lie_in_their_own_sentence(count):
    text = SENTENCE * count + "The end."
    numbers = sorted({0, count // 2, count - 1})
    starts = [len(SENTENCE) * number for number in numbers]
    found = sentences_around(text, [Span(start + 9, start + 10) for start in starts])
    assert [text[span.start : span.end].strip() for span in found] == [SENTENCE.strip()] * len(numbers)
    assert [span.start for span in found] == starts


def test_a_sentence_without_end_is_cut_rather_than_lost_whole():
    text = "word " * 40_000
    (span,) = sentences_around(text, [Span(100_004, 100_005)])
    assert span.start <= 100_004 < span.end
    assert span.end - span.start <= 50_000


def test_dropping_takes_one_sentence_out_of_a_very_long_paragraph():
    text = SENTENCE * 4_000
    gap = Gap(start=len(SENTENCE) * 2_000 + 9, end=len(SENTENCE) * 2_000 + 10, probability=0.9)
    mended = Mended.of(text, [gap.with_decision("drop")], "[…]")
    assert mended.text == SENTENCE * 3_999
    assert mended.undo() == text


def test_a_text_without_paragraphs_has_the_place_itself():
    assert sentences_around("  \n ", [Span(1, 2)]) == [Span(1, 2)]


def test_a_gap_at_the_very_end_of_a_dropped_sentence_goes_with_it():
    text = "It rained. The mill stood on"
    gaps = [
        Gap(start=14, end=15, probability=0.9, decision="drop"),
        Gap(start=28, end=28, probability=0.9).with_fills((Fill(text="hills", probability=1.0, origin="model"),)),
    ]
    mended = Mended.of(text, [gaps[0], gaps[1].with_decision("apply")], "[…]")
    assert mended.text == "It rained."
    assert [gap.decision for gap in mended.gaps] == ["drop", "drop"]
    assert mended.undo() == text
