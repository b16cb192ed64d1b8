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
from tiny_models import CLEAN, MENDED, PAGE, TEXT, TRUE

from textmend import Edit, Gap, Mender, Policy
from textmend.connect.batches import BatchMender
from textmend.connect.fields import Article, Fields
from textmend.connect.mending import Mending, count
from textmend.connect.ray import MendActor
from textmend.edits.apply import undo_edits
from textmend.errors import InputError, ModelError, PolicyError
from textmend.recipe import DEFAULTS, Recipe


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
        assert Recipe.of(detector="en", threads=None, apply_at=0.95) == Recipe.of()
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
            ({"reference": [""]}, "reference='' should be the name"),
            ({"annotate": "yes"}, "annotate='yes' should be True or False"),
            ({"annotate": True, "annotations": None}, "a field for the annotations is needed"),
            ({"annotations": "text"}, "annotations='text' is a field that is read"),
            ({"top": 0}, "top=0 should be a whole number from 1"),
        ],
    )
    def test_bad_names(self, options, said):
        with pytest.raises(PolicyError, match=said):
            Fields(**options)

    @pytest.mark.parametrize("nothing", [None, float("nan")])
    def test_nothing_in_a_field(self, nothing):
        read = Fields(title="title", html="html", metadata=["summary"], reference=["feed"]).article
        assert read({"text": nothing}.get, "row 0") is None
        assert read({"text": "a", "title": nothing, "summary": nothing, "feed": nothing}.get, "row 0") == Article(
            text="a"
        )
        record = {"text": "a", "title": "b", "html": b"c", "summary": "d", "feed": "e"}
        assert read(record.get, "row 0") == Article(
            text="a", title="b", html=b"c", metadata={"summary": "d"}, references=("e",)
        )

    @pytest.mark.parametrize("name", ["text", "title", "html", "summary", "feed"])
    def test_no_string_in_a_field(self, name):
        record = {"text": "a", name: 5}
        with pytest.raises(InputError, match=f"row 3: the field '{name}' should hold a string, not int"):
            Fields(title="title", html="html", metadata=["summary"], reference=["feed"]).article(record.get, "row 3")

    def test_bytes_are_a_page_but_no_text(self):
        with pytest.raises(InputError, match="row 0: the field 'text' should hold a string, not bytes"):
            Fields().article({"text": b"a"}.get, "row 0")

    @pytest.mark.parametrize("unsure", ["keep", "mark", "drop"])
    @pytest.mark.parametrize("annotate", [False, True])
    def test_what_is_written_tells_all(self, tiny, unsure, annotate):
        mended = Mender(**tiny, policy=Policy(unsure=unsure)).mend(TEXT)
        values = Fields(annotate=annotate, top=20).values(mended)
        beside = values["textmend"]
        edits = [Edit.from_dict(edit) for edit in beside["edits"]]
        gaps = [Gap.from_dict(gap) for gap in beside["gaps"]]
        assert tuple(edits) == mended.edits
        assert sorted([*gaps, *(edit.gap for edit in edits)], key=lambda gap: gap.start) == list(mended.gaps)
        assert [gap.decision for gap in gaps] == {"keep": ["keep"], "mark": [], "drop": ["drop"]}[unsure]
        assert beside["mended"] is not annotate
        if annotate:
            assert "text" not in values
        else:
            assert undo_edits(values["text"], edits) == TEXT
        assert json.loads(Fields(annotate=annotate, top=20).values(mended, as_json=True)["textmend"]) == beside

    def test_only_what_is_asked_for(self, tiny):
        mended = Mender(**tiny).mend(TEXT)
        assert Fields(text="body", annotations=None).values(mended) == {"body": MENDED}
        beside = Fields(annotations="a", top=1).values(mended)["a"]
        assert [len(gap["fills"]) for gap in beside["gaps"]] == [len(beside["edits"][0]["gap"]["fills"])] == [1]

    def test_nothing_to_say(self, tiny):
        assert Fields().values(Mender(**tiny).mend(CLEAN)) == {"textmend": None, "text": CLEAN}
        assert Fields().values(Mender(**tiny).mend(CLEAN), as_json=True) == {"textmend": "null", "text": CLEAN}
        assert Fields().values(None) == {"textmend": None}


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

    def test_all_that_is_known_of_an_article_is_passed_on(self, monkeypatch):
        class Spy:
            def mend(self, article, **options):
                return article if isinstance(article, Article) else iter(article)

        monkeypatch.setattr(Recipe, "mender", lambda self: Spy())
        article = Article(text="a", title="b", html="<p>", metadata={"summary": "c"}, references=("d",))
        assert Mending.of().one(article) == article
        assert list(Mending.of().stream([1], lambda record: article)) == [(1, article)]

    def test_counts(self, tiny):
        assert count(Mender(**tiny, policy=Policy(unsure="mark")).mend(TEXT)) == {"gaps": 2, "applied": 1, "marked": 1}


def _article(text: str) -> Article:
    return Article(text=text)


class TestBatches:
    def test_a_batch_of_columns(self, tiny):
        batch = {"id": [1, 2, 3], "text": [TEXT, None, CLEAN], "headline": ["x", None, "y"]}
        mended = BatchMender(**tiny, title="headline")(batch)
        assert mended["text"] == [MENDED, None, CLEAN]
        assert list(mended) == ["id", "text", "headline", "textmend"]
        beside = json.loads(mended["textmend"][0])
        assert (len(beside["edits"]), len(beside["gaps"]), mended["textmend"][1:]) == (1, 1, ["null", "null"])
        assert mended["id"] is batch["id"]
        assert batch["text"] == [TEXT, None, CLEAN]  # the caller's batch is left alone

    @pytest.mark.parametrize("field", ["html", "reference"])
    def test_pages_and_copies_give_the_true_words_back(self, tiny, field):
        mender = BatchMender(**tiny, **{field: "copy" if field == "html" else ["copy"]})
        mended = mender({"text": [TEXT, TEXT], "copy": [PAGE, None]})
        assert mended["text"] == [TRUE, MENDED]

    def test_annotating_leaves_the_text(self, tiny):
        mended = BatchMender(**tiny, annotate=True)({"text": [TEXT]})
        assert mended["text"] == [TEXT]
        assert json.loads(mended["textmend"][0])["mended"] is False

    def test_an_empty_batch(self, tiny):
        assert BatchMender(**tiny)({"text": []}) == {"text": [], "textmend": []}

    @pytest.mark.parametrize(
        ("batch", "error", "said"),
        [
            ({"body": []}, PolicyError, "no column 'text'; there are: body"),
            ({"text": [], "textmend": []}, PolicyError, "batch: there is a field 'textmend' already: choose another"),
            ({"text": ["a", 5]}, InputError, "row 1: the field 'text' should hold a string, not int"),
            ([TEXT], InputError, "expected a batch of records .* got list"),
        ],
    )
    def test_bad_batches(self, tiny, batch, error, said):
        with pytest.raises(error, match=said):
            BatchMender(**tiny)(batch)

    def test_options_are_checked_before_any_data_is_read(self):
        with pytest.raises(PolicyError, match=r"unknown option 'titel'; there are: text, title.*apply_at"):
            BatchMender(titel="headline")

    def test_the_embedded_models_find_a_gap(self, embedded):
        embedded()  # skips where they are missing
        mended = BatchMender(threads=1, unsure="mark")({"text": ["She wrote to the of the harbour, and he answered."]})
        assert mended["text"] == ["She wrote to the […] of the harbour, and he answered."]
        assert json.loads(mended["textmend"][0])["edits"][0]["gap"]["fills"]


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
