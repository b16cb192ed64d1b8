"""Reading and writing formats: round trips as laws, hostile bytes, and what stays to the byte."""

from __future__ import annotations

import json

import pytest
from corpus_fakes import article, fake
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import PAIR, any_text

from textmend.corpus.entries import Place
from textmend.corpus.json_object import JsonObject, Number
from textmend.corpus.lines import PIECE, lines
from textmend.corpus.options import FieldNames, Options
from textmend.corpus.run import clean
from textmend.corpus.statistics import Statistics, source_name
from textmend.corpus.worker import Task, work
from textmend.errors import FileError, PolicyError, RecordError

TEXT = any_text.filter(lambda text: not PAIR.search(text))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)
OBJECTS = st.dictionaries(TEXT, JSON, max_size=6)


class Chunks:
    """A source that gives its bytes in these chunks, then fails if it should."""

    def __init__(self, chunks, error=None):
        self.chunks, self.error = list(chunks), error

    def chunk(self):
        if self.chunks:
            return self.chunks.pop(0)
        if self.error:
            raise self.error
        return b""


def cut(data, places):
    places = sorted({min(place, len(data)) for place in places})
    return [part for part in (data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)) if part]


@given(OBJECTS, st.booleans(), st.sampled_from([None, 1, "\t"]))
def test_what_is_not_changed_stays_to_the_byte(record, ascii_only, indent):
    text = json.dumps(record, ensure_ascii=ascii_only, indent=indent)
    assert JsonObject(text).with_fields({}, {}) == text


@given(OBJECTS, TEXT, st.booleans(), JSON)
def test_a_changed_and_an_added_field_are_the_only_ones_that_differ(record, text, ascii_only, added):
    record = {**record, "text": "old"}
    record.pop("new", None)
    read = JsonObject(json.dumps(record, ensure_ascii=ascii_only))
    written = read.with_fields({"text": read.encoded(text)}, {"new": read.encoded(added)})
    assert json.loads(written) == {**record, "text": text, "new": added}


@given(st.text('{}[]",:\\u0aTruefalsn1-. \t', max_size=30))
def test_it_takes_what_json_takes(text):
    try:
        expected = json.loads(text)
    except json.JSONDecodeError:
        expected = None
    try:
        read = JsonObject(text).fields
    except RecordError:
        read = None
    if isinstance(expected, dict):
        assert read is not None
        assert list(read) == list(expected)
    else:
        assert read is None


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' + "[" * 100_000, "", " ", "1", '{"a":1} x', '{"a":1,}'])
def test_what_is_no_object_is_told(text):
    with pytest.raises(RecordError, match="no JSON"):
        JsonObject(text)


def test_numbers_are_no_strings_however_long():
    assert isinstance(JsonObject('{"n":' + "9" * 10_000 + "}").fields["n"].value, Number)


@given(
    st.binary(max_size=60).map(lambda data: data.replace(b"a", b"\n")), st.lists(st.integers(0, 60)), st.integers(1, 9)
)
def test_lines_do_not_depend_on_chunks(data, places, longest):
    read = list(lines(Chunks(cut(data, places)), longest))
    assert read == list(lines(Chunks([data] if data else []), longest))
    parts = data.split(b"\n")
    assert [line.data for line in read] == (parts[:-1] if not parts[-1] else parts)
    assert [line.too_long for line in read] == [len(line.data) > longest for line in read]
    for number, line in enumerate(read):  # from every place where reading can go on, the rest is the same
        rest = list(lines(Chunks([data[line.end :]] if data[line.end :] else []), longest, offset=line.end))
        assert rest == read[number + 1 :]


@settings(max_examples=20, deadline=None)
@given(st.integers(-3, 3), st.integers(1, 2), st.lists(st.integers(0, 3 * PIECE), max_size=4), st.booleans())
def test_pieces_of_long_lines_do_not_depend_on_chunks(more, pieces, places, ends):
    data = b"x" * (pieces * PIECE + more) + b"\n" * ends
    read = list(lines(Chunks(cut(data, places)), 100))
    assert read == list(lines(Chunks([data]), 100))
    assert b"".join(line.data for line in read) == data.rstrip(b"\n")
    for number, line in enumerate(read):
        inside = 0 if line.last else line.inside + len(line.data)
        rest = [data[line.end :]] if data[line.end :] else []
        assert list(lines(Chunks(rest), 100, line.end, inside)) == read[number + 1 :]


def test_a_source_that_breaks_off_says_where():
    *whole, last = lines(Chunks([b"a\nb"], FileError("gone")), 100)
    assert [line.data for line in whole] == [b"a"]
    assert (last.data, str(last.broken)) == (b"b", "gone")


def found(texts):
    from corpus_fakes import make

    places = tuple(Place("f", number, 0) for number, _ in enumerate(texts))
    raws = [json.dumps({"text": text}).encode() for text in texts]
    return work(Task("jsonl", raws, places), make(), Options()).statistics


