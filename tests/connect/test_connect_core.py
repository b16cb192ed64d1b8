"""What all connectors share: options, what is read and written, streams, tables."""

from __future__ import annotations

import json
import multiprocessing
import pickle
import subprocess
import sys
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tiny_models import CLEAN, MENDED, TEXT

from textmend import Edit, Gap, Mender, Policy
from textmend.connect.batches import BatchMender
from textmend.connect.fields import Article, Fields, open_gaps
from textmend.connect.mending import Mending, count
from textmend.connect.ray import MendActor
from textmend.connect.recipe import DEFAULTS, Recipe
from textmend.edits import undo_edits
from textmend.errors import InputError, ModelError, PolicyError


class TestRecipe:
    def test_it_takes_every_option_of_the_policy_and_of_the_mender(self):
        assert {field.name for field in fields(Policy)} < set(DEFAULTS)
        assert {"detector", "filler", "threads", "batch"} <= set(DEFAULTS)
        assert {"policy", "nlp"}.isdisjoint(DEFAULTS)

    def test_options_come_back(self, tiny):
        recipe = Recipe.of(**tiny, unsure="mark", apply_at=0.5, batch=3)
        assert Recipe.of(**recipe.options()) == recipe
        assert recipe.options()["unsure"] == "mark"
        assert Recipe.of().options() == DEFAULTS

    def test_defaults_are_no_difference(self, tmp_path):
        assert Recipe.of(detector="en", threads=None, apply_at=0.9) == Recipe.of()
        assert Recipe.of(detector=tmp_path) == Recipe.of(detector=str(tmp_path))

    def test_a_process_makes_one_mender(self, tiny):
        assert Recipe.of(**tiny).mender() is Recipe.of(**tiny).mender()
        assert Recipe.of(**tiny).mender() is not Recipe.of(**tiny, batch=2).mender()

    def test_it_is_small_before_and_after_models_are_loaded(self, tiny):
        recipe = Recipe.of(**tiny)
        before = pickle.dumps(recipe)
        recipe.load()
        assert pickle.dumps(recipe) == before
        assert len(before) < 1000
        assert pickle.loads(before).mender() is recipe.mender()

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"aply_at": 0.5}, "unknown option 'aply_at'; there are: .*apply_at"),
            ({"policy": Policy()}, "unknown option 'policy'"),
            ({"apply_at": 2}, "apply_at=2 should be a number"),
            ({"detector": ["en"]}, r"detector=\['en'\] should be a plain value"),
        ],
    )
    def test_bad_options(self, options, said):
        with pytest.raises(PolicyError, match=said):
            Recipe.of(**options)

    def test_a_model_is_looked_for_where_it_is_used(self):
        recipe = Recipe.of(detector="/on/the/cluster")
        with pytest.raises(ModelError, match="/on/the/cluster"):
            recipe.mender()

    @pytest.mark.parametrize("method", ["fork", "spawn"])
    def test_models_that_are_loaded_here_are_loaded_again_in_other_processes(self, tiny, method):
        recipe = Recipe.of(**tiny)
        assert recipe.load().mend(TEXT).text == MENDED
        with multiprocessing.get_context(method).Pool(2) as pool:
            assert pool.map(_mend, [(recipe, TEXT)] * 4, 1) == [MENDED] * 4


def _mend(job: tuple[Recipe, str]) -> str:
    recipe, text = job
    return recipe.mender().mend(text).text


class TestFields:
    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"text": ""}, "text='' should be the name of a field"),
            ({"title": 5}, "title=5 should be the name"),
            ({"metadata": "summary"}, "metadata='summary' should be a list of fields"),
            ({"metadata": ["summary", None]}, "metadata=None should be the name"),
            ({"annotate": "yes"}, "annotate='yes' should be True or False"),
            ({"edits": "text"}, "should be new ones"),
            ({"edits": "same", "gaps": "same"}, "should be new ones"),
        ],
    )
    def test_bad_names(self, options, said):
        with pytest.raises(PolicyError, match=said):
            Fields(**options)

    @pytest.mark.parametrize("nothing", [None, float("nan")])
    def test_nothing_in_a_field(self, nothing):
        read = Fields(title="title", html="html", metadata=["summary"]).article
        assert read({"text": nothing}.get, "row 0") is None
        assert read({"text": "a", "title": nothing, "summary": nothing}.get, "row 0") == Article("a", None, None, {})
        record = {"text": "a", "title": "b", "html": "c", "summary": "d"}
        assert read(record.get, "row 0") == Article("a", "b", "c", {"summary": "d"})

    @pytest.mark.parametrize("name", ["text", "title", "html", "summary"])
    def test_no_string_in_a_field(self, name):
        record = {"text": "a", name: 5}
        with pytest.raises(InputError, match=f"row 3: the field '{name}' should hold a string, not int"):
            Fields(title="title", html="html", metadata=["summary"]).article(record.get, "row 3")

    @pytest.mark.parametrize("unsure", ["keep", "mark", "drop"])
    @pytest.mark.parametrize("annotate", [False, True])
    def test_what_is_written_tells_all(self, tiny, unsure, annotate):
        mended = Mender(**tiny, policy=Policy(unsure=unsure)).mend(TEXT)
        values = Fields(annotate=annotate).values(mended)
        edits = [Edit.from_dict(edit) for edit in values["textmend_edits"]]
        gaps = [Gap.from_dict(gap) for gap in values["textmend_gaps"]]
        assert tuple(edits) == mended.edits
        assert gaps == open_gaps(mended)
        assert len(gaps) == (0 if unsure == "drop" else 1)
        if annotate:
            assert "text" not in values
        else:
            assert undo_edits(values["text"], edits) == TEXT
        as_json = Fields(annotate=annotate).values(mended, as_json=True)
        assert json.loads(as_json["textmend_edits"]) == values["textmend_edits"]

    def test_only_what_is_asked_for(self, tiny):
        mended = Mender(**tiny).mend(TEXT)
        assert Fields(text="body", edits=None, gaps=None).values(mended) == {"body": MENDED}
        assert set(Fields(edits="e", gaps=None).values(mended)) == {"text", "e"}
        assert Fields().values(None) == {"textmend_edits": None, "textmend_gaps": None}


