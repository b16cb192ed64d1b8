from __future__ import annotations

import gc
import time

import pytest
import regex
from hypothesis import given
from strategies import any_text

from textmend.text.words import CLOSING, OPENING, WORD, case_of, is_number, paragraphs, space_before

LINE_END = regex.compile(r"[\n\r\x0b\x0c\x85\u2028\u2029]")


def shown(text: str) -> list[str]:
    return [text[start:end] for start, end in paragraphs(text)]


WRAPPED = (
    "The ferry to the outer islands was late again on Tuesday, and\n"
    "nobody on the quay could say why. The harbour master, a man of\n"
    "few words, pointed at the fog and went back to his newspaper,\n"
    "as he does."
)
LIST = "Bring along:\n- two pairs of wool socks\n- a head torch\n- matches in a jar\n- a book you know"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t\r\n ", []),
        ("One line.", ["One line."]),
        ("  One line. \t", ["One line."]),
        ("One.\nTwo.", ["One.", "Two."]),
        ("One.\r\nTwo.\r\n", ["One.", "Two."]),
        ("One.\r\n\r\nTwo.", ["One.", "Two."]),
        ("One.\rTwo.", ["One.", "Two."]),
        ("One.\u2028Two.\u2029Three.\x85Four.\x0bFive.\x0cSix.", ["One.", "Two.", "Three.", "Four.", "Five.", "Six."]),
        ("\u00a0One.\u3000\n \nTwo.", ["One.", "Two."]),
        (WRAPPED, [WRAPPED]),
        (WRAPPED.replace("\n", "\r\n"), [WRAPPED.replace("\n", "\r\n")]),
        (WRAPPED + "\n\n" + WRAPPED, [WRAPPED, WRAPPED]),
        (WRAPPED + "\n \t \n" + WRAPPED, [WRAPPED, WRAPPED]),
        ("\n\n" + WRAPPED + "\n", [WRAPPED]),
        (LIST, LIST.split("\n")),
        ("Shares up\nFerry aground\nNone hurt", ["Shares up", "Ferry aground", "None hurt"]),
    ],
)
def test_paragraphs(text, expected):
    assert shown(text) == expected


def test_one_paragraph_a_line_stays_so_however_even_the_lines():
    lines = [f"The ferry number {n} was late on Tuesday, and nobody on the quay knew." for n in range(9)]
    assert shown("\n".join(lines)) == lines


def test_lines_wider_than_a_page_are_paragraphs():
    lines = ["The ferry to the outer islands was late again, and nobody on the quay could say why, " * 2 + "but"] * 4
    assert shown("\n".join(lines)) == lines


def test_a_wrapped_block_does_not_reach_over_a_blank_line():
    title = "A heading"
    assert shown(title + "\n\n" + WRAPPED) == [title, WRAPPED]


@given(any_text)
def test_paragraphs_are_sorted_and_disjoint_and_trimmed_and_miss_nothing(text):
    end_of_last = 0
    for start, end in paragraphs(text):
        assert end_of_last <= start < end
        assert text[start:end].strip() == text[start:end]
        between = text[end_of_last:start]
        assert not between.strip()
        assert end_of_last == 0 or LINE_END.search(between)
        end_of_last = end
    assert not text[end_of_last:].strip()


@given(any_text)
def test_paragraphs_of_unix_text_and_windows_text_are_alike(text):
    unix = LINE_END.sub("\n", text.replace("\r\n", "\n"))
    assert [p.replace("\r\n", "\n") for p in shown(unix.replace("\n", "\r\n"))] == shown(unix)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("saidPutin", ["said", "Putin"]),
        ("the,said", ["the", ",", "said"]),
        ("on5", ["on", "5"]),
        ("5th", ["5", "th"]),
        ("UK-based", ["UK", "-", "based"]),
        ("don’t", ["don", "’", "t"]),
        ("UKs", ["UKs"]),
        ("cafe\u0301s", ["cafe\u0301s"]),
        ("E\u0301TE\u0301", ["E\u0301TE\u0301"]),
        ("漢字", ["漢字"]),
        ("ǅungla", ["ǅungla"]),
        ("$5.50", ["$", "5", ".", "50"]),
        ("[MASK]", ["[", "MASK", "]"]),
        ("of\u200bthe\ud800\x00", ["of", "the"]),
        ("☕ \ue000", ["☕", "\ue000"]),
        ("  \u00a0\n", []),
    ],
)
def test_words(text, words):
    assert WORD.findall(text) == words


@given(any_text)
def test_words_hold_no_white_space_and_miss_nothing_visible(text):
    last = 0
    for match in WORD.finditer(text):
        assert not any(char.isspace() for char in match.group())
        assert not regex.search(r"[\p{L}\p{M}\p{N}\p{P}\p{S}]", text[last : match.start()])
        last = match.end()
    assert not regex.search(r"[\p{L}\p{M}\p{N}\p{P}\p{S}]", text[last:])


@pytest.mark.parametrize(
    ("word", "case"),
    [
        *(("otter", 0), ("Otter", 1), ("A", 1), ("UK", 2), ("UKs", 3), ("Éa", 1), ("ÉTÉ", 2), ("ß", 0)),
        *(("5", 0), ("1999", 0), (",", 0), ("☕", 0), ("\u0301", 0)),
        *(("漢字", 0), ("שלום", 0), ("ʻ", 0)),
    ],
)
def test_letter_case(word, case):
    assert case_of(word) == case


@given(any_text)
def test_every_word_has_a_case(text):
    assert all(case_of(match.group()) in range(4) for match in WORD.finditer(text))


@pytest.mark.parametrize("token", ["17", "½", "3rd", "three", "Twenty", "twenty-five", "MI6", "dozen"])
def test_numbers(token):
    assert is_number(token)


@pytest.mark.parametrize("token", ["otters", "Tromsø", "", "ones", "attend"])
def test_no_numbers(token):
    assert not is_number(token)


@given(any_text)
def test_space_before_is_the_longest_run_of_white_space(text):
    for end in range(len(text) + 1):
        start = space_before(text, end)
        assert start == end or text[start:end].isspace()
        assert start == 0 or not text[start - 1].isspace() or "\x1c" <= text[start - 1] <= "\x1f"
        assert space_before(text, end, end) == end
        assert space_before(text, end, end // 2) == max(start, end // 2)


def test_no_mark_both_opens_and_closes():
    assert OPENING.isdisjoint(CLOSING)


HOSTILE = [
    "A",
    "a",
    "Aa",
    "\u0301",
    "A\u0301",
    "\n",
    "\r\n",
    "\r",
    " ",
    " \n",
    ".",
    '."',
    "a\n",
    WRAPPED + "\n",
    "\u200b",
    ")",
]


@pytest.fixture
def without_gc():
    """No garbage collection: in a long test run it walks through all that other tests left, and counts as reading."""
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("piece", HOSTILE, ids=ascii)
@pytest.mark.parametrize("reader", [lambda t: list(paragraphs(t)), lambda t: sum(1 for _ in WORD.finditer(t))])
def test_reading_takes_linear_time(piece, reader, without_gc):
    def seconds(size: int) -> float:
        text = piece * (size // len(piece))
        best = float("inf")
        for _ in range(3):
            start = time.process_time()
            reader(text)
            best = min(best, time.process_time() - start)
        return best

    # Sixteen times the text: quadratic time would take 256 times as long.
    assert seconds(320_000) < 60 * max(seconds(20_000), 0.0005)
