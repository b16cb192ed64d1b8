"""Vocabularies that mark spaces, or hold bytes, and the decoder on one of them against a brute force."""

from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from textmend.fill.context import Context
from textmend.fill.infill import Request, Search, infill
from textmend.models.masked_lm import Prediction
from textmend.models.queries import Query
from textmend.models.vocabulary import Vocabulary

BYTES = ("\udce2", "\udc82\udcac", "\udc80", "\udc99")  # of “€” (E2 82 AC) and “’” (E2 80 99)
LETTER = (" \udcc5", "\udcbd")  # of “Ž” (C5 BD)
PIECES = ("<mask>", " neil", "neil", " u", "s", ".", " U.S.", "-", "’", " ", " at&t", ",", " 5", "ing", *BYTES, *LETTER)
SPACED = Vocabulary.of_spaced(PIECES, mask=0, special=[0], cased=True)
WIDE = Search(beam=10_000, keep=100_000, prune=math.inf, prune_hints=math.inf, least_length=1e-9, most_pieces=3)
LOST_WORDS = regex.compile(
    r"(?:^| )(?:\p{L}\.(?:\p{L}\.)*\p{L}?|[\p{L}\p{N}][\p{L}\p{N}\p{M}]*(?:[-'’&][\p{L}\p{N}][\p{L}\p{N}\p{M}]*)*)"
)


def ids(*pieces: str) -> list[int]:
    return [PIECES.index(piece) for piece in pieces]


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([" neil"], [("neil", 0)]),
        (["neil", "ing"], [("neiling", 0)]),
        ([" neil", " u"], [("neil", 0), ("u", 1)]),
        ([" ", "neil", " U.S."], [("neil", 0), ("U.S.", 2)]),
        ([" at&t", "-", "neil"], [("at&t-neil", 0)]),
        ([" u", ".", "s", "."], [("u.s.", 0)]),
        ([" u", "\udce2", "\udc80", "\udc99", "s"], [("u’s", 0)]),
        ([" \udcc5", "\udcbd", "ing"], [("Žing", 0)]),
    ],
)
def test_words(pieces, expected):
    assert SPACED.words(ids(*pieces)) == expected


@pytest.mark.parametrize(
    ("prefix", "last", "spaced", "yes", "no"),
    [
        (
            [],
            False,
            True,
            [" neil", " u", " U.S.", " ", " at&t", " 5", " \udcc5"],
            ["neil", "s", ".", "-", ",", "\udce2", "<mask>"],
        ),
        ([], True, True, [" neil", " u", " U.S.", " at&t", " 5"], [" ", " \udcc5", "neil"]),
        ([], False, False, ["neil", "s", "ing", "\udce2"], [" neil", " ", "-", "’", "\udcbd"]),
        ([" "], False, True, ["neil", "s", "\udce2"], [" neil", " ", "-", "\udcbd"]),
        ([" neil"], True, True, [" neil", "neil", "ing", " U.S."], ["-", "’", ".", ",", " ", "\udce2"]),
        ([" neil"], False, True, ["-", "’", " ", "\udce2"], [".", ",", "\udc80", "\udc99"]),
        ([" neil", "-"], True, True, ["neil", "s"], [" neil", "-", ".", " "]),
        ([" u"], True, True, [".", "s", " neil"], ["-", ","]),
        ([" u", "."], True, True, ["s", " neil", " u"], [".", "neil", "-"]),
        ([" neil", "\udce2"], False, True, ["\udc80"], ["\udc99", "s", " neil", "\udce2"]),
        ([" neil", "\udce2", "\udc80"], False, True, ["\udc99"], ["\udc80", "s", "\udc82\udcac"]),
        ([" neil", "\udce2", "\udc80"], True, True, [], ["\udc99", "s"]),
        ([" neil", "\udce2"], True, True, [], ["\udc82\udcac", "\udc80"]),
        ([" u", ".", "s"], True, True, [".", " neil"], ["s", "neil", "-"]),
        ([" \udcc5"], True, True, ["\udcbd"], ["\udc80\udc99", "s"]),
    ],
)
def test_what_may_follow(prefix, last, spaced, yes, no):
    allowed = SPACED.allowed(ids(*prefix), last, spaced=spaced)
    assert [piece for piece in yes if not allowed[PIECES.index(piece)]] == []
    assert [piece for piece in no if piece in PIECES and allowed[PIECES.index(piece)]] == []


@given(st.lists(st.integers(1, len(PIECES) - 1), max_size=6), st.booleans())
def test_what_is_allowed_to_the_end_reads_as_lost_words(sequence, spaced):
    steps = [SPACED.allowed(sequence[:n], n + 1 == len(sequence), spaced=spaced)[p] for n, p in enumerate(sequence)]
    if not sequence or not all(steps):
        return
    words = SPACED.words(sequence)
    text = " ".join(word for word, _ in words)
    text.encode()  # no unfinished characters
    assert LOST_WORDS.sub("", text) == ""
    raw = "".join(PIECES[piece] for piece in sequence).encode("utf-8", "surrogateescape").decode()
    assert raw == (" " if spaced else "") + text


class RandomLM:
    """Log-probabilities are a function of the row alone."""

    name = "random"
    vocabulary = SPACED
    window = 16
    pieces_per_word = (1.0,)

    class pieces:  # noqa: N801
        opening, closing, between = (100,), (101,), (101,)
        unknown, leading = None, True

    def predict(self, queries):
        return [self.one(query) for query in queries]

    def one(self, query: Query) -> Prediction:
        assert query.ids[query.position] == 0
        scores = np.random.default_rng([query.position, *query.ids]).normal(scale=2, size=len(PIECES))
        return Prediction((scores - np.logaddexp.reduce(scores)).astype(np.float32), None)


@pytest.mark.parametrize("spaced", [True, False])
def test_a_wide_beam_finds_every_sequence_at_its_worth(spaced):
    model, request = RandomLM(), Request(Context((1, 2), (3,), spaced), (0.5, 0.3, 0.2))
    expected = {}
    for length in (1, 2, 3):
        for sequence in product(range(len(PIECES)), repeat=length):
            total = math.log(request.lengths[length - 1])
            for depth, piece in enumerate(sequence):
                allowed = SPACED.allowed(sequence[:depth], depth + 1 == length, spaced=spaced)
                if not allowed[piece]:
                    break
                row = (100, 1, 2, *sequence[:depth], *[0] * (length - depth), 3, 101)
                scores = model.one(Query(row, 3 + depth)).log_probs
                total += float(scores[piece] - np.logaddexp.reduce(scores[allowed]))
            else:
                expected[sequence] = total
    [found] = infill([request], model, WIDE)
    assert {one.ids: pytest.approx(one.log_prob, abs=1e-4) for one in found} == expected
    assert len(expected) > 100
    assert [one.log_prob for one in found] == sorted((one.log_prob for one in found), reverse=True)


def test_a_candidate_that_no_one_may_write_is_still_scored():
    [found] = infill([Request(Context((1,), (3,)), (1.0,), candidates=(tuple(ids(",", ",")),))], RandomLM(), Search())
    assert all(math.isfinite(one.log_prob) for one in found)
    assert tuple(ids(",", ",")) in {one.ids for one in found}
