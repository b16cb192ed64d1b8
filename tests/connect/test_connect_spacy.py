"""The spaCy component, in real pipelines."""

from __future__ import annotations

import pickle
import subprocess
import sys
from importlib.metadata import entry_points

import pytest
import spacy
from hypothesis import given
from spacy.tokens import Doc, DocBin
from strategies import any_text
from thinc.api import ConfigValidationError
from tiny_models import CLEAN, MENDED, PAGE, TEXT, TRUE

import textmend.connect.spacy as connector  # registers the factory, whether textmend is installed or not
from textmend import Article, Mender
from textmend.errors import ModelError, PolicyError
from textmend.recipe import DEFAULTS
from textmend.text.words import encodable

TEXTS = [TEXT, CLEAN, "", "  \n", TEXT + "\n\n" + TEXT]


@pytest.fixture(scope="module")
def nlp(tiny):
    pipeline = spacy.blank("en")
    pipeline.add_pipe("textmend", config=tiny)
    return pipeline


def seen(doc: Doc) -> tuple:
    return doc.text, doc._.gaps, doc._.mended, [(span.text, span.label_) for span in doc.spans["gaps"]]


def test_a_document_says_what_would_mend_it(nlp, tiny):
    doc = nlp(TEXT)
    assert doc._.mended == Mender(**tiny).mend(TEXT)
    assert doc._.mended.text == MENDED
    assert doc._.gaps == doc._.mended.gaps
    assert [span.text for span in doc.spans["gaps"]] == ["night against", "trawlers and"]
    assert {span.label_ for span in doc.spans["gaps"]} == {"GAP"}
    assert doc.text == TEXT


@pytest.mark.parametrize(
    ("text", "around"),
    [
        ("and so", ["and"]),  # nothing stands before
        ("night  \t against it", ["night  \t against"]),  # white space is a token to spaCy
        ("against and", ["against", "against and"]),
        ("nightAgainst it", ["nightAgainst"]),  # the gap is inside a token
        ("one\n\nand two", ["one\n\nand"]),
    ],
)
def test_the_tokens_around_a_gap(nlp, text, around):
    doc = nlp(text)
    assert len(doc._.gaps) == len(around)
    assert [span.text for span in doc.spans["gaps"]] == around


@given(any_text.map(encodable))
def test_every_gap_has_its_span_whatever_the_text(nlp, text):
    text += " night against it"
    doc = nlp(text)
    assert len(doc._.gaps) == len(doc.spans["gaps"]) >= 1
    for gap, span in zip(doc._.gaps, doc.spans["gaps"], strict=True):
        assert gap.start <= gap.end <= span.end_char
        assert span.start_char <= max(gap.start, span[0].idx)


@pytest.mark.parametrize("n_process", [1, 2])
@pytest.mark.parametrize("batch_size", [1, 2, 100])
def test_streams_give_what_single_texts_give(nlp, n_process, batch_size):
    expected = [seen(nlp(text)) for text in TEXTS]
    assert [seen(doc) for doc in nlp.pipe(TEXTS, n_process=n_process, batch_size=batch_size)] == expected


def test_contexts_of_a_stream(nlp):
    got = [(doc._.mended.text, number) for doc, number in nlp.pipe([(TEXT, 1), (CLEAN, 2)], as_tuples=True)]
    assert got == [(MENDED, 1), (CLEAN, 2)]


def test_without_fills(tiny):
    nlp = spacy.blank("en")
    nlp.add_pipe("textmend", config={**tiny, "filler": "en", "fill": False, "spans_key": "holes"})
    (doc,) = nlp.pipe([TEXT])
    assert doc._.gaps == tuple(Mender(**tiny).find_gaps(TEXT))
    assert doc._.mended is None
    assert [span.text for span in doc.spans["holes"]] == ["night against", "trawlers and"]


def test_a_document_that_was_not_processed():
    doc = spacy.blank("en")(TEXT)
    assert (doc._.gaps, doc._.mended) == ((), None)


def test_a_document_keeps_it_in_bytes(nlp):
    doc = nlp(TEXT)
    again = Doc(spacy.blank("en").vocab).from_bytes(doc.to_bytes())
    assert seen(again) == seen(doc)
    (stored,) = DocBin(store_user_data=True, docs=[doc]).get_docs(nlp.vocab)
    assert seen(stored) == seen(doc)


class TestSaving:
    @pytest.fixture
    def marking(self, tiny):
        nlp = spacy.blank("en")
        nlp.add_pipe("textmend", config={**tiny, "unsure": "mark", "title": "headline"})
        return nlp

    def test_on_disk_with_the_models(self, marking, tiny, tmp_path):
        marking.to_disk(tmp_path / "nlp")
        again = spacy.load(tmp_path / "nlp")
        assert seen(again(TEXT)) == seen(marking(TEXT))
        assert "[…]" in again(TEXT)._.mended.text
        options = again.get_pipe("textmend").mending.recipe.options()
        assert options["detector"] == str(tmp_path / "nlp" / "textmend" / "detector")  # travels with the pipeline
        again.to_disk(tmp_path / "copy")
        assert seen(spacy.load(tmp_path / "copy")(TEXT)) == seen(marking(TEXT))

    def test_embedded_models_are_not_copied(self, tmp_path):
        nlp = spacy.blank("en")
        nlp.add_pipe("textmend")
        nlp.to_disk(tmp_path)
        assert [path.name for path in (tmp_path / "textmend").iterdir()] == ["cfg"]

    def test_in_bytes(self, marking):
        other = spacy.blank("en")
        other.add_pipe("textmend")
        other.from_bytes(marking.to_bytes())
        assert seen(other(TEXT)) == seen(marking(TEXT))

    def test_pickled(self, marking):
        assert seen(pickle.loads(pickle.dumps(marking))(TEXT)) == seen(marking(TEXT))


