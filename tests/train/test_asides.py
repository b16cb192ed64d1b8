"""Sentences beside an article: whole where they must be, and put among its own without harm to either truth."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmend.damage.articles import LinkedText
from textmend.damage.densities import lose_by_kind
from textmend.damage.losing import Damaged, damage
from textmend.train.asides import aside, fill, insert, words_of
from textmend.train.frames import LOSABLE, WHOLE
from textmend.train.negatives import TRANSFORMS, carried, spaced

TEXT = (
    "The harbour of Sandvåg is 12 miles long, and Jon Hallsson paid $4.5 million for it, said the mayor. "
    "According to the Fisheries Board, the fleet was a loss.\n\nShe would sell the boats, and he left the island to his sons."
)
ARTICLE = LinkedText(TEXT, ((4, 11), (45, 57)))


@given(st.integers(0, 5000), st.sampled_from([(), ((0, 3),), ((8, 12),)]))
def test_an_insertion_keeps_both_truths(seed, aside_spans):
    rng = random.Random(seed)
    damaged = lose_by_kind(TEXT, rng)
    beside = damage("For now, both of the lines are open.", aside_spans, "raw")
    joined = insert(damaged, beside, rng)
    assert len(joined.gaps) == len(damaged.gaps) + len(beside.gaps)
    assert sorted(gap.lost for gap in joined.gaps) == sorted(gap.lost for gap in (*damaged.gaps, *beside.gaps))
    assert restored(joined).replace(restored(beside), "").split() == restored(damaged).split()


def restored(damaged: Damaged) -> str:
    out, position = "", 0
    for gap in damaged.gaps:
        assert position <= gap.start <= gap.end
        out += f"{damaged.text[position : gap.start]} {gap.lost} "
        position = gap.end
    return out + damaged.text[position:]


@given(st.integers(0, 5000))
def test_an_aside_is_made_of_the_words_of_its_text(seed):
    beside = aside(TEXT, random.Random(seed))
    assert beside.text.strip()
    assert "{" not in beside.text
    assert all(gap.lost and not beside.text[gap.start : gap.end].strip() for gap in beside.gaps)


def test_asides_are_whole_more_often_than_not_and_some_lose_all():
    drawn = [aside(TEXT, random.Random(seed)) for seed in range(300)]
    assert 0.5 < sum(not beside.gaps for beside in drawn) / 300 < 0.9
    assert any(len(beside.gaps) > 5 for beside in drawn)


@pytest.mark.parametrize("frame", [frame for kind in (*WHOLE, *LOSABLE) for frame in kind])
def test_every_frame_can_be_filled(frame):
    sentence, slots = fill(frame, words_of(""), random.Random(0))
    assert len(slots) == frame.count("{")
    assert all(sentence[start:end] for start, end in slots)


@given(st.integers(0, 2000))
def test_odd_white_space_changes_nothing_but_white_space_and_keeps_links(seed):
    dressed = spaced(ARTICLE, random.Random(seed))
    assert "".join(dressed.text.split()) == "".join(TEXT.split())
    for (start, end), (first, last) in zip(ARTICLE.links, dressed.links, strict=True):
        assert dressed.text[first:last].split() == TEXT[start:end].split()


def test_spans_are_carried_over_changed_white_space():
    assert carried([(0, 1), (2, 5), (5, 6)], "a bc  d", " a  b c d") == [(1, 2), (4, 7)]


@pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda transform: transform.__name__)
def test_dressing_up_needs_no_particular_text(transform):
    for seed in range(20):
        for paragraphs in ([""], ["One."], TEXT.split("\n\n"), ["“", "U.S. (a)"]):
            assert isinstance(transform(paragraphs, random.Random(seed)), str)
