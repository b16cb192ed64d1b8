"""One bad text is one bad text, in streams too; a text too damaged, or in another language, is left as it is."""

from __future__ import annotations

import importlib
import pkgutil

import pytest
import spacy.lang

from textmend import Mended, Mender, Policy
from textmend.article import Article
from textmend.connect.batches import BatchMender
from textmend.errors import LanguageError, ModelError, PolicyError
from textmend.text.language import LEAST_WORDS, not_english

TEXT = "They met and left."
GERMAN = (
    "Die Regierung hat gestern beschlossen, dass die Steuern gesenkt werden sollen, und zwar noch vor dem Winter. " * 3
)
RUSSIAN = "Правительство вчера решило, что налоги должны быть снижены ещё до зимы, сказал министр. " * 4


class Picky:
    """Proposes fills, but for texts that it can't stomach; some it blames on itself."""

    def propose(self, documents):
        for document in documents:
            if "BROKEN" in document.text:
                raise ModelError("the weights are gone")
            if "BAD" in document.text:
                raise RecursionError("too deep")
        return [list(document.gaps) for document in documents]


@pytest.fixture
def picky(fake_detector):
    def make(**options) -> Mender:
        return Mender(detector=fake_detector("and"), filler=Picky(), **options)

    return make


STREAM = [TEXT, "They met and BAD.", "x", None, 5, TEXT, "y and BAD and BAD", "z"]


@pytest.mark.parametrize("batch", [1, 2, 3, 64])
def test_skipped_texts_come_back_unchanged_in_their_place_with_the_reason(picky, batch):
    mended = list(picky(batch=batch).mend(STREAM, on_error="skip"))
    assert [one.text for one in mended] == [text if isinstance(text, str) else "" for text in STREAM]
    assert all(one.undo() == one.original for one in mended)
    reasons = {number: one.skipped.reason for number, one in enumerate(mended) if one.skipped}
    assert set(reasons) == {1, 3, 4, 6}
    assert reasons[1] == reasons[6] == "RecursionError: too deep"
    assert "text 3" in reasons[3]
    assert "int" in reasons[4]
    assert len(mended[0].gaps) == 1
    assert Mended.from_dict(mended[1].to_dict()) == mended[1]


def test_without_it_the_error_comes_out_after_the_results_before_it(picky):
    stream = picky(batch=1).mend(STREAM)
    assert next(stream).text == TEXT
    with pytest.raises(RecursionError):
        next(stream)


def test_a_function_is_told(picky):
    told = []
    mended = list(
        picky().mend(STREAM, on_error=lambda article, error: told.append((article.text, type(error).__name__)))
    )
    assert [(text, kind) for text, kind in told if kind == "RecursionError"] == [
        ("They met and BAD.", "RecursionError"),
        ("y and BAD and BAD", "RecursionError"),
    ]
    assert len(told) == sum(one.skipped is not None for one in mended) == 4


def test_a_function_that_raises_ends_the_stream(picky):
    def stop(article: Article, error: Exception) -> None:
        raise KeyError(article.text)

    with pytest.raises(KeyError, match="BAD"):
        list(picky().mend(STREAM, on_error=stop))


@pytest.mark.parametrize("verb", ["find_gaps", "suggest"])
def test_the_other_verbs_give_no_gaps_for_what_is_skipped(picky, verb):
    found = list(getattr(picky(), verb)(STREAM, on_error="skip"))
    assert len(found) == len(STREAM)
    assert found[3] == found[4] == []
    assert len(found[0]) == 1
    assert (found[1] == []) == (verb == "suggest")


def test_one_text_may_be_skipped_too(picky):
    assert picky().mend("They met and BAD.", on_error="skip").skipped.kind == "error"


def test_what_would_be_so_with_every_text_always_comes_out(picky):
    with pytest.raises(ModelError, match="weights"):
        list(picky().mend([TEXT, "a and BROKEN"], on_error="skip"))


def test_an_error_of_the_stream_itself_comes_out(picky):
    def texts():
        yield TEXT
        raise OSError("the disk is gone")

    with pytest.raises(OSError, match="disk"):
        list(picky().mend(texts(), on_error="skip"))


@pytest.mark.parametrize("value", ["ignore", None, 5])
def test_another_value_is_refused(picky, value):
    with pytest.raises(PolicyError, match="on_error"):
        picky().mend([TEXT], on_error=value)


