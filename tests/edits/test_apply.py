from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import PAIR, any_text, cuts, short_text, words

from textmend.damage.losing import damage
from textmend.edits.apply import apply_edits, insertion, removal, undo_edits
from textmend.errors import RecordError
from textmend.records import Edit, Fill, Gap
from textmend.text.words import Span

FIXTURES = Path(__file__).parents[2] / "fixtures"


def edit(text: str, start: int, end: int, replacement: str) -> Edit:
    gap = Gap(start=start, end=end, probability=1.0)
    return Edit(start=start, end=end, removed=text[start:end], replacement=replacement, gap=gap)


@st.composite
def edited(draw):
    text = draw(any_text)
    return text, [edit(text, start, end, draw(short_text)) for start, end in draw(cuts(text))]


def naive(text: str, edits: list[Edit]) -> str:
    for change in reversed(edits):
        text = text[: change.start] + change.replacement + text[change.end :]
    return text


# Laws


@given(edited())
def test_edits_do_what_a_naive_reference_does(case):
    text, edits = case
    assert apply_edits(text, edits) == naive(text, edits)


@given(edited())
def test_undoing_gives_the_text_back(case):
    text, edits = case
    assert undo_edits(apply_edits(text, edits), edits) == text


@given(edited())
def test_outside_the_edits_every_code_point_stays(case):
    text, edits = case
    mended = apply_edits(text, edits)
    position = shift = 0
    for change in edits:
        assert mended[position + shift : change.start + shift] == text[position : change.start]
        position, shift = change.end, shift + len(change.replacement) - len(change.removed)
    assert mended[position + shift :] == text[position:]


@given(any_text)
def test_no_edits_change_nothing(text):
    assert apply_edits(text, []) == text == undo_edits(text, [])


@given(edited().filter(lambda case: not PAIR.search(case[0])))
def test_edits_come_back_from_json_and_still_fit(case):
    text, edits = case
    stored = [Edit.from_dict(json.loads(json.dumps(change.to_dict()))) for change in edits]
    assert undo_edits(apply_edits(text, stored), stored) == text


@st.composite
def gapped(draw):
    """A text and its gaps: white space or nothing, sorted, disjoint, never two with nothing between."""
    parts = draw(st.lists(any_text.filter(bool), min_size=1, max_size=5))
    text, found = parts[0], []
    for part in parts[1:]:
        space = draw(st.sampled_from(["", " ", "  ", "\u00a0", " \u00a0", "\n", "\r\n", " \n", "\n  ", "\t"]))
        found.append(Gap(start=len(text), end=len(text) + len(space), probability=1.0))
        text += space + part
    return text, found


@given(gapped(), words)
def test_an_insertion_changes_its_white_space_only_and_adds_its_words_only(case, fill):
    text, gaps = case
    edits = [insertion(text, gap, fill.strip()) for gap in gaps]
    for gap, change in zip(gaps, edits, strict=True):
        assert (change.start, change.end, change.removed) == (gap.start, gap.end, text[gap.start : gap.end])
        assert change.gap is gap
        left, inserted, right = change.replacement.partition(fill.strip())
        assert inserted
        assert not (left + right).strip()
    assert undo_edits(apply_edits(text, edits), edits) == text


@given(gapped(), st.sampled_from(["otters", "the UK", "5"]))
def test_line_ends_at_a_gap_stay(case, fill):
    text, gaps = case
    for gap in gaps:
        change = insertion(text, gap, fill)
        left, _, right = change.replacement.partition(fill)
        for line_end in "\n\r":
            assert (left + right).count(line_end) == change.removed.count(line_end)


# The spacing of an insertion


def gap_in(marked: str) -> tuple[str, Gap]:
    before, rest = marked.split("⟦")
    space, after = rest.split("⟧")
    return before + space + after, Gap(start=len(before), end=len(before + space), probability=1.0)