@given(st.lists(st.integers(0, 20), max_size=20))
def test_statistics_survive_json(numbers):
    statistics = found([article(number) for number in numbers])
    again = Statistics.from_dict(json.loads(json.dumps(statistics.to_dict())))
    assert again == statistics
    both = Statistics()
    both.add(statistics)
    assert both == statistics


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("https://www.Otter.example/a?b", "otter.example"),
        ("//otter.example/x", "otter.example"),
        ("The Daily Otter", "The Daily Otter"),
        ("http://[", "http://["),
    ],
)
def test_the_name_of_a_source(value, name):
    assert source_name(value) == name


class TestParquet:
    """One document a row."""

    pa = pytest.importorskip("pyarrow")

    def table(self, **columns):
        pa = self.pa
        kind = pa.dictionary(pa.int8(), pa.string())
        count = len(columns["text"])
        schema = pa.schema(
            [
                pa.field("n", pa.int16(), nullable=False, metadata={"unit": "otters"}),
                ("text", pa.large_string()),
                ("kind", kind),
                ("deep", pa.list_(pa.struct([("a", pa.float32())]))),
                ("blob", pa.binary()),
            ],
            metadata={"made": "by hand"},
        )
        return pa.table(
            {
                "n": list(range(count)),
                "text": columns["text"],
                "kind": pa.array(["even" if n % 2 else "odd" for n in range(count)]).dictionary_encode().cast(kind),
                "deep": [[{"a": n / 3}] for n in range(count)],
                "blob": [bytes([n % 256]) for n in range(count)],
            },
            schema=schema,
        )

    def test_only_the_text_changes_and_the_schema_stays(self, tmp_path):
        import pyarrow.parquet as pq

        table = self.table(text=[article(n) if n != 7 else None for n in range(150)])
        pq.write_table(table, tmp_path / "in.parquet", row_group_size=40, compression="zstd")
        outcome = clean([tmp_path / "in.parquet"], tmp_path / "out.parquet", mender=fake(), workers=2)
        file = pq.ParquetFile(tmp_path / "out.parquet")
        out = file.read()
        before = pq.read_schema(tmp_path / "in.parquet")
        assert out.schema.remove(5).equals(before, check_metadata=True)
        rest = table.filter(self.pa.compute.is_valid(table["text"]))
        for name in ("n", "kind", "deep", "blob"):
            assert out[name].to_pylist() == rest[name].to_pylist()
        mended = [text.replace("night  against", "night raids against") for text in rest["text"].to_pylist()]
        assert out["text"].to_pylist() == mended
        assert [bool(given) for given in out["textmend"].to_pylist()] == [
            "night  " in text or "Icelandic ," in text for text in rest["text"].to_pylist()
        ]
        assert file.metadata.row_group(0).num_rows == 40
        assert file.metadata.row_group(0).column(0).compression == "ZSTD"
        (reject,) = [json.loads(line) for line in outcome.rejects.read_text().splitlines()]
        assert (reject["kind"], reject["record"]) == ("not_a_string", 8)

    @pytest.mark.parametrize(("field", "message"), [("body", "no column 'body'"), ("n", "should hold strings")])
    def test_a_wrong_column_is_told_at_once(self, tmp_path, field, message):
        import pyarrow.parquet as pq

        pq.write_table(self.table(text=["a"]), tmp_path / "in.parquet")
        with pytest.raises(FileError, match=message):
            clean(
                [tmp_path / "in.parquet"],
                tmp_path / "out.parquet",
                options=Options(fields=FieldNames(text=field)),
                mender=fake(),
            )

    @pytest.mark.parametrize("kind", ["string", "large_string", "binary", "large_binary"])
    def test_pages_may_be_strings_or_bytes(self, tmp_path, kind):
        import pyarrow.parquet as pq

        pages = ["<p>patrols</p>", None]
        table = self.pa.table({"text": ["night  against", "night  against"]})
        table = table.append_column("page", self.pa.array(pages).cast(getattr(self.pa, kind)()))
        pq.write_table(table, tmp_path / "in.parquet")
        options = Options(fields=FieldNames(html="page"))
        clean([tmp_path / "in.parquet"], tmp_path / "out.parquet", options=options, mender=fake(pages=True), workers=1)
        out = pq.read_table(tmp_path / "out.parquet")
        assert out["text"].to_pylist() == ["night patrols against", "night raids against"]
        assert out["page"].equals(table["page"])

    def test_a_row_group_that_can_not_be_read_is_rejected(self, tmp_path):
        import pyarrow.parquet as pq

        table = self.pa.table({"text": [f"{number} {article(number)}" for number in range(90)]})
        path = tmp_path / "in.parquet"
        pq.write_table(table, path, row_group_size=30, compression="gzip", use_dictionary=False)
        column = pq.read_metadata(path).row_group(1).column(0)
        middle = column.data_page_offset + column.total_compressed_size // 2
        data = bytearray(path.read_bytes())
        data[middle : middle + 40] = bytes(40)
        path.write_bytes(data)
        outcome = clean([path], tmp_path / "out.parquet", mender=fake(), workers=1)
        texts = pq.read_table(tmp_path / "out.parquet")["text"].to_pylist()
        assert [int(text.split()[0]) for text in texts] == [*range(30), *range(60, 90)]
        (reject,) = [json.loads(line) for line in outcome.rejects.read_text().splitlines()]
        assert (reject["kind"], reject["record"]) == ("unreadable", 31)
        assert "rows 31 to 60 can't be read" in reject["reason"]

    def test_a_corpus_without_documents(self, tmp_path):
        import pyarrow.parquet as pq

        pq.write_table(self.table(text=["a"]).slice(0, 0), tmp_path / "in.parquet")
        clean([tmp_path / "in.parquet"], tmp_path / "out.parquet", mender=fake(), workers=1)
        assert pq.read_table(tmp_path / "out.parquet").num_rows == 0

    @pytest.mark.parametrize("column", ["text", "id", "source", "notes", "list", "struct", "map"])
    def test_one_row_that_is_not_utf8_is_one_reject(self, tmp_path, column):
        import pyarrow.parquet as pq

        pa = self.pa
        good = [f"{number} {article(number)}" for number in range(40)]
        bad = pa.array([(b"caf\xe9" if n == 17 else text.encode()) for n, text in enumerate(good)]).view(pa.string())
        columns = {name: bad if name == column else pa.array(good) for name in ("text", "id", "source", "notes")}
        if column == "list":
            columns["list"] = pa.ListArray.from_arrays(list(range(41)), bad)
        if column == "struct":
            columns["struct"] = pa.StructArray.from_arrays([bad], ["deep"])
        if column == "map":
            columns["map"] = pa.MapArray.from_arrays(list(range(41)), pa.array(good), bad)
        pq.write_table(pa.table(columns), tmp_path / "in.parquet", row_group_size=16)
        options = Options(fields=FieldNames(source="source"))
        outcome = clean([tmp_path / "in.parquet"], tmp_path / "out.parquet", options=options, mender=fake(), workers=1)
        numbers = [int(text.split()[0]) for text in pq.read_table(tmp_path / "out.parquet")["text"].to_pylist()]
        assert numbers == [n for n in range(40) if n != 17]
        (reject,) = [json.loads(line) for line in outcome.rejects.read_text().splitlines()]
        assert (reject["kind"], reject["record"]) == ("not_utf8", 18)
        assert repr(column) in reject["reason"]
        assert "caf\udce9" in json.dumps(json.loads(reject["raw"])[column]).encode().decode("unicode_escape")

    def test_dates_that_python_can_not_hold_are_no_reason(self, tmp_path):
        import pyarrow.parquet as pq

        pa = self.pa
        odd = pa.array([1, 2**40, 3], pa.timestamp("s"))
        table = pa.table({"text": ["one", "RAISE two", "three"], "id": odd, "when": odd})
        pq.write_table(table, tmp_path / "in.parquet")
        outcome = clean([tmp_path / "in.parquet"], tmp_path / "out.parquet", mender=fake(), workers=1)
        assert pq.read_table(tmp_path / "out.parquet")["text"].to_pylist() == ["one", "three"]
        (reject,) = [json.loads(line) for line in outcome.rejects.read_text().splitlines()]
        assert (reject["kind"], reject["id"]) == ("not_mended", str(2**40 * 1000))  # Parquet counts milliseconds


