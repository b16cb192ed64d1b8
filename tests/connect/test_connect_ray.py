"""Ray Data on a local Ray."""

from __future__ import annotations

import json
import os

import pytest
from tiny_models import CLEAN, MENDED, PAGE, TEXT, TRUE

from textmend.connect.batches import BatchMender
from textmend.connect.ray import MendActor

ray = pytest.importorskip("ray", reason="needs the extra test-connect")
pytest.importorskip("ray.data", reason="needs the extra test-connect")
pytestmark = pytest.mark.filterwarnings("ignore")

ROWS = [{"id": 2**60 + n, "text": [TEXT, CLEAN, None][n % 3], "tags": ["a", "b"][: n % 2]} for n in range(30)]


@pytest.fixture(scope="module", autouse=True)
def cluster():
    """Ray on this machine, with the path on which textmend lies."""
    paths = os.pathsep.join(filter(None, [os.getcwd(), os.environ.get("PYTHONPATH")]))
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, runtime_env={"env_vars": {"PYTHONPATH": paths}})
    ray.data.DataContext.get_current().enable_progress_bars = False
    yield
    ray.shutdown()


def check(rows):
    rows = sorted(rows, key=lambda row: row["id"])
    assert [row["text"] for row in rows] == [MENDED, CLEAN, None] * 10
    assert [row["id"] for row in rows] == [row["id"] for row in ROWS]
    assert [list(row["tags"]) for row in rows] == [row["tags"] for row in ROWS]
    beside = [json.loads(row["textmend"]) for row in rows]
    assert [value and len(value["gaps"]) for value in beside] == [1, None, None] * 10


@pytest.mark.parametrize("batch_format", ["pyarrow", "numpy"])
def test_actors(tiny, batch_format):
    data = ray.data.from_items(ROWS).map_batches(
        MendActor,
        fn_constructor_kwargs=tiny,
        compute=ray.data.ActorPoolStrategy(size=2),
        batch_size=7,
        batch_format=batch_format,
    )
    check(data.take_all())


def test_pages_give_the_true_words_back(tiny):
    data = ray.data.from_items([{"id": n, "text": TEXT, "page": [PAGE, None][n % 2]} for n in range(4)])
    options = {**tiny, "html": "page"}
    rows = data.map_batches(MendActor, fn_constructor_kwargs=options, batch_format="pyarrow").take_all()
    assert [row["text"] for row in sorted(rows, key=lambda row: row["id"])] == [TRUE, MENDED] * 2


def test_the_object_that_serves_datasets(tiny):
    check(ray.data.from_items(ROWS).map_batches(BatchMender(**tiny), batch_format="pyarrow").take_all())
