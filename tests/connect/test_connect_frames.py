"""Frames of pandas and polars, Arrow tables: the same callable, and the recipes of one line."""

from __future__ import annotations

import json

import pytest
from tiny_models import CLEAN, MENDED, PAGE, TEXT, TRUE

from textmend.connect.batches import BatchMender
from textmend.errors import PolicyError

ROWS = {"id": [2**60 + 1, None, 3], "text": [TEXT, None, CLEAN], "two words": [[1], [], [2, 3]]}


class TestPandas:
    pandas = pytest.importorskip("pandas", reason="needs the extra test-connect")

    @pytest.mark.parametrize("dtype", [object, "string", "str"])
    def test_a_frame(self, tiny, dtype):
        frame = self.pandas.DataFrame({"text": self.pandas.Series(ROWS["text"], dtype=dtype), "n": [1.5, 2, 3]})
        frame.index = ["a", "b", "a"]
        before = frame.copy(deep=True)
        mended = BatchMender(**tiny)(frame)
        self.pandas.testing.assert_frame_equal(frame, before)  # the caller's frame is left alone
        self.pandas.testing.assert_frame_equal(mended[["n"]], before[["n"]])
        assert mended["text"].dtype == frame["text"].dtype
        assert mended["text"].isna().tolist() == [False, True, False]
        assert mended["text"].dropna().tolist() == [MENDED, CLEAN]
        beside = mended["textmend"].map(json.loads)
        assert [value and len(value["gaps"]) for value in beside] == [1, None, None]

    def test_pages_give_the_true_words_back(self, tiny):
        frame = self.pandas.DataFrame({"text": [TEXT, TEXT, CLEAN], "page": [PAGE, None, PAGE]})
        mended = BatchMender(**tiny, html="page")(frame)
        assert mended["text"].tolist() == [TRUE, MENDED, CLEAN]
        assert mended["page"].equals(frame["page"])
        origins = [
            [edit["gap"]["fills"][0]["origin"] for edit in json.loads(mended["textmend"][row])["edits"]]
            for row in (0, 1)
        ]
        assert origins == [["source"], ["model"]]

    def test_an_empty_frame(self, tiny):
        mended = BatchMender(**tiny)(self.pandas.DataFrame({"text": []}))
        assert list(mended.columns) == ["text", "textmend"]
        assert len(mended) == 0


class TestPolars:
    polars = pytest.importorskip("polars", reason="needs the extra test-connect")

    def test_a_frame(self, tiny):
        frame = self.polars.DataFrame(ROWS)
        mended = BatchMender(**tiny)(frame)
        assert mended["text"].to_list() == [MENDED, None, CLEAN]
        assert mended.drop("text", "textmend").equals(frame.drop("text"))
        assert mended.schema["textmend"] == self.polars.String

    def test_a_lazy_frame(self, tiny):
        frame = self.polars.LazyFrame(ROWS)
        schema = frame.collect_schema() | {"textmend": self.polars.String}
        mended = frame.map_batches(BatchMender(**tiny), schema=schema)
        assert mended.filter(self.polars.col("textmend") != "null").collect()["text"].to_list() == [MENDED]


class TestArrow:
    arrow = pytest.importorskip("pyarrow", reason="needs the extra test-connect")

    @pytest.mark.parametrize("kind", ["string", "large_string", "string_view"])
    @pytest.mark.parametrize("batch", [False, True])
    def test_a_table(self, tiny, kind, batch):
        text = self.arrow.field("text", getattr(self.arrow, kind)(), metadata={"why": "kept"})
        schema = self.arrow.schema([("id", self.arrow.int64()), text], metadata={"of": "the table"})
        table = self.arrow.Table.from_pydict({"id": ROWS["id"], "text": ROWS["text"]}, schema)
        mended = BatchMender(**tiny)(table.to_batches()[0] if batch else table)
        assert type(mended) is (self.arrow.RecordBatch if batch else self.arrow.Table)
        assert mended.column("text").to_pylist() == [MENDED, None, CLEAN]
        assert mended.column("id").to_pylist() == ROWS["id"]
        assert mended.schema.field("text").equals(text, check_metadata=True)
        assert mended.schema.metadata == {b"of": b"the table"}

    def test_a_missing_column(self, tiny):
        with pytest.raises(PolicyError, match="no column 'text'; there are: body"):
            BatchMender(**tiny)(self.arrow.table({"body": [TEXT]}))


def test_a_mended_text_is_not_lost_where_the_column_held_categories(tiny):
    pandas = pytest.importorskip("pandas", reason="needs the extra test-connect")
    frame = pandas.DataFrame({"text": pandas.Series(ROWS["text"], dtype="category")})
    assert BatchMender(**tiny)(frame)["text"].dropna().tolist() == [MENDED, CLEAN]


def test_two_columns_of_one_name_are_told(tiny):
    arrow = pytest.importorskip("pyarrow", reason="needs the extra test-connect")
    table = arrow.Table.from_arrays([arrow.array(["a"]), arrow.array(["b"])], names=["text", "text"])
    with pytest.raises(PolicyError, match="2 columns 'text'"):
        BatchMender(**tiny)(table)
