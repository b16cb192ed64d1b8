"""What comes of both opinions is recovered, though the article's other gaps chose the places."""

import numpy as np
import pytest

from textmend.calibration import sigmoid
from textmend.damage.losing import Damaged, Loss
from textmend.detect.opinions import SecondLookWeights
from textmend.train.second_look import fit_bare, fit_joint


@pytest.mark.parametrize(("by_own", "by_other"), [(1.0, 0.5), (0.2, 0.9)])
def test_weights_of_both_opinions_are_recovered(by_own, by_other):
    rng = np.random.default_rng(3)
    own, other, often = rng.normal(-2, 2, 60_000), rng.normal(0, 3, 60_000), rng.normal(0, 1.5, 60_000)
    truths = rng.random(60_000) < sigmoid(0.3 + by_own * own + by_other * other + often)
    doubtful = np.abs(own + often) < 3  # as they are chosen
    told = np.column_stack([often, np.zeros(60_000)])
    start = SecondLookWeights("a 1.0", 0.05, 0.95)
    fitted = fit_joint(start, own[doubtful], other[doubtful], truths[doubtful], told[doubtful])
    assert (fitted.own, fitted.other) == pytest.approx((by_own, by_other), abs=0.05)
    assert (fitted.constant, fitted.apart) == pytest.approx((0.3, 0.0), abs=0.05)
    assert (fitted.detector, fitted.least, fitted.most) == ("a 1.0", 0.05, 0.95)


def test_a_few_places_hardly_move_the_mean_of_both():
    start = SecondLookWeights("a 1.0", 0.05, 0.95)
    fitted = fit_joint(start, np.array([1.0]), np.array([-1.0]), [True], np.zeros((1, 2)))
    assert (fitted.own, fitted.other) == pytest.approx((0.5, 0.5), abs=0.2)


class Reader:
    """Sees nothing lost anywhere."""

    labels = 7

    def __init__(self, pieces):
        self.pieces = pieces

    def logits(self, rows):
        return [np.array([[5.0] + [0.0] * 6] * len(row.sites), dtype=np.float32) for row in rows]


def test_units_without_numbers_that_are_mostly_losses_get_a_weight(fake_detector):
    detector, start = fake_detector(), SecondLookWeights("fake", 0.05, 0.95)
    lost = [Damaged(f"a depth of m in mill {number}", (Loss(10, 11, "9"),)) for number in range(30)]
    whole = [Damaged("a depth of m in the mill", ()), Damaged("a depth of 9 m in the mill", ())]
    fitted = fit_bare(start, lost + whole[:1], detector, Reader(detector.pieces))
    assert fitted.bare > 1
    assert fit_bare(start, whole, detector, Reader(detector.pieces)) == start
    assert fit_bare(start, [], detector, Reader(detector.pieces)) == start
