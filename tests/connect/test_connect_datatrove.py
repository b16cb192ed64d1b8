"""The datatrove steps, run by its local executor."""

from __future__ import annotations

import json
import pickle

import pytest
from tiny_models import CLEAN, MENDED, PAGE, TEXT, TRUE

from textmend import Mender, Policy
from textmend.edits.annotations import annotations_of
from textmend.errors import InputError, PolicyError

pytest.importorskip("datatrove", reason="needs the extra test-connect")
pytestmark = pytest.mark.filterwarnings("ignore")

from datatrove.data import Document
from datatrove.executor import LocalPipelineExecutor
from datatrove.pipeline.readers import JsonlReader, ParquetReader
from datatrove.pipeline.writers import JsonlWriter, ParquetWriter

from textmend.connect.datatrove import GapFilter, MendDocuments


@pytest.fixture
def corpus(tmp_path):
    """Two shards of documents with metadata of their own."""
    folder = tmp_path / "in"
    folder.mkdir()
    records = []
    for shard in range(2):
        own = [
            {"text": text, "id": f"{shard}-{number}", "headline": f"Nº {number}", "nested": {"a": [1, None]}}
            for number, text in enumerate([TEXT, CLEAN, f"{CLEAN} {TEXT}"])
        ]
        (folder / f"{shard}.jsonl").write_text("".join(json.dumps(record) + "\n" for record in own))
        records += own
    return folder, records


def run(tmp_path, *steps, tasks=2, workers=2):
    executor = LocalPipelineExecutor(list(steps), tasks=tasks, workers=workers, logging_dir=str(tmp_path / "logs"))
    return executor.run()


def written(folder):
    lines = [line for file in sorted(folder.rglob("*.jsonl")) for line in file.read_text().splitlines()]
    return [json.loads(line) for line in lines]


def totals(stats, name):
    (own,) = [block for block in stats.stats if name in block.name]
    return {label: metric.total for label, metric in own.stats.items()}


@pytest.mark.parametrize("workers", [1, 2])
def test_documents_are_mended_by_several_tasks(tiny, corpus, tmp_path, workers):
    folder, records = corpus
    stats = run(
        tmp_path,
        JsonlReader(str(folder), compression=None),
        MendDocuments(**tiny, title="headline", unsure="mark", batch_size=2),
        JsonlWriter(str(tmp_path / "out"), compression=None),
        workers=workers,
    )
    mender = Mender(**tiny, policy=Policy(unsure="mark"))
    got = {record["id"]: record for record in written(tmp_path / "out")}
    assert len(got) == len(records)
    for record in records:
        mended, found = mender.mend(record["text"], title=record["headline"]), got[record["id"]]
        assert found["text"] == mended.text
        assert found["metadata"]["textmend"] == annotations_of(mended)
        assert (found["metadata"]["headline"], found["metadata"]["nested"]) == (record["headline"], record["nested"])
    counted = totals(stats, "textmend")
    assert counted == {
        "total": 6, "batches": 4, "words": sum(len(record["text"].split()) for record in records),
        "edited": 4, "gaps": 8, "applied": 4, "marked": 4,
    }  # fmt: skip


def test_a_run_that_is_done_is_not_done_again(tiny, corpus, tmp_path):
    steps = [
        JsonlReader(str(corpus[0]), compression=None),
        MendDocuments(**tiny),
        JsonlWriter(str(tmp_path / "out"), compression=None),
    ]
    assert run(tmp_path, *steps) is not None
    assert run(tmp_path, *steps) is None


def test_damaged_documents_are_dropped_and_kept_aside(tiny, corpus, tmp_path):
    folder, records = corpus
    stats = run(
        tmp_path,
        JsonlReader(str(folder), compression=None),
        GapFilter(200, **tiny, exclusion_writer=JsonlWriter(str(tmp_path / "damaged"), compression=None)),
        JsonlWriter(str(tmp_path / "out"), compression=None),
    )
    kept, dropped = written(tmp_path / "out"), written(tmp_path / "damaged")
    assert {record["text"] for record in dropped} == {TEXT}  # 2 gaps in 8 words
    assert {record["text"] for record in kept} == {CLEAN, f"{CLEAN} {TEXT}"}  # 2 in 14 words
    assert {record["metadata"]["filter_reason"] for record in dropped} == {"gaps"}
    assert {record["metadata"]["textmend_rate"] for record in dropped} == {250.0}
    assert sorted(record["id"] for record in kept + dropped) == sorted(record["id"] for record in records)
    counted = totals(stats, "textmend")
    assert (counted["gaps"], counted["dropped_gaps"], counted["forwarded"]) == (8, 2, 4)