SPACING = [
    # between words
    ("ties with⟦ ⟧and peace", "Oslo", "ties with Oslo and peace"),
    ("ties with⟦  ⟧and peace", "Oslo", "ties with Oslo and peace"),
    ("ties with⟦⟧and peace", "Oslo", "ties with Oslo and peace"),
    ("ties with⟦   ⟧and peace", "Oslo", "ties with Oslo and peace"),
    ("ties with⟦ ⟧and peace", "the king of Norway", "ties with the king of Norway and peace"),
    # no-break spaces stay, each on its side
    ("the 12\u00a0⟦⟧pens", "gold", "the 12\u00a0gold pens"),
    ("Mr⟦\u00a0⟧said", "Berg", "Mr\u00a0Berg said"),
    ("Mr⟦\u00a0 ⟧said", "Berg", "Mr\u00a0Berg said"),
    ("paid⟦ \u00a0⟧euros", "5", "paid 5\u00a0euros"),
    ("only⟦ \u00a0⟧% of it", "3", "only 3\u00a0% of it"),
    ("C’est⟦ \u202f⟧!", "fini", "C’est fini\u202f!"),
    # start and end of a text and of a paragraph
    ("⟦⟧of the flood", "Survivors", "Survivors of the flood"),
    ("⟦ ⟧of the flood", "Survivors", "Survivors of the flood"),
    ("⟦⟧, who lost a boat", "Berg", "Berg, who lost a boat"),
    ("⟦ ⟧, who lost a boat", "Berg", "Berg, who lost a boat"),
    ("It rained.\n\n⟦⟧of the flood", "Survivors", "It rained.\n\nSurvivors of the flood"),
    ("It rained.\r\n⟦ ⟧of the flood", "Survivors", "It rained.\r\nSurvivors of the flood"),
    ("\t⟦⟧of the flood", "Survivors", "\tSurvivors of the flood"),
    ("  Note:\n⟦    ⟧of the flood", "Survivors", "  Note:\n   Survivors of the flood"),
    ("back to the⟦⟧", "coast", "back to the coast"),
    ("back to the⟦ ⟧", "coast", "back to the coast"),
    ("back to the⟦⟧\nNext", "coast", "back to the coast\nNext"),
    ("back to the⟦ ⟧\r\nNext", "coast", "back to the coast\r\nNext"),
    ("back to the⟦   ⟧\nNext", "coast", "back to the coast  \nNext"),
    ("⟦⟧", "Survivors", "Survivors"),
    # a line that ends at the gap
    ("ties with\n⟦⟧and peace", "Oslo", "ties with\nOslo and peace"),
    ("ties with⟦\n⟧and peace", "Oslo", "ties with\nOslo and peace"),
    ("ties with⟦\r\n⟧and peace", "Oslo", "ties with\r\nOslo and peace"),
    ("ties with⟦ \n⟧and peace", "Oslo", "ties with Oslo\nand peace"),
    ("ties with⟦\n ⟧and peace", "Oslo", "ties with\nOslo and peace"),
    ("ties with⟦\n    ⟧and peace", "Oslo", "ties with\n    Oslo and peace"),
    # punctuation
    ("the⟦ ⟧, have said", "UK", "the UK, have said"),
    ("the⟦⟧, have said", "UK", "the UK, have said"),
    ("the⟦  ⟧. Then", "UK", "the UK. Then"),
    ("the⟦ ⟧…", "coast", "the coast…"),
    ("by⟦ ⟧% a year", "5", "by 5% a year"),
    ("so⟦ ⟧he said", ", and loudly,", "so, and loudly, he said"),
    # brackets
    ("the party (⟦⟧) won", "DKP", "the party (DKP) won"),
    ("the party (⟦ ⟧) won", "DKP", "the party (DKP) won"),
    ("the party (⟦ ⟧, 1961) won", "DKP", "the party (DKP, 1961) won"),
    ("the party (⟦⟧of 1961) won", "DKP", "the party (DKP of 1961) won"),
    ("the⟦ ⟧(DKP) won", "party", "the party (DKP) won"),
    ("the⟦⟧(DKP) won", "party", "the party (DKP) won"),
    ("the party (DKP)⟦ ⟧seats", "lost", "the party (DKP) lost seats"),
    ("[⟦ ⟧said so]", "He", "[He said so]"),
    # curly quotation marks
    ("he said “⟦ ⟧of them”", "Most", "he said “Most of them”"),
    ("he said “most of⟦ ⟧” and left", "them", "he said “most of them” and left"),
    ("he said “⟦⟧” and left", "Most", "he said “Most” and left"),
    ("he⟦ ⟧“most” and left", "said", "he said “most” and left"),
    ("he said “most”⟦ ⟧left", "and", "he said “most” and left"),
    # straight quotation marks
    ('he said "⟦ ⟧of them"', "Most", 'he said "Most of them"'),
    ('he said "⟦⟧of them"', "Most", 'he said "Most of them"'),
    ('he said "most of⟦ ⟧" and left', "them", 'he said "most of them" and left'),
    ('he said "most of⟦⟧."', "them", 'he said "most of them."'),
    ('he said "⟦⟧" and left', "Most", 'he said "Most" and left'),
    ('he⟦ ⟧"most" and left', "said", 'he said "most" and left'),
    ('he⟦  ⟧"most" and left', "said", 'he said "most" and left'),
    ('he said "most"⟦ ⟧left', "and", 'he said "most" and left'),
    ('"most"⟦⟧, he said', "of them", '"most" of them, he said'),
    ("he⟦ ⟧'most' and left", "said", "he said 'most' and left"),
    ("he said '⟦ ⟧of them'", "most", "he said 'most of them'"),
    # apostrophes
    ("and⟦ ⟧’s policy", "Oslo", "and Oslo’s policy"),
    ("and⟦⟧’s policy", "Oslo", "and Oslo’s policy"),
    ("and⟦ ⟧'s policy", "Oslo", "and Oslo's policy"),
    ("⟦⟧'s policy", "Oslo", "Oslo's policy"),
    ("and the⟦ ⟧' policy", "otters", "and the otters' policy"),
    ("and⟦ ⟧’ll go", "they", "and they’ll go"),
    ("and⟦ ⟧'re going", "they", "and they're going"),
    ("in the⟦ ⟧’90s", "swinging", "in the swinging ’90s"),
    ("the otters’⟦ ⟧was late", "ferry", "the otters’ ferry was late"),
    # dashes and hyphens: the far side tells
    ("a⟦ ⟧-based firm", "London", "a London-based firm"),
    ("a⟦⟧-based firm", "London", "a London-based firm"),
    ("an anti-⟦ ⟧rally", "otter", "an anti-otter rally"),
    ("an anti-⟦⟧ rally", "otter", "an anti-otter rally"),
    ("the⟦ ⟧— and more", "ferry", "the ferry — and more"),
    ("the⟦  ⟧— and more", "ferry", "the ferry — and more"),
    ("the⟦ ⟧—and more", "ferry", "the ferry—and more"),
    ("the⟦⟧—and more", "ferry", "the ferry—and more"),
    ("the ferry —⟦ ⟧more", "and", "the ferry — and more"),
    ("the ferry—⟦ ⟧more", "and", "the ferry—and more"),
    ("the ferry–⟦⟧ line", "bus", "the ferry–bus line"),
    ("“But the⟦⟧—”", "ferry", "“But the ferry—”"),
    ("-⟦ ⟧of socks", "pairs", "- pairs of socks"),
    ("either/⟦ ⟧it is", "or", "either/or it is"),
    ("fell to⟦  ⟧-5", "about", "fell to about -5"),
    # currency
    ("cost $⟦ ⟧million", "5", "cost $5 million"),
    ("cost $⟦⟧million", "5", "cost $5 million"),
    ("cost⟦ ⟧$5", "about", "cost about $5"),
    ("cost £⟦ ⟧.", "5", "cost £5."),
    # marks of emphasis
    ("**⟦ ⟧quits**", "Oslo", "**Oslo quits**"),
    ("**Routes to⟦ ⟧**", "Oslo", "**Routes to Oslo**"),
    ("they **won**⟦ ⟧now", "again", "they **won** again now"),
    # emoji and others stay as they are
    ("the first⟦ ⟧☕\ufe0f now", "cup of", "the first cup of ☕\ufe0f now"),
    ("a literal⟦ ⟧[MASK]", "word", "a literal word [MASK]"),
]


