"""Ranking: one probability for every candidate; and the letter case of what is ranked, as a table."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmend.calibration import Calibration
from textmend.fill.casing import LOWER, MIXED, TITLE, UPPER, ArticleCasing, cased, starts_sentence, surroundings
from textmend.fill.casing_table import Habit, UsualCasing
from textmend.fill.rank import FEATURE_NAMES, Features, Ranking, feature_row, feature_rows, log_odds_of_one

DEFAULTS = dict(zip(FEATURE_NAMES, Ranking().weights, strict=True))

features = st.builds(
    Features,
    log_prob=st.floats(-60, 0),
    echo=st.integers(0, 20),
    exact=st.booleans(),
    both=st.booleans(),
    repeated=st.integers(0, 30),
    length=st.floats(-20, 0),
    words=st.integers(1, 9),
    single=st.floats(-4, 4),
)
rankings = st.builds(
    Ranking,
    weights=st.tuples(*[st.floats(0, 4)] * len(FEATURE_NAMES)),
    other=st.floats(-5, 5),
    calibration=st.sampled_from(
        [Calibration(), Calibration((-4.0, 0.0, 3.0), (-6.0, 1.0, 1.5)), Calibration((0.0, 1.0), (4.0, 9.0))]
    ),
    article=st.floats(0, 2),
    usual=st.floats(-4, 4),
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
            Features(-3.0, echo=3, exact=True, both=True, repeated=1),
        ]
        found = [Ranking().probabilities([one, Features(-1.0)])[0] for one in steps]
        assert (np.diff(found) > 0).all()

    def test_what_the_model_has_left_is_something_else(self):
        alone = [Ranking().probabilities([Features(np.log(share))])[0] for share in (0.1, 0.5, 0.9)]
        assert alone == pytest.approx([0.1, 0.5, 0.9], abs=1e-3)

    def test_something_else_can_weigh_more(self):
        found = [Ranking(other=other).probabilities([Features(-1.0)])[0] for other in (-1.0, 0.0, 1.0)]
        assert (np.diff(found) < 0).all()

    def test_where_one_word_is_missing_something_else_is_less_likely(self):
        ranking = Ranking(weights=tuple(0.4 if name == "single" else one for name, one in DEFAULTS.items()))
        shares = [log_odds_of_one(lengths) for lengths in ((0.1, 0.3, 0.6), (), (0.9, 0.05, 0.05), (1.0, 0.0, 0.0))]
        found = [ranking.probabilities([Features(-1.0, single=share)])[0] for share in shares]
        assert (np.diff(found) > 0).all()

    def test_a_ranking_of_an_earlier_version_is_read(self):
        data = Ranking().to_dict()
        del data["weights"]["single"], data["article"], data["usual"]
        assert Ranking.from_dict(data) == Ranking()

    @given(rankings, st.lists(st.lists(features, max_size=4), max_size=6))
    def test_what_other_gaps_say_is_bounded_and_of_the_others_alone(self, ranking, gaps):
        rows = [feature_rows(gap) for gap in gaps]
        told = ranking.others(rows)
        assert len(told) == len(gaps)
        assert all(-3 <= one <= 3 for one in told)
        if len(gaps) == 1:
            assert told == [0.0]
        if gaps:
            unlikely = feature_rows([Features(-30.0)])
            assert ranking.others([unlikely, *rows[1:]])[0] == pytest.approx(told[0], abs=1e-6) or not gaps[0]

    def test_no_candidates(self):
        assert Ranking().probabilities([]).shape == (0,)

    @given(st.permutations([Features(-1.0), Features(-2.0, echo=2), Features(-3.0, repeated=1), Features(-40.0)]))
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


def test_a_ranking_of_before_has_no_opinion_on_lengths():
    record = Ranking().to_dict()
    del record["weights"]["single"]
    assert Ranking.from_dict(record) == Ranking()
    del record["weights"]["words"]
    with pytest.raises(KeyError):
        Ranking.from_dict(record)


USUAL = UsualCasing(
    {
        "oslo": Habit("Oslo", 99, 0),
        "nato": Habit("NATO", 97, 0),
        "iphone": Habit("iPhone", 95, 1),
        "may": Habit("May", 40, 60),
        "house": Habit("House", 8, 92),
        "polish": Habit("Polish", 85, 14),
    }
)
ARTICLE = "Then the mcRae of Bergen met. A Nato man saw mcRae, and the House with mcRae. Boats left. The boats came."


def opinion(case: int, share: float = 0.97) -> np.ndarray:
    """A model's log-probabilities that favour one letter case."""
    shares = np.full(4, (1 - share) / 3)
    shares[case] = share
    return np.log(shares).astype(np.float32)


