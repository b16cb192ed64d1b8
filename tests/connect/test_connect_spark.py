"""Spark on this machine: Arrow and pandas batches."""

from __future__ import annotations

import json
import os
import shutil
import sys

import pytest
from tiny_models import CLEAN, MENDED, PAGE, TEXT, TRUE

from textmend.connect.spark import MendPartition, mend
from textmend.errors import PolicyError

pytest.importorskip("pyspark", reason="needs the extra test-connect")
pytest.importorskip("pandas", reason="needs the extra test-connect")
if not (shutil.which("java") or os.environ.get("JAVA_HOME")):
    pytest.skip("Spark needs Java", allow_module_level=True)
pytestmark = pytest.mark.filterwarnings("ignore")

from pyspark.sql import SparkSession

TEXTS = [TEXT, CLEAN, None] * 8
BIG = [None if number % 4 == 0 else 2**60 + number for number in range(24)]
SCHEMA = "id long, text string, big long, tags array<string>, more struct<a: int, b: string>"


@pytest.fixture(scope="module")
def spark():
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # the workers' Python; the path's first otherwise
    session = (
        SparkSession.builder.master("local[2]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "5")
        .config("spark.executorEnv.PYTHONPATH", os.getcwd())
        .getOrCreate()
    )
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


@pytest.fixture(scope="module")
def frame(spark):
    rows = [(n, text, BIG[n], ["a"] * (n % 3), (n, None)) for n, text in enumerate(TEXTS)]
    return spark.createDataFrame(rows, SCHEMA).repartition(3)


def check(frame, mended):
    rows = mended.orderBy("id").collect()
    assert [row.text for row in rows] == [MENDED, CLEAN, None] * 8
    before = frame.orderBy("id").drop("text").collect()
    assert [row[0:1] + row[2:5] for row in rows] == [tuple(row) for row in before]
    beside = [json.loads(row.textmend) for row in rows]
    assert [value and len(value["gaps"]) for value in beside] == [1, None, None] * 8


def test_a_frame_in_batches_of_arrow(tiny, frame):
    mended = mend(frame, **tiny)
    assert mended.schema.fields[:5] == frame.schema.fields
    check(frame, mended)


def test_a_frame_in_batches_of_pandas(tiny, frame):
    partition = MendPartition(**tiny)
    narrow = frame.select("id", "text", "tags")
    rows = narrow.mapInPandas(partition, partition.schema(narrow.schema)).orderBy("id").collect()
    assert [row.text for row in rows] == [MENDED, CLEAN, None] * 8
    assert [len(row.tags) for row in rows] == [n % 3 for n in range(24)]


def test_pages_give_the_true_words_back(tiny, spark):
    frame = spark.createDataFrame([(1, TEXT, PAGE), (2, TEXT, None)], "id long, text string, page string")
    rows = mend(frame, **tiny, html="page").orderBy("id").collect()
    assert [(row.text, row.page) for row in rows] == [(TRUE, PAGE), (MENDED, None)]


def test_gaps_can_be_asked_for_in_sql(tiny, frame):
    from pyspark.sql import functions

    beside = functions.from_json("textmend", "gaps array<struct<start: int, end: int, probability: double>>")
    gaps = mend(frame, **tiny).select(functions.explode(beside.gaps).alias("gap"))
    assert {row.start for row in gaps.select("gap.start").collect()} == {TEXT.index(" and")}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"text": "body"}, "no column 'body'; there are: id, text"),
        ({"title": "headline"}, "no column 'headline'"),
        ({"annotations": "big"}, "frame: there is a field 'big' already"),
        ({"aply_at": 1}, "unknown option 'aply_at'"),
    ],
)
def test_what_is_wrong_is_said_before_a_job_runs(frame, options, said):
    with pytest.raises(PolicyError, match=said):
        mend(frame, **options)
