from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from textmend.fill.phrases import LONGEST_NAME, names, noun_phrases


def found(text: str, **others) -> list[str]:
    return [phrase.text for phrase in names(text, **others)]


class TestNames:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("She works at the Harvest Office now.", ["Harvest Office"]),
            ("They study at University of Bergby today.", ["University of Bergby"]),
            ("It was Ole van der Berg who won.", ["Ole van der Berg"]),
            ("The ship of J. K. Moe sank.", ["J. K. Moe"]),
            ("They met Dr. Moe there.", ["Dr. Moe"]),
            ("Then Anne-Marie O’Brien came.", ["Anne-Marie O’Brien"]),
            ("They joined NORFA in spring.", ["NORFA"]),
            ("It left the U.S. after that.", ["U.S."]),
            ("They sold eBread and T&T shares.", ["eBread and T&T", "eBread", "T&T"]),
            ("It is Moe's boat and Berg’s.", ["Moe", "Berg"]),
            ("A speech by Élodie Ångström today.", ["Élodie Ångström"]),
            ("It was E\u0301lodie who came.", ["E\u0301lodie"]),
            ("He saidMoe came.", ["Moe"]),
            ("In it, the US Navy and I sailed.", ["US Navy"]),
            ("It was in the U.S. The ship sank.", ["U.S."]),
        ],
    )
    def test_are_runs_of_capitals(self, text, expected):
        assert sorted(found(text)) == sorted(expected)

    @pytest.mark.parametrize(
        ("text", "parts"),
        [
            ("They met Moe and Berg there.", {"Moe and Berg", "Moe", "Berg"}),
            ("They met Moe of the Post there.", {"Moe of the Post", "Moe", "Post"}),
        ],
    )
    def test_what_may_be_two_names_is_whole_and_parts(self, text, parts):
        assert set(found(text)) == parts

    @pytest.mark.parametrize("mark", [", ", "; ", " – ", " (", "\n\n"])
    def test_punctuation_parts_names(self, mark):
        assert found(f"He went to Moe{mark}Berg went on.")[0] == "Moe"

    def test_white_space_inside_is_folded(self):
        assert found("She works at the Harvest \t\u00a0Office now.") == ["Harvest Office"]


class TestSentenceStarts:
    @pytest.mark.parametrize(
        "text",
        [
            "Rivers rose. Villages drowned! Help came? Nobody knew.",
            "“Rivers rose,” he said. 'Villages drowned.' \"Help came.\"",
            "- Rivers rose\n- Villages drowned\n1. Help came",
            "News: Rivers rose.",
            "I came and I saw, and so did I.",
        ],
    )
    def test_make_no_names(self, text):
        assert found(text) == []

    def test_count_where_the_word_has_its_capital_elsewhere(self):
        (phrase,) = names("Moe came. They saw Moe. Rivers rose.")
        assert (phrase.text, phrase.count, phrase.evidence.start) == ("Moe", 2, 0)

    def test_count_for_acronyms(self):
        assert found("NORFA said so.") == ["NORFA"]

    @pytest.mark.parametrize("text", ["The Harvest Office said so.", "In Harvest Office rooms they sat."])
    def test_lose_their_small_words(self, text):
        assert found(text) == ["Harvest Office"]

    def test_lose_a_word_that_is_lower_case_elsewhere(self):
        assert found("Yesterday Moe came. It was only yesterday.") == ["Moe"]

    def test_begin_names_of_several_words(self):
        assert found("Harvest Office staff said so.") == ["Harvest Office"]

    def test_do_not_follow_a_possessive(self):
        assert found("We saw Moe. Moe's Kitchen burnt.") == ["Moe", "Kitchen"]


class TestHeadlines:
    @pytest.mark.parametrize(
        "headline",
        ["VILLAGES DROWNED AS RIVERS RISE", "Villages Drowned as Rivers Rise", "SEE ALSO", "Further Reading"],
    )
    def test_bring_in_no_names(self, headline):
        assert found(f"{headline}\n\nThe water rose and rose.", title=headline) == []

    @pytest.mark.parametrize("headline", ["MOE OF BERGBY DROWNED", "Moe of Bergby Drowned"])
    def test_count_for_names_known_from_elsewhere(self, headline):
        (phrase,) = names(f"{headline}\n\nThe river took Moe of Bergby then.")
        assert (phrase.text, phrase.count, phrase.evidence.start) == ("Moe of Bergby", 2, 0)

    def test_that_lost_their_line_end_are_too_long_for_a_name(self):
        assert found(f"It was {' '.join(['Villages'] * (LONGEST_NAME + 1))} then.") == []
        assert found("It was LIVE NEWS TODAY then.") == []


class TestRanking:
    def test_the_most_frequent_first_then_the_first(self):
        assert found("They saw Berg and saw Aas, saw Moe, then Moe, then Aas.") == ["Aas", "Moe", "Berg"]

    @pytest.mark.parametrize(("most", "expected"), [(0, 0), (2, 2), (40, 3)])
    def test_as_many_as_asked_for(self, most, expected):
        assert len(names("They saw Berg, then Aas, then Moe.", most=most)) == expected

    def test_title_and_metadata_count_and_are_evidence(self):
        phrases = names(
            "They saw Moe.", title="How we met Moe and what for", metadata={"author": "Jane Aas", "place": "Bergby"}
        )
        assert [(p.text, p.count, p.evidence.place, p.evidence.detail) for p in phrases] == [
            ("Moe", 2, "text", None),
            ("Jane Aas", 1, "metadata", "author"),
        ]

    def test_the_order_of_metadata_changes_nothing(self):
        metadata = {"a": "They saw Moe", "b": "They saw Aas"}
        assert names("", metadata=metadata) == names("", metadata=dict(reversed(metadata.items())))


