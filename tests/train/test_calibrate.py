"""Calibration: probabilities that mean what they say, and a ranking that knows what matters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmend.calibration import log_odds, sigmoid
from textmend.damage.articles import LinkedText
from textmend.damage.spans import LinkLikeness
from textmend.detect.other_gaps import ArticleWeights, in_article
from textmend.fill.rank import FEATURE_NAMES, Features, Ranking, feature_row, feature_rows
from textmend.train.calibrate import damaged_articles, fit_article, fit_calibration, fit_echoes, fit_ranking


def sample(slope, shift, count=40_000, seed=0):
    """Raw probabilities whose true log-odds are ``slope * raw + shift``, whether each came true, and the truth."""
    rng = np.random.default_rng(seed)
    raw = rng.normal(-1.0, 2.0, count)
    true = sigmoid(slope * raw + shift)
    return sigmoid(raw), rng.random(count) < true, true


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (0.5, 0.0), (1.6, 0.0), (1.0, -1.5), (0.6, 1.0)])
def test_a_known_miscalibration_is_recovered(slope, shift):
    raw, truths, true = sample(slope, shift)
    calibrated = fit_calibration(raw, truths)(raw)
    assert np.abs(calibrated - true).mean() < 0.02
    matters = true >= 0.3
    assert calibrated[matters].mean() == pytest.approx(true[matters].mean(), abs=0.01)
    if (slope, shift) != (1.0, 0.0):
        assert np.abs(calibrated - true).mean() < 0.5 * np.abs(raw - true).mean()


def test_what_is_unlikely_is_recovered_too():
    raw, truths, true = sample(1.6, 0.0)
    unlikely = true < 0.05
    assert fit_calibration(raw, truths)(raw)[unlikely].mean() < 1.5 * true[unlikely].mean()


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60),
    st.integers(1, 20),
)
def test_knots_are_in_order_whatever_the_items(items, bins):
    raw, truths = zip(*items, strict=True)
    calibration = fit_calibration(raw, truths, bins)
    assert 1 <= len(calibration.raw) == len(calibration.true)
    assert all(a < b for a, b in zip(calibration.raw, calibration.raw[1:], strict=False))
    assert all(a <= b for a, b in zip(calibration.true, calibration.true[1:], strict=False))
    mapped = calibration(np.linspace(0, 1, 101))
    assert (np.diff(mapped) >= -1e-12).all()
    assert ((mapped >= 0) & (mapped <= 1)).all()


def test_scores_that_mislead_are_pooled_into_one_knot():
    raw = np.linspace(0.01, 0.99, 400)
    calibration = fit_calibration(raw, raw < 0.5)
    assert len(calibration.raw) <= 2
    assert calibration(0.5) == pytest.approx(0.5, abs=0.1)


def test_few_items_give_no_certainty():
    calibration = fit_calibration([0.2, 0.99], [False, True])
    assert log_odds(calibration([0.99]))[0] < 6


def test_items_of_one_score_make_one_knot():
    calibration = fit_calibration([0.387] * 61, [n % 2 == 0 for n in range(61)], 5)
    assert len(calibration.raw) == 1
    assert calibration(0.387) == pytest.approx(0.5, abs=0.02)


def gaps(echo_helps, count=80, seed=1):
    """Candidates with and without an echo; the one with the echo is right, or chance decides."""
    rng = np.random.default_rng(seed)
    rows, answers = [], []
    for _ in range(count):
        logs = np.log(rng.dirichlet(np.ones(5)) * 0.8)
        echoing = int(rng.integers(5))
        features = [
            Features(float(log), echo=4 if at == echoing else 0, exact=at == echoing) for at, log in enumerate(logs)
        ]
        rows.append(np.array([feature_row(item) for item in features]))
        answers.append(echoing if echo_helps else int(rng.choice(5, p=np.exp(logs) / np.exp(logs).sum())))
    return rows, answers, list(range(count))


def weight(ranking, name):
    return ranking.weights[FEATURE_NAMES.index(name)]


def test_the_ranking_learns_whether_echoes_matter():
    matter, idle = fit_ranking(*gaps(True)), fit_ranking(*gaps(False))
    assert weight(matter, "echo") > weight(Ranking(), "echo") > weight(idle, "echo")
    assert weight(idle, "log_prob") > 0.5
    candidates = [Features(-1.0), Features(-3.0, echo=4, exact=True)]
    assert matter.probabilities(candidates)[1] > 0.8
    assert idle.probabilities(candidates)[1] < 0.3


def test_where_nothing_fits_something_else_is_likely():
    rows, _, articles = gaps(True)
    ranking = fit_ranking(rows, [-1] * len(rows), articles)
    assert ranking.other > Ranking().other
    assert ranking.probabilities([Features(-1.0), Features(-2.0)]).sum() < 0.2


def test_a_few_gaps_hardly_move_the_defaults():
    ranking = fit_ranking(*gaps(True, count=1))
    assert ranking.weights == pytest.approx(Ranking().weights, abs=0.5)
    assert ranking.calibration == Ranking().calibration


def of_articles(alike, count=60, seed=2):
    """Four gaps an article: its losses can all be guessed or none can; or chance decides at every gap alike."""
    rng = np.random.default_rng(seed)
    rows, answers, articles = [], [], []
    for article in range(count):
        easy = rng.random() < 0.5
        for _ in range(4):
            can = easy if alike else rng.random() < 0.5
            top = rng.uniform(0.2, 0.7) if can else rng.uniform(0.05, 0.5)
            rows.append(np.array([feature_row(Features(float(np.log(top)))), feature_row(Features(-6.0))]))
            answers.append(0 if rng.random() < (0.9 if can else 0.05) else -1)
            articles.append(article)
    return rows, answers, articles


def test_how_sure_other_gaps_are_matters_where_articles_differ():
    alike, chance = fit_ranking(*of_articles(True)), fit_ranking(*of_articles(False))
    assert alike.article > 0.5 > chance.article >= 0
    gap = [Features(float(np.log(0.4)))]
    sure, unsure = (feature_rows([Features(float(np.log(share)))]) for share in (0.7, 0.05))
    among = [alike.others([feature_rows(gap), other, other])[0] for other in (sure, unsure)]
    probabilities = [float(alike.probabilities(gap, others)[0]) for others in among]
    assert probabilities[0] > probabilities[1] + 0.2


def test_held_out_articles_are_damaged_alike_in_every_run():
    text = " ".join(["The mayor of Oslo met the envoy of Rome at the old harbour today."] * 60)
    articles = [LinkedText(text)] * 12
    likeness = LinkLikeness({}, default=4.0)
    first, second = (damaged_articles(articles, likeness, clean_share=0.5, seed=4) for _ in range(2))
    assert first == second
    assert any(item.gaps for item in first)
    assert any(item.text == text for item in first)
    assert not any(item.gaps for item in damaged_articles(articles, likeness, clean_share=1.0, seed=4))


@pytest.mark.parametrize(("some", "word"), [(0.0, 0.0), (1.0, 0.0), (0.4, 0.3), (-1.0, 0.0)])
def test_what_echoes_add_is_recovered_and_never_negative(some, word):
    rng = np.random.default_rng(4)
    raw = sigmoid(rng.normal(-1, 1, 40_000))
    matched = np.where(rng.random(len(raw)) < 0.5, rng.integers(3, 9, len(raw)), 0)
    added = np.where(matched > 0, some + word * (matched - 3), 0.0)
    fitted = fit_echoes(raw, matched, rng.random(len(raw)) < sigmoid(log_odds(raw) + added))
    assert fitted.some == pytest.approx(max(0.0, some), abs=0.1)
    assert fitted.word == pytest.approx(max(0.0, word), abs=0.05)


def test_without_echoes_they_add_nothing():
    fitted = fit_echoes([0.2, 0.4, 0.9], [0, 0, 0], [False, True, True])
    assert (fitted.some, fitted.word) == (0.0, 0.0)


def test_a_wide_bin_does_not_flatten_what_was_right():
    # Few items lie between the plainly false and the plainly true ones.
    rng = np.random.default_rng(7)
    raw = sigmoid(np.concatenate([rng.normal(-9, 1, 200_000), rng.normal(5, 2, 2_000)]))
    truths = rng.random(len(raw)) < raw
    calibrated = fit_calibration(raw, truths)(raw)
    likely = raw > 0.5
    assert calibrated[likely] == pytest.approx(raw[likely], abs=0.1)


def test_what_other_gaps_add_is_recovered():
    """Some articles are whole, others badly damaged: then a doubtful place of a whole article is seldom a gap."""
    rng = np.random.default_rng(5)
    probabilities, kinds, truths = [], [], []
    for article in range(400):
        damaged = article % 2 == 1
        own = np.full(200, 0.001)
        own[:10] = 0.99 if damaged else 0.001
        own[10:16] = 0.3
        truth = np.zeros(200, dtype=bool)
        truth[:10] = damaged
        truth[10:16] = rng.random(6) < (0.55 if damaged else 0.05)
        probabilities.append(own)
        kinds.append(np.full(200, 2))
        truths.append(truth)
    weights = fit_article(probabilities, kinds, truths)
    assert weights.rate == pytest.approx(np.concatenate(truths).mean())
    assert weights.shares[2] > 0.9
    assert weights.often > 0.1
    starts = np.arange(200) * 5 + 4
    text = "word " * 201
    whole, damaged = (in_article(text, starts, starts + 1, probabilities[i], weights)[10] for i in (0, 1))
    assert whole == pytest.approx(0.05, abs=0.03)
    assert damaged == pytest.approx(0.55, abs=0.05)


def test_where_all_is_whole_nothing_is_fitted():
    assert fit_article([np.full(9, 0.3)], [np.full(9, 2)], [np.zeros(9, dtype=bool)]) == ArticleWeights()
