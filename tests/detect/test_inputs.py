from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmend.detect.inputs import (
    SPACE_LINE_END,
    SPACE_NONE,
    SPACE_ODD,
    SPACE_ORDINARY,
    TOKEN_TYPES,
    Encoded,
    encode,
    windows,
)
from textmend.text.words import WORD, paragraphs

LINE_ENDS = "\n\r\x0b\x0c\x85\u2028\u2029"
MORSELS = (
    *(
        "\n",
        "\r\n",
        "\n\n",
        " ",
        "  ",
        "\t",
        "\u00a0",
        "\u3000",
        "\u2028",
        "\x1c",
        "\u200b",
        "\ud800",
        "\x00",
        "\u0301",
    ),
    *("The", "the", "of", "otters", "saidBerg", "Tromsø", "UK", "iPad", "1999", "☕", "漢字"),
    *(",", ".", "(", ")", "“", "”", "’s", "-", "[MASK]"),
)
any_text = st.lists(st.sampled_from(MORSELS) | st.characters(exclude_categories=()), max_size=40).map("".join)


class Toy:
    """Cuts a word into pieces of three letters; a piece's id is a function of its letters."""

    separator = 1
    start = 0

    def __call__(self, word: str) -> Sequence[int]:
        return [2 + sum(map(ord, word[at : at + 3])) for at in range(0, len(word), 3)]


def sites_of(text: str) -> list[tuple[int, int]]:
    encoded = encode(text, Toy())
    return list(zip(encoded.starts.tolist(), encoded.ends.tolist(), strict=True))


def marked(text: str) -> str:
    """Show every site of a text."""
    shown, position = "", 0
    for start, end in sites_of(text):
        shown += text[position:start] + "⟨" + text[start:end] + "⟩"
        position = end
    return shown + text[position:]


# Reading


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        (" \n\t", " \n\t"),
        ("Two otters.", "⟨⟩Two⟨ ⟩otters⟨⟩.⟨⟩"),
        ("with  and", "⟨⟩with⟨  ⟩and⟨⟩"),
        ("the , said", "⟨⟩the⟨ ⟩,⟨ ⟩said⟨⟩"),
        ("(  )", "⟨⟩(⟨  ⟩)⟨⟩"),
        ("saidBerg", "⟨⟩said⟨⟩Berg⟨⟩"),
        (" of it ", "⟨ ⟩of⟨ ⟩it⟨ ⟩"),
        ("One \n two", "⟨⟩One⟨ ⟩\n⟨ ⟩two⟨⟩"),
        ("One\r\n\r\n two", "⟨⟩One⟨⟩\r\n\r\n⟨ ⟩two⟨⟩"),
        ("the\u00a0 of", "⟨⟩the⟨\u00a0 ⟩of⟨⟩"),
        ("of\u200b it", "⟨⟩of\u200b⟨ ⟩it⟨⟩"),
        ("\u200b", "\u200b"),
    ],
)
def test_sites(text, expected):
    assert marked(text) == expected


@given(any_text)
def test_any_string_is_read(text):
    encoded = encode(text, Toy())
    assert encoded.ids.dtype == np.int32
    assert encoded.types.dtype == np.uint8
    assert encoded.sites.dtype == np.int32
    assert encoded.starts.dtype == encoded.ends.dtype == np.int64
    assert encoded.ids.shape == encoded.types.shape
    assert encoded.sites.shape == encoded.starts.shape == encoded.ends.shape
    assert (encoded.types < TOKEN_TYPES).all()


@given(any_text)
def test_sites_are_white_space_sorted_and_disjoint(text):
    last = 0
    for start, end in sites_of(text):
        assert last <= start <= end <= len(text)
        assert start == end or text[start:end].isspace()
        last = end
    starts = [start for start, _ in sites_of(text)]
    assert len(set(starts)) == len(starts)


@given(any_text)
def test_no_white_space_inside_a_line_is_left_beside_a_site(text):
    for start, end in sites_of(text):
        for char in (text[start - 1 : start], text[end : end + 1]):
            assert not char.isspace() or char in LINE_ENDS or "\x1c" <= char <= "\x1f"


@given(any_text)
def test_every_word_and_every_paragraph_end_has_a_site(text):
    expected = 0
    for start, end in paragraphs(text):
        count = sum(1 for _ in WORD.finditer(text, start, end))
        expected += count + bool(count)
    assert len(sites_of(text)) == expected


@given(any_text)
def test_a_site_is_judged_at_the_first_piece_of_its_word_or_at_the_separator(text):
    toy = Toy()
    encoded = encode(text, toy)
    assert (np.diff(encoded.sites) > 0).all()
    for site, end in zip(encoded.sites, encoded.ends.tolist(), strict=True):
        word = WORD.match(text, end)
        assert encoded.ids[site] in (toy.separator, toy(word.group())[0] if word else toy.separator)
    separators = int((encoded.ids == toy.separator).sum())
    assert separators == sum(1 for span in paragraphs(text) if WORD.search(text, span.start, span.end))


@given(any_text, any_text)
def test_paragraphs_are_read_alike_wherever_they_stand(one, two):
    alone = encode(one, Toy())
    both = encode(one + "\n\n" + two, Toy())
    size = len(alone.ids)
    assert both.ids[:size].tolist() == alone.ids.tolist()
    assert both.types[:size].tolist() == alone.types.tolist()


# Types

LOWER, TITLE, UPPER, MIXED = range(4)


class OnePiece(Toy):
    def __call__(self, word: str) -> Sequence[int]:
        return [2]


