"""Ranking: one probability for every candidate."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmend.calibration import Calibration
from textmend.fill.rank import FEATURE_NAMES, Features, Ranking, feature_row

features = st.builds(
    Features,
    log_prob=st.floats(-60, 0),
    echo=st.integers(0, 20),
    exact=st.booleans(),
    both=st.booleans(),
    repeated=st.booleans(),
)
rankings = st.builds(
    Ranking,
    weights=st.tuples(*[st.floats(0, 4)] * len(FEATURE_NAMES)),
    other=st.floats(-5, 5),
    calibration=st.sampled_from(
        [Calibration(), Calibration((-4.0, 0.0, 3.0), (-6.0, 1.0, 1.5)), Calibration((0.0, 1.0), (4.0, 9.0))]
    ),
)


class TestProbabilities:
    @given(rankings, st.lists(features, max_size=12))
    def test_they_sum_to_at_most_one(self, ranking, candidates):
        found = ranking.probabilities(candidates)
        assert found.shape == (len(candidates),)
        assert np.isfinite(found).all()
        assert (found >= 0).all()
        assert found.sum() <= 1 + 1e-9

    @given(rankings, st.lists(features, min_size=1, max_size=6), st.floats(0, 10))
    def test_a_likelier_candidate_is_not_less_probable(self, ranking, candidates, less):
        better = candidates[0]
        worse = better._replace(log_prob=better.log_prob - less)
        found = ranking.probabilities([better, worse, *candidates[1:]])
        assert found[0] >= found[1]

    def test_a_likelier_candidate_is_more_probable(self):
        found = Ranking().probabilities([Features(value) for value in (-1.0, -1.5, -2.0, -4.0)])
        assert (np.diff(found) < 0).all()

    def test_becoming_likelier_makes_more_probable(self):
        others = [Features(-2.0), Features(-3.0)]
        found = [Ranking().probabilities([Features(value), *others])[0] for value in (-5.0, -3.0, -1.5, -0.5)]
        assert (np.diff(found) > 0).all()

    @pytest.mark.parametrize(
        "evidence",
        [
            {"echo": 1},
            {"echo": 2, "exact": True},
            {"echo": 2, "exact": True, "both": True},
            {"repeated": True},
        ],
    )
    def test_an_echo_raises(self, evidence):
        plain = [Features(-2.0), Features(-1.0)]
        raised = [plain[0]._replace(**evidence), plain[1]]
        before, after = (Ranking().probabilities(candidates) for candidates in (plain, raised))
        assert after[0] > before[0]
        assert after[1] < before[1]

    def test_more_evidence_raises_more(self):
        steps = [
            Features(-3.0, echo=1),
            Features(-3.0, echo=3),
            Features(-3.0, echo=3, exact=True),
            Features(-3.0, echo=3, exact=True, both=True),
            Features(-3.0, echo=3, exact=True, both=True, repeated=True),
        ]
        found = [Ranking().probabilities([one, Features(-1.0)])[0] for one in steps]
        assert (np.diff(found) > 0).all()

    def test_what_the_model_has_left_is_something_else(self):
        alone = [Ranking().probabilities([Features(np.log(share))])[0] for share in (0.1, 0.5, 0.9)]
        assert alone == pytest.approx([0.1, 0.5, 0.9], abs=1e-3)

    def test_something_else_can_weigh_more(self):
        found = [Ranking(other=other).probabilities([Features(-1.0)])[0] for other in (-1.0, 0.0, 1.0)]
        assert (np.diff(found) < 0).all()

    def test_no_candidates(self):
        assert Ranking().probabilities([]).shape == (0,)

    @given(st.permutations([Features(-1.0), Features(-2.0, echo=2), Features(-3.0, repeated=True), Features(-40.0)]))
    def test_order_does_not_matter(self, candidates):
        found = dict(zip(candidates, Ranking().probabilities(candidates), strict=True))
        usual = sorted(candidates)
        assert [found[one] for one in usual] == pytest.approx(list(Ranking().probabilities(usual)))


class TestFeatures:
    @given(features)
    def test_a_row_has_a_number_for_every_name(self, one):
        row = feature_row(one)
        assert len(row) == len(FEATURE_NAMES)
        assert all(isinstance(value, float) for value in row)

    def test_without_an_echo_its_kind_says_nothing(self):
        assert feature_row(Features(-1.0, echo=0, exact=True, both=True)) == feature_row(Features(-1.0))

    def test_what_is_hopeless_stays_finite(self):
        assert feature_row(Features(-np.inf))[0] == -30.0


@given(rankings)
def test_json_round_trip(ranking):
    assert Ranking.from_dict(json.loads(json.dumps(ranking.to_dict()))) == ranking
