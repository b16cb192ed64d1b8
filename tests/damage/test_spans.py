"""Choosing what to lose: whole words, of the right kinds."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmend.damage.articles import LinkedText
from textmend.damage.spans import (
    FUNCTION_WORDS,
    MAX_WORDS,
    LinkLikeness,
    align,
    keyword_span,
    link_like_span,
    random_span,
    split_paragraphs,
    tokens,
)
from textmend.train.examples import lose_words

PARAGRAPHS = [
    "The mayor of Sandvåg, Jon Hallsson-Berg, met the U.S. envoy's wife on Monday; they didn't agree.",
    "In 2019 prices rose by 12 %, the bank said (see the report), “far too fast”.",
    "of the and to",
    "x",
]
LIKENESS = LinkLikeness({}, default=4.0)
CHOICES = {
    "keyword": keyword_span,
    "link-like": lambda row, rng: link_like_span(row, LIKENESS, rng),
    "random": lambda row, rng: random_span(row, rng.randint(1, MAX_WORDS), rng),
}


@pytest.mark.parametrize("choose", CHOICES.values(), ids=CHOICES)
@given(paragraph=st.sampled_from(PARAGRAPHS), seed=st.integers(0, 10_000))
def test_spans_are_whole_words(choose, paragraph, seed):
    row = tokens(paragraph)
    found = choose(row, random.Random(seed))
    if found:
        first, last = found
        assert 0 <= first < last <= len(row)
        assert last - first <= MAX_WORDS
        start, end = row[first].start, row[last - 1].end
        assert not (start and paragraph[start - 1].isalnum())
        assert not paragraph[end : end + 1].isalnum()
        assert all(token.is_word for token in row[first:last])


@given(seed=st.integers(0, 10_000))
def test_a_keyword_is_no_function_word(seed):
    row = tokens(PARAGRAPHS[0])
    first, last = keyword_span(row, random.Random(seed)) or (0, 0)
    if last - first == 1:
        assert row[first].text.lower() not in FUNCTION_WORDS


def test_there_may_be_nothing_to_choose():
    row = tokens("of the , and to")
    assert keyword_span(row, random.Random(0)) is None
    assert random_span([], 1, random.Random(0)) is None
    assert link_like_span(row, LinkLikeness({}, default=0.0), random.Random(0)) is None


def test_links_become_ranges_of_words():
    text = "The court ruled on Monday."
    row = tokens(text)
    assert align(row, [(4, 9)]) == [(1, 2)]
    assert align(row, [(4, 15)]) == [(1, 3)]
    assert align(row, [(5, 9)]) == []
    assert align(row, [(4, 9), (10, 15)]) == [(1, 3)]


def test_links_fall_into_their_paragraphs():
    article = LinkedText("One two.\n\nThree four.", ((4, 7), (10, 15)))
    assert split_paragraphs(article) == [("One two.", [(4, 7)]), ("Three four.", [(0, 5)])]


def test_what_links_look_like_is_learnt():
    rng = random.Random(3)
    articles = []
    for _ in range(120):
        words = [rng.choice(["river", "old", "green", "slow"]) for _ in range(12)]
        words[5] = rng.choice(["Rome", "Oslo"])
        text = " ".join(words)
        start = len(" ".join(words[:5])) + 1
        articles.append(LinkedText(text, ((start, start + 4),)))
    likeness = LinkLikeness.learn(articles, rng)
    row = tokens(articles[0].text)
    assert likeness.ratio(row, 5, 6) > 3 * likeness.ratio(row, 3, 4)


def test_spans_like_links_are_as_long_as_links():
    rng = random.Random(5)
    words = "the old mayor met a young envoy near some slow river in rainy Oslo today".split()
    starts = [sum(map(len, words[:index])) + index for index in range(len(words) + 1)]

    def article():
        first, many = rng.randrange(len(words) - 5), rng.choice((1, 5))
        return LinkedText(" ".join(words), ((starts[first], starts[first + many] - 1),))

    likeness = LinkLikeness.learn([article() for _ in range(400)], rng)
    row = tokens(" ".join(words))
    spans = [span for _ in range(400) if (span := link_like_span(row, likeness, rng))]
    share = {many: sum(last - first == many for first, last in spans) / len(spans) for many in range(1, 6)}
    assert share[1] == pytest.approx(0.5, abs=0.1)
    assert share[5] == pytest.approx(0.5, abs=0.1)


@given(seed=st.integers(0, 2000))
def test_losing_words_leaves_an_aligned_truth(seed):
    article = LinkedText("\n\n".join(PARAGRAPHS[:2] * 3), ((4, 9),))
    damaged = lose_words(article, LIKENESS, random.Random(seed))
    for before, after in zip(damaged.gaps, damaged.gaps[1:], strict=False):
        assert before.end <= after.start
    for gap in damaged.gaps:
        assert gap.words >= 1
        assert not damaged.text[gap.start : gap.end].strip()