@pytest.mark.parametrize(("marked", "fill", "expected"), SPACING)
def test_the_spacing_of_an_insertion(marked, fill, expected):
    text, gap = gap_in(marked)
    change = insertion(text, gap, fill)
    assert apply_edits(text, [change]) == expected
    assert undo_edits(expected, [change]) == text


def test_an_insertion_carries_its_fill():
    text, gap = gap_in("ties with⟦ ⟧and peace")
    fill = Fill(text="Oslo", probability=0.9, origin="echo")
    assert insertion(text, gap, "Oslo", fill).fill is fill


@pytest.mark.parametrize("fill", ["", " ", "\n"])
def test_an_insertion_needs_words(fill):
    text, gap = gap_in("ties with⟦ ⟧and peace")
    with pytest.raises(RecordError, match="no words"):
        insertion(text, gap, fill)


SENTENCES = [
    "Ireland has offered to host ⟪talks⟫, keeping ⟪political⟫ and commercial ties with ⟪both⟫ Norway and ⟪Iceland⟫.",
    "⟪Survivors⟫ of the flood hugged one ⟪another⟫ in the (⟪very⟫ crowded) gallery (⟪above⟫).",
    "“⟪We⟫ are asking for ⟪time⟫,” she said, “and ⟪some⟫ patience from the ⟪lenders⟫.”",
    'He called it "⟪the⟫ end of the ⟪road⟫" and "a ⟪great⟫ pity".\nThe ⟪mayor⟫ agreed.',
    "⟪Carrat⟫’s policy, like most in ⟪the⟫ valley, covers ⟪hail⟫; frost, ⟪alas⟫, it doesn’t.",
    "The ⟪boat⟫ — her ⟪second⟫ — had cost $⟪40,000⟫, or ⟪5⟫% of ⟪it⟫…",
    "The London-⟪based⟫ firm, ⟪Helm⟫-backed, cut ⟪off⟫ 1,200 ⟪jobs⟫—and more—⟪today⟫.",
    "It ⟪rained⟫.\n\n⟪Nobody⟫ knew ⟪why⟫\n\nThe ⟪otters’⟫ pool was ⟪full⟫!",
    "It ⟪rained⟫.\r\n\r\n⟪Nobody⟫ knew ⟪why⟫\r\nThe ⟪pool⟫ was full?",
    "**⟪Oslo⟫ quits the ⟪herring⟫ panel**",
]


