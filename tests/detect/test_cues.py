from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from bench.rivals.cues import cue_sites
from hypothesis import given
from hypothesis import strategies as st

from textmend.detect.cues import CUES, cues_at
from textmend.detect.inputs import encode

FIXTURES = Path(__file__).parents[2] / "fixtures"

SPACED = "space_before_punctuation"
DOUBLE = "double_space"
BRACKETS = "empty_brackets"
QUOTES = "empty_quotes"
CLASH = "function_word_clash"
NO_NOUN = "determiner_without_noun"
STRANDED = "preposition_before_punctuation"
NO_PARTNER = "coordination_without_partner"
MARKS = "punctuation_clash"
ARTICLE = "article_mismatch"
QUANTITY = "quantity_without_number"
LOWER = "lower_case_start"
GLUED = "glued_words"

# ▢ marks a site, which takes in the white space beside it within its line; " ▢ " stands for one space.
CASES: list[tuple[str, tuple[str, ...]]] = [
    # space_before_punctuation
    ("a panel on Icelandic ▢, among them", (SPACED,)),
    ("They rejected the plan ▢. Then", (SPACED,)),
    ("the fleet (led by Berg ▢) sailed", (SPACED,)),
    ("“It rained all day ▢” and left", (SPACED,)),
    ("Will it rain ▢?", (SPACED,)),
    ("Denmark and Norway ▢’s fleets", (SPACED,)),
    ("see you there ▢:)", ()),
    ("see you there ▢ ;-) bye", ()),
    ("and then ▢... nothing", ()),
    ("and then ▢ . . . nothing", ()),
    ("and then ▢… nothing", ()),
    ("it cost ▢ .50 more", ()),
    ("built with ▢ .NET tools", ()),
    ("they won ▢ :2 at home", ()),
    ("a score of 3 ▢: 2 at home", ()),
    ("otters, seals, e.g. ▢, and so on", ()),
    ("Quoi\u00a0▢? Tu pars", ()),
    ("an emoji ▢ :otter: here", ()),
    ("in the ▢ ’90s", ()),
    ("`` It was n't me ▢, '' he said", ()),
    ("word ▢ / word", ()),
    # quantity_without_number
    ("prices rose ▢% in May", (QUANTITY,)),
    ("the tower rises to ▢ m above the square", (QUANTITY,)),
    ("it was sold for $▢ last spring", (QUANTITY,)),
    ("a bridge of £ ▢ million", (QUANTITY,)),
    ("trains may run at ▢ mph here", (QUANTITY,)),
    ("the canal is ▢ miles long", (QUANTITY,)),
    ("the canal is forty ▢ miles long", ()),
    ("the canal is many ▢ miles long", ()),
    ("water boils at 95 ▢ °C up there", ()),
    ("it lasted ▢ years and years", ()),
    ("I was there, I ▢ m sure", (QUANTITY,)),  # a misprint, “I’m”, looks the same
    ("prices in US$▢ 5 and more", ()),
    ("a speed in m▢/s", ()),
    # double_space
    ("the old ▢  otters slept", (DOUBLE,)),
    ("the old\u00a0▢ otters slept", (DOUBLE,)),
    ("It rained.  ▢Otters slept", ()),
    ("It rained.  ▢of the flood", (DOUBLE, LOWER)),
    ("-  ▢wool socks", ()),
    ("1.  ▢wool socks", ()),
    ("Nordvik     06:00  ▢22:30", ()),
    ("It\u2003was  the  last  ▢summer of peace", ()),
    ("Port▢    Open", ()),
    ("a line  ▢\nanother", ()),
    # empty_brackets, empty_quotes
    ("the party (▢) won", (BRACKETS,)),
    ("the party ( ▢ ) won", (BRACKETS,)),
    ("call reset(▢) first", ()),
    ("- [ ▢ ] socks", ()),
    ("the party (▢, 1961) won", (MARKS,)),
    ("he said “▢” and left", (QUOTES,)),
    ("he said “ ▢ ” and left", (QUOTES,)),
    ('he said "▢" and left', (QUOTES,)),
    ('he said " ▢ " and left', (QUOTES,)),
    ('split(sep="▢")', ()),
    ('he said "yes" ▢ "no"', ()),
    # function words
    ("the defence of the ▢ of navigation", (CLASH, NO_NOUN)),
    ("repair relations with ▢ and put a stop", (CLASH, NO_PARTNER)),
    ("investing in ▢ and taxing them", (CLASH, NO_PARTNER)),
    ("went to the ▢ and back", (CLASH, NO_NOUN, NO_PARTNER)),
    ("the price of ▢ of gold", (CLASH,)),
    ("a member of ▢ of", (CLASH,)),
    ("it went to ▢ of gold", (CLASH,)),
    ("their ▢ was late", (CLASH, NO_NOUN)),
    ("The ▢ is late", (CLASH, NO_NOUN)),
    ("this ▢ of ours", (CLASH, NO_NOUN)),
    ("the ▢ the otters", (CLASH,)),
    ("otters and ▢ and seals", (CLASH,)),
    ("before ▢ and after the war", ()),
    ("nurses went in ▢ and out of it", ()),
    ("to ▢ and from the quay", ()),
    ("out ▢ of the house", ()),
    ("because ▢ of the rain", ()),
    ("this ▢ of all years", ()),
    ("the in-house ▢ lawyer", ()),
    ("the ▢ in-house lawyer", ()),
    ("its ▢ own pool", ()),
    ("some ▢ of them", ()),
    ("The ▢ The", ()),
    # determiner_without_noun
    ("Denmark and the ▢, have spoken", (SPACED, NO_NOUN)),
    ("Denmark and the▢, have spoken", (NO_NOUN,)),
    ("since it last paid a ▢.", (SPACED, NO_NOUN)),
    ("Denmark and the ▢’s fleets", (SPACED, NO_NOUN)),
    ("they lost their▢.", (NO_NOUN,)),
    ("the▢… the otters", ()),
    ("the word “the▢” is short", ()),
    ("a▢) wool socks", ()),
    ("vitamin A▢, vitamin C", ()),
    ("10 a▢.m. on Monday", ()),
    ("who lost this▢.", ()),
    # preposition_before_punctuation
    ("he traded it for ▢, she said", (SPACED, STRANDED)),
    ("it rained during▢, she said", (STRANDED,)),
    ("the people we work with▢.", ()),
    ("what are you looking at▢?", ()),
    # coordination_without_partner
    ("keeping ▢ and commercial ties", (NO_PARTNER,)),
    ("maintaining ▢ and economic ties", (NO_PARTNER,)),
    ("maintaining ▢ and improving them", ()),
    ("planning ▢ and economic ties", ()),
    ("Ireland, Spain and ▢.", (SPACED, NO_PARTNER)),
    ("Ireland, Spain and▢.", (NO_PARTNER,)),
    ("and▢, in fact, it did", ()),
    ("And ▢, she said", (SPACED, NO_PARTNER)),
    # punctuation_clash
    ("otters, ▢, and seals", (SPACED, MARKS)),
    ("otters,▢. Then", (MARKS,)),
    ("otters (▢, seals)", (MARKS,)),
    ("“▢, he said", (MARKS,)),
    ("▢, who lost a boat", (MARKS,)),
    ("seals, etc.▢, and so on", ()),
    ("Otter Inc.▢, a firm", ()),
    ("at 5 p.m.▢, they left", ()),
    ("“Otters,▢” he said", ()),
    ("wait...▢ what", ()),
    # article_mismatch
    ("strengthen a ▢ economic tie", (ARTICLE,)),
    ("after an ▢ strike on it", (ARTICLE,)),
    ("paid a ▢ 8% rise", (ARTICLE,)),
    ("paid an ▢ 5% rise", (ARTICLE,)),
    ("A ▢ angry otter", (ARTICLE,)),
    ("a ▢ useful European one-off", ()),
    ("a ▢ European union", ()),
    ("a ▢ once great port", ()),
    ("a ▢ unique pool", ()),
    ("a ▢ unusual pool", (ARTICLE,)),
    ("an ▢ hour ago", ()),
    ("an ▢ MP said", ()),
    ("an ▢ X-ray", ()),
    ("an ▢ 80-year-old", ()),
    ("an ▢ 18th century", ()),
    ("a ▢ 1,100-page book", ()),
    ("vitamin A ▢ eases it", ()),
    # lower_case_start
    ("▢of the flood hugged one another in the gallery", (LOWER,)),
    ("It rained.\n\n▢of the flood hugged one another", (LOWER,)),
    ("It rained. ▢of the flood hugged one another", (LOWER,)),
    ("It rained at 5 p.m. ▢ on Monday", ()),
    ("for Otter Inc. ▢ said it", ()),
    ("J. K. ▢ von Berg", ()),
    ("It rained. ▢iPads got wet", ()),
    ("It rained. ▢de Blank said", ()),
    ("It rained… ▢ and rained", ()),
    ("“Really?” ▢ she asked", ()),
    ("- ▢ of wool", ()),
    ("a) ▢ of wool", ()),
    ("wool socks\n▢matches in a jar, and a book that you know", ()),
    ("▢matches", ()),
    # glued_words
    ("he said▢The otters", (GLUED,)),
    ("relations with▢Russia", (GLUED,)),
    ("the,▢said he", (GLUED,)),
    ("It rained.▢The otters", (GLUED,)),
    ("agreed on▢5 May", (GLUED,)),
    ("in 2019▢the pool", (GLUED,)),
    ("the party (DKP)▢said", ()),
    ("the party (DKP)▢was late", (GLUED,)),
    ("an old i▢Phone", ()),
    ("by Mc▢Donald", ()),
    ("the You▢Tube film", ()),
    ("an mp▢3 file", ()),
    ("the 5▢th time", ()),
    ("it cost 1,▢000 crowns", ()),
    ("it cost 1.▢5 crowns", ()),
    ("see https://otter.example/pages?id=of▢5,the", ()),
    ("write to the▢Otter@otter.example", ()),
    ("the U.▢S. fleet", ()),
    # nothing at all
    ("Two ▢ otters slept", ()),
    ("Two otters▢, asleep", ()),
    ("▢Two otters slept", ()),
    ("Two otters slept.▢", ()),
    ("▢", ()),
]