AWKWARD = [
    *"aB .,'’&\n\r\t\u00a0\u200b\u0301🙂\u200d\ud800éßǅ1“”\"-",
    "\r\n",
    "Moe ",
    "The ",
    "of ",
    "and ",
    "U.S.",
    "'s ",
]
awkward = st.lists(st.sampled_from(AWKWARD), max_size=60).map("".join)


class TestLaws:
    @given(awkward, awkward, awkward)
    @settings(deadline=None, max_examples=300)
    def test_evidence_is_what_stands_there(self, text, title, value):
        places = {"text": text, "title": title, "metadata": value}
        phrases = names(text, title=title, metadata={"key": value})
        for phrase in phrases:
            evidence = phrase.evidence
            words = places[evidence.place][evidence.start : evidence.end]
            assert " ".join(words.split()).casefold() == phrase.text.casefold()
            assert words in evidence.quote
            assert evidence.quote in places[evidence.place]
            assert any(letter.isupper() or letter.istitle() for letter in phrase.text)
            assert phrase.count >= 1
        assert [phrase.count for phrase in phrases] == sorted((phrase.count for phrase in phrases), reverse=True)
        assert len({phrase.text for phrase in phrases}) == len(phrases)

    @pytest.mark.parametrize(
        "unit", ["Moe ", "moe ", "MOE. ", "Moe and ", "a Moe\n\n", "Moe'", "U.S.", "Moe-", "“", "a\u0301"]
    )
    def test_time_grows_with_the_text(self, unit):
        def seconds(size: int) -> float:
            began = time.thread_time()
            names("They saw Moe. " + unit * size)
            return time.thread_time() - began

        seconds(100)
        short, long = (min(seconds(size) for _ in range(3)) for size in (1000, 8000))
        assert long < 8 * 4 * short + 0.05


spacy = pytest.importorskip("spacy")
# word, head, dependency, part of speech, entity
PARSE = """
The 2 det DET O
old 2 amod ADJ O
mayor 5 nsubj NOUN O
of 2 prep ADP O
Bergby 3 pobj PROPN B-GPE
saw 5 ROOT VERB O
it 5 dobj PRON O
. 5 punct PUNCT O
Old 10 amod ADJ O
Mayor 10 compound PROPN O
Moe 11 nsubj PROPN B-PERSON
saw 11 ROOT VERB O
the 14 det DET O
old 14 amod ADJ O
mayor 11 dobj NOUN O
"""


def parsed(language: str = "en", *, parse: bool = True, entities: bool = True):
    """Return a document as a pipeline with a parser and a named-entity recogniser would give it."""
    words, heads, deps, pos, ents = zip(*map(str.split, PARSE.strip().splitlines()), strict=True)
    kinds: dict[str, list] = {"words": list(words)}
    if parse:
        kinds |= {"heads": [int(head) for head in heads], "deps": list(deps), "pos": list(pos)}
    if entities:
        kinds["ents"] = list(ents)
    return spacy.tokens.Doc(spacy.blank(language).vocab, **kinds)


class TestNounPhrases:
    def test_come_from_parser_and_entities(self):
        phrases = noun_phrases(parsed())
        assert [(phrase.text, phrase.count) for phrase in phrases] == [
            ("old mayor", 2),
            ("Bergby", 1),
            ("Old Mayor Moe", 1),
            ("Moe", 1),
        ]

    @pytest.mark.parametrize(
        ("kinds", "expected"),
        [
            ({"parse": False}, ["Bergby", "Moe"]),
            ({"entities": False}, ["old mayor", "Bergby", "Old Mayor Moe"]),
            ({"parse": False, "entities": False}, []),
            ({"language": "xx"}, ["Bergby", "Moe"]),
        ],
        ids=["no parser", "no entities", "neither", "a language without noun phrases"],
    )
    def test_use_what_the_pipeline_has(self, kinds, expected):
        assert [phrase.text for phrase in noun_phrases(parsed(**kinds))] == expected

    def test_keep_their_evidence(self):
        doc = parsed()
        for phrase in noun_phrases(doc):
            assert doc.text[phrase.evidence.start : phrase.evidence.end] == phrase.text
            assert phrase.text in phrase.evidence.quote

    def test_an_inner_article_stays_with_its_name(self):
        doc = spacy.tokens.Doc(
            spacy.blank("en").vocab, words=["In", "The", "Hague", "."], ents=["O", "B-GPE", "I-GPE", "O"]
        )
        assert [phrase.text for phrase in noun_phrases(doc)] == ["The Hague"]

    def test_as_many_as_asked_for(self):
        assert len(noun_phrases(parsed(), most=2)) == 2

    def test_an_empty_document_has_none(self):
        assert noun_phrases(spacy.blank("en")("")) == []
