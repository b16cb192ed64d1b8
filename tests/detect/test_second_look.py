"""The second look: which places are read again, in which stretches, and what comes of both opinions."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from textmend.calibration import log_odds, sigmoid
from textmend.detect.finder import judge
from textmend.detect.inputs import encode
from textmend.detect.lengths import LengthKinds
from textmend.detect.opinions import SecondLookWeights, joined_lengths
from textmend.detect.other_gaps import ArticleWeights
from textmend.detect.second_look import LARGE, MARGIN, SMALL, LookAt, SecondLook, windows_around
from textmend.errors import ModelError

WEIGHTS = SecondLookWeights("fake", 0.1, 0.9)


class Pieces:
    """A vocabulary that cuts a word into as many pieces as it has letters."""

    start, separator = 1, 2

    def __call__(self, word):
        return [3 + ord(letter) % 50 for letter in word]


class Reader:
    """Sees a word lost before each word that begins with a letter, and counts what it reads."""

    labels = 7

    def __init__(self, letter="z", sure=6.0):
        self.pieces, self._wanted, self._sure = Pieces(), Pieces()(letter)[0], sure
        self.rows, self.sites = [], 0

    def logits(self, rows):
        self.rows += rows
        self.sites += sum(len(row.sites) for row in rows)
        return [self._judged(row.ids[row.sites]) for row in rows]

    def _judged(self, ids):
        logits = np.full((len(ids), self.labels), -30.0, dtype=np.float32)
        logits[:, 0], logits[:, 2] = 0, np.where(ids == self._wanted, self._sure, -self._sure)
        return logits


def doubting(fake_detector, *words, at=0.0):
    """A detector whose log-odds before these words are ``at``."""
    detector = fake_detector(*words)
    judged = detector._judge

    def doubtful(ids):
        logits = judged(ids)
        logits[:, 1] = np.where(logits[:, 1] > 0, at, logits[:, 1])
        return logits

    detector._judge = doubtful
    return detector


words = st.lists(st.text("abcxyz", min_size=1, max_size=9), min_size=1, max_size=120)


@given(words, st.integers(30, 60), st.integers(5, 14), st.integers(0, 5), st.data())
def test_every_site_asked_for_is_judged_once_in_its_context(words, size, margin, edge, data):
    document = encode(" ".join(words), Pieces())
    everywhere = range(len(document.sites))
    sites = np.array(sorted(data.draw(st.sets(st.sampled_from(everywhere), min_size=1))), dtype=np.int64)
    found = windows_around(document, sites, size, margin, edge)
    judged = np.concatenate([np.arange(window.first_site, window.last_site) for window in found])
    assert np.all(np.diff(judged) > 0)
    assert np.isin(sites, judged).all()
    total = len(document.ids)
    for window in found:
        assert 0 <= window.start < window.end <= total
        assert window.end - window.start == min(size, total)
        for site in range(window.first_site, window.last_site):
            place, least = document.sites[site], margin if site in sites else edge
            assert place - window.start >= min(least, place)
            assert window.end - 1 - place >= min(least, total - 1 - place)


def test_sites_nearby_share_a_window_and_a_lone_one_stands_in_the_middle():
    document = encode(" ".join("word" for _ in range(100)), Pieces())
    (near,) = windows_around(document, np.array([40, 42, 44]), 60, 10, 8)
    assert (near.start, near.end) == (160 - 21, 160 + 39)
    assert (near.first_site, near.last_site) == (37, 48)  # 8 pieces, two words, from its edges
    first, second = windows_around(document, np.array([20, 70]), 60, 10, 8)
    assert (first.start, second.start) == (80 - 29, 280 - 29)


def test_where_windows_overlap_a_site_is_judged_in_the_middle_rather_than_at_an_edge():
    document = encode(" ".join("word" for _ in range(100)), Pieces())
    first, second = windows_around(document, np.array([40, 51]), 60, 10, 2)
    assert second.start < first.end
    assert first.last_site == second.first_site
    assert document.sites[second.first_site] == pytest.approx((first.end + second.start) / 2, abs=3)


@given(st.integers(200, 800))
def test_the_work_grows_with_the_doubtful_places_and_no_faster(count):
    document = encode("word " * count, Pieces())
    sites = np.arange(len(document.sites))
    read = sum(window.end - window.start for window in windows_around(document, sites, 60, 10, 8))
    assert read <= 60 * (len(document.ids) / 40 + 1)


def test_both_opinions_count_wherever_a_stretch_is_read(fake_detector):
    text = "the keeper of zinc and the keeper of lime, of zinc"
    detector, reader = doubting(fake_detector, "zinc", at=0.0), Reader()
    (alone,) = judge([text], detector)
    (sites,) = judge([text], detector, SecondLook(lambda: reader, WEIGHTS))
    assert reader.sites == len(sites.starts)
    assert [text[sites.ends[at] :][:4] for at in np.flatnonzero(sites.probabilities > 0.9)] == ["zinc", "zinc"]
    # The mean of -9 and -6 elsewhere.
    assert log_odds(sites.probabilities[0]) == pytest.approx((log_odds(alone.probabilities[0]) - 6) / 2, abs=0.01)


def far_apart(first, last):
    """Two words with more text between them than a stretch holds."""
    return f"{first} {'plain words and ' * LARGE}{last}"


def test_what_stands_far_from_a_doubt_is_not_read_again(fake_detector):
    reader = Reader()
    judge([far_apart("zinc", "lime")], doubting(fake_detector, "zinc"), SecondLook(lambda: reader, WEIGHTS))
    assert len(reader.rows) == 1
    assert len(reader.rows[0].ids) == SMALL


@pytest.mark.parametrize(("letter", "read_on"), [("z", True), ("y", False)])
def test_an_article_that_proves_damaged_is_read_on(fake_detector, letter, read_on):
    weights = SecondLookWeights("fake", 0.1, 0.9, damaged=1e-3, least_in_damaged=1e-6)
    text, reader = far_apart("zinc", "zinc"), Reader(letter, sure=9.0)
    judge([text], doubting(fake_detector, "zinc"), SecondLook(lambda: reader, weights))
    everything = len(encode(text, Pieces()).ids) / (LARGE - 1 - 2 * MARGIN)
    assert len(reader.rows) == (pytest.approx(everything, abs=2) if read_on else 2)


@pytest.mark.parametrize("gaps", [1, 40])
def test_an_article_that_is_plainly_damaged_is_read_at_once(fake_detector, gaps):
    weights = SecondLookWeights("fake", 0.1, 0.9, damaged=0.02, least_in_damaged=1e-6)
    text, reader = "iron words in plain print " * gaps + "zinc", Reader()
    calls = []
    reader.logits = lambda rows, judged=reader.logits: calls.append(len(rows)) or judged(rows)
    judge([text], doubting(fake_detector, "iron", "zinc", at=2.0), SecondLook(lambda: reader, weights))
    once = len(encode(text, Pieces()).ids) / (LARGE - 1 - 2 * MARGIN)
    assert [count for count in calls if count] == [1 if gaps == 1 else pytest.approx(once, abs=1)]


def test_one_may_ask_for_places_of_one_text(fake_detector):
    text, reader = far_apart("a zinc bell", "zinc"), Reader(sure=9.0)
    look = LookAt(SecondLook(lambda: reader, WEIGHTS), text, [(1, 2)])
    (sites,) = judge([text], doubting(fake_detector, "zinc"), look)
    assert len(reader.rows) == 1
    (found,) = np.flatnonzero(sites.probabilities > 0.9)
    assert (sites.starts[found], sites.ends[found]) == (1, 2)
    assert judge(["zinc and a zinc bell"], doubting(fake_detector, "zinc"), look)[0].probabilities.max() > 0.9


def test_where_nothing_is_doubtful_nothing_is_loaded(fake_detector):
    def load():
        raise AssertionError

    look = SecondLook(load, WEIGHTS)
    texts = ["the keeper of zinc", "", "the keeper"]
    for detector in (fake_detector("zinc"), doubting(fake_detector, "zinc", at=-5.0)):
        for one, other in zip(judge(texts, detector), judge(texts, detector, look), strict=True):
            assert np.array_equal(one.probabilities, other.probabilities)


@pytest.mark.parametrize(("text", "read"), [("a depth of m in the lake", 1), ("a depth of 9 m in the lake", 0)])
def test_a_unit_without_its_number_is_read_though_the_detector_sees_nothing(fake_detector, text, read):
    reader = Reader("m")
    (sites,) = judge([text], fake_detector(), SecondLook(lambda: reader, WEIGHTS))
    assert len(reader.rows) == read
    assert [text[sites.ends[at] :][:1] for at in np.flatnonzero(sites.probabilities > 0.1)] == ["m"] * read


def test_a_weight_tells_how_much_a_unit_without_its_number_means(fake_detector):
    text, reader = "a depth of m in the mill", Reader(sure=2.0)
    before, after = (
        judge([text], fake_detector(), SecondLook(lambda: reader, replace(WEIGHTS, bare=bare)))[0].probabilities
        for bare in (0.0, 3.0)
    )
    raised = log_odds(after) - log_odds(before)
    assert [
        text[end:][:1] for end, more in zip(judge([text], fake_detector())[0].ends, raised, strict=True) if more
    ] == ["m"]
    assert raised.max() == pytest.approx(3)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text("abz \n", max_size=80), min_size=1, max_size=5))
def test_texts_do_not_influence_each_other(fake_detector, texts):
    look = SecondLook(Reader, WEIGHTS)
    detector = doubting(fake_detector, "a", "zz", "b")
    together = judge(texts, detector, look)
    for text, sites in zip(texts, together, strict=True):
        (alone,) = judge([text], detector, look)
        assert all(np.array_equal(one, other) for one, other in zip(alone, sites, strict=True))


def test_what_comes_of_both_is_a_weighted_sum_of_log_odds():
    weights = SecondLookWeights("fake", 0.1, 0.9, constant=0.5, own=0.7, other=0.6, apart=-0.1)
    own, other = np.array([1.0, -2.0]), np.array([3.0, 0.5])
    expected = 0.5 + 0.7 * own + 0.6 * other - 0.1 * np.abs(own - other)
    assert weights.joined(own, other) == pytest.approx(expected)


def test_lengths_are_told_by_both(fake_detector):
    own = np.array([[0.8, 0.1, 0.1]])
    sure = joined_lengths(own, np.array([[5.0, 0.0, 9.0, 0.0]]))
    assert sure.sum() == pytest.approx(1)
    assert sure[0].argmax() == 1
    assert joined_lengths(own, np.array([[5.0, 2.0, 2.0, 2.0]]))[0].argmax() == 0


def test_the_json_form_is_read_back():
    kinds = LengthKinds((0.8, 0.2), (0.4, 0.6), (0.6, 0.4), 0.3)
    weights = SecondLookWeights(
        "a 1.0", 0.02, 0.97, 0.001, 0.004, 0.1, 0.6, 0.5, -0.05, 2.5, article=ArticleWeights(0.1), length_kinds=kinds
    )
    assert SecondLookWeights.from_dict(weights.to_dict()) == weights


@pytest.mark.parametrize(
    "wrong",
    [
        {"least": 0.0},
        {"least": 0.95},
        {"most": 1.0},
        {"own": float("nan")},
        {"damaged": 0.0},
        {"least_in_damaged": 0.2},
    ],
)
def test_weights_out_of_range_are_refused(wrong):
    with pytest.raises(ModelError, match="out of range"):
        SecondLookWeights(**{"detector": "a", "least": 0.1, "most": 0.9, **wrong})


@pytest.mark.parametrize("at", [-1.5, 0.0, 2.0])
def test_both_opinions_count_alike_at_any_doubt(fake_detector, at):
    (sites,) = judge(["some zinc"], doubting(fake_detector, "zinc", at=at), SecondLook(Reader, WEIGHTS))
    assert sites.probabilities[1] == pytest.approx(sigmoid((at + 6) / 2), abs=1e-6)