def typed(text: str) -> list[tuple[int, int]]:
    return [(int(kind) % 4, int(kind) // 4) for kind in encode(text, OnePiece()).types][:-1]


WRAPPED = (
    "The ferry to the outer islands was late again on Tuesday, and\n"
    "nobody on the quay could say why. The harbour master, a man of\n"
    "few words, went home."
)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Two otters", [SPACE_ORDINARY, SPACE_ORDINARY]),
        ("Two  otters", [SPACE_ORDINARY, SPACE_ODD]),
        ("Two otters.", [SPACE_ORDINARY, SPACE_ORDINARY, SPACE_NONE]),
        ("Two otters .", [SPACE_ORDINARY, SPACE_ORDINARY, SPACE_ODD]),
        ("( otters", [SPACE_ORDINARY, SPACE_ODD]),
        ("(otters", [SPACE_ORDINARY, SPACE_NONE]),
        ("the “ otters ”", [SPACE_ORDINARY, SPACE_ORDINARY, SPACE_ODD, SPACE_ODD]),
        ("saidBerg", [SPACE_ORDINARY, SPACE_NONE]),
        (" of it", [SPACE_ODD, SPACE_ORDINARY]),
        ("    of it", [SPACE_ORDINARY, SPACE_ORDINARY]),
        ("\u00a0of\u00a0it", [SPACE_ORDINARY, SPACE_ORDINARY]),
    ],
)
def test_the_white_space_before_a_word(text, kinds):
    assert [kind for _, kind in typed(text)] == kinds


def test_a_wrapped_line_end_is_told_from_other_white_space():
    words = WORD.findall(WRAPPED)
    kinds = [kind for _, kind in typed(WRAPPED)]
    assert [word for word, kind in zip(words, kinds, strict=True) if kind == SPACE_LINE_END] == ["nobody", "few"]


@pytest.mark.parametrize(
    ("text", "cases"),
    [
        ("the Otters", [LOWER, TITLE]),
        ("the UK and UKs", [LOWER, UPPER, LOWER, MIXED]),
        ("A 5 ,", [TITLE, LOWER, LOWER]),
        ("漢字", [LOWER]),
    ],
)
def test_the_letter_case_of_a_word(text, cases):
    assert [case for case, _ in typed(text)] == cases


def test_the_later_pieces_of_a_word_carry_its_case_and_no_white_space():
    encoded = encode("the  Otters", Toy())
    assert encoded.types.tolist() == [LOWER, TITLE + 4 * SPACE_ODD, TITLE, 0]
    assert encoded.sites.tolist() == [0, 1, 3]


# Windows


def pieces(count: int, sites: list[int]) -> Encoded:
    offsets = np.arange(len(sites), dtype=np.int64)
    return Encoded(
        ids=np.zeros(count, dtype=np.int32),
        types=np.zeros(count, dtype=np.uint8),
        sites=np.array(sites, dtype=np.int32),
        starts=offsets,
        ends=offsets,
    )


@st.composite
def cut_up(draw):
    count = draw(st.integers(0, 300))
    sites = sorted(draw(st.sets(st.integers(0, count - 1)))) if count else []
    margin = draw(st.integers(0, 20))
    return pieces(count, sites), 2 * margin + draw(st.integers(1, 40)), margin


@given(cut_up())
def test_every_site_is_judged_in_exactly_one_window(case):
    encoded, size, margin = case
    judged = [site for window in windows(encoded, size, margin) for site in range(window.first_site, window.last_site)]
    assert judged == list(range(len(encoded.sites)))


@given(cut_up())
def test_a_site_has_its_margin_on_both_sides_where_the_text_has_it(case):
    encoded, size, margin = case
    for window in windows(encoded, size, margin):
        assert 0 <= window.start < window.end <= len(encoded.ids)
        assert window.end - window.start <= size
        for site in encoded.sites[window.first_site : window.last_site]:
            assert window.start <= max(0, site - margin)
            assert window.end >= min(len(encoded.ids), site + 1 + margin)


@given(cut_up())
def test_windows_are_no_more_than_the_text_needs(case):
    encoded, size, margin = case
    step = size - 2 * margin
    assert sum(1 for _ in windows(encoded, size, margin)) <= max(1, -(-len(encoded.ids) // step))


@given(any_text, st.integers(1, 30), st.integers(0, 10))
def test_windows_of_a_real_text(text, step, margin):
    encoded = encode(text, Toy())
    judged = [
        site
        for window in windows(encoded, step + 2 * margin, margin)
        for site in range(window.first_site, window.last_site)
    ]
    assert judged == list(range(len(encoded.sites)))


def test_a_text_that_fits_is_one_window():
    encoded = encode("Two otters.", Toy())
    assert [tuple(window) for window in windows(encoded, 64, 16)] == [(0, len(encoded.ids), 0, 4)]


@pytest.mark.parametrize(("size", "margin"), [(32, 16), (8, -1)])
def test_a_margin_that_leaves_no_room_is_refused(size, margin):
    with pytest.raises(ValueError, match="margin"):
        next(iter(windows(pieces(100, [0, 50, 99]), size, margin)))


# Time


@pytest.mark.parametrize(
    "unit", ["the ", " ", "a", "A", "\n", " \n", "\u0301", "\u200b ", ".", "a \u200b", "\r\n\t"], ids=ascii
)
def test_reading_takes_linear_time(unit):
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            for _ in windows(encode(text, OnePiece()), 64, 8):
                pass
            best = min(best, time.process_time() - start)
        return best

    # Sixteen times the text: quadratic time would take 256 times as long.
    assert seconds(160_000) < 60 * max(seconds(10_000), 0.0005)
