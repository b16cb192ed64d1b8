"""Units and signs of money that have no number: ``a depth of m``, ``sold for $ last spring``."""

from __future__ import annotations

import regex

from textmend.text.words import is_number

_SYMBOL = (
    r"(?:mph|kph|km/h|km²?|cm²?|mm|m[²³]?|kg|lbs?|mg|g|ft|ml|k[Ww]h?|[MG]W|°\s?[CF]|[KMGT]B|[GM]?Hz|%|per ?cent"
    r"|percentage points?)"
)
_NAME = (
    r"(?:miles|yards|feet|inches|acres|hectares|pounds|ounces|tons|tonnes|gallons|barrels|degrees"
    r"|(?:square|cubic)\s(?:feet|miles|(?:kilo)?met(?:re|er)s)|(?:kilo|centi|milli)?met(?:re|er)s|(?:kilo|milli)?grams"
    r"|lit(?:re|er)s|million|billion|trillion)"
)
_ALONE = r"(?<![\p{L}\p{N}\p{P}\p{S}])"
_UNIT = regex.compile(rf"(?:{_ALONE}|(?<=[$£€¥]\s?))(?:{_SYMBOL}|(?P<name>{_NAME}))(?![\p{{L}}\p{{N}}-])")
_AFTER_SIGN = regex.compile(
    r"(?<=(?<![$£€¥\p{L}])[$£€¥])(?=\s?[,;:.!?)]|\s\p{L}|\s?$|(?:bn|tn|m|k)(?!\p{L}))(?!\s?\.?\d)"
)
_WORD_BEFORE = regex.compile(r"(?<![\p{L}\p{N}.,-])[\p{L}\p{N}.,-]++$")
_REACH = 32

_BEFORE_SYMBOLS = frozenset("a an the per no".split())
# Words after which the name of a unit needs no number: “a few miles”, “on her feet”, “sold by metres”.
_BEFORE_NAMES = _BEFORE_SYMBOLS | frozenset(
    "of few several many some more most how what these those both other last first next which any zero only additional"
    " extra multiple countless hundreds thousands millions tens such all in by as for her his their its our my your"
    " enough fewer less square cubic nautical british metric just mere and or to on at".split()
)


def bare_quantities(text: str) -> list[int]:
    """Return where a number seems to be missing: before a unit, and after a sign of money.

    Takes time linear in the text. The names of units of time are left out: “for years” is whole.

    Returns:
        Offsets of units and ends of signs, rising.
    """
    units = [match.start() for match in _UNIT.finditer(text) if not _numbered(text, match)]
    return sorted({*units, *(match.start() for match in _AFTER_SIGN.finditer(text))})


def is_bare_quantity(text: str, start: int, end: int) -> bool:
    """Whether a number seems to be missing at ``text[start:end]``: a unit follows it, or it follows a sign of money."""
    unit = _UNIT.match(text, end)
    return (unit is not None and not _numbered(text, unit)) or _AFTER_SIGN.match(text, start) is not None


def _numbered(text: str, unit: regex.Match[str]) -> bool:
    """Whether a number, or a word that stands for one, is before a unit, or the name of a unit needs none there."""
    left = text[max(0, unit.start() - _REACH) : unit.start()].rstrip(" \u00a0")
    found = _WORD_BEFORE.search(left)
    word = found.group() if found else ""
    if is_number(word):
        return True
    if unit["name"] and not word[-1:].isalpha():
        return True  # it opens its clause: “Miles away, …”
    return word.casefold().rsplit("-", 1)[-1] in (_BEFORE_NAMES if unit["name"] else _BEFORE_SYMBOLS)