def test_through_parquet(tiny, corpus, tmp_path):
    run(
        tmp_path,
        JsonlReader(str(corpus[0]), compression=None),
        MendDocuments(**tiny, as_json=True),
        ParquetWriter(str(tmp_path / "out"), expand_metadata=True, batch_size=1),
        workers=1,
    )
    documents = list(ParquetReader(str(tmp_path / "out"))())
    assert sorted(document.text for document in documents)[:2] == [MENDED, MENDED]
    beside = [json.loads(document.metadata["textmend"]) for document in documents]
    assert [len(value["edits"]) for value in beside if value] == [1, 1, 1, 1]


def test_pages_give_the_true_words_back(tiny, tmp_path):
    (tmp_path / "in").mkdir()
    for name, page in (("a", PAGE), ("b", None)):
        (tmp_path / "in" / f"{name}.jsonl").write_text(json.dumps({"text": TEXT, "id": name, "page": page}) + "\n")
    run(
        tmp_path,
        JsonlReader(str(tmp_path / "in"), compression=None),
        MendDocuments(**tiny, html="page"),
        JsonlWriter(str(tmp_path / "out"), compression=None),
    )
    assert {record["id"]: record["text"] for record in written(tmp_path / "out")} == {"a": TRUE, "b": MENDED}


def documents(*texts, **metadata):
    return [Document(text, str(number), metadata=dict(metadata)) for number, text in enumerate(texts)]


class TestSteps:
    def test_a_step_is_small_after_use_too(self, tiny):
        step = MendDocuments(**tiny)
        assert [document.text for document in step(documents(TEXT, CLEAN))] == [MENDED, CLEAN]
        assert len(pickle.dumps(step)) < 5000
        assert [document.text for document in pickle.loads(pickle.dumps(step))(documents(TEXT))] == [MENDED]

    def test_it_is_lazy(self, tiny):
        source = iter(documents(*[TEXT] * 10))
        next(iter(MendDocuments(**tiny, batch_size=3)(source)))
        assert len(list(source)) == 7

    def test_annotating(self, tiny):
        (document,) = MendDocuments(**tiny, annotate=True)(documents(TEXT))
        assert document.text == TEXT
        assert document.metadata["textmend"]["mended"] is False

    @pytest.mark.parametrize(
        ("metadata", "error", "said"),
        [
            ({"textmend": {}}, PolicyError, "document 0: there is a field 'textmend' already"),
            ({"headline": 5}, InputError, "document 0: the field 'headline' should hold a string, not int"),
        ],
    )
    def test_bad_documents(self, tiny, metadata, error, said):
        with pytest.raises(error, match=said):
            list(MendDocuments(**tiny, title="headline")(documents(TEXT, **metadata)))

    @pytest.mark.parametrize("most", [-1, "few", True, float("nan")])
    def test_bad_limits(self, most):
        with pytest.raises(PolicyError, match="most="):
            GapFilter(most)

    @pytest.mark.parametrize("step", [MendDocuments, GapFilter])
    @pytest.mark.parametrize("options", [{"batch_size": 0}, {"aply_at": 1}])
    def test_bad_options(self, step, options):
        with pytest.raises(PolicyError):
            step(**options)

    def test_no_gaps_at_all(self, tiny):
        kept = GapFilter(0, **tiny, rate=None)(documents(TEXT, CLEAN, ""))
        assert [(document.text, document.metadata) for document in kept] == [(CLEAN, {}), ("", {})]

    def test_one_thread_unless_asked(self):
        assert MendDocuments().mending.recipe.options()["threads"] == 1
        assert GapFilter(threads=2).recipe.options()["threads"] == 2
