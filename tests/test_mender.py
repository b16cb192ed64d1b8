"""Mender: one text in, one result out; a stream in, a stream out; decisions, reviews and their JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

import textmend
from textmend import Article, Decision, Fill, Mended, Mender, Policy
from textmend.errors import InputError, ModelError, PolicyError, RecordError

TEXT = "They met officials from and left. It was cold."


def places(gaps) -> list[tuple[int, int]]:
    return [(gap.start, gap.end) for gap in gaps]


class TestArticles:
    def test_an_article_is_one_text_with_all_that_is_known_of_it(self, mender_without_models):
        mender = mender_without_models(["and"], ["Oslo"])
        article = Article(text=TEXT, title="Oslo talks", metadata={"summary": "a visit"})
        assert mender.mend(article) == mender.mend(TEXT, title="Oslo talks", metadata={"summary": "a visit"})
        first, second = mender.proposer.documents
        assert (first.title, dict(first.metadata)) == (second.title, dict(second.metadata))

    def test_a_stream_may_hold_articles_and_texts(self, mender_without_models):
        mender = mender_without_models(["and"], ["Oslo"])
        assert [one.text for one in mender.mend([Article(text=TEXT), TEXT])] == [mender.mend(TEXT).text] * 2

    def test_what_an_article_holds_is_not_given_again(self, mender_without_models):
        with pytest.raises(InputError, match="holds its title itself"):
            mender_without_models(["and"]).mend(Article(text=TEXT), title="Oslo talks")


class TestModelsAsObjects:
    def test_something_that_is_no_model_is_refused(self, fake_detector):
        with pytest.raises(ModelError, match="logits"):
            Mender(detector=3)
        with pytest.raises(ModelError, match="propose"):
            Mender(detector=fake_detector(), filler=object())

    def test_an_object_takes_no_options_of_a_hub_model(self, fake_detector, mender_without_models):
        filler = mender_without_models([]).proposer
        with pytest.raises(PolicyError, match="dtype"):
            Mender(detector=fake_detector(), filler=filler, dtype="float32")


class TestOneText:
    def test_find_gaps_gives_a_list_without_fills(self, mender_without_models):
        gaps = mender_without_models(["and"]).find_gaps(TEXT)
        assert isinstance(gaps, list)
        assert places(gaps) == [(23, 24)]
        assert (gaps[0].fills, gaps[0].decision) == ((), None)

    def test_suggest_gives_fills_and_decides_nothing(self, mender_without_models):
        (gap,) = mender_without_models(["and"], ["Oslo", "Bergen"]).suggest(TEXT)
        assert [fill.text for fill in gap.fills] == ["Oslo", "Bergen"]
        assert gap.decision is None

    def test_mend_applies_what_is_sure(self, mender_without_models):
        mended = mender_without_models(["and"], ["Oslo"]).mend(TEXT)
        assert mended.text == "They met officials from Oslo and left. It was cold."
        assert mended.original == TEXT
        (edit,) = mended.edits
        assert (edit.start, edit.end, edit.removed, edit.replacement) == (23, 24, " ", " Oslo ")
        assert edit.gap == mended.gaps[0]
        assert edit.fill == edit.gap.fills[0]
        assert edit.gap.decision == "apply"

    @pytest.mark.parametrize("text", ["", " ", "\r\n\r\n", "\u200b\ud800", "\t\u00a0\n"])
    def test_a_text_without_words_comes_back(self, mender_without_models, text):
        mender = mender_without_models(["and", None], unsure="drop")
        assert mender.find_gaps(text) == mender.suggest(text) == []
        assert mender.mend(text).text == text

    def test_a_text_without_gaps_comes_back_and_the_filler_is_not_asked(self, mender_without_models):
        mender = mender_without_models([], unsure="drop")
        mended = mender.mend(TEXT)
        assert (mended.text, mended.gaps, mended.edits) == (TEXT, (), ())
        assert mender.proposer.documents == []

    def test_gaps_at_both_ends(self, mender_without_models):
        mended = mender_without_models(["met", None], ["Oslo"]).mend("met officials from")
        assert places(mended.gaps) == [(0, 0), (18, 18)]
        assert mended.text == "Oslo met officials from Oslo"
        assert mended.undo() == "met officials from"

    def test_several_gaps_in_one_sentence(self, mender_without_models):
        mended = mender_without_models(["and", "left", "."], ["Oslo"]).mend(TEXT)
        assert mended.text == "They met officials from Oslo and Oslo left Oslo. It was cold Oslo."
        assert len(mended.edits) == 4
        assert mended.undo() == TEXT

    def test_several_gaps_in_a_dropped_sentence_are_one_edit(self, mender_without_models):
        mended = mender_without_models(["and", "left"], [], unsure="drop").mend(TEXT)
        assert mended.text == "It was cold."
        assert len(mended.edits) == 1
        assert [gap.decision for gap in mended.gaps] == ["drop", "drop"]

    def test_title_and_metadata_reach_the_proposer(self, mender_without_models):
        mender = mender_without_models(["and"])
        mender.mend(TEXT, title="Oslo", metadata={"summary": "Bergen"})
        mender.suggest(TEXT)
        first, second = mender.proposer.documents
        assert (first.title, dict(first.metadata)) == ("Oslo", {"summary": "Bergen"})
        assert (second.title, dict(second.metadata)) == (None, {})


class TestPolicy:
    @pytest.mark.parametrize(
        ("unsure", "expected"),
        [
            ("keep", TEXT),
            ("mark", "They met officials from […] and left. It was cold."),
            ("drop", "It was cold."),
        ],
    )
    @pytest.mark.parametrize("fills", [[], ["Oslo"]])
    def test_what_becomes_of_unsure_gaps(self, mender_without_models, unsure, expected, fills):
        # The gap's 0.98 times the fill's 0.99 is not enough.
        mended = mender_without_models(["and"], fills, unsure=unsure, apply_at=0.99).mend(TEXT)
        assert mended.text == expected
        assert mended.gaps[0].decision == unsure
        assert mended.undo() == TEXT

    def test_both_probabilities_count(self, mender_without_models):
        gap_alone = mender_without_models(["and"]).find_gaps(TEXT)[0].probability
        for apply_at, decision in ((gap_alone * 0.99 - 1e-6, "apply"), (gap_alone * 0.99 + 1e-6, "keep")):
            (gap,) = mender_without_models(["and"], ["Oslo"], apply_at=apply_at).mend(TEXT).gaps
            assert gap.decision == decision

    def test_find_at(self, mender_without_models):
        assert mender_without_models(["and"], find_at=0.97).find_gaps(TEXT)
        assert not mender_without_models(["and"], find_at=0.99).find_gaps(TEXT)

    @pytest.mark.parametrize(
        ("introduces", "allowed", "decision"),
        [
            ((), {}, "apply"),
            (("Oslo",), {}, "keep"),
            (("Oslo",), {"allow_numbers": True}, "keep"),
            (("Oslo",), {"allow_names": True}, "apply"),
            (("19",), {"allow_names": True}, "keep"),
            (("19",), {"allow_numbers": True}, "apply"),
            (("19", "Oslo"), {"allow_names": True, "allow_numbers": True}, "apply"),
        ],
    )
    def test_names_and_numbers_that_are_new(self, mender_without_models, introduces, allowed, decision):
        fill = Fill(text="19 Oslo", probability=1.0, origin="model", introduces=introduces)
        assert mender_without_models(["and"], [fill], **allowed).mend(TEXT).gaps[0].decision == decision

    def test_another_placeholder(self, mender_without_models):
        mended = mender_without_models(["and"], [], unsure="mark", placeholder="(missing)").mend(TEXT)
        assert mended.text == "They met officials from (missing) and left. It was cold."
        assert mended.placeholder == "(missing)"


class TestStreams:
    def test_an_iterable_gives_an_iterator_in_order(self, mender_without_models):
        mender = mender_without_models(["and"], ["Oslo"], batch=2)
        texts = [TEXT, "", "It was cold.", "Then and now.", TEXT]
        for verb in (mender.find_gaps, mender.suggest, mender.mend):
            for many in (texts, tuple(texts), iter(texts), (text for text in texts)):
                results = verb(many)
                assert isinstance(results, Iterator)
                assert list(results) == [verb(text) for text in texts]

    def test_nothing_in_nothing_out(self, mender_without_models):
        assert list(mender_without_models(["and"]).mend([])) == []

    def test_no_more_than_a_batch_is_pulled(self, mender_without_models):
        mender = mender_without_models(["and"], batch=4)
        pulled = []

        def endless():
            while True:
                pulled.append(TEXT)
                yield TEXT

        results = mender.mend(endless())
        assert len(pulled) == 0
        for number in range(1, 10):
            next(results)
            assert number <= len(pulled) < number + 4

    def test_long_texts_make_small_batches(self, mender_without_models):
        mender = mender_without_models(["and"], batch=64)
        pulled = []

        def long():
            for _ in range(10):
                pulled.append(1)
                yield "It was cold. " * 20_000

        next(mender.find_gaps(long()))
        assert len(pulled) == 1

    def test_titles_and_metadata_go_with_their_texts(self, mender_without_models):
        mender = mender_without_models(["and"], batch=2)
        titles = ["Oslo", None, "Bergen"]
        metadata = [{"summary": "a"}, {"summary": "b"}, None]
        list(mender.suggest((TEXT for _ in titles), title=iter(titles), metadata=metadata))
        assert [(one.title, dict(one.metadata)) for one in mender.proposer.documents] == [
            ("Oslo", {"summary": "a"}),
            (None, {"summary": "b"}),
            ("Bergen", {}),
        ]

    def test_titles_are_as_lazy_as_texts(self, mender_without_models):
        pulled = []

        def titles():
            while True:
                pulled.append(1)
                yield "Oslo"

        next(mender_without_models(["and"], batch=3).mend((TEXT for _ in range(9)), title=titles()))
        assert len(pulled) == 3

    def test_results_before_a_bad_text_are_served(self, mender_without_models):
        results = mender_without_models(["and"], batch=1).mend([TEXT, None])
        assert next(results).original == TEXT
        with pytest.raises(textmend.TextmendError, match="text 1"):
            next(results)


class TestReview:
    @pytest.fixture
    def mended(self, mender_without_models) -> Mended:
        # Two gaps: "from ▢and" and "was ▢cold", both mended with the first fill.
        return mender_without_models(["and", "cold"], ["Oslo", "Bergen"]).mend(TEXT)

    @pytest.mark.parametrize(
        ("verdict", "words", "expected", "decision"),
        [
            ("fill", "Bergen", "from Bergen and", "apply"),
            ("fill", "the north", "from the north and", "apply"),
            ("keep", None, "from and", "keep"),
            ("not_a_gap", None, "from and", "keep"),
            ("mark", None, "from […] and", "mark"),
        ],
    )
    def test_a_decision_is_replayed(self, mended, verdict, words, expected, decision):
        reviewed = mended.apply([Decision(start=23, end=24, verdict=verdict, text=words)])
        assert reviewed.text == f"They met officials {expected} left. It was Oslo cold."
        assert [gap.decision for gap in reviewed.gaps] == [decision, "apply"]
        assert reviewed.undo() == TEXT

    def test_drop_takes_the_sentence(self, mended):
        reviewed = mended.apply([Decision(start=23, end=24, verdict="drop")])
        assert reviewed.text == "It was Oslo cold."
        assert reviewed.undo() == TEXT

    def test_what_a_reviewer_wrote_is_theirs(self, mended):
        reviewed = mended.apply([Decision(start=23, end=24, verdict="fill", text="the north")])
        assert reviewed.edits[0].fill == Fill(text="the north", probability=1.0, origin="reviewer")
        assert [fill.text for fill in reviewed.gaps[0].fills] == ["the north", "Oslo", "Bergen"]
        chosen = mended.apply([Decision(start=23, end=24, verdict="fill", text="Bergen")])
        assert chosen.edits[0].fill.origin == "model"

    def test_a_reviewer_adds_a_gap(self, mended):
        added = Decision(start=4, end=5, verdict="fill", text="had", added=True)
        reviewed = mended.apply([added])
        assert reviewed.text == mended.text.replace("They met", "They had met")
        assert reviewed.gaps[0].fills == (Fill(text="had", probability=1.0, origin="reviewer"),)
        assert reviewed.undo() == TEXT
        assert Mended.from_dict(json.loads(json.dumps(reviewed.to_dict()))) == reviewed
        between = Decision(start=len(TEXT), end=len(TEXT), verdict="fill", text="So it was.", added=True)
        assert mended.apply([between]).text == mended.text + " So it was."

    @pytest.mark.parametrize(
        ("start", "end", "message"),
        [
            (5, 6, "must be white space or empty"),
            (900, 901, "must be white space or empty"),
            (24, 24, "overlaps or touches"),
            (23, 23, "overlaps or touches"),
        ],
    )
    def test_a_gap_that_can_not_be_added(self, mended, start, end, message):
        with pytest.raises(RecordError, match=message):
            mended.apply([Decision(start=start, end=end, verdict="keep", added=True)])

    def test_no_decisions_change_nothing(self, mended):
        assert mended.apply([]) == mended

    def test_a_review_can_be_reviewed(self, mended):
        once = mended.apply([Decision(start=23, end=24, verdict="fill", text="Bergen")])
        assert once.apply([Decision(start=23, end=24, verdict="fill", text="Oslo")]).text == mended.text

    @pytest.mark.parametrize(
        ("decisions", "message"),
        [
            ([(5, 6)], "5:6: no gap was found there"),
            ([(23, 24), (23, 24)], "23:24: this gap has a decision already"),
        ],
    )
    def test_decisions_that_do_not_fit(self, mended, decisions, message):
        with pytest.raises(RecordError, match=message):
            mended.apply([Decision(start=start, end=end, verdict="keep") for start, end in decisions])

    def test_json_round_trip(self, mended, mender_without_models):
        others = [
            mended.apply([Decision(start=23, end=24, verdict=verdict)]) for verdict in ("drop", "mark", "not_a_gap")
        ]
        wrote = mended.apply([Decision(start=23, end=24, verdict="fill", text="the north")])
        whole = mender_without_models([]).mend("Naïve \ud800 text\r\n")
        for one in (mended, wrote, whole, *others):
            again = Mended.from_dict(json.loads(json.dumps(one.to_dict())))
            assert again == one
            assert again.undo() == one.original

    @pytest.mark.parametrize(
        "change",
        [
            {"schema": 99},
            {"text": "another"},
            {"original": "another text, longer than the gap's place is"},
            {"edits": [{}]},
            {"edits": 5},
            {"gaps": None},
        ],
    )
    def test_json_that_does_not_fit(self, mended, change):
        with pytest.raises(RecordError):
            Mended.from_dict({**mended.to_dict(), **change})


class TestEmbeddedModels:
    SENTENCE = "Other coastal states, among them Denmark and the , have voiced support and asked for a truce at sea."

    def at(self, gaps):
        """Return the gap in the sentence above."""
        (gap,) = [gap for gap in gaps if gap.end == self.SENTENCE.index(", have")]
        return gap

    def test_suggest_ranks_its_fills(self, embedded):
        gap = self.at(embedded().suggest(self.SENTENCE))
        chances = [fill.probability for fill in gap.fills]
        assert 1 < len(chances) <= 20
        assert chances == sorted(chances, reverse=True)
        assert 0 < sum(chances) <= 1 + 1e-9
        texts = [fill.text.casefold() for fill in gap.fills]
        assert len(set(texts)) == len(texts)
        assert all(text == " ".join(text.split()) for text in texts)
        assert sum(gap.lengths) == pytest.approx(1, abs=1e-5)

    def test_a_title_can_vouch_for_a_name(self, embedded):
        alone, titled = (
            {fill.text: fill for fill in self.at(embedded().suggest(self.SENTENCE, title=title)).fills}
            for title in (None, "Denmark and the Netherlands back the herring panel")
        )
        assert "Netherlands" not in alone or alone["Netherlands"].introduces == ("Netherlands",)
        assert titled["Netherlands"].introduces == ()

    def test_the_verbs_of_the_package_do_the_same(self, embedded):
        embedded()
        found = self.at(textmend.find_gaps(self.SENTENCE))
        assert (found.fills, found.decision) == ((), None)
        assert [len(gaps) > 0 for gaps in textmend.find_gaps([self.SENTENCE, "It was cold."])] == [True, False]
        assert textmend.mend("It was cold.").text == "It was cold."
        assert textmend.suggest("It was cold.") == []

    def test_models_are_loaded_when_first_needed_and_once(self, embedded, monkeypatch):
        from textmend.detect.network import OnnxDetector
        from textmend.models import masked_lm

        made = []
        load = OnnxDetector.__init__
        monkeypatch.setattr(OnnxDetector, "__init__", lambda self, *rest: (made.append(self), load(self, *rest))[1])
        monkeypatch.setattr(masked_lm, "OnnxMaskedLM", lambda *_: pytest.fail("no fill was asked for"))
        mender = Mender(policy=Policy(), threads=1)
        assert made == []
        mender.find_gaps("It was cold.")
        mender.find_gaps("It was cold.")
        assert made == [mender.detector]
