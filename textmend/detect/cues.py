"""Surface signs that words are missing: the names that explain a gap to people.

A cue explains; it is no second opinion beside the model and never finds a gap.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import regex

from textmend.text.function_words import (
    ABBREVIATIONS,
    AFTER_DETERMINER_WRONG,
    ARTICLES,
    BEFORE_OF_WRONG,
    COMMON,
    CONJUNCTIONS,
    DETERMINERS,
    NAME_PARTICLES,
    NEVER_STRANDED,
    OBJECT_NEEDED,
    OBJECT_TAKING,
    PARTICLES,
    POINTING,
    PREPOSITIONS,
)
from textmend.text.quantities import is_bare_quantity
from textmend.text.words import LINE_ENDS

CUES: dict[str, str] = {
    "space_before_punctuation": "White space stands before a punctuation mark that should follow a word directly.",
    "double_space": "Two spaces stand between words, as when the word between them was lost.",
    "empty_brackets": "A pair of brackets holds nothing.",
    "empty_quotes": "A pair of quotation marks holds nothing.",
    "function_word_clash": "Two function words meet that cannot stand side by side, such as “the of” or “with and”.",
    "determiner_without_noun": "A word that asks for a noun, such as “the” or “their”, has none after it.",
    "preposition_before_punctuation": "A preposition, such as “with” or “during”, is followed by a punctuation mark.",
    "coordination_without_partner": "A conjunction, such as “and”, lacks one of the two things it should join.",
    "punctuation_clash": "Two punctuation marks meet, or one opens a paragraph, as when the words before it were lost.",
    "article_mismatch": "The article “a” stands before a vowel sound, or “an” before a consonant.",
    "quantity_without_number": "A unit or a sign of money, such as “km” or “$”, has no number.",
    "lower_case_start": "A sentence or paragraph starts with a small letter.",
    "glued_words": "White space is missing between two words.",
}
"""The names of all cues, each with one sentence that describes it to people."""

_REACH = 64
"""How many characters are looked at on either side of a site."""

_NO_BREAK = frozenset("\u00a0\u2009\u202f")
_OPENS_WORD = frozenset("([{“‘«„\"'*_—–-…>|")
_BRACKETS = frozenset({"()", "[]"})
_QUOTES = frozenset({"“”", "‘’", "«»", "„“", '""'})

# A mark that ends a phrase: no emoticon, ellipsis, decimal point, domain, namespace or score.
_MARK = regex.compile(
    r"[,;:](?![-^']?[()DPpOo|\\/*3](?:\W|$))(?![\d:])(?<!:(?=\w))(?!\s?\d+(?:\s|$))"
    r"|\.(?![\w./])(?! ?\.)"
    r"|[!?](?![\w=])"
    r"|[)”](?!\w)"
    r"|['’]s(?!\w)"
)
_ADDRESS = regex.compile(r"://|www\.|[@/#_\\=<>{}~]")
_TABLE = regex.compile(r"\S(?:\t| {3})")
_TOKENISED = regex.compile(r"``|''|\w n't\b|-[LR]RB-")
_DOUBLED = regex.compile(r"\w  \b")
_BULLET = regex.compile(r"\W{0,3}(?:\w{1,3}[.)]?)?\W{0,2}$")
_LIST_ITEM = regex.compile(r"\w{1,3}[.)]|\S+[\t,;:=]|[^\n]{0,24}(?:\n|$)")
_VOWEL_SOUND = regex.compile(r"(?!eu|ew|u[^aeiou]?[aeiou]|uig|uk|one|once|oui|ough)[aeiou]", regex.IGNORECASE)
_VOWEL_SOUND_UN = regex.compile(r"un(?!i(?!n|m)|a\b)", regex.IGNORECASE)
_CONSONANT_SOUND = regex.compile(r"[bcdfgjklmnpqrstvwyz][\p{Ll}]", regex.IGNORECASE)
_EIGHT = regex.compile(r"8|1[18](?!\d)")

_WATCHED = DETERMINERS | POINTING | OBJECT_NEEDED | BEFORE_OF_WRONG | OBJECT_TAKING | CONJUNCTIONS


@dataclass(frozen=True, slots=True)
class _Site:
    """What can be seen from a site: at most ``_REACH`` characters on either side."""

    left: str
    space: str
    right: str
    word_before: str
    word_after: str
    word_next: str
    starts_line: bool
    meets_mark: bool


def cues_at(text: str, start: int, end: int) -> tuple[str, ...]:
    """Return the names of the cues seen at the site ``text[start:end]``, in the order of :data:`CUES`.

    Takes constant time: no more than a few dozen characters on either side are looked at.

    Args:
        text: the whole text.
        start: offset in code points where the white space of the site begins.
        end: offset where it ends; equal to ``start`` where no white space stands.

    Returns:
        Keys of :data:`CUES`; none where ``text[start:end]`` is neither white space nor empty.
    """
    space = text[start : min(end, start + _REACH)]
    if not 0 <= start <= end <= len(text) or (space and not space.isspace()):
        return ()
    left, right = text[max(0, start - _REACH) : start], text[end : end + _REACH]
    word_before = _word_before(left)
    if space == " " and word_before.lower() not in _WATCHED and left[-1:].isalpha() and right[:1].isalpha():
        # Most sites: between two ordinary words.
        return ("quantity_without_number",) if is_bare_quantity(text, start, end) else ()
    word_after, next_at = _word_after(right)
    site = _Site(
        left=left,
        space=space,
        right=right,
        word_before=word_before,
        word_after=word_after,
        word_next=_word_after(right[next_at:].lstrip())[0] if word_after else "",
        starts_line=not left or left[-1] in LINE_ENDS or not LINE_ENDS.isdisjoint(space),
        meets_mark=_MARK.match(right) is not None,
    )
    return tuple(name for name, seen in _SIGNS.items() if seen(site))


def _in_word(char: str) -> bool:
    return char.isalnum() or char in "'’-‑" or "\u0300" <= char <= "\u036f"


def _word_before(left: str) -> str:
    """Return the word that ends at the site; none within an address, a path or a number with marks."""
    start = len(left)
    while start and _in_word(left[start - 1]):
        start -= 1
    if start == 0 and len(left) == _REACH:
        return ""
    before = left[start - 1 : start]
    if before and not before.isspace() and before not in _OPENS_WORD:
        return ""
    return left[start:].lstrip("'’-‑")


def _word_after(right: str) -> tuple[str, int]:
    """Return the word that starts at the site, none within an address or a path, and where it ends."""
    end = 0
    while end < len(right) and _in_word(right[end]):
        end += 1
    if not end or not right[0].isalnum():
        return "", end
    if end == _REACH or right[end : end + 1] in ("/", "@", "\\", "_", "=", "("):
        return "", end
    if right[end : end + 1] == "." and right[end + 1 : end + 2].isalnum():
        return "", end
    return right[:end].rstrip("'’-‑"), end


def _space_before_punctuation(site: _Site) -> bool:
    if not site.space or site.starts_line or not site.meets_mark:
        return False
    mark, last = site.right[0], site.left[-1]
    if last in "([{“‘«|’" and (last != "’" or mark == "”"):
        return False
    if last == "." and (mark == "." or site.left.endswith(("e.g.", "i.e."))):
        return False
    if mark in ";:!?" and site.space in _NO_BREAK:  # French spacing
        return False
    return not _TOKENISED.search(site.left) and not _TOKENISED.search(site.right)


def _double_space(site: _Site) -> bool:
    if len(site.space) != 2 or not all(char in " \u00a0" for char in site.space):
        return False
    if site.starts_line or not site.right or site.right[0] in LINE_ENDS:
        return False
    if site.left[-1] in ".!?:…\"”’')" and not site.right[0].islower() and not site.meets_mark:
        return False  # the typist's two spaces after a full stop
    line = _line_of(site)
    if _BULLET.match(line) or "|" in line or _TABLE.search(line) or _TABLE.search(site.right):
        return False
    return len(_DOUBLED.findall(site.left)) + len(_DOUBLED.findall(site.right)) < 2  # justified


def _empty_brackets(site: _Site) -> bool:
    pair = site.left[-1:] + site.right[:1]
    if pair not in _BRACKETS or (pair == "[]" and site.space):  # [ ] is a box to tick
        return False
    return site.left[-2:-1].isspace() and not _BULLET.match(_line_of(site)[:-1])  # f() is code


def _empty_quotes(site: _Site) -> bool:
    pair = site.left[-1:] + site.right[:1]
    if pair not in _QUOTES:
        return False
    before, after = site.left[-2:-1], site.right[1:2]
    return pair != '""' or ((not before or before.isspace() or before in "([") and (not after or not after.isalnum()))


def _function_word_clash(site: _Site) -> bool:
    before, after = site.word_before.lower(), site.word_after
    if not site.space or not before or not after:
        return False
    if before in DETERMINERS:
        return after in AFTER_DETERMINER_WRONG or (before in ARTICLES and after in DETERMINERS)
    if after == "of":
        return before in BEFORE_OF_WRONG or (before in POINTING and site.word_next != "all")
    if after in CONJUNCTIONS:
        return before in ("and", "or") or (before in OBJECT_NEEDED and _joins_nothing(site))
    return before == after and before in OBJECT_NEEDED


def _determiner_without_noun(site: _Site) -> bool:
    before = site.word_before.lower()
    if before in POINTING:
        return bool(site.space) and site.word_after == "of" and site.word_next != "all"
    if before not in DETERMINERS or site.word_before == "A":  # grade A, vitamin A
        return False
    if site.meets_mark and not site.starts_line:
        return bool(site.space) or not (before in ("a", "my") or _quoted_word(site))
    return bool(site.space) and site.word_after in AFTER_DETERMINER_WRONG


def _preposition_before_punctuation(site: _Site) -> bool:
    if not site.meets_mark or site.starts_line:
        return False
    return site.word_before.lower() in (PREPOSITIONS if site.space else NEVER_STRANDED) and not _quoted_word(site)


def _coordination_without_partner(site: _Site) -> bool:
    before, mark = site.word_before.lower(), site.right[:1]
    if before in CONJUNCTIONS and site.meets_mark and not site.starts_line:
        return bool(site.space) or mark in ".;)"
    return bool(site.space) and site.word_after in CONJUNCTIONS and (before in DETERMINERS or _joins_nothing(site))


def _punctuation_clash(site: _Site) -> bool:
    mark, after = site.right[:1], site.right[1:2]
    if site.starts_line:
        return mark in (",", ";") and after.isspace() and site.right[2:3].isalpha() and _starts_paragraph(site)
    last = site.left[-1]
    if not site.meets_mark:
        return False
    if last in ",;:":
        if mark == ")":
            return last != ":" and not site.left[-2:-1].isdigit()
        return mark in ",;.:!?" and last + mark != ":;"
    if last in "([“‘":
        return mark in ",;." and not after.isalnum()
    if last == "." and mark in ",;":
        word = _word_before(site.left[:-1])
        return len(word) > 3 and word.islower() and word not in ABBREVIATIONS
    return False


def _article_mismatch(site: _Site) -> bool:
    article, word = site.word_before, site.word_after
    if not site.space or not word or word in COMMON or article.lower() not in ("a", "an"):
        return False
    if article == "A" and not _opens_sentence(site.left[:-1]):  # vitamin A
        return False
    stem = word.split("-")[0].split("‑")[0]
    if stem[0].isdigit():
        return bool(_EIGHT.match(stem)) == (len(article) == 1)
    if len(stem) < 2 or not stem[1:].islower():  # said letter by letter, perhaps
        return False
    vowel = bool(_VOWEL_SOUND.match(stem) or _VOWEL_SOUND_UN.match(stem))
    return vowel if len(article) == 1 else bool(_CONSONANT_SOUND.match(stem))


def _quantity_without_number(site: _Site) -> bool:
    start = len(site.left)
    return is_bare_quantity(site.left + site.space + site.right, start, start + len(site.space))


def _lower_case_start(site: _Site) -> bool:
    word = site.word_after
    if not word.islower() or word.split("-")[0] in NAME_PARTICLES or not site.right[0].isalpha():
        return False
    if site.starts_line and LINE_ENDS.isdisjoint(site.space):
        return len(word) > 1 and not _LIST_ITEM.match(site.right) and _starts_paragraph(site)
    return bool(site.space) and site.left[-1:] == "." and _ends_sentence(site.left)


def _glued_words(site: _Site) -> bool:
    if site.space or not site.left or not site.right or site.starts_line:
        return False
    last, first = site.left[-1], site.right[0]
    if not first.isalnum() or _ADDRESS.search(_chunk(site)):
        return False
    word, after = _letters_before(site.left), _letters_after(site.right)
    if last in ",;!?.":
        return _glued_to_mark(site, last, after)
    if last in ")”":
        return after.lower() in COMMON and len(after) > 1
    if first.isdigit():
        return word in COMMON and len(word) > 1 and site.word_before == word
    if last.isdigit():
        return after in COMMON and len(after) > 2 and site.word_after == after
    if not last.islower() or not first.isupper() or not after[1:].islower():
        return False
    if len(word) < 2:  # iPhone
        return False
    return word in COMMON or after.lower() in COMMON or (word.islower() and len(word) > 3)


def _glued_to_mark(site: _Site, mark: str, after: str) -> bool:
    word = _letters_before(site.left[:-1])
    if len(word) < 2 or not after or not word[1:].islower():
        return False
    if mark in ",;":
        return True
    return after[0].isupper() and after[1:].islower() and word.islower() and word not in ABBREVIATIONS


def _joins_nothing(site: _Site) -> bool:
    """Whether the conjunction after the site follows a word that lacks its object, as in ``keeping and firm ties``."""
    before, partner = site.word_before.lower(), site.word_next.lower()
    if before in OBJECT_NEEDED:  # but: before and after, to and fro, in and out
        return partner not in PREPOSITIONS and partner not in PARTICLES
    return before in OBJECT_TAKING and not partner.endswith("ing") and partner not in COMMON


def _quoted_word(site: _Site) -> bool:
    """Whether the word before the site is spoken about, as in: the word “the”."""
    return site.left[: len(site.left) - len(site.word_before)].endswith(("“", "‘", '"', "'", "*", "_"))


def _line_of(site: _Site) -> str:
    """Return what stands left of the site in its line."""
    start = len(site.left)
    while start and site.left[start - 1] not in LINE_ENDS:
        start -= 1
    return site.left[start:].lstrip()


def _starts_paragraph(site: _Site) -> bool:
    """Whether the line that the site opens opens a paragraph too: the one before it is empty or complete."""
    line_ends = site.left.replace("\r\n", "\n")
    above = line_ends[:-1]
    return not above or above[-1] in LINE_ENDS or above.rstrip()[-1:] in tuple(".!?”")


def _opens_sentence(left: str) -> bool:
    before = left.rstrip()
    return not before or left[-1:] in LINE_ENDS or before[-1] in '.!?:”"'


def _ends_sentence(left: str) -> bool:
    """Whether the full stop at the end of ``left`` ends a sentence, and no abbreviation, initial or ellipsis."""
    word = _word_before(left[:-1])
    if word.isdigit():
        return len(word) == 4
    return len(word) > 2 and word[1:].islower() and word.lower() not in ABBREVIATIONS


def _chunk(site: _Site) -> str:
    """Return what stands around the site between white space."""
    if site.left[-1:].isspace() or site.right[:1].isspace():
        return ""
    return site.left.rsplit(None, 1)[-1] + site.right.split(None, 1)[0]


def _letters_before(left: str) -> str:
    """Return the letters that end ``left``, from the last capital that begins a word."""
    start = len(left)
    while start and left[start - 1].isalpha():
        start -= 1
        if left[start].isupper() and left[start + 1 : start + 2].islower():
            break
    return left[start:]


def _letters_after(right: str) -> str:
    end = 0
    while end < len(right) and right[end].isalpha() and not (end and right[end].isupper() and right[end - 1].islower()):
        end += 1
    return right[:end]


_SIGNS: dict[str, Callable[[_Site], bool]] = {
    "space_before_punctuation": _space_before_punctuation,
    "double_space": _double_space,
    "empty_brackets": _empty_brackets,
    "empty_quotes": _empty_quotes,
    "function_word_clash": _function_word_clash,
    "determiner_without_noun": _determiner_without_noun,
    "preposition_before_punctuation": _preposition_before_punctuation,
    "coordination_without_partner": _coordination_without_partner,
    "punctuation_clash": _punctuation_clash,
    "article_mismatch": _article_mismatch,
    "quantity_without_number": _quantity_without_number,
    "lower_case_start": _lower_case_start,
    "glued_words": _glued_words,
}
