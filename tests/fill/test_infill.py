"""The decoder against a brute force over all sequences of a tiny vocabulary."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmend.fill.article_view import lengths_in_pieces
from textmend.fill.context import Context, contexts
from textmend.fill.infill import Request, Search, infill
from textmend.models.masked_lm import Prediction
from textmend.models.queries import Query
from textmend.models.vocabulary import Vocabulary
from textmend.records import Gap
from textmend.text.words import WORD

NAMES = ("[PAD]", "[MASK]", "[CLS]", "[SEP]", "u", "s", ".", "neil", "##ly", "-", "at", "&")
MASK, START, SEPARATOR = 1, 2, 3
U, S, POINT, NEIL, LY, HYPHEN, AT, AND = range(4, 12)
TINY = Vocabulary.of_wordpiece(NAMES, mask=MASK, special=range(4), cased=False)

CONTEXT = Context((NEIL, AT), (S, POINT))
WIDE = Search(beam=10_000, keep=100_000, prune=math.inf, prune_hints=math.inf, least_length=1e-9, most_pieces=3)
NARROW = Search(beam=1, keep=3, prune=0.5, prune_hints=0.5, least_length=0.05, most_pieces=3)


class TinyPieces:
    opening, closing, between = (START,), (SEPARATOR,), (SEPARATOR,)
    unknown, leading = None, True

    def cut(self, text: str, *, spaced: bool) -> list[int]:
        words = (match.group().lower() for match in WORD.finditer(text))
        return [NAMES.index(word) if word in NAMES else U for word in words]


class TinyLM:
    """A masked language model whose log-probabilities are a function of the row alone."""

    name = "tiny"
    pieces = TinyPieces()
    vocabulary = TINY
    window = 16
    pieces_per_word = (0.7, 0.2, 0.1)

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.calls: list[int] = []

    def predict(self, queries: Sequence[Query]) -> list[Prediction]:
        self.calls.append(len(queries))
        return [self.one(query) for query in queries]

    def one(self, query: Query) -> Prediction:
        assert query.ids[0] == START
        assert query.ids[-1] == SEPARATOR
        assert query.ids[query.position] == MASK
        random = np.random.default_rng([self.seed, query.position, *query.ids])
        scores, case = random.normal(scale=2, size=len(NAMES)), random.normal(size=4)
        return Prediction(
            (scores - np.logaddexp.reduce(scores)).astype(np.float32),
            (case - np.logaddexp.reduce(case)).astype(np.float32),
        )


def log_prob(ids: tuple[int, ...], request: Request, model: TinyLM) -> float:
    """The chain rule, naively: what is not yet decoded stays masked."""
    total = math.log(request.lengths[len(ids) - 1])
    for depth, piece in enumerate(ids):
        row = (START, *request.context.left, *ids[:depth], *[MASK] * (len(ids) - depth), *request.context.right)
        log_probs = model.one(Query((*row, SEPARATOR), 1 + len(request.context.left) + depth)).log_probs
        allowed = TINY.allowed(ids[:depth], depth + 1 == len(ids))
        if not allowed[piece]:
            return -math.inf
        total += float(log_probs[piece] - np.logaddexp.reduce(log_probs[allowed]))
    return total


def brute_force(request: Request, model: TinyLM) -> dict[tuple[int, ...], float]:
    found = {}
    for length in range(1, len(request.lengths) + 1):
        for ids in product(range(len(NAMES)), repeat=length):
            value = log_prob(ids, request, model)
            if value > -math.inf:
                found[ids] = value
    return found


class TestAgainstBruteForce:
    REQUEST = Request(CONTEXT, (0.5, 0.3, 0.2))

    @pytest.mark.parametrize("seed", range(3))
    def test_a_wide_beam_finds_everything_at_its_worth(self, seed):
        model = TinyLM(seed)
        expected = brute_force(self.REQUEST, model)
        (found,) = infill([self.REQUEST], model, WIDE)
        assert {one.ids for one in found} == set(expected)
        for one in found:
            assert one.log_prob == pytest.approx(expected[one.ids], abs=1e-4)
        assert found[0].log_prob == pytest.approx(max(expected.values()), abs=1e-4)
        assert [one.log_prob for one in found] == sorted((one.log_prob for one in found), reverse=True)

    def test_all_there_is_has_probability_one(self):
        (found,) = infill([self.REQUEST], TinyLM(), WIDE)
        assert math.fsum(math.exp(one.log_prob) for one in found) == pytest.approx(1, abs=1e-4)

    @settings(max_examples=25, deadline=None)
    @given(
        seed=st.integers(0, 1000),
        beam=st.integers(1, 5),
        keep=st.integers(1, 10),
        prune=st.floats(0, 5),
        lengths=st.lists(st.floats(0.001, 0.33), min_size=1, max_size=3),
        candidates=st.lists(st.lists(st.sampled_from([U, S, NEIL, AT]), min_size=1, max_size=3).map(tuple), max_size=2),
    )
    def test_how_widely_is_searched_changes_no_worth(self, seed, beam, keep, prune, lengths, candidates):
        model = TinyLM(seed)
        request = Request(CONTEXT, lengths, candidates=candidates)
        (found,) = infill([request], model, Search(beam=beam, keep=keep, prune=prune, most_pieces=3))
        assert found
        for one in found:
            if len(one.ids) <= len(lengths):
                assert one.log_prob == pytest.approx(log_prob(one.ids, request, model), abs=1e-4)
        assert len({one.ids for one in found}) == len(found)

    def test_every_piece_has_its_case(self):
        model = TinyLM()
        (found,) = infill([self.REQUEST], model, WIDE)
        for one in found[:20]:
            assert len(one.cases) == len(one.ids)
        row = (START, *CONTEXT.left, MASK, *CONTEXT.right, SEPARATOR)
        single = next(one for one in found if len(one.ids) == 1)
        assert np.array_equal(single.cases[0], model.one(Query(row, 3)).case)


class TestLengths:
    def test_the_prior_multiplies_in(self):
        model = TinyLM()
        one, two = (
            {hypothesis.ids: hypothesis.log_prob for hypothesis in infill([Request(CONTEXT, lengths)], model, WIDE)[0]}
            for lengths in ((0.5, 0.3, 0.2), (0.1, 0.8, 0.1))
        )
        assert set(one) == set(two)
        for ids, value in one.items():
            ratio = math.log((0.1, 0.8, 0.1)[len(ids) - 1] / (0.5, 0.3, 0.2)[len(ids) - 1])
            assert two[ids] - value == pytest.approx(ratio, abs=1e-6)

    def test_lengths_that_are_not_plausible_are_not_tried(self):
        request = Request(CONTEXT, (0.96, 0.02, 0.02))
        (found,) = infill([request], TinyLM(), Search(least_length=0.05))
        assert {len(one.ids) for one in found} == {1}

    def test_where_no_length_is_plausible_one_piece_is_tried(self):
        (found,) = infill([Request(CONTEXT, (0.0, 0.0))], TinyLM(), Search())
        assert {len(one.ids) for one in found} == {1}

    def test_no_length_beyond_the_longest(self):
        (found,) = infill([Request(CONTEXT, (0.25,) * 4)], TinyLM(), Search(most_pieces=2, keep=1000))
        assert {len(one.ids) for one in found} == {1, 2}


class TestCandidatesAndHints:
    def worst(self, model: TinyLM, length: int) -> tuple[int, ...]:
        return min(
            (
                (value, ids)
                for ids, value in brute_force(Request(CONTEXT, (0.4, 0.3, 0.3)), model).items()
                if len(ids) == length
            ),
        )[1]

    @pytest.mark.parametrize("length", [1, 2, 3])
    @pytest.mark.parametrize("seed", range(3))
    def test_a_candidate_is_always_scored(self, length, seed):
        model = TinyLM(seed)
        ids = self.worst(model, length)
        request = Request(CONTEXT, (0.4, 0.3, 0.3), candidates=(ids,))
        (found,) = infill([request], model, NARROW)
        (candidate,) = [one for one in found if one.ids == ids]
        assert candidate.log_prob == pytest.approx(log_prob(ids, request, model), abs=1e-4)
        assert [one.log_prob for one in found] == sorted((one.log_prob for one in found), reverse=True)

    def test_even_one_of_a_length_that_is_not_tried(self):
        request = Request(CONTEXT, (1.0,), candidates=((U, S, AT, NEIL),))
        (found,) = infill([request], TinyLM(), NARROW)
        assert [len(one.ids) for one in found if len(one.ids) > 1] == [4]

    def test_even_one_that_the_vocabulary_rules_out(self):
        request = Request(CONTEXT, (0.5, 0.5), candidates=((POINT, LY), (HYPHEN,)))
        (found,) = infill([request], TinyLM(), NARROW)
        assert {(POINT, LY), (HYPHEN,)} <= {one.ids for one in found}
        assert all(math.isfinite(one.log_prob) for one in found)

    def test_candidates_come_beyond_the_number_kept(self):
        candidates = [(U, S), (S, U), (NEIL, AT), (AT, NEIL), (U, U), (S, S)]
        (found,) = infill([Request(CONTEXT, (0.5, 0.5), candidates=candidates)], TinyLM(), NARROW)
        assert set(candidates) <= {one.ids for one in found}
        assert len(found) <= NARROW.keep + len(candidates)

    def test_an_empty_sequence_is_no_candidate(self):
        (found,) = infill([Request(CONTEXT, (1.0,), ((),), ((),))], TinyLM(), NARROW)
        (expected,) = infill([Request(CONTEXT, (1.0,))], TinyLM(), NARROW)
        assert [one.ids for one in found] == [one.ids for one in expected]

    def test_a_hint_is_looked_at_outside_the_beam(self):
        model = TinyLM()
        hint = self.worst(model, 2)
        request = Request(CONTEXT, (0.5, 0.5), hints=(hint,))
        without = infill([request._replace(hints=())], model, NARROW)[0]
        assert hint not in {one.ids for one in without}
        search = Search(beam=1, keep=1000, prune=0.5, prune_hints=math.inf, most_pieces=3)
        (found,) = infill([request], model, search)
        (hinted,) = [one for one in found if one.ids == hint]
        assert hinted.log_prob == pytest.approx(log_prob(hint, request, model), abs=1e-4)

    def test_a_hint_far_behind_is_given_up(self):
        model = TinyLM()
        hint = self.worst(model, 3)
        search = Search(beam=1, keep=1000, prune=0.0, prune_hints=0.0, most_pieces=3)
        (found,) = infill([Request(CONTEXT, (0.4, 0.3, 0.3), hints=(hint,))], model, search)
        assert hint not in {one.ids for one in found}

    def test_a_hint_of_an_implausible_length_is_not_looked_at(self):
        search = Search(prune_hints=math.inf, keep=1000)
        for share, expected in ((0.001, False), (0.01, True)):
            (found,) = infill([Request(CONTEXT, (1 - share, share), hints=((U, S),))], TinyLM(), search)
            assert ((U, S) in {one.ids for one in found}) == expected


class TestBatches:
    def requests(self) -> list[Request]:
        return [
            Request(CONTEXT, (0.5, 0.3, 0.2)),
            Request(Context((), ()), (0.2, 0.8), candidates=((U, S, AT),)),
            Request(Context((U,) * 5, ()), (1.0,)),
            Request(Context((), (AT, S)), (0.05, 0.05, 0.9), hints=((AT, AND, S),)),
            Request(CONTEXT, (0.5, 0.3, 0.2)),
        ]

    @pytest.mark.parametrize("search", [Search(), NARROW, Search(beam=2, keep=7)])
    def test_many_together_are_as_one_by_one(self, search):
        model = TinyLM()
        together = infill(self.requests(), model, search)
        alone = [infill([request], model, search)[0] for request in self.requests()]
        for one, other in zip(together, alone, strict=True):
            assert [(a.ids, a.log_prob) for a in one] == [(b.ids, b.log_prob) for b in other]
            for a, b in zip(one, other, strict=True):
                assert np.array_equal(a.cases, b.cases)

    def test_rows_of_all_requests_run_together(self):
        model = TinyLM()
        infill(self.requests(), model, Search())
        assert len(model.calls) == 3
        assert model.calls[0] == 3 + 3 + 1 + 1 + 3

    def test_nothing_to_do_asks_nothing(self):
        model = TinyLM()
        assert infill([], model, Search()) == []
        assert model.calls == []


class TestContexts:
    def of(self, text: str, *gaps: tuple[int, int], lengths=(1.0,), room=3) -> list[Context]:
        found = [Gap(start=start, end=end, probability=1.0, lengths=lengths) for start, end in gaps]
        return contexts(text, found, TinyLM(), room)

    def test_both_sides(self):
        assert self.of("u s at neil", (3, 4)) == [Context((U, S), (AT, NEIL))]

    def test_gaps_nearby_are_masked(self):
        assert self.of("u s at", (1, 2), (3, 4)) == [Context((U,), (S, MASK, AT)), Context((U, MASK, S), (AT,))]
        first, second = self.of("u s at", (1, 2), (3, 4), lengths=(0.1, 0.9))
        assert first.right == (S, MASK, MASK, AT)
        assert (first.masks, second.masks) == (2, 2)

    def test_a_paragraph_ends_with_a_separator(self):
        assert self.of("u\n\ns at", (4, 5)) == [Context((U, SEPARATOR, S), (AT,))]

    def test_gaps_at_the_ends_of_text_and_paragraph(self):
        assert self.of("u ", (1, 2)) == [Context((U,), ())]
        assert self.of("u", (0, 0)) == [Context((), (U,))]
        assert self.of("u \n\ns", (1, 2)) == [Context((U,), (SEPARATOR, S))]

    @given(words=st.integers(0, 40), place=st.integers(0, 40), room=st.integers(1, 5))
    def test_never_more_than_the_window_and_never_less_while_there_is_text(self, words, place, room):
        place = min(place, words)
        text = "u " * words
        start = max(0, 2 * place - 1)
        (context,) = self.of(text, (start, 2 * place), room=room)
        budget = TinyLM.window - 2 - room
        assert len(context.left) + context.masks + len(context.right) == min(words + 1, budget)
        assert len(context.left) <= place
        assert len(context.right) <= words - place
        least = min(budget // 4 - 1, place, words - place)
        assert len(context.left) >= least
        assert len(context.right) >= least

    @given(
        words=st.integers(0, 80),
        places=st.lists(st.integers(1, 80), min_size=1, max_size=12, unique=True),
        lengths=st.sampled_from([(1.0,), (0.1, 0.9), (0.2, 0.2, 0.6)]),
    )
    def test_gaps_near_each_other_share_their_stretch(self, words, places, lengths):
        text = "u " * words
        places = sorted(place for place in places if place <= words)
        found = self.of(text, *((2 * place - 1, 2 * place) for place in places), lengths=lengths)
        stretches = [(*one.left, *(MASK,) * one.masks, *one.right) for one in found]
        budget = TinyLM.window - 2 - 3
        length = words + sum(one.masks for one in found)
        # As many stretches as there are steps of half a stretch, and no stretch more than gaps.
        assert len(set(stretches)) <= max(1, -(-2 * max(0, length - budget) // budget) + 1)
        assert all(len(stretch) == min(length, budget) for stretch in stretches)


class TestLengthsInPieces:
    def test_one_word(self):
        assert lengths_in_pieces((1.0,), (0.7, 0.2, 0.1), 5) == pytest.approx((0.7, 0.2, 0.1, 0, 0))

    def test_two_words_are_a_convolution(self):
        assert lengths_in_pieces((0.0, 1.0), (0.7, 0.3), 5) == pytest.approx((0, 0.49, 0.42, 0.09, 0))

    def test_a_mixture(self):
        assert lengths_in_pieces((0.6, 0.4), (0.5, 0.5), 4) == pytest.approx((0.3, 0.3 + 0.1, 0.2, 0.1))

    def test_nothing_known_counts_as_one_word(self):
        assert lengths_in_pieces((), (0.7, 0.3), 3) == pytest.approx((0.7, 0.3, 0))

    def test_what_is_longer_is_left_out(self):
        assert lengths_in_pieces((0.5, 0.5), (0.5, 0.3, 0.2), 2) == pytest.approx((0.25, 0.15 + 0.125))

    @given(
        words=st.lists(st.floats(0.01, 1), min_size=1, max_size=6),
        pieces=st.lists(st.floats(0.01, 1), min_size=1, max_size=4),
        most=st.integers(1, 40),
    )
    def test_against_an_enumeration(self, words, pieces, most):
        words, pieces = ([value / sum(values) for value in values] for values in (words, pieces))
        result = lengths_in_pieces(words, pieces, most)
        assert len(result) == most
        assert sum(result) <= 1 + 1e-9
        if most >= len(words) * len(pieces):
            assert sum(result) == pytest.approx(1)
        expected = [0.0] * (most + 1)
        for count, share in enumerate(words[:3], start=1):
            for cut in product(range(len(pieces)), repeat=count):
                if (total := sum(cut) + count) <= most:
                    expected[total] += share * math.prod(pieces[one] for one in cut)
        if len(words) <= 3:
            assert result == pytest.approx(expected[1:])


class TestVocabulary:
    PIECES = (
        "[MASK]",
        "u",
        "s",
        ".",
        "##s",
        "o",
        "’",
        "neil",
        "at",
        "&",
        "t",
        "well",
        "-",
        "known",
        "5",
        ",",
        "ß",
        "'",
    )
    VOCABULARY = Vocabulary.of_wordpiece(PIECES, mask=0, special=[0], cased=False)

    def ids(self, pieces: str) -> list[int]:
        return [self.PIECES.index(piece) for piece in pieces.split()]

    @pytest.mark.parametrize(
        ("pieces", "expected"),
        [
            ("", []),
            ("well", [("well", 0)]),
            ("well known", [("well", 0), ("known", 1)]),
            ("well ##s known", [("wells", 0), ("known", 2)]),
            ("well - known ##s at", [("well-knowns", 0), ("at", 4)]),
            ("o ’ neil", [("o’neil", 0)]),
            ("at & t", [("at&t", 0)]),
            ("u . s .", [("u.s.", 0)]),
            ("well u . s . known", [("well", 0), ("u.s.", 1), ("known", 5)]),
            ("u . well", [("u.", 0), ("well", 2)]),
            ("u s", [("u", 0), ("s", 1)]),
            ("at ' s well", [("at's", 0), ("well", 3)]),
        ],
    )
    def test_words(self, pieces, expected):
        assert self.VOCABULARY.words(self.ids(pieces)) == expected

    @pytest.mark.parametrize(
        ("prefix", "last", "yes", "no"),
        [
            ("", True, "u well 5 ß", "[MASK] ##s . , - & ’"),
            ("", False, "u well 5 ß", "[MASK] ##s . , - & ’"),
            ("well", True, "##s well 5", "[MASK] - & ’ ' . ,"),
            ("well", False, "##s well - & ’ '", "[MASK] . ,"),
            ("well -", True, "known u", "[MASK] ##s - & . ,"),
            ("well -", False, "known u", "[MASK] ##s - & . ,"),
            ("u", True, ". ##s well", "- & ,"),
            ("u", False, ". - & well", ","),
            ("5", True, "##s well", ". ,"),
            ("well ##s", True, "##s well", ". , -"),
            ("u .", True, "s well", "[MASK] . ##s - ,"),
            ("u . s", True, ". well", "- ,"),
        ],
    )
    def test_what_may_follow(self, prefix, last, yes, no):
        allowed = self.VOCABULARY.allowed(self.ids(prefix), last)
        assert allowed.dtype == bool
        assert [piece for piece in yes.split() if not allowed[self.PIECES.index(piece)]] == []
        assert [piece for piece in no.split() if allowed[self.PIECES.index(piece)]] == []

    @given(st.lists(st.integers(1, len(PIECES) - 1), max_size=6))
    def test_no_piece_is_lost_and_words_start_where_they_say(self, ids):
        words = self.VOCABULARY.words(ids)
        assert "".join(word for word, _ in words) == "".join(self.VOCABULARY.surfaces[piece] for piece in ids)
        places = [place for _, place in words]
        assert places == sorted(set(places))
        assert all(word.startswith(self.VOCABULARY.surfaces[ids[place]]) for word, place in words)

    def test_a_vocabulary_without_a_full_stop(self):
        vocabulary = Vocabulary.of_wordpiece(("[MASK]", "u", "s"), mask=0, special=[0], cased=False)
        assert vocabulary.allowed([1], False).tolist() == [False, True, True]
        assert vocabulary.words([1, 2]) == [("u", 0), ("s", 1)]
