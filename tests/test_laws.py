"""The laws of docs/architecture.md, as properties.

What concerns decisions is tried with the embedded models on few texts, and with a mender without models on many.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from strategies import MORSELS, any_text, short_text

from textmend import Fill, Gap, Mended, Mender, Policy
from textmend.detect.finder import find_gaps
from textmend.detect.inputs import encode, windows
from textmend.fill.context import contexts
from textmend.fill.propose import GappedArticle
from textmend.text.words import WORD, is_number

SENTENCES = (
    "Denmark and the , have voiced support.",
    "It has been a long time since it last paid a .",
    "The stadium has a new track, laid in April.",
    "It tore roofs from houses and left 60,000 homes without .",
    "Hector Munro had faced a single of theft, dropped in .",
    "She is on a slope of , close to the limit.",
)
"""Prose with gaps that the embedded detector is likely to find."""

hostile = st.lists(st.sampled_from(SENTENCES) | short_text, max_size=5).map("".join)
few = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
some = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
many = settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
unsure = st.sampled_from(["keep", "mark", "drop"])

HOSTILE = (
    "Denmark and the\u00a0, have\tvoiced support.\r\nThe of the of\u200b Zoe\u0308 \U0001f469\u200d\U0001f467 left \u202e."
    "\ud800 It has been long since it last paid a  . \udc00."
)


def is_lossless(mended: Mended, text: str) -> None:
    """Assert that outside the edits the output is the input, and that the edits can be undone."""
    assert mended.original == text
    place = shift = 0
    for edit in mended.edits:
        assert mended.text[place + shift : edit.start + shift] == text[place : edit.start]
        assert text[edit.start : edit.end] == edit.removed
        assert mended.text[edit.start + shift :].startswith(edit.replacement)
        shift += len(edit.replacement) - len(edit.removed)
        place = edit.end
    assert mended.text[place + shift :] == text[place:]
    assert mended.undo() == text


def are_sites(gaps: list[Gap] | tuple[Gap, ...], text: str) -> None:
    """Assert that gaps are white space, sorted and disjoint."""
    for gap in gaps:
        assert 0 <= gap.start <= gap.end <= len(text)
        assert gap.start == gap.end or text[gap.start : gap.end].isspace()
    assert all(a.end <= b.start and (a.start, a.end) != (b.start, b.end) for a, b in pairwise(gaps))


def paragraph_of(damaged: list[dict], part: str) -> str:
    """Return the paragraph of the damaged articles that holds ``part``."""
    return next(line for record in damaged for line in record["text"].splitlines() if part in line)


class TestLossless:
    @few
    @given(text=hostile, unsure=unsure)
    @example(text=HOSTILE, unsure="keep")
    @example(text=HOSTILE, unsure="drop")
    def test_with_the_embedded_models(self, embedded, text, unsure):
        mended = embedded(policy=Policy(apply_at=0.02, unsure=unsure)).mend(text)
        is_lossless(mended, text)
        are_sites(mended.gaps, text)

    @many
    @given(text=any_text | hostile, words=st.lists(st.sampled_from([*MORSELS, None]), max_size=8), unsure=unsure)
    def test_whatever_is_found_and_decided(self, mender_without_models, text, words, unsure):
        mended = mender_without_models(words, ["otters", "Tromsø"], unsure=unsure, apply_at=0.9).mend(text)
        is_lossless(mended, text)
        marked = mender_without_models(words, [], unsure=unsure).mend(text)
        is_lossless(marked, text)

    @many
    @given(text=any_text)
    def test_a_text_without_gaps_stays(self, mender_without_models, text):
        mended = mender_without_models([], unsure="drop").mend(text)
        assert (mended.text, mended.edits, mended.gaps) == (text, (), ())


class TestSites:
    @some
    @given(text=any_text | hostile)
    @example(text=HOSTILE)
    @example(text="\x1c\x1d the \x1e of \x85 \u2028 the\u2029")
    def test_with_the_embedded_detector(self, embedded, text):
        are_sites(embedded(policy=Policy(find_at=0.001)).find_gaps(text), text)

    @many
    @given(text=any_text | hostile)
    def test_even_where_every_place_is_a_gap(self, mender_without_models, text):
        words = [None, *(match.group() for match in WORD.finditer(text))]
        gaps = mender_without_models(words).find_gaps(text)
        are_sites(gaps, text)
        assert bool(gaps) == bool(WORD.search(text))


class TestNothingInvented:
    def test_no_edit_brings_in_a_name_or_a_number(self, embedded, damaged):
        texts = [paragraph_of(damaged, part) for part in ("last paid a", "a slope of", "faced a single")]
        policy = Policy(apply_at=1e-6)
        mended = list(embedded(policy=policy).mend(texts))
        applied = [(edit, one) for one in mended for edit in one.edits]
        assert applied, "not one edit, though nearly everything is sure enough"
        for edit, one in applied:
            assert edit.fill is not None
            assert edit.fill.introduces == ()
            known = {match.group().casefold() for match in WORD.finditer(one.original)}
            # Of each fill's words in digits or number words: the article has them.
            for word in edit.fill.text.split():
                assert not is_number(word) or known.issuperset(part.casefold() for part in WORD.findall(word))
        kept = [gap for one in mended for gap in one.gaps if gap.decision == "keep" and gap.fills]
        assert all(gap.fills[0].introduces for gap in kept)

    @many
    @given(introduces=st.lists(st.sampled_from(["Tromsø", "19", "two"]), min_size=1, max_size=2).map(tuple))
    def test_however_sure_the_fill_is(self, mender_without_models, introduces):
        fill = Fill(text="Tromsø 19 two", probability=1.0, origin="echo", introduces=introduces)
        mended = mender_without_models(["left"], [fill], apply_at=0.001).mend("They left.")
        assert mended.gaps
        assert mended.text == "They left."


class TestReproducible:
    def test_gaps_alone_and_in_any_company(self, embedded, damaged):
        # The last is a text of several windows.
        texts = [*(record["text"] for record in damaged[::5]), "\n\n".join(record["text"] for record in damaged[:5])]
        mender = embedded(policy=Policy(find_at=0.01))
        alone = [mender.find_gaps(text) for text in texts]
        assert len(alone[-1]) > 10
        for other, order in (
            (mender, texts),
            (mender, texts[::-1]),
            (embedded(policy=mender.policy, batch=1), texts),
            (embedded(policy=mender.policy, batch=3), texts[::-1]),
            (embedded(policy=mender.policy, threads=1, fresh=True), texts),
        ):
            found = list(other.find_gaps(order))
            for one, again in zip(alone, found if order is texts else found[::-1], strict=True):
                _same_gaps(one, again)

    def test_mended_alone_and_in_any_company(self, embedded, damaged):
        texts = [paragraph_of(damaged, part) for part in ("depth of and warm", "last paid a")]
        policy = Policy(apply_at=0.01)
        mender = embedded(policy=policy)
        alone = [mender.mend(text) for text in texts]
        assert any(one.edits for one in alone)
        for other, order in (
            (mender, texts[::-1]),
            (embedded(policy=policy, batch=2), [texts[1], "It was cold.", texts[0]]),
            (embedded(policy=policy, threads=1, fresh=True), texts),
        ):
            for again in other.mend(order):
                if again.original not in texts:
                    continue
                one = alone[texts.index(again.original)]
                _same_gaps(one.gaps, again.gaps)
                assert [(e.start, e.end, e.replacement) for e in one.edits] == [
                    (e.start, e.end, e.replacement) for e in again.edits
                ]
                assert one.text == again.text

    def test_twice_is_the_same(self, embedded, damaged):
        mender = embedded()
        assert mender.find_gaps(damaged[0]["text"]) == mender.find_gaps(damaged[0]["text"])


def _same_gaps(one, again) -> None:
    one, again = ([gap for gap in gaps if gap.probability > 0.011] for gaps in (one, again))
    assert [(gap.start, gap.end, gap.decision, gap.cues) for gap in one] == [
        (gap.start, gap.end, gap.decision, gap.cues) for gap in again
    ]
    for a, b in zip(one, again, strict=True):
        assert a.probability == pytest.approx(b.probability, abs=1e-4)
        assert a.lengths == pytest.approx(b.lengths, abs=1e-4)
        fills = {fill.text: fill for fill in b.fills}
        assert [fill.text for fill in a.fills[:1]] == [fill.text for fill in b.fills[:1]]
        for fill in a.fills:
            # The last of the list may be another where two are equal.
            if fill.text in fills or fill.probability > a.fills[-1].probability + 1e-4:
                assert fill.probability == pytest.approx(fills[fill.text].probability, abs=1e-4)


class TestLinear:
    @pytest.mark.parametrize(
        "unit",
        [
            "The keeper of the lens left, and then the otters. ",
            "the of the of\n",
            "word\n\n",
            "a  ,  ( ) “ ”",
            "https://otter.example/a?b=c&d=e",
            "((((((((((",
            "\u0301",
            "x",
        ],
    )
    def test_twice_the_text_is_twice_the_work(self, fake_detector, unit):
        work = []
        for times in (400, 800):
            detector = fake_detector("of", None)
            find_gaps([unit * times], detector, 0.5)
            work.append((detector.rows, detector.tokens))
        (rows, tokens), (more_rows, more_tokens) = work
        assert more_rows <= 3 * rows
        assert more_tokens <= 3 * tokens

    def test_windows_overlap_by_a_fixed_share(self, fake_detector):
        detector = fake_detector()
        words = 10_000
        find_gaps(["word " * words], detector, 0.5)
        step = detector.window - 1 - 2 * detector.margin
        assert detector.rows <= words // step + 2
        assert detector.tokens <= (words // step + 2) * detector.window

    @pytest.mark.parametrize("unit", ["incomprehensibilities ", "x", " ", "\ud800"])
    def test_a_line_of_ten_megabytes_is_served(self, fake_detector, unit):
        text = unit * (10_000_000 // len(unit))
        detector = fake_detector()
        encoded = encode(text, detector.pieces)
        judged = 0
        for window in windows(encoded, 255, 48):
            assert window.first_site == judged
            judged = window.last_site
        assert judged == len(encoded.sites)

    def test_a_hundred_thousand_gaps_are_served(self, mender_without_models):
        mender = mender_without_models(["of"], [], unsure="keep")
        gaps = mender.find_gaps("the of " * 100_000)
        assert len(gaps) == 100_000

    def test_ten_thousand_gaps_are_mended_and_undone(self, mender_without_models):
        text = "It is the of it.\n\n" * 10_000
        for unsure, fills in (("mark", []), ("drop", []), ("keep", ["otters"])):
            mended = mender_without_models(["of"], fills, unsure=unsure, most_gaps=None).mend(text)
            assert len(mended.edits) == 10_000
            assert mended.undo() == text


class TestSpecialTokensAreText:
    TEXT = (
        "The [MASK] of <mask> and [SEP] or </s> with [CLS], <s>, [PAD], <pad> and [UNK] left. Denmark and the , left."
    )

    def test_no_special_id_is_read(self, embedded):
        mender: Mender = embedded()
        pieces = mender.detector.pieces
        special = {pieces.tokenizer.token_to_id(token) for token in ("[MASK]", "[SEP]", "[CLS]", "[PAD]")}
        assert special.isdisjoint(encode(self.TEXT, pieces).ids[:-1])
        model = mender.proposer.model
        gap = Gap(start=3, end=4, probability=1.0)
        (context,) = contexts(self.TEXT, [gap], model, 5)
        assert {model.vocabulary.mask, model.pieces.start, model.pieces.separator}.isdisjoint(
            {*context.left, *context.right}
        )

    def test_they_stay(self, embedded):
        mended = embedded(policy=Policy(apply_at=0.001)).mend(self.TEXT)
        is_lossless(mended, self.TEXT)
        assert all(token in mended.text for token in ("[MASK]", "<mask>", "[SEP]", "</s>", "[CLS]", "<s>", "[PAD]"))

    def test_they_are_not_proposed(self, embedded):
        document = GappedArticle(text=self.TEXT, gaps=[Gap(start=3, end=4, probability=1.0, lengths=(0.7, 0.3))])
        ((gap,),) = embedded().proposer.propose([document])
        assert gap.fills
        assert all(WORD.search(fill.text) and not set(fill.text) & set("[]<>/") for fill in gap.fills)
