"""Where a sentence starts, for the case of a filled word: what it says, and that it says it in linear time."""

from __future__ import annotations

import regex
from hypothesis import given
from hypothesis import strategies as st

from textmend.fill.casing import starts_sentence

# What is meant, as one expression: right, and cubic.
REFERENCE = regex.compile(r"(?:[.!?…]['\"”’)\]]*|[\n\r\u2028\u2029])\s*[\"“‘'(\[*#>•\-–]*\s*$")
BLANK = "\"“‘'([*#>• \t-–"


@given(st.text(".!…'\"”’)]\n\r\u2028 \t“‘([*#>•-–ax", max_size=14), st.integers(1, 16))
def test_it_means_what_the_expression_means(text, within):
    before = text[max(0, len(text) - within) :]
    assert starts_sentence(text, len(text), within) == (not before.strip(BLANK) or bool(REFERENCE.search(before)))


def test_a_page_of_line_ends_is_passed_at_once():
    text = "a" + "\n" * 2_000_000 + "a"  # the expression took a quarter of an hour for 10,000
    assert starts_sentence(text, len(text) - 1, within=len(text))
    assert not starts_sentence("a" + " " * 2_000_000 + "a", 2_000_001, within=2_000_001)