def site_in(marked: str) -> tuple[str, int, int]:
    left, right = marked.replace(" ▢ ", " ▢").split("▢")
    before, after = left.rstrip(" \u00a0"), right.lstrip(" \u00a0")
    return left + right, len(before), len(left + right) - len(after)


@pytest.mark.parametrize(("marked", "cues"), CASES)
def test_cues_at_a_site(marked, cues):
    assert cues_at(*site_in(marked)) == cues


@pytest.mark.parametrize(("marked", "cues"), [case for case in CASES if case[1]])
def test_cue_sites_finds_the_same_cues_at_the_same_place(marked, cues):
    text, start, end = site_in(marked)
    assert (start, end, cues) in list(cue_sites(text))


def test_every_cue_is_described_in_one_sentence_and_shown_in_the_table():
    assert set(CUES) == {name for _, cues in CASES for name in cues}
    for name, description in CUES.items():
        assert name == name.lower()
        assert description[0].isupper()
        assert description.endswith(".")
        assert "\n" not in description


def test_a_wrapped_line_shows_a_clash_of_words():
    text = "the defence of the\nof navigation"
    assert cues_at(text, 18, 19) == (CLASH, NO_NOUN)


def test_what_is_no_site_has_no_cues():
    text = "the , of"
    assert cues_at(text, 0, 3) == ()
    assert cues_at(text, 3, 5) == ()
    assert cues_at(text, 4, 3) == ()
    assert cues_at(text, 3, 99) == ()
    assert cues_at(text, -1, 0) == ()