class TestStream:
    @given(st.lists(st.sampled_from([TEXT, CLEAN, "", None]), max_size=12), st.integers(1, 5))
    def test_records_come_back_in_order_with_what_became_of_them(self, tiny, texts, batch):
        mending = Mending.of(**tiny, batch=batch)
        expected = [None if text is None else Mender(**tiny).mend(text) for text in texts]
        records = list(enumerate(texts))
        read = mending.stream(iter(records), lambda record: None if record[1] is None else _article(record[1]))
        assert list(read) == list(zip(records, expected, strict=True))

    def test_it_reads_no_further_than_a_batch(self, tiny):
        seen = []
        stream = Mending.of(**tiny, batch=2).stream(range(100), lambda number: seen.append(number) or _article(TEXT))
        next(stream)
        assert seen == [0, 1]

    def test_title_page_and_metadata_are_passed_on(self, monkeypatch):
        given = {}

        class Spy:
            def mend(self, text, *, title=None, metadata=None, html=None):
                given.update(text=list(text), title=list(title), metadata=list(metadata), html=list(html))
                return iter(["mended"])

        monkeypatch.setattr(Recipe, "mender", lambda self: Spy())
        article = Article("a", "b", "<p>", {"summary": "c"})
        assert Mending.of().one(article) == "mended"
        assert given == {"text": ["a"], "title": ["b"], "metadata": [{"summary": "c"}], "html": ["<p>"]}

    def test_counts(self, tiny):
        assert count(Mender(**tiny, policy=Policy(unsure="mark")).mend(TEXT)) == {"gaps": 2, "applied": 1, "marked": 1}


def _article(text: str) -> Article:
    return Article(text, None, None, {})


class TestBatches:
    def test_a_batch_of_columns(self, tiny):
        batch = {"id": [1, 2, 3], "text": [TEXT, None, CLEAN], "headline": ["x", None, "y"]}
        mended = BatchMender(**tiny, title="headline")(batch)
        assert mended["text"] == [MENDED, None, CLEAN]
        assert list(mended) == ["id", "text", "headline", "textmend_edits", "textmend_gaps"]
        assert [value and len(json.loads(value)) for value in mended["textmend_edits"]] == [1, None, 0]
        assert [value and len(json.loads(value)) for value in mended["textmend_gaps"]] == [1, None, 0]
        assert mended["id"] is batch["id"]
        assert batch["text"] == [TEXT, None, CLEAN]  # the caller's batch is left alone

    def test_annotating_leaves_the_text(self, tiny):
        mended = BatchMender(**tiny, annotate=True)({"text": [TEXT]})
        assert mended["text"] == [TEXT]
        assert len(json.loads(mended["textmend_edits"][0])) == 1

    def test_an_empty_batch(self, tiny):
        assert BatchMender(**tiny)({"text": []}) == {"text": [], "textmend_edits": [], "textmend_gaps": []}

    @pytest.mark.parametrize(
        ("batch", "error", "said"),
        [
            ({"body": []}, PolicyError, "no column 'text'; there are: body"),
            ({"text": [], "textmend_gaps": []}, PolicyError, 'a field \'textmend_gaps\' already: name another, gaps="…"'),
            ({"text": ["a", 5]}, InputError, "row 1: the field 'text' should hold a string, not int"),
            ([TEXT], InputError, "expected a batch of records .* got list"),
        ],
    )
    def test_bad_batches(self, tiny, batch, error, said):
        with pytest.raises(error, match=said):
            BatchMender(**tiny)(batch)

    def test_options_are_checked_before_any_data_is_read(self):
        with pytest.raises(PolicyError, match="unknown option 'titel'"):
            BatchMender(titel="headline")

    def test_the_embedded_models_find_a_gap(self, embedded):
        embedded()  # skips where they are missing
        mended = BatchMender(threads=1, unsure="mark")({"text": ["She wrote to the of the harbour, and he answered."]})
        assert mended["text"] == ["She wrote to the […] of the harbour, and he answered."]
        assert json.loads(mended["textmend_gaps"][0])[0]["fills"]


def test_an_actor_loads_its_models_when_it_is_made(tiny):
    assert MendActor(**tiny)({"text": [TEXT]})["text"] == [MENDED]
    with pytest.raises(ModelError, match="nowhere"):
        MendActor(detector="nowhere")


def test_importing_the_core_loads_no_library_of_a_connector():
    code = (
        "import sys, textmend.connect.batches, textmend.connect.ray, textmend.connect.spark; "
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = {"spacy", "datasets", "datatrove", "ray", "pyspark", "scrapy", "pandas", "polars", "pyarrow", "onnxruntime"}
    assert not set(run.stdout.split()) & heavy


@pytest.mark.parametrize("library", ["datatrove", "scrapy"])
def test_a_missing_library_says_how_to_install_it(library):
    code = f"import sys; sys.modules['{library}'] = None; import textmend.connect.{library}"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr.splitlines()[-1].endswith(f'install it with  pip install "textmend[{library}]"')