def write(words: str, *cases: np.ndarray | None, article: str = "", at_start: bool = False) -> str:
    pairs = [(word, index) for index, word in enumerate(words.split())]
    return cased(pairs, cases or [None] * len(pairs), ArticleCasing(article), USUAL, at_sentence_start=at_start)


@pytest.mark.parametrize(
    ("words", "case", "expected"),
    [
        # What is unknown is as the model sees the place.
        ("otters", LOWER, "otters"),
        ("otters", TITLE, "Otters"),
        ("otters", UPPER, "OTTERS"),
        ("otters", MIXED, "Otters"),
        ("otters", None, "otters"),
        ("well-known", TITLE, "Well-Known"),
        ("1999", TITLE, "1999"),
        ("u.s", TITLE, "U.S"),
        ("u.s.", TITLE, "U.S."),
        ("e.g.", LOWER, "e.g."),
        ("’s", TITLE, "’s"),
        # What is always written one way is written so, whatever the model thinks.
        ("oslo", LOWER, "Oslo"),
        ("nato", TITLE, "NATO"),
        ("iphone", UPPER, "iPhone"),
        ("house", TITLE, "house"),
        ("oslo", None, "Oslo"),
        ("oslo’s", LOWER, "Oslo’s"),
        ("oslo's", LOWER, "Oslo's"),
        # What goes both ways is decided by habit and place together.
        ("may", LOWER, "may"),
        ("may", TITLE, "May"),
        ("may", None, "may"),
        ("polish", TITLE, "Polish"),
    ],
)
def test_a_word_in_the_middle_of_a_sentence(words, case, expected):
    assert write(words, None if case is None else opinion(case)) == expected


@pytest.mark.parametrize(
    ("words", "case", "expected"),
    [
        ("otters", None, "Otters"),
        ("otters", TITLE, "Otters"),
        ("house", TITLE, "House"),
        ("nato", TITLE, "NATO"),
        ("iphone", TITLE, "IPhone"),
        # After an abbreviation, where the model is sure of a small letter.
        ("otters", LOWER, "otters"),
    ],
)
def test_a_word_that_seems_to_start_a_sentence(words, case, expected):
    assert write(words, None if case is None else opinion(case), at_start=True) == expected


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mcrae", "mcRae"),
        ("mcrae’s", "mcRae’s"),
        ("bergen", "Bergen"),
        ("nato", "Nato"),
        ("boats", "boats"),
        ("oslo", "Oslo"),
    ],
)
def test_the_article_comes_first(words, expected):
    assert write(words, article=ARTICLE) == expected


@pytest.mark.parametrize(
    ("words", "cases", "expected"),
    [
        # A small letter elsewhere is no decree inside a name.
        ("oslo house", [TITLE, TITLE], "Oslo House"),
        ("oslo house", [TITLE, LOWER], "Oslo house"),
        ("oslo boats", [TITLE, TITLE], "Oslo Boats"),
        ("oslo boats", [TITLE, LOWER], "Oslo boats"),
        # Capitals come in runs, to the right and to the left.
        ("oslo otters", [TITLE, None], "Oslo Otters"),
        ("old otters", [LOWER, None], "old otters"),
        ("otters oslo", [None, TITLE], "Otters Oslo"),
        ("otters stay", [None, LOWER], "otters stay"),
    ],
)
def test_words_of_a_phrase_are_written_alike(words, cases, expected):
    undecided = opinion(LOWER, 0.25)
    opinions = [undecided if case is None else opinion(case) for case in cases]
    assert write(words, *opinions, article="Then the boats came.") == expected


