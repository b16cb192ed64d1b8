"""Words may be matched otherwise where they are equal: so that what is lost begins and ends at an element."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import textmend
from textmend.source.fitted import fitted
from textmend.source.pieces import Piece
from textmend.source.words import Words

IDENTIFIERS = (
    "<p>Wilmshurst, J. (2008). Dating the arrival. Bibcode:<a>2008PNAS..105.7676W</a>. "
    "doi:<a>10.1073/pnas.0801507105</a>. PMC <a>2409139</a>. PMID <a>18523023</a>. The dates are disputed by others.</p>"
)
SAME_WORDS = "<p>The office has moved <a>from Oslo, near Bergen, in Norway</a>, in Bergen, and it stays there now.</p>"


@pytest.mark.parametrize("page", [IDENTIFIERS, SAME_WORDS])
@pytest.mark.parametrize("blank", ["", " "])
def test_a_lost_link_with_marks_in_it_comes_back(page, blank):
    parts = page.removeprefix("<p>").removesuffix("</p>").replace("</a>", "<a>").split("<a>")
    whole, damaged = "".join(parts), blank.join(parts[::2])
    assert textmend.mend(damaged, html=page).text.replace(" ,", ",") == whole


@st.composite
def aligned(draw):
    """A row of words, pieces that match some of them, and where elements begin or end."""
    ids = draw(st.lists(st.integers(0, 3), min_size=1, max_size=40))
    size = len(ids)
    matched = sorted(draw(st.sets(st.integers(0, size - 1), min_size=1)))
    edges = draw(st.sets(st.integers(0, size)))
    cut = draw(st.integers(1, size))
    blocks = [0] * cut + [1] * (size - cut)
    first = [0, cut, size] if cut < size else [0, size]
    words = Words(np.array(ids), range(0, 2 * size, 2), range(1, 2 * size, 2), blocks, [True] * size, first)
    pieces = [Piece(at, at + 1, word, 0, after=draw(st.sampled_from([0, 0, 0, 1]))) for at, word in enumerate(matched)]
    return words, pieces, {*edges, 0, cut, size}


def torn(pieces, words, edges):
    """Count the ends of lost rows at which no element has one."""
    gaps = [
        (one.word + 1, other.word)
        for one, other in pairwise(pieces)
        if other.word - one.word > 1 and words.blocks[one.word] == words.blocks[other.word] and not other.after
    ]
    return sum((start not in edges) + (stop not in edges) for start, stop in gaps)


@given(aligned())
def test_the_same_words_are_matched_in_order_and_no_more_losses_are_torn(given_):
    words, pieces, edges = given_
    found = fitted(pieces, words, edges.__contains__)
    assert [piece._replace(word=0) for piece in found] == [piece._replace(word=0) for piece in pieces]
    for before, after in zip(pieces, found, strict=True):
        assert words.ids[before.word] == words.ids[after.word]
        assert words.blocks[before.word] == words.blocks[after.word]
    assert all(one.word < other.word for one, other in pairwise(found))
    assert torn(found, words, edges) <= torn(pieces, words, edges)


def test_where_elements_tell_nothing_all_stays():
    words = Words(np.array([1, 2, 1, 2, 3]), range(5), range(1, 6), [0] * 5, [True] * 5, [0, 5])
    pieces = [Piece(0, 1, 0, 0), Piece(1, 2, 3, 0), Piece(2, 3, 4, 0)]
    assert fitted(pieces, words, set(range(6)).__contains__) == pieces