def test_title_and_page_come_from_attributes(tiny, monkeypatch):
    nlp = spacy.blank("en")
    component = nlp.add_pipe("textmend", config={**tiny, "title": "headline", "html": "page"})
    doc = nlp.make_doc(TEXT)
    doc._.headline, doc._.page = "Raids", PAGE
    assert component._article(doc) == Article(text=TEXT, title="Raids", html=PAGE)
    assert component._article(nlp.make_doc(TEXT)) == Article(text=TEXT)
    (mended,) = nlp.pipe([doc])
    assert mended._.mended.text == TRUE  # of the page: the filler would say something else
    assert mended._.gaps[0].fills[0].origin == "source"
    assert nlp(nlp.make_doc(TEXT))._.mended.text == MENDED


def test_it_says_what_it_assigns(nlp):
    meta = nlp.get_pipe_meta("textmend")
    assert set(meta.assigns) == {"doc._.gaps", "doc._.mended", "doc.spans", "span._.gap"}


def test_the_default_configuration_has_the_defaults_of_mender_and_policy(nlp):
    defaults = dict(nlp.get_factory_meta("textmend").default_config)
    own = {name: defaults.pop(name) for name in ("title", "html", "fill", "spans_key", "options")}
    assert own == {"title": None, "html": None, "fill": True, "spans_key": "gaps", "options": {}}
    assert defaults.items() <= DEFAULTS.items()
    assert {"detector", "filler", "apply_at", "unsure"} <= set(defaults)


def test_further_options():
    nlp = spacy.blank("en")
    component = nlp.add_pipe("textmend", config={"apply_at": 0.7, "options": {"batch": 5}})
    options = component.mending.recipe.options()
    assert (options["apply_at"], options["batch"]) == (0.7, 5)


@pytest.mark.parametrize("config", [{"unsure": "heal"}, {"apply_at": 3.0}, {"options": {"revison": "x"}}])
def test_bad_options_are_errors_of_the_configuration(config):
    with pytest.raises(ConfigValidationError, match="|".join(config) + "|revison") as raised:
        spacy.blank("en").add_pipe("textmend", config=config)
    assert isinstance(raised.value.__cause__, PolicyError)


def test_spans_have_scores_and_tell_their_gap(nlp):
    doc = nlp(TEXT + " and " + TEXT)
    group = doc.spans["gaps"]
    assert len(group) > 2
    assert group.attrs["scores"].dtype == "float32"
    assert group.attrs["scores"].tolist() == pytest.approx([gap.probability for gap in doc._.gaps], abs=1e-6)
    assert tuple(span._.gap for span in group) == doc._.gaps
    assert doc[0:2]._.gap is None
    assert nlp(CLEAN).spans["gaps"].attrs["scores"].shape == (0,)


def test_scores_and_gaps_of_spans_survive_storage(nlp):
    docs = DocBin(store_user_data=True, docs=nlp.pipe([TEXT, CLEAN]))
    read = list(DocBin().from_bytes(docs.to_bytes()).get_docs(nlp.vocab))
    for doc in (read[0], Doc(nlp.vocab).from_bytes(nlp(TEXT).to_bytes())):
        assert tuple(span._.gap for span in doc.spans["gaps"]) == doc._.gaps
        assert doc.spans["gaps"].attrs["scores"].tolist() == pytest.approx(
            [g.probability for g in doc._.gaps], abs=1e-6
        )


def test_models_are_loaded_by_initialize_or_by_the_first_document(tiny):
    nlp = spacy.blank("en")
    component = nlp.add_pipe("textmend", config={"detector": "nowhere"})  # as on another machine, before from_disk
    with pytest.raises(ModelError, match="nowhere"):
        nlp.initialize()
    component = spacy.blank("en").add_pipe("textmend", config=tiny)
    component.initialize(lambda: [])
    mender = component.mending.recipe.mender()
    assert component(spacy.blank("en").make_doc(TEXT))._.mended.text == MENDED
    assert component.mending.recipe.mender() is mender


def test_an_unknown_option_is_refused_by_spacy():
    with pytest.raises(ConfigValidationError, match="aply_at"):
        spacy.blank("en").add_pipe("textmend", config={"aply_at": 0.5})


def test_an_attribute_of_another_component_is_not_overwritten():
    Doc.set_extension("gaps", default=3, force=True)
    try:
        with pytest.raises(PolicyError, match=r"doc\._\.gaps is taken"):
            spacy.blank("en").add_pipe("textmend")
    finally:
        Doc.set_extension("gaps", getter=connector._gaps, force=True)


def test_errors_go_to_the_pipelines_handler():
    nlp = spacy.blank("en")
    nlp.add_pipe("textmend", config={"detector": "nowhere"})
    with pytest.raises(ModelError, match="nowhere"):
        list(nlp.pipe([TEXT]))
    handled = []
    nlp.set_error_handler(lambda name, component, docs, error: handled.append((name, len(docs), type(error))))
    assert list(nlp.pipe([TEXT, CLEAN], batch_size=2)) == []
    assert handled == [("textmend", 1, ModelError)] * 2  # each document alone: one bad document is one bad document


def test_an_installed_textmend_needs_no_import():
    if "textmend" not in entry_points(group="spacy_factories").names:
        pytest.skip("textmend is not installed here, so it has no entry point")
    code = "import spacy; print(type(spacy.blank('en').add_pipe('textmend')).__module__)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "textmend.connect.spacy"
