"""The comparison of the machine's probabilities with what people chose."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace

import pytest
from rich.console import Console

from textmend.records import Fill, Gap
from textmend.review.decision_report import compare, show, to_dict
from textmend.review.decisions import record
from textmend.review.documents import ReviewDocument
from textmend.review.judged import judged

TEXT = "some words  stand here  and there  and so  on"


def _fills(*texts, origin="model"):
    return tuple(Fill(text=text, probability=0.6 / 2**rank, origin=origin) for rank, text in enumerate(texts))


@pytest.fixture
def review():
    starts = [start for start in range(len(TEXT)) if TEXT.startswith("  ", start)]
    fills = (_fills("a", "b"), _fills("c", origin="echo"), _fills("d"), ())
    cues = (("double_space",), ("double_space", "x"), (), ())
    gaps = tuple(
        Gap(start=start, end=start + 2, probability=probability, fills=some, cues=cue)
        for start, probability, some, cue in zip(starts, (0.9, 0.8, 0.6, 0.7), fills, cues, strict=True)
    )
    document = ReviewDocument(id="x", text=TEXT, gaps=gaps)
    answers = [("fill", "B", "ed"), ("fill", "c", "ed"), ("not_a_gap", None, "di"), ("fill", "mine", None)]
    return document, [
        record(document, gap, verdict, text, by=by) for gap, (verdict, text, by) in zip(gaps, answers, strict=True)
    ]


def test_figures_are_those_counted_by_hand(review):
    document, decisions = review
    comparison = compare(judged([document], decisions))
    everything = comparison.all
    assert (everything.decided, everything.filled) == (4, 3)
    assert everything.gaps == pytest.approx(0.75)
    assert everything.expected == pytest.approx(0.75)
    assert (everything.first, everything.in_five) == (pytest.approx(1 / 3), pytest.approx(2 / 3))
    assert everything.mrr == pytest.approx((0.5 + 1 + 0) / 3)
    assert comparison.verdicts == {"fill": 3, "not_a_gap": 1}
    assert comparison.chosen == {"model": 1, "echo": 1, "their own": 1}
    assert {name: part.decided for name, part in comparison.by_origin.items()} == {"model": 2, "echo": 1, "none": 1}
    assert {name: part.decided for name, part in comparison.by_cue.items()} == {"double_space": 2, "none": 2, "x": 1}
    assert {name: part.decided for name, part in comparison.by_person.items()} == {"ed": 2, "di": 1, "unnamed": 1}
    losses = [-math.log(0.9), -math.log(0.8), -math.log(0.4), -math.log(0.7)]
    assert comparison.gap_log_loss == pytest.approx(sum(losses) / 4)
    assert sum(one.weight for one in comparison.gap_bins) == pytest.approx(1)
    assert [(one.mean_probability, one.share_true) for one in comparison.fill_bins] == [(0.6, 0.5)]


def test_undone_and_foreign_decisions_do_not_count(review):
    document, decisions = review
    other = ReviewDocument(id="y", text=TEXT, gaps=document.gaps)
    undone = record(document, document.gaps[0], "undo")
    found = judged([document], [*decisions, undone, record(other, other.gaps[0], "keep")])
    assert len(found.decided) == 3
    assert found.unmatched == 1


def test_gaps_that_people_added_measure_recall(review):
    document, decisions = review
    start = TEXT.index(" words")
    added = Gap(start=start, end=start + 1, probability=1.0)
    missed = record(document, added, "fill", "more", added=True)
    other = replace(missed, document="elsewhere")
    comparison = compare(judged([document], [*decisions, missed, other]))
    assert (comparison.missed, comparison.unmatched) == (1, 1)
    assert comparison.recall == pytest.approx(3 / 4)
    assert comparison.all.decided == 4
    console = Console(file=io.StringIO(), width=120)
    show(comparison, console)
    assert "people added 1 gap that the machine had missed; it found 3 of 4 (75.0 %)" in console.file.getvalue()


def test_it_is_shown_and_written(review):
    document, decisions = review
    comparison = compare(judged([document], decisions))
    written = json.loads(json.dumps(to_dict(comparison), allow_nan=False))
    assert written["all"]["first"] == pytest.approx(1 / 3)
    assert written["by_cue"]["none"]["decided"] == 2
    console = Console(file=io.StringIO(), width=120)
    show(comparison, console)
    shown = console.file.getvalue()
    assert "4 gaps decided: 3 fill, 1 not a gap" in shown
    assert "double space" in shown


def test_nothing_decided_is_no_division_by_zero(review):
    comparison = compare(judged([review[0]], []))
    json.dumps(to_dict(comparison), allow_nan=False)
    console = Console(file=io.StringIO())
    show(comparison, console)
    assert "no decisions" in console.file.getvalue()