def spans_in(marked: str) -> tuple[str, list[tuple[int, int]]]:
    text, spans = "", []
    for part in marked.split("⟪"):
        lost, bar, rest = part.rpartition("⟫")
        if bar:
            spans.append((len(text), len(text + lost)))
        text += lost + rest
    return text, spans


def mended(text: str, spans: list[tuple[int, int]], variant: str) -> str:
    damaged = damage(text, spans, variant)
    gaps = [Gap(start=loss.start, end=loss.end, probability=1.0) for loss in damaged.gaps]
    edits = [insertion(damaged.text, gap, loss.lost) for gap, loss in zip(gaps, damaged.gaps, strict=True)]
    return apply_edits(damaged.text, edits)


@pytest.mark.parametrize("variant", ["raw", "collapsed", "tidy"])
@pytest.mark.parametrize("marked", SENTENCES)
def test_what_damage_loses_an_insertion_gives_back(marked, variant):
    text, spans = spans_in(marked)
    assert mended(text, spans, variant) == text
    for span in spans:
        assert mended(text, [span], variant) == text


def test_the_true_words_give_back_every_fixture():
    with (FIXTURES / "damaged.jsonl").open(encoding="utf-8", newline="") as file:
        for record in map(json.loads, file):
            edits = [
                insertion(record["text"], Gap(start=gap["start"], end=gap["end"], probability=1.0), gap["lost"])
                for gap in record["gaps"]
            ]
            assert apply_edits(record["text"], edits) == record["original"], record["id"]