def test_a_text_with_too_many_gaps_is_left_as_it_is(mender_without_models):
    mender = mender_without_models(["and"], ["otters"], most_gaps=3, apply_at=0.5)
    few, many = "a and b. " * 3, "a and b. " * 4
    mended = list(mender.mend([few, many, few]))
    assert [one.skipped.kind if one.skipped else None for one in mended] == [None, "too_many_gaps", None]
    assert mended[1].text == many
    assert len(mended[1].gaps) == 4
    assert "4 gaps to fill, and most_gaps is 3" in mended[1].skipped.reason
    assert len(mended[0].edits) == 3
    assert [len(gap.fills) for gap in mender.suggest(many)] == [0] * 4
    assert len(mender_without_models(["and"], ["otters"], most_gaps=None, apply_at=0.5).mend(many).edits) == 4


@pytest.mark.parametrize("value", [-1, 1.5, "5", True])
def test_an_absurd_bound(value):
    with pytest.raises(PolicyError, match="most_gaps"):
        Policy(most_gaps=value)


def test_results_come_as_soon_as_their_gaps_are_filled(mender_without_models):
    mender = mender_without_models(["and"], ["otters"])
    stream = mender.mend("a and b. " * 70 for _ in range(5))
    next(stream)
    assert len(mender.proposer.documents) == 1


class TestLanguage:
    """A text in another language is a finding, not an error, unless asked for."""

    @pytest.fixture
    def english(self, mender_without_models):
        def make(**policy):
            mender = mender_without_models(["die", "что"], ["otters"], apply_at=0.5, **policy)
            mender.detector.language = "en"
            return mender

        return make

    @pytest.mark.parametrize("text", [GERMAN, RUSSIAN])
    def test_it_is_left_as_it_is(self, english, text):
        mended = english().mend(text)
        assert (mended.text, mended.gaps, mended.skipped.kind) == (text, (), "language")
        assert all(not gap.fills for gap in english().suggest(text))

    def test_it_is_mended_or_refused_if_asked_for(self, english):
        assert english(foreign="mend").mend(GERMAN).edits
        with pytest.raises(LanguageError, match="no English prose"):
            english(foreign="raise").mend(GERMAN)
        mended = list(english(foreign="raise").mend([GERMAN, TEXT], on_error="skip"))
        assert [one.skipped.kind if one.skipped else None for one in mended] == ["language", None]

    def test_a_detector_of_another_language_is_not_asked(self, mender_without_models):
        assert mender_without_models(["die"], ["otters"], apply_at=0.5).mend(GERMAN).edits

    def test_the_embedded_detector_says_what_it_reads(self, embedded):
        assert embedded().mend(GERMAN).skipped.kind == "language"

    def test_examples_of_other_languages_are_told_from_english(self):
        wrong = []
        for module in pkgutil.iter_modules(spacy.lang.__path__):
            try:
                sentences = importlib.import_module(f"spacy.lang.{module.name}.examples").sentences
            except ImportError:
                continue
            text = " ".join(sentences) * 9
            if len(text.split()) >= LEAST_WORDS and (not_english(text) is None) != (module.name == "en"):
                wrong.append(module.name)
        assert wrong == []

    def test_of_short_texts_nothing_is_said(self):
        assert not_english("Die Katze schläft.") is None
        assert not_english("") is None


def test_connectors_let_bad_records_pass():
    batch = {"text": [TEXT, 5, None, GERMAN], "id": [1, 2, 3, 4]}
    out = BatchMender(on_error="skip", threads=1)(batch)
    assert out["text"] == batch["text"]
    assert out["id"] == batch["id"]
    assert '"skipped"' in out["textmend"][1]
    assert "should hold a string, not int" in out["textmend"][1]
    assert '"language"' in out["textmend"][3]
    with pytest.raises(PolicyError, match="on_error"):
        BatchMender(on_error="perhaps")


def test_progress_tells_how_many_gaps_are_filled(embedded):
    mender = embedded()
    told = []
    mender.watch = lambda done, total: told.append((done, total))
    mender.suggest("He was accused of  and sent to prison.")
    assert told[-1] == (1, 1)

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    mender.watch = stop
    with pytest.raises(KeyboardInterrupt):
        mender.suggest("He was accused of  and sent to prison.")


@pytest.mark.parametrize("on_error", ["raise", "skip"])
def test_what_a_stream_gave_before_it_raised_comes_first(picky, on_error):
    def texts():
        yield from [TEXT] * 9
        raise OSError("the disk is gone")

    mended = []
    with pytest.raises(OSError, match="disk"):
        mended.extend(picky().mend(texts(), on_error=on_error))
    assert len(mended) == 9
