"""Detection, fills and mending on records made by hand, with answers known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from fake_system import FakeSystem, fill, record, sites_of, write_lines

from textmend.damage.benchmark import read_benchmark
from textmend.evaluate.detection import Detection, clean_statistic, judge_records
from textmend.evaluate.filling import Filling, fill_records, true_gaps
from textmend.evaluate.mending import (
    clean_mending_statistic,
    mend_records,
    mending_statistic,
    sweep,
)
from textmend.evaluate.run import Plan, evaluate_system
from textmend.policy import Policy

A = record("a", "The‹ ›of Oslo and‹ ›otters.", "port", "big wet", variant="raw")
B = record("b", "She met‹ ›in May.", "Ann Roe", variant="tidy")


@pytest.fixture
def records(tmp_path):
    return read_benchmark(write_lines(tmp_path / "b.jsonl", [A, B])).records


def place(text, words):
    """Return the site before ``words``."""
    at = text.index(words)
    return at - 1, at


def ones(items):
    return np.ones(len(items))


@pytest.fixture
def detection(records):
    a, b = records
    found = {
        a.text: [
            (*place(a.text, "of"), 0.95),
            (*place(a.text, "Oslo"), 0.7),
            (*place(a.text, "and"), 0.1),
            (*place(a.text, "otters"), 0.6),
        ],
        b.text: [(*place(b.text, "met"), 0.8), (*place(b.text, "in"), 0.2), (*place(b.text, "May"), 0.01)],
    }
    return Detection(judge_records([records], FakeSystem(found).judge), 0.5)


def test_detection_figures_are_those_counted_by_hand(detection):
    # By probability: .95 right, .8 false, .7 false, .6 right, .2 right, .1 and .01 false.
    found = detection.figures(ones(detection.judged))
    assert found["precision"] == pytest.approx(2 / 4)
    assert found["recall"] == pytest.approx(2 / 3)
    assert found["f1"] == pytest.approx(2 * 2 / (4 + 3))
    assert found["average_precision"] == pytest.approx((1 + 2 / 4 + 3 / 5) / 3)
    assert found["best_f1"] == pytest.approx(2 * 3 / (5 + 3))
    assert found["recall_at_90_precision"] == pytest.approx(1 / 3)


def test_weights_drop_and_repeat_documents(detection):
    assert detection.figures(np.array([1.0, 0.0]))["recall"] == 1
    assert detection.figures(np.array([0.0, 2.0]))["recall"] == 0
    assert math.isnan(detection.figures(np.zeros(2))["average_precision"])


def test_detection_is_told_by_variant_and_shape(detection):
    parts = detection.by_variant()
    assert list(parts) == ["raw", "tidy"]
    assert parts["tidy"].figures(np.ones(1))["average_precision"] == pytest.approx(1 / 2)
    assert detection.recall_by_shape(ones(detection.judged)) == {"name": 0.0, "word": 1.0}
    shapes = detection.by_shape()
    # Of the words: .95 right, .8 and .7 false, .6 right. Of the names: three false ones, then .2 right.
    assert shapes["word"].ranked_figures(np.ones(2))["average_precision"] == pytest.approx((1 + 2 / 4) / 2)
    assert shapes["name"].ranked_figures(np.ones(2))["average_precision"] == pytest.approx(1 / 3)
    assert shapes["word"].curve().recall.max() == 1


def test_a_double_detection_is_one_right_and_one_false_gap(records):
    a, _ = records
    start, end = place(a.text, "of")
    # Two zero-wide predictions at both ends of the same white space.
    judged = judge_records([[a]], lambda texts: [sites_of([(start, start, 0.9), (end, end, 0.8)])])
    detection = Detection(judged, 0.5)
    assert detection.figures(np.ones(1))["precision"] == 0.5
    assert detection.false_beside() == (1, 1)


def test_false_gaps_beside_a_true_one_are_told_apart(detection):
    # Before "Oslo" is one word from a gap, and so is before "met".
    assert detection.false_beside() == (2, 2)


def test_gaps_that_no_site_touches_count_as_missed(records):
    judged = judge_records([records], lambda texts: [sites_of([]) for _ in texts])
    found = Detection(judged, 0.5).figures(np.ones(2))
    assert (found["recall"], found["f1"], found["average_precision"]) == (0, 0, 0)
    assert math.isnan(found["precision"])


def test_truncated_pool_gives_the_figures_of_all_sites(records):
    rng = np.random.default_rng(5)
    found = {
        one.text: [
            (at, at + 1, float(p))
            for at, p in zip((i for i, char in enumerate(one.text) if char == " "), rng.random(99) ** 4, strict=False)
        ]
        for one in records
    }
    judged = judge_records([records], FakeSystem(found).judge)
    detection = Detection(judged, 0.5)
    from textmend.metrics import average_precision, best_f1, precision_recall

    scores = np.concatenate([one.probabilities for one in judged])
    truths = np.concatenate([one.matched >= 0 for one in judged])
    whole = precision_recall(scores, truths, 3)
    figures = detection.figures(np.ones(2))
    assert figures["average_precision"] == pytest.approx(average_precision(whole))
    assert figures["best_f1"] == pytest.approx(best_f1(whole))


def test_false_gaps_of_clean_text_are_counted_per_10_000_words(tmp_path):
    whole = read_benchmark(write_lines(tmp_path / "c.jsonl", [{"text": "a " * 100}, {"text": "b " * 100}]), clean=True)
    sites = {"a " * 100: [(1, 2, 0.6), (3, 4, 0.95)], "b " * 100: [(1, 2, 0.4)]}
    judged = judge_records([whole.records], FakeSystem(sites).judge)
    assert clean_statistic(judged, 0.5)(np.ones(2)) == {"false_gaps": 100.0, "false_gaps_sure": 50.0}


def test_fill_figures_are_those_counted_by_hand(records):
    a, _b = records
    fills = {
        (a.text, a.gaps[0].start): [fill("Port", 0.8, "echo"), fill("city", 0.1)],
        (a.text, a.gaps[1].start): [fill("sea", 0.5), fill("river", 0.2), fill("BIG wet", 0.1)],
    }
    filled = fill_records([records], FakeSystem({}).judge, FakeSystem({}, fills).propose)
    filling = Filling(filled, 2)
    assert filling.ranks.tolist() == [1, 3, 0]
    figures = filling.figures(np.ones(2))
    assert figures["top_1"] == pytest.approx(1 / 3)
    assert figures["top_5"] == figures["top_20"] == pytest.approx(2 / 3)
    assert figures["mrr"] == pytest.approx((1 + 1 / 3) / 3)
    assert figures["ece"] == pytest.approx((0.2 + 0.5) / 2)
    assert {key: len(part.filled) for key, part in filling.by_origin().items()} == {"echo": 1, "model": 1, "none": 1}
    assert {key: len(part.filled) for key, part in filling.by_shape().items()} == {"name": 1, "word": 2}
    assert {key: len(part.filled) for key, part in filling.by_words().items()} == {"1": 1, "2": 2}
    assert math.isnan(filling.figures(np.zeros(2))["top_1"])


def test_fills_as_good_count_apart(tmp_path):
    item = record("a", "The‹ ›sank.", "boat")
    item["gaps"][0]["accept"] = ["ship"]
    (one,) = read_benchmark(write_lines(tmp_path / "b.jsonl", [item])).records
    system = FakeSystem({}, {(one.text, 3): [fill("ship", 0.9), fill("boat", 0.05)]})
    figures = Filling(fill_records([[one]], system.judge, system.propose), 1).figures(np.ones(1))
    assert (figures["top_1"], figures["top_1_accepted"]) == (0, 1)


def test_the_filler_is_told_the_place_and_the_detectors_lengths_not_the_truth(records):
    a, _ = records
    system = FakeSystem({a.text: [(*place(a.text, "of"), 0.3)]})
    fill_records([records], system.judge, system.propose)
    asked = system.asked[0]
    assert [(gap.start, gap.end) for gap in asked.gaps] == [(gap.start, gap.end) for gap in a.gaps]
    assert asked.gaps[0].lengths == (0.5, 0.3, 0.2)
    assert asked.gaps[0].probability == 0.3
    assert asked.gaps[1].lengths == ()
    known = true_gaps(a, system.judge([a.text])[0], known_lengths=True)
    assert [gap.lengths for gap in known] == [(1.0,), (0.0, 1.0)]


@pytest.fixture
def mended(records):
    a, b = records
    sites = {
        a.text: [(*place(a.text, "of"), 0.99), (*place(a.text, "and"), 0.98), (*place(a.text, "otters"), 0.99)],
        b.text: [(*place(b.text, "in"), 0.99)],
    }
    fills = {
        (a.text, place(a.text, "of")[0]): [fill("port", 0.99)],
        (a.text, place(a.text, "and")[0]): [fill("seals", 0.98)],
        (a.text, place(a.text, "otters")[0]): [fill("big wet", 0.6)],
        (b.text, place(b.text, "in")[0]): [fill("Bob", 0.98, introduces=("Bob",))],
    }
    return mend_records([records], FakeSystem(sites, fills, Policy(allow_names=True)).mend)


def test_mending_figures_are_those_counted_by_hand(mended):
    # Applied: "port" right; "seals" where nothing was lost; "Bob" at a true gap, wrong. Not applied: "big wet".
    found = mending_statistic(mended)(np.ones(2))
    assert found["precision"] == pytest.approx(1 / 3)
    assert found["precision_of_place"] == pytest.approx(2 / 3)
    assert found["applied"] == pytest.approx(2 / 3)
    assert found["harm"] == pytest.approx(10_000 * 2 / 9)
    assert found["introducing"] == pytest.approx(1 / 3)


def test_a_sweep_applies_more_at_lower_thresholds(mended):
    points = sweep(mended, Policy(allow_names=True), (0.5, 0.9, 1.0))
    assert [point.fills for point in points] == [4, 3, 0]
    assert points[0].precision == pytest.approx(2 / 4)
    assert points[0].applied == 1
    assert math.isnan(points[2].precision)


def test_marking_a_true_gap_is_right_and_dropping_whole_text_is_harm(records):
    a, _ = records
    sites = {a.text: [(*place(a.text, "of"), 0.9)]}
    marked = mend_records([[a]], FakeSystem(sites, policy=Policy(unsure="mark")).mend)
    assert mending_statistic(marked)(np.ones(1))["precision"] == 1
    assert mending_statistic(marked)(np.ones(1))["applied"] == 0
    sites = {a.text: [(*place(a.text, "Oslo"), 0.9)]}
    dropped = mend_records([[a]], FakeSystem(sites, policy=Policy(unsure="drop")).mend)
    assert mending_statistic(dropped)(np.ones(1))["harm"] > 0


def test_every_edit_of_clean_text_is_harm(tmp_path):
    text = "Whole and clean it is."
    whole = read_benchmark(write_lines(tmp_path / "c.jsonl", [{"text": text}]), clean=True)
    system = FakeSystem({text: [(5, 6, 0.99)]}, {(text, 5): [fill("milk", 0.99)]})
    assert clean_mending_statistic(mend_records([whole.records], system.mend))(np.ones(1)) == {"harm": 2000.0}


def test_calibration_of_everything_together(tmp_path):
    """Two benchmarks that err in opposite directions are right together; a clean text's site counts with them."""
    texts = {"often": ("Ann‹ ›off on Monday.", 0.5), "seldom": ("Bob sank‹ ›off on Monday.", 0.5)}
    benches, places, fills = [], {}, {}
    for name, (marked, probability) in texts.items():
        bench = read_benchmark(write_lines(tmp_path / f"{name}.jsonl", [record(name, marked, "sailed")]))
        one = bench.records[0]
        start = one.gaps[0].start
        place = start if name == "often" else 0
        places[one.text] = [(place, place + 1, probability)]
        fills[(one.text, start)] = [fill("sailed" if name == "often" else "drove", 0.5)]
        benches.append(bench)
    clean = read_benchmark(write_lines(tmp_path / "clean.jsonl", [{"text": "Whole text."}]), clean=True)
    places["Whole text."] = [(5, 6, 0.5)]
    run = evaluate_system(FakeSystem(places, fills), benches, [clean], Plan(resamples=0))
    figures = {name: values["ece"].value for name, values in run.together.items()}
    assert [result.figures["detection"]["ece"].value for result in run.benchmarks] == [0.5, 0.5]
    assert figures == pytest.approx(
        {"calibration/gaps": 0, "calibration/gaps and clean text": 1 / 6, "calibration/first fills": 0}
    )
    alone = evaluate_system(FakeSystem(places, fills), benches[:1], [], Plan(resamples=0))
    assert not alone.together
