"""Hugging Face datasets: ``map(batched=True)``."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from tiny_models import CLEAN, MENDED, PAGE, TEXT, TRUE

from textmend.connect.batches import BatchMender
from textmend.recipe import Recipe

datasets = pytest.importorskip("datasets", reason="needs the extra test-connect")
pytestmark = pytest.mark.filterwarnings("ignore")

from datasets.fingerprint import Hasher


@pytest.fixture
def corpus(tmp_path):
    """A dataset on disk, so that results are cached."""
    rows = {
        "text": [CLEAN] * 5 + [TEXT, None] * 5,
        "big": [2**60 + number for number in range(14)] + [None],
        "nested": [{"a": [number, None]} for number in range(15)],
        "raw": [b"\xff\x00"] * 15,
    }
    datasets.Dataset.from_dict(rows).save_to_disk(tmp_path / "corpus")
    return datasets.load_from_disk(tmp_path / "corpus")


@pytest.mark.parametrize("num_proc", [None, 2])
@pytest.mark.parametrize("batch_size", [4, 1000])
def test_map(tiny, corpus, num_proc, batch_size):
    mended = corpus.map(BatchMender(**tiny), batched=True, batch_size=batch_size, num_proc=num_proc)
    assert mended["text"][:] == [CLEAN] * 5 + [MENDED, None] * 5
    for name in ("big", "nested", "raw"):
        assert mended[name][:] == corpus[name][:]
        assert mended.features[name] == corpus.features[name]
    # The first batches hold no gap at all: types must not be guessed from them.
    assert mended.features["textmend"] == datasets.Value("string")
    beside = [json.loads(value) for value in mended["textmend"]]
    assert [value and len(value["gaps"]) for value in beside] == [None] * 5 + [1, None] * 5


def test_streaming(tiny, corpus):
    mended = corpus.to_iterable_dataset().map(BatchMender(**tiny), batched=True, batch_size=4)
    assert [row["text"] for row in mended] == [CLEAN] * 5 + [MENDED, None] * 5


def test_other_columns_are_not_even_read(tiny):
    """A column that can't be decoded passes all the same."""
    broken = [{"bytes": b"no image", "path": None}]
    rows = datasets.Dataset.from_dict({"text": [TEXT], "picture": broken}).cast_column("picture", datasets.Image())
    mended = rows.map(BatchMender(**tiny), batched=True)
    assert mended["text"][:] == [MENDED]
    assert mended.cast_column("picture", datasets.Image(decode=False))["picture"][0] == broken[0]


def test_pages_give_the_true_words_back(tiny):
    corpus = datasets.Dataset.from_dict({"text": [TEXT, TEXT, CLEAN], "page": [PAGE, None, PAGE]})
    mended = corpus.map(BatchMender(**tiny, html="page"), batched=True)
    assert mended["text"][:] == [TRUE, MENDED, CLEAN]
    assert mended["page"][:] == [PAGE, None, PAGE]


class TestFingerprint:
    def test_it_tells_options_apart(self, tiny):
        prints = {Hasher.hash(BatchMender(**options)) for options in ({}, {"unsure": "mark"}, {"title": "t"}, tiny)}
        assert len(prints) == 4

    def test_it_is_the_same_after_use(self, tiny):
        mender = BatchMender(**tiny)
        before = Hasher.hash(mender)
        mender({"text": [TEXT]})
        assert Hasher.hash(mender) == before == Hasher.hash(BatchMender(**dict(reversed(tiny.items()))))

    def test_it_is_the_same_in_another_process(self):
        code = (
            "from datasets.fingerprint import Hasher; from textmend.connect.batches import BatchMender; "
            "print(Hasher.hash(BatchMender(title='t', metadata=['a'], unsure='mark', threads=1)))"
        )
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert run.stdout.strip() == Hasher.hash(BatchMender(title="t", metadata=["a"], unsure="mark", threads=1))

    def test_it_tells_versions_of_textmend_apart(self):
        old = Recipe(Recipe.of().policy, version="0.0.1")
        assert Hasher.hash(old) != Hasher.hash(Recipe.of())

    def test_what_is_cached_is_not_mended_again(self, tiny, corpus, monkeypatch):
        first = corpus.map(BatchMender(**tiny), batched=True)
        monkeypatch.setattr(Recipe, "mender", None)
        again = corpus.map(BatchMender(**tiny), batched=True)
        assert again["text"][:] == first["text"][:]
        with pytest.raises(TypeError):
            corpus.map(BatchMender(**tiny, unsure="mark"), batched=True)
