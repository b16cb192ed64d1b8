"""Reading a text: words, white space, paragraphs. All offsets are code points of the caller's string.

Nothing here changes a text; ``edits`` does that.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import regex

# Control, format, surrogate and private characters are neither words nor white space: they are skipped.
WORD = regex.compile(
    r"[\p{Lu}\p{Lt}][\p{Lu}\p{Lt}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]*"
    r"|[\p{Ll}\p{Lm}\p{Lo}\p{M}]+|\p{N}+|[^\s\p{L}\p{M}\p{N}\p{C}]|\p{Co}"
)
"""One word (letters up to the next capital after a small letter, or digits) or one other visible character.

``saidPutin`` is two words: where white space was lost too, the capital is the only trace of a gap.
"""

CLOSING = frozenset(".,;:!?)]}%…’”»")
"""Characters that no white space should precede."""

OPENING = frozenset("([{“‘«¿¡")
"""Characters that no white space should follow."""

LINE_ENDS = frozenset("\n\r\x0b\x0c\x85\u2028\u2029")
"""Characters that end a line."""

_LINE = regex.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_TERMINAL = regex.compile(r"""[.!?:;…]["'”’)\]]*$""")
_SURROGATE = regex.compile(r"\p{Cs}")
_SPACES = regex.compile(r"\s+")
_QUOTE_MARGIN = 40
_WRAP_COLUMN = 100
_WRAP_FILL = 0.6

_NEGATIONS = frozenset("not no never none nor neither nobody nothing nowhere without cannot".split())
_NUMBER_WORDS = frozenset(
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion "
    "dozen dozens hundreds thousands millions billions half third quarter first second fourth fifth sixth seventh "
    "eighth ninth tenth double triple twice".split()
)


class Span(NamedTuple):
    """A half-open range of code points."""

    start: int
    end: int


def is_number(token: str) -> bool:
    """Whether a token states a number, in digits or in words."""
    return any(char.isnumeric() for char in token) or any(
        part in _NUMBER_WORDS for part in token.casefold().replace("’", "-").split("-")
    )


def is_negation(token: str) -> bool:
    """Whether a token turns what a sentence says into its contrary, as “not” and “never” do."""
    word = token.casefold().strip(".,;:!?“”\"‘’'()")
    return word in _NEGATIONS or word.endswith(("n't", "n’t"))


def encodable(text: str) -> str:
    """Return a text of the same length in which lone surrogates, which can't be encoded, are replaced."""
    return _SURROGATE.sub("\ufffd", text)


def is_encodable(text: str) -> bool:
    """Return whether a text holds no lone surrogates."""
    return not _SURROGATE.search(text)


def case_of(word: str) -> int:
    """Return the letter case of a word: 0 lower or none, 1 Title, 2 UPPER, 3 mixed."""
    if not word[0].isalpha() or word == word.lower():
        return 0
    if len(word) > 1 and word.isupper():
        return 2
    return 1 if word[0].isupper() and (len(word) == 1 or word[1:].islower()) else 3


def is_space(char: str) -> bool:
    """Return whether Unicode calls a character white space; Python adds four control characters."""
    return char.isspace() and not "\x1c" <= char <= "\x1f"


def space_before(text: str, end: int, floor: int = 0) -> int:
    """Return where the white space that ends at ``end`` starts; ``floor`` is the earliest answer."""
    start = end
    while start > floor and is_space(text[start - 1]):
        start -= 1
    return start


def quote_around(text: str, start: int, end: int) -> str:
    """Return ``text[start:end]`` with up to 40 code points around it: whole words of the same line."""
    floor, ceiling = max(0, start - _QUOTE_MARGIN), min(len(text), end + _QUOTE_MARGIN)
    before, after = text[floor:start], text[end:ceiling]
    line = 1 + max(before.rfind(mark) for mark in LINE_ENDS)
    if line or floor == 0:
        before = before[line:]
    elif space := _SPACES.search(before):
        before = before[space.end() :]
    line = min((place for mark in LINE_ENDS if (place := after.find(mark)) >= 0), default=-1)
    if line >= 0:
        after = after[:line]
    elif ceiling < len(text) and (spaces := list(_SPACES.finditer(after))):
        after = after[: spaces[-1].start()]
    return before.lstrip() + text[start:end] + after.rstrip()


def paragraphs(text: str) -> Iterator[Span]:
    """Yield the paragraphs of a text: spans of visible text between line ends, in order.

    A blank line always separates. Between other lines, a line end separates too, unless the block looks
    hard-wrapped: all lines but the last are about equally long, at most 100 columns, and some end in the
    middle of a sentence.
    """
    block: list[Span] = []
    end_of_last = 0
    for match in _LINE.finditer(text):
        start, _end = match.span()
        line = match.group()
        stripped = line.strip()
        if not stripped:
            yield from _split_block(text, block)
            block = []
        else:
            # Two line ends in a row (CR LF counts once) are a blank line.
            between = text[end_of_last:start].replace("\r\n", "\n")
            if block and len(between) > 1:
                yield from _split_block(text, block)
                block = []
            start += len(line) - len(line.lstrip())
            block.append(Span(start, start + len(stripped)))
        end_of_last = match.end()
    yield from _split_block(text, block)


def _split_block(text: str, lines: list[Span]) -> Iterator[Span]:
    if len(lines) > 1 and _is_wrapped(text, lines):
        yield Span(lines[0].start, lines[-1].end)
    else:
        yield from lines


def _is_wrapped(text: str, lines: list[Span]) -> bool:
    widths = [line.end - line.start for line in lines]
    widest = max(widths)
    if not 30 <= widest <= _WRAP_COLUMN or min(widths[:-1]) < _WRAP_FILL * widest:
        return False
    open_ends = sum(not _TERMINAL.search(text, max(line.start, line.end - 8), line.end) for line in lines[:-1])
    return open_ends * 2 > len(lines) - 1


def fold(words: str) -> str:
    """Return words as they are compared: case-folded, white space as single spaces."""
    return " ".join(words.split()).casefold()
