"""Learning from decisions: what is wrong is put right, what is right stays, and too little is refused."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from textmend.calibration import Calibration, log_odds, sigmoid
from textmend.cli.main import app
from textmend.detect.sites import Sites
from textmend.errors import RecordError
from textmend.fill.propose import Proposed
from textmend.fill.rank import FEATURE_NAMES, Features, Ranking, feature_row
from textmend.records import Fill, Gap
from textmend.review.decisions import dump, record
from textmend.review.documents import ReviewDocument
from textmend.review.judged import Judged
from textmend.train import decisions as learning
from textmend.train.decisions import composed, fit_platt, folds_of, ranking_losses


def sample(slope, shift, count, seed=0):
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1.0, 4.0, count)
    return sigmoid(x), rng.random(count) < sigmoid(slope * x + shift)


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (0.5, -0.5), (1.5, 1.0), (0.4, 0.0)])
def test_a_known_miscalibration_is_recovered(slope, shift):
    probabilities, truths = sample(slope, shift, 20_000)
    expected = sigmoid(slope * log_odds(probabilities) + shift)
    assert np.abs(fit_platt(probabilities, truths)(probabilities) - expected).max() < 0.03


def test_a_few_decisions_hardly_move_it():
    probabilities, truths = sample(1.0, -3.0, 3)
    assert np.abs(fit_platt(probabilities, truths)(probabilities) - probabilities).max() < 0.3


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=50))
def test_what_was_not_shown_is_never_raised_far(items):
    probabilities, truths = zip(*items, strict=True)
    calibration = fit_platt(probabilities, truths)
    lowest = float(log_odds(probabilities).min())
    far = sigmoid(np.linspace(-13, lowest - 12, 20)) if lowest > 0 else sigmoid(np.array([-13.0]))
    if lowest > 0:
        assert (calibration(far) <= far + 1e-9).all()
    mapped = calibration(np.linspace(0, 1, 101))
    assert (np.diff(mapped) >= -1e-12).all()


knots = st.lists(
    st.tuples(st.floats(-6, 6), st.floats(-6, 6)), min_size=1, max_size=6, unique_by=lambda knot: round(knot[0], 2)
).map(lambda pairs: Calibration(tuple(sorted(raw for raw, _ in pairs)), tuple(sorted(true for _, true in pairs))))


@settings(max_examples=100, deadline=None)
@given(knots, knots)
def test_composed_is_one_after_the_other(first, second):
    probabilities = sigmoid(np.linspace(-5, 5, 201))
    between = log_odds(first(probabilities))
    kept = np.abs(between) < 13
    found = composed(first, second)(probabilities)
    assert np.abs(found - second(first(probabilities)))[kept].max(initial=0) < 1e-6


def _judged(count, rng, slope=1.0, shift=0.0, documents=20):
    """Gaps whose probabilities are off by slope and shift, decided by a person who knows."""
    text = "word " * (count // documents + 1)
    found = []
    for number in range(documents):
        gaps = []
        for at in range(count // documents):
            gaps.append(Gap(start=5 * at + 4, end=5 * at + 5, probability=float(sigmoid(rng.uniform(-1, 4)))))
        document = ReviewDocument(id=f"{number}.txt", text=text, gaps=tuple(gaps))
        for gap in gaps:
            true = rng.random() < sigmoid(slope * log_odds(gap.probability) + shift)
            decision = record(document, gap, "keep" if true else "not_a_gap")
            found.append(Judged(document=document, gap=gap, decision=decision))
    return found


@pytest.fixture
def detector(tmp_path, monkeypatch):
    """A detector that says what the gaps say, in a folder that holds its calibration."""
    (tmp_path / "config.json").write_text(
        json.dumps({"kind": "detector", "schema": 1, "name": "x", "calibration": Calibration().to_dict()})
    )

    class Fake:
        calibration = Calibration()

        def __init__(self, folder):
            pass

    monkeypatch.setattr(learning, "OnnxDetector", Fake)
    known: dict[str, list[Gap]] = {}

    def judge(texts, detector):
        assert len(set(texts)) == 1
        return [
            Sites(
                np.array([gap.start for gap in gaps]),
                np.array([gap.end for gap in gaps]),
                np.array([gap.probability for gap in gaps]),
                np.zeros((len(gaps), 6)),
            )
            for gaps in (known[key] for key in list(known)[: len(texts)])
        ]

    monkeypatch.setattr(learning, "judge", judge)
    monkeypatch.setattr(learning, "_BATCH", 10**6)
    return tmp_path, known


def _teach(detector, decided):
    folder, known = detector
    known.clear()
    for one in decided:
        known[one.document.id] = list(one.document.gaps)
    return learning.recalibrate_detector(folder, decided), json.loads((folder / "config.json").read_text())


def test_a_detector_that_is_off_is_put_right(detector):
    fit, config = _teach(detector, _judged(600, np.random.default_rng(1), slope=0.6, shift=-1.5))
    assert fit.better
    assert fit.after < fit.before - 0.1
    new = Calibration.from_dict(config["calibration"])
    assert new([0.9])[0] == pytest.approx(sigmoid(0.6 * log_odds([0.9]) - 1.5)[0], abs=0.08)
    assert config["name"] == "x"


def test_a_detector_that_is_right_is_left_alone(detector):
    fit, config = _teach(detector, _judged(600, np.random.default_rng(2)))
    assert not fit.better
    assert config["calibration"] == Calibration().to_dict()


@pytest.mark.parametrize(("count", "shift"), [(40, 0.0), (200, 9.0)])
def test_too_few_decisions_are_refused(detector, count, shift):
    folder, _ = detector
    before = (folder / "config.json").read_text()
    with pytest.raises(RecordError, match="too few"):
        learning.recalibrate_detector(folder, _judged(count, np.random.default_rng(3), shift=shift))
    assert (folder / "config.json").read_text() == before


class FakeProposer:
    """Proposes ``a`` and ``b`` for every gap; ``b`` has an echo."""

    def candidates(self, documents):
        features = (Features(-1.0), Features(-2.0, echo=3, exact=True, both=True))
        return [
            [[Proposed(text, one, None) for text, one in zip("ab", features, strict=True)] for _ in document.gaps]
            for document in documents
        ]


def _words(count, choose):
    found = []
    for number in range(count):
        gap = Gap(start=4, end=5, probability=0.9, fills=(Fill(text="a", probability=0.5, origin="model"),))
        document = ReviewDocument(id=f"{number}.txt", text="word  word", gaps=(Gap(start=4, end=6, probability=0.9),))
        gap = document.gaps[0]
        decision = record(document, gap, "fill", choose(number))
        found.append(Judged(document=document, gap=gap, decision=decision))
    return found


@pytest.fixture
def filler(tmp_path, monkeypatch):
    start = Ranking(weights=(1.0, *[0.0] * (len(FEATURE_NAMES) - 1)))
    config = {"kind": "filler", "schema": 1, "ranking": start.to_dict()}
    (tmp_path / "config.json").write_text(json.dumps(config))
    for name in ("tokenizer.json", "model.onnx"):
        (tmp_path / name).touch()
    monkeypatch.setattr(learning, "load_proposer", lambda folder: FakeProposer())
    return tmp_path


def _ranking(folder):
    return Ranking.from_dict(json.loads((folder / "config.json").read_text())["ranking"])


def test_a_ranking_learns_what_people_choose(filler):
    candidates = [one.features for one in FakeProposer().candidates([_words(1, lambda _: "a")[0].document])[0][0]]
    before = _ranking(filler).probabilities(candidates)
    fit = learning.recalibrate_filler(filler, _words(60, lambda number: "B" if number % 10 else "a"))
    after = _ranking(filler).probabilities(candidates)
    assert fit.better
    assert (before[0] > before[1], after[0] < after[1]) == (True, True)
    assert after[1] > 0.7


def test_a_ranking_is_not_taken_where_it_is_no_better(filler):
    before = (filler / "config.json").read_text()
    shares = _ranking(filler).probabilities(
        [one.features for one in FakeProposer().candidates([_words(1, lambda _: "a")[0].document])[0][0]]
    )
    rng = np.random.default_rng(0)
    answers = rng.choice(["a", "b", "c"], 80, p=[*shares, 1 - shares.sum()])
    fit = learning.recalibrate_filler(filler, _words(80, lambda number: str(answers[number])))
    assert not fit.better
    assert (filler / "config.json").read_text() == before


def test_decisions_without_words_teach_no_ranking(filler):
    with pytest.raises(RecordError, match="0 decisions with words are too few"):
        learning.recalibrate_filler(filler, _judged(100, np.random.default_rng(0)))


def test_losses_of_a_ranking_are_those_of_its_probabilities():
    ranking = Ranking()
    features = [Features(-1.0), Features(-2.0)]
    shares = ranking.probabilities(features)
    row = np.array([feature_row(one) for one in features])
    losses = ranking_losses(ranking, [row, row, row], [0, 1, -1], [0, 1, 2])
    assert np.exp(-losses) == pytest.approx([*shares, 1 - shares.sum()])


def test_gaps_of_a_document_share_a_fold():
    documents = [ReviewDocument(id=str(number // 3), text="a", gaps=()) for number in range(60)]
    folds = folds_of(documents)
    assert set(folds) == set(range(5))
    assert all(len(set(folds[start : start + 3])) == 1 for start in range(0, 60, 3))
    assert set(folds_of(documents[:12])) == set(range(5))


def _calibrate(*arguments):
    return CliRunner().invoke(app, ["train", "calibrate", *map(str, arguments)])


def test_the_command_takes_decisions_with_their_suggestions_or_refuses(tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"kind": "detector", "schema": 1}))
    for name in ("tokenizer.json", "model.onnx"):
        (tmp_path / name).touch()
    one = _judged(20, np.random.default_rng(0))[0]
    decisions, suggestions = tmp_path / "d.jsonl", tmp_path / "s.jsonl"
    decisions.write_text(dump(one.decision))
    gaps = [gap.to_dict() for gap in one.document.gaps]
    suggestions.write_text(json.dumps({"id": one.document.id, "text": one.document.text, "gaps": gaps}))
    few = _calibrate("--detector", tmp_path, "--decisions", decisions, "--suggestions", suggestions)
    assert few.exit_code == 3
    assert "too few to calibrate gaps" in " ".join(few.output.split())
    suggestions.write_text("A text.")
    texts = _calibrate("--detector", tmp_path, "--decisions", decisions, "--suggestions", suggestions)
    assert (texts.exit_code, "holds no suggestions" in texts.output) == (3, True)
    for options in (
        ["--decisions", decisions],
        ["--suggestions", suggestions],
        [],
        ["--decisions", decisions, "--suggestions", suggestions, "--linked", decisions],
    ):
        assert _calibrate("--detector", tmp_path, *options).exit_code == 2