# Removing a sentence


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("One. ⟦Two.⟧ Three.", "One. Three."),
        ("⟦One.⟧ Two.", "Two."),
        ("One. ⟦Two.⟧", "One."),
        ("One. ⟦Two.⟧\nThree.", "One.\nThree."),
        ("One. ⟦Two.⟧\r\n\r\nThree.", "One.\r\n\r\nThree."),
        ("One.\n⟦Two.⟧\nThree.", "One.\n\nThree."),
        ("One.\u00a0 ⟦Two.⟧  Three.", "One.\u00a0 Three."),
        ("One.\u00a0 ⟦Two.⟧  \n", "One.  \n"),
        ("⟦One.⟧", ""),
        ("One.⟦Two.⟧Three.", "One.Three."),
    ],
)
def test_a_removal_takes_the_white_space_on_one_side(marked, expected):
    text, place = gap_in(marked)
    change = removal(text, Span(place.start, place.end), place)
    assert apply_edits(text, [change]) == expected
    assert undo_edits(expected, [change]) == text


@given(any_text, st.data())
def test_a_removal_takes_its_sentence_and_no_other_visible_text(text, data):
    start, end = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    change = removal(text, Span(start, end), Gap(start=start, end=start, probability=1.0))
    assert change.start <= start <= end <= change.end
    assert not (text[change.start : start] + text[end : change.end]).strip()
    assert change.removed == text[change.start : change.end]


# Errors

TEXT = "the otters of Tromsø"


@pytest.mark.parametrize(
    "places",
    [
        [(4, 10), (9, 11)],
        [(11, 13), (4, 10)],
        [(4, 10), (4, 10)],
        [(4, 4), (4, 4)],
        [(4, 10), (10, 10)],
    ],
)
def test_edits_that_overlap_or_run_backwards_are_refused(places):
    edits = [edit(TEXT, start, end, "x") for start, end in places]
    for act in (apply_edits, undo_edits):
        with pytest.raises(RecordError, match="overlap or are out of order"):
            act(TEXT, edits)


def test_edits_of_another_text_are_refused():
    change = edit(TEXT, 4, 10, "seals")
    with pytest.raises(RecordError, match="4:10 expects 'otters', but the text has 'badger'"):
        apply_edits("the badgers of Tromsø", [change])
    with pytest.raises(RecordError, match="can't be undone"):
        undo_edits("the badgers of Tromsø", [change])


@pytest.mark.parametrize(
    "change",
    [
        Edit(start=30, end=30, removed="", replacement="x", gap=Gap(start=0, end=0, probability=1.0)),
        Edit(start=30, end=31, removed="", replacement="x", gap=Gap(start=0, end=0, probability=1.0)),
        Edit(start=10, end=4, removed="", replacement="x", gap=Gap(start=0, end=0, probability=1.0)),
        Edit(start=-2, end=0, removed="", replacement="x", gap=Gap(start=0, end=0, probability=1.0)),
        Edit(start=4, end=4, removed="otters", replacement="x", gap=Gap(start=0, end=0, probability=1.0)),
    ],
)
def test_impossible_edits_are_refused(change):
    with pytest.raises(RecordError):
        apply_edits(TEXT, [change])


def test_undoing_beyond_the_end_is_refused():
    with pytest.raises(RecordError):
        undo_edits("the", [edit(TEXT, 10, 13, "")])


# Time


def seconds(act) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        act()
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize("unit", ['x "', "x -", "x *", "x '", '""', "x  "], ids=ascii)
def test_insertions_take_linear_time_in_one_long_line(unit):
    def mend(size: int) -> float:
        text = unit * size
        gaps = [Gap(start=place, end=place, probability=1.0) for place in range(2, len(text), len(unit))]
        return seconds(lambda: apply_edits(text, [insertion(text, gap, "otters") for gap in gaps]))

    # Sixteen times the text: quadratic time would take 256 times as long.
    assert mend(16_000) < 60 * max(mend(1_000), 0.001)