class TestPagesInAFolder:
    @pytest.fixture
    def pages(self, tmp_path):
        folder = tmp_path / "pages"
        folder.mkdir()
        (folder / "7.html").write_text("<p>patrols</p>")
        return folder

    def test_a_record_has_the_page_that_is_named_as_it_is(self, tmp_path, pages):
        rows = [{"id": 7, "text": "night  against"}, {"id": "8", "text": "night  against"}, {"text": "night  against"}]
        source = tmp_path / "in.jsonl"
        source.write_text("".join(json.dumps(row) + "\n" for row in rows))
        clean([source], tmp_path / "out.jsonl", options=Options(pages=str(pages)), mender=fake(pages=True), workers=1)
        written = [json.loads(line)["text"] for line in (tmp_path / "out.jsonl").read_text().splitlines()]
        assert written == ["night patrols against", "night raids against", "night raids against"]

    def test_a_text_file_too(self, tmp_path, pages):
        texts = tmp_path / "texts"
        texts.mkdir()
        for name in ("7.txt", "8.txt"):
            (texts / name).write_text("night  against")
        clean([texts], tmp_path / "out", options=Options(pages=str(pages)), mender=fake(pages=True), workers=1)
        written = {path.name: path.read_text() for path in (tmp_path / "out").glob("*.txt")}
        assert written == {"7.txt": "night patrols against", "8.txt": "night raids against"}

    def test_a_mender_that_takes_no_pages_is_refused(self, tmp_path, pages):
        source = tmp_path / "in.jsonl"
        source.write_text('{"text": "night  against"}\n')
        with pytest.raises(PolicyError, match="--html-dir"):
            clean([source], tmp_path / "out.jsonl", options=Options(pages=str(pages)), mender=fake(), workers=1)