def test_only_the_first_word_starts_the_sentence():
    assert write("otters and otters", at_start=True) == "Otters and otters"


def test_a_word_has_the_case_of_its_first_piece():
    pairs = [("otters", 0), ("bay", 2)]
    cases = [opinion(LOWER), opinion(UPPER), opinion(TITLE)]
    assert cased(pairs, cases, ArticleCasing(""), USUAL, at_sentence_start=False) == "otters Bay"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("the otters", "the Otters"),
        ("university of otters", "University of Otters"),
        ("otters and boats", "Otters and Boats"),
    ],
)
def test_small_words_stay_small_within_names(words, expected):
    cases = [opinion(TITLE)] * len(words.split())
    assert write(words, *cases) == expected
    assert write(words, *cases, at_start=True) == expected[0].upper() + expected[1:]


def test_small_words_are_capitals_among_capitals():
    assert write("bank of otters", *[opinion(UPPER)] * 3) == "BANK OF OTTERS"


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("He read “▢” twice.", "the otter", "The Otter"),  # a title begins
        ("He read the ▢ twice.", "otter", "Otter"),
        # Well-known names are written as they always are, also where a part of them stands beside the gap.
        ("The ▢ has agreed.", "european union", "European Union"),
        ("The European ▢ has agreed.", "union", "Union"),
        ("The European, ▢ of them.", "union", "union"),
        ("The ▢ Kingdom has agreed.", "united", "United"),
        ("A ▢ kingdom has agreed.", "united", "united"),
        ("The ▢ sat.", "european union court", "European Union court"),
        ("The ▢ army came.", "north korea’s", "North Korea’s"),
        ("The ▢ came.", "new yorkers", "new yorkers"),
        ("They met in ▢.", "the hague", "The Hague"),
        ("They met in the ▢.", "us", "US"),
        ("They met ▢.", "us", "us"),
        ("They met ▢\nKingdom", "united", "united"),
    ],
)
def test_names_of_several_words(text, words, expected):
    place = text.index("▢")
    beside = surroundings(text.replace("▢", ""), place, place)
    kind = TITLE if words.startswith(("the ", "otter")) else LOWER
    pairs = [(word, index) for index, word in enumerate(words.split())]
    cases = [opinion(kind)] * len(pairs)
    assert cased(pairs, cases, ArticleCasing(""), USUAL, at_sentence_start=False, beside=beside) == expected


class TestArticleCasing:
    @pytest.mark.parametrize(
        ("text", "word", "expected"),
        [
            ("They saw Oslo.", "oslo", "Oslo"),
            ("They saw Oslo.", "OSLO", "Oslo"),
            ("They saw Oslo.", "bergen", None),
            ("Oslo was seen.", "oslo", None),
            ("It fell. Oslo was seen.", "oslo", None),
            ("It fell.\nOslo was seen", "oslo", None),
            ("It said: Oslo was seen", "oslo", None),
            ("It is “Oslo” here", "oslo", "Oslo"),
            ("The Oslo, an oslo", "oslo", None),
            ("The Oslo, an oslo, an Oslo, an Oslo, an Oslo", "oslo", "Oslo"),
            ("the iPhone 5", "iphone", "iPhone"),
            ("the U.S. fleet", "u.s", "U.S"),
            ("", "oslo", None),
        ],
    )
    def test_surface(self, text, word, expected):
        assert ArticleCasing(text).surface(word) == expected


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        ("", True),
        ("It fell. ", True),
        ("It fell.” ", True),
        ("It fell! “", True),
        ("It fell\n", True),
        ("It fell\r\n\r\n", True),
        ("It fell\n- ", True),
        ("**", True),
        ("“", True),
        ("It fell? (", True),
        ("It fell…  ", True),
        ("It fell, ", False),
        ("It fell ", False),
        ("It fell (", False),
        ("It said “", False),
        ("It fell: ", False),
        ("of 3.5", False),
    ],
)
def test_where_a_sentence_starts(before, expected):
    assert starts_sentence(before + "otters", len(before)) == expected