MORSELS = (
    *("\n", "\r\n", "\n\n", " ", "  ", "\t", "\u00a0", "\u2028", "\x1c", "\u200b", "\ud800", "\x00", "\u0301"),
    *("The", "the", "of", "with", "and", "a", "an", "keeping", "otters", "saidBerg", "UK", "iPad", "5", "☕", "漢字"),
    *(",", ".", ";", ":", "?", "(", ")", "[", "]", "“", "”", "’s", "'", '"', "-", "—", "/", "@", "%"),
)
any_text = st.lists(st.sampled_from(MORSELS) | st.characters(exclude_categories=()), max_size=40).map("".join)


@given(any_text, st.integers(-5, 200), st.integers(-5, 200))
def test_any_string_and_any_site_are_judged(text, start, end):
    cues = cues_at(text, start, end)
    assert [name for name in CUES if name in cues] == list(cues)
    if cues:
        assert 0 <= start <= end <= len(text)
        assert start == end or text[start:end].isspace()


@given(any_text)
def test_every_site_of_any_string_is_judged(text):
    for start in range(len(text) + 1):
        end = start
        while True:
            cues_at(text, start, end)
            if end == len(text) or not text[end].isspace():
                break
            end += 1


class OnePiece:
    separator = 1
    start = 0

    def __call__(self, word):
        return [2]


