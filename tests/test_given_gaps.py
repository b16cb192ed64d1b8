"""The caller's own say: gaps at given places or masks, given words ranked, regions and words that are no gaps."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmend import Fill, Mender, Policy
from textmend.edits import apply_edits, insertion
from textmend.errors import InputError, PolicyError
from textmend.text.masks import unmask
from textmend.text.regions import NAMED, regions

TEXT = "They met officials from and left. It was cold."
SENTENCE = "He said that the talks with  had failed, and that the country would end all trade."

REGIONS = {
    "code": ("Text here.\n\n```\nfor x in :\n```\n\nMore text.", "for x in"),
    "table": ("Prose line.\n| a | b |  |\nProse line.", "| a |"),
    "verse": ("Prose that runs on.\n\nThe sea was wide\nThe night was long\nAnd all the ships\n\nProse.", "night"),
    "quotes": ("He said “of the and” and left.", "of the and"),
    "tokenised": ("He said , in short , that it was over . And she left , too .", "in short"),
}


def filled(text: str, gap) -> str:
    """The text with the first fill of a gap."""
    return apply_edits(text, [insertion(text, gap, gap.fills[0].text, gap.fills[0])])


class TestAt:
    def test_the_place_that_is_named_is_the_only_gap(self, mender_without_models):
        mender = mender_without_models(["and"], ["Oslo"])
        (gap,) = mender.suggest(TEXT, at=[(8, 9)])
        assert (gap.start, gap.end, gap.probability) == (8, 9, 1.0)
        assert [fill.text for fill in gap.fills] == ["Oslo"]

    def test_a_place_beside_white_space_stands_for_all_of_it(self, mender_without_models):
        (gap,) = mender_without_models([]).suggest("a word  lost", at=[(6, 6)])
        assert (gap.start, gap.end) == (6, 8)

    def test_no_place_is_no_gap(self, mender_without_models):
        assert mender_without_models(["and"]).suggest(TEXT, at=[]) == []

    @pytest.mark.parametrize(
        ("spans", "said"),
        [
            ([(0, 4)], "not white space"),
            ([(8, 99)], "does not lie in the text"),
            ([(9, 8)], "does not lie in the text"),
            ([(8,)], "should be a span"),
            (["ab"], "should be a span"),
            (5, "should be a list of spans"),
            ([(True, 9)], "should be a span"),
            ([(8, 9), (8, 9)], "one place"),
            ([(8, 8), (9, 9)], "one place"),
        ],
    )
    def test_places_that_are_none(self, mender_without_models, spans, said):
        with pytest.raises(InputError, match=said):
            mender_without_models([]).suggest(TEXT, at=spans)

    def test_places_go_with_one_text(self, mender_without_models):
        with pytest.raises(InputError, match="one text"):
            mender_without_models([]).suggest([TEXT], at=[(8, 9)])
        with pytest.raises(InputError, match="exclude each other"):
            mender_without_models([]).suggest(TEXT, at=[(8, 9)], masks="from")

    def test_a_page_tells_what_stood_there(self, mender_without_models):
        page = "<p>They met officials from <a href='/oslo'>Oslo</a> and left. It was cold.</p>"
        (gap,) = mender_without_models([], ["Bergen"]).suggest(TEXT, at=[(23, 24)], html=page)
        assert (gap.fills[0].text, gap.fills[0].origin) == ("Oslo", "source")


class TestMasks:
    def test_a_fill_takes_the_place_of_a_mask(self, mender_without_models):
        text = "They met officials from [MASK] and left ___."
        first, second = mender_without_models(["and"], ["Oslo"]).suggest(text, masks=["[MASK]", "___"])
        assert (first.cues, second.cues) == ((), ())
        assert filled(text, first) == "They met officials from Oslo and left ___."
        assert filled(text, second) == "They met officials from [MASK] and left Oslo."

    def test_other_places_are_not_searched(self, mender_without_models):
        mender = mender_without_models(["and"], ["Oslo"])
        assert mender.suggest(TEXT, masks="[MASK]") == []
        assert [len(gaps) for gaps in mender.suggest([TEXT, "Met [MASK] once."], masks="[MASK]")] == [0, 1]

    def test_the_filler_never_sees_the_mask(self, mender_without_models):
        mender = mender_without_models([], ["Oslo"])
        mender.suggest("From [MASK] and left.", masks="[MASK]")
        (document,) = mender.proposer.documents
        assert document.text == "From  and left."

    @pytest.mark.parametrize("masks", ["  ", ["ok", ""], [3], 5, b"[MASK]", {"[MASK]": 1}])
    def test_masks_that_are_none(self, mender_without_models, masks):
        with pytest.raises(InputError, match="visible text"):
            mender_without_models([]).suggest(TEXT, masks=masks)

    @given(st.lists(st.sampled_from(["a", " ", "[M]", "__", "b\n", "é"]), max_size=30).map("".join))
    def test_every_mask_comes_back_where_it_stood(self, text):
        one = unmask(text, ["[M]", "__"])
        parts, position = [], 0
        for (place, _), (start, end) in zip(one.places(), one.masks, strict=True):
            parts += (one.text[position:place], text[start:end])
            position = place
        assert "".join([*parts, one.text[position:]]) == text
        assert all(text[one.original(at)] == char for at, char in enumerate(one.text))


class TestRank:
    def test_the_likelier_word_comes_first_in_the_callers_spelling(self, embedded):
        at = (SENTENCE.index("  "), SENTENCE.index("  ") + 2)
        fills = embedded().rank(SENTENCE, at=at, candidates=["purple", "Officials", "the  delegation"])
        assert {fill.text for fill in fills} == {"purple", "Officials", "the delegation"}
        assert fills[0].text == "Officials"
        assert all(0 <= fill.probability <= 1 for fill in fills)
        assert sum(fill.probability for fill in fills) <= 1

    def test_a_word_that_the_model_can_not_write_has_no_chance(self, embedded):
        fills = embedded().rank(SENTENCE, at=(27, 29), candidates=["Москва Петербург Новосибирск", "officials"])
        assert fills[0].text == "officials"
        assert fills[1].probability == 0.0

    @pytest.mark.parametrize("candidates", [[], "word", ["ok", " "], [3]])
    def test_candidates_that_are_none(self, embedded, candidates):
        with pytest.raises(InputError, match="candidates"):
            embedded().rank(SENTENCE, at=(27, 29), candidates=candidates)


class TestRegions:
    @pytest.mark.parametrize("name", NAMED)
    def test_named_regions(self, name):
        text, inside = REGIONS[name]
        at = text.index(inside)
        assert any(span.start <= at and at + len(inside) <= span.end for span in regions(text, [name]))

    @pytest.mark.parametrize("name", NAMED)
    def test_plain_prose_has_none(self, name):
        text = "The minister met officials, and they left. It's cold; nobody stayed (so far).\n\nA second paragraph."
        assert regions(text, [name]) == []

    @given(st.text(alphabet="ab |\n\t`“”\".,'", max_size=80), st.sets(st.sampled_from(sorted(NAMED))))
    def test_they_are_sorted_and_disjoint(self, text, names):
        spans = regions(text, [*names])
        assert all(0 <= span.start <= span.end <= len(text) for span in spans)
        assert all(one.end < other.start for one, other in pairwise(spans))

    def test_no_gap_is_found_in_them(self, mender_without_models):
        text = "They met from and left. “They met from and left.”"
        assert len(mender_without_models(["and"]).find_gaps(text)) == 2
        (gap,) = mender_without_models(["and"], ignore=["quotes"]).find_gaps(text)
        assert gap.start < text.index("“")
        assert mender_without_models(["and"], ignore=["(?i)^they.*$"]).find_gaps(text) == []

    def test_no_gap_is_found_beside_a_known_word(self, mender_without_models):
        assert mender_without_models(["and"], known_words=["FROM"]).find_gaps(TEXT) == []
        assert len(mender_without_models(["and"], known_words=["met"]).find_gaps(TEXT)) == 1

    @pytest.mark.parametrize(
        "options",
        [{"ignore": "code"}, {"ignore": ["("]}, {"ignore": ["code, table"]}, {"ignore": [3]}, {"known_words": "a"}],
    )
    def test_what_is_no_region(self, options):
        with pytest.raises(PolicyError, match="Policy"):
            Policy(**options)


class TestNamedPolicies:
    def test_bolder_ones_apply_more(self):
        assert Policy.careful() == Policy()
        assert Policy.careful().apply_at > Policy.balanced().apply_at > Policy.bold().apply_at

    def test_by_name_and_with_changes(self):
        assert Policy.named("balanced", unsure="mark") == Policy.balanced(unsure="mark")
        assert Policy.bold(apply_at=0.8).apply_at == 0.8
        with pytest.raises(PolicyError, match="careful, balanced, bold"):
            Policy.named("reckless")

    def test_none_of_them_brings_in_a_name(self, mender_without_models):
        fill = Fill(text="Oslo", probability=1.0, origin="model", introduces=("Oslo",))
        for name in ("careful", "balanced", "bold"):
            mender = mender_without_models(["and"], [fill])
            mended = Mender(detector=mender.detector, filler=mender.proposer, policy=Policy.named(name)).mend(TEXT)
            assert mended.text == TEXT