@given(any_text)
def test_cue_sites_are_sites_of_the_detector_in_order(text):
    encoded = encode(text, OnePiece())
    sites = list(zip(encoded.starts.tolist(), encoded.ends.tolist(), strict=True))
    last = 0
    for start, end, cues in cue_sites(text):
        assert (start, end) in sites
        assert last <= start <= end
        assert cues == cues_at(text, start, end) != ()
        last = end


@given(any_text, st.text(max_size=200), st.text(max_size=200))
def test_cues_depend_on_near_text_only(text, before, after):
    # What stands further off than a few dozen characters, behind letters, is not seen.
    wall = "otter " * 40
    alone = [(s, e, c) for s, e, c in cue_sites(wall + text + wall)]
    shift = len(before)
    inside = [
        cues_at(before + wall + text + wall + after, start + shift, end + shift)
        for start, end, _ in alone
        if start >= 64 and end <= len(wall + text + wall) - 64
    ]
    assert inside == [c for s, e, c in alone if s >= 64 and e <= len(wall + text + wall) - 64]


def test_fixtures_that_look_damaged_and_are_whole_seldom_show_cues():
    """A ceiling, to be lowered: texts with French spacing or split into tokens keep their cues."""
    with (FIXTURES / "negatives.jsonl").open(encoding="utf-8", newline="") as file:
        found = sum(len(list(cue_sites(json.loads(line)["text"]))) for line in file)
    assert found <= 90


def test_most_damaged_fixtures_show_cues():
    """A floor, to be raised."""
    total = seen = 0
    with (FIXTURES / "damaged.jsonl").open(encoding="utf-8", newline="") as file:
        for record in map(json.loads, file):
            found = list(cue_sites(record["text"]))
            total += len(record["gaps"])
            seen += sum(
                any(start <= gap["end"] and end >= gap["start"] for start, end, _ in found) for gap in record["gaps"]
            )
    assert seen >= 0.55 * total


def best_of_three(act) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        act()
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize(
    "unit",
    [
        "a",
        "A",
        " ",
        "the ",
        "the,",
        "'",
        "-",
        "(",
        "()",
        '"',
        ".",
        ". ",
        "a.",
        ",",
        "5",
        "\t",
        "  a",
        "\n",
        "a\n",
        "a'",
        "aB",
        "`",
    ],
    ids=ascii,
)
def test_all_cues_take_linear_time(unit):
    def seconds(size: int) -> float:
        text = unit * (size // len(unit))
        return best_of_three(lambda: list(cue_sites(text)))

    # Sixteen times the text: quadratic time would take 256 times as long.
    assert seconds(32_000) < 60 * max(seconds(2_000), 0.001)


@pytest.mark.parametrize("unit", ["a", "A", " ", "'", "-", "(", '"', ".", "\t", "\n", "5", "`", "a  "], ids=ascii)
def test_one_site_takes_constant_time(unit):
    text = unit * (3_000_000 // len(unit))
    middle = len(text) // 2
    start, end = (0, len(text)) if unit.isspace() else (middle, middle)
    assert best_of_three(lambda: cues_at(text, start, end)) < 0.05
