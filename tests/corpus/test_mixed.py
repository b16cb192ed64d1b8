"""Folders of several formats, what is written of them, nested fields, and counts to filter on."""

from __future__ import annotations

import bz2
import gzip
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from corpus_fakes import article, fake
from hypothesis import given
from hypothesis import strategies as st

from textmend.corpus.json_object import JsonObject
from textmend.corpus.options import FieldNames, Options
from textmend.corpus.run import clean
from textmend.errors import FileError, PolicyError
from textmend.files import read_document, write_text

pa = pytest.importorskip("pyarrow")
pq = pytest.importorskip("pyarrow.parquet")

GAP, WHOLE = article(3), article(1)
MENDED = GAP.replace("night  against", "night raids against")


def _rows(*texts: str, start: int = 0) -> list[dict[str, Any]]:
    return [{"id": str(start + number), "text": text} for number, text in enumerate(texts)]


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder with every format, files of none, and hidden ones."""
    folder = tmp_path / "corpus"
    (folder / "deep").mkdir(parents=True)
    (folder / ".hidden").mkdir()
    lines = {name: "".join(json.dumps(row) + "\n" for row in _rows(GAP, WHOLE, start=at)).encode()
             for at, name in enumerate(("plain", "gz", "bz2"))}  # fmt: skip
    (folder / "a.jsonl").write_bytes(lines["plain"])
    (folder / "deep/b.jsonl.gz").write_bytes(gzip.compress(lines["gz"]))
    (folder / "c.ndjson.bz2").write_bytes(bz2.compress(lines["bz2"]))
    pq.write_table(pa.Table.from_pylist(_rows(GAP, WHOLE, start=70)), folder / "d.parquet")
    (folder / "deep/e.txt").write_text(GAP)
    (folder / "f.txt").write_text(WHOLE)
    (folder / "f.txt.textmend.json").write_text("{}")
    (folder / "page.html").write_text("<p>")
    (folder / ".done.json").write_text("{}")
    (folder / ".hidden/g.txt").write_text(GAP)
    return folder


def _clean(source: Any, target: Path, **more: Any) -> Any:
    sources = source if isinstance(source, list) else [source]
    return clean(sources, target, mender=fake(), workers=1, **more)


def _read(path: Path) -> list[dict[str, Any]]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()
    data = path.read_bytes()
    data = gzip.decompress(data) if path.suffix == ".gz" else bz2.decompress(data) if path.suffix == ".bz2" else data
    return [json.loads(line) for line in data.splitlines()]


def test_a_mixed_folder_goes_to_a_folder_each_file_as_it_is(mixed, tmp_path):
    outcome = _clean(mixed, tmp_path / "out")
    written = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*[a-z0-9]")}
    assert {"a.jsonl", "deep/b.jsonl.gz", "c.ndjson.bz2", "d.parquet", "deep/e.txt", "f.txt"} <= written
    assert outcome.statistics.documents == 10
    assert outcome.passed_over == 2  # the page, and what lies beside a text
    for name in ("a.jsonl", "deep/b.jsonl.gz", "c.ndjson.bz2", "d.parquet"):
        assert [row["text"] for row in _read(tmp_path / "out" / name)] == [MENDED, WHOLE]
    assert (tmp_path / "out/deep/e.txt").read_text() == MENDED
    assert not (tmp_path / "out/.hidden").exists()


@pytest.mark.parametrize("suffix", [".jsonl", ".jsonl.gz", ".parquet"])
def test_a_mixed_folder_goes_to_one_file(mixed, tmp_path, suffix):
    target = tmp_path / f"all{suffix}"
    outcome = _clean(mixed, target)
    rows = _read(target)
    assert outcome.statistics.documents == len(rows) == 10
    assert sorted(row["text"] for row in rows) == sorted([MENDED, WHOLE] * 5)
    assert {row["id"] for row in rows} >= {"0", "70", "deep/e.txt"}
    notes = [row.get("textmend") for row in rows]
    assert sum(note is not None for note in notes) == 5


@pytest.mark.parametrize("to", ["jsonl", "parquet"])
def test_a_folder_holds_what_is_asked_for(mixed, tmp_path, to):
    _clean(mixed, tmp_path / "out", to=to)
    written = [path for path in (tmp_path / "out").rglob("*.*") if path.is_file() and not path.name.startswith(".")]
    files = sorted(path.relative_to(tmp_path / "out").as_posix() for path in written)
    names = {"a", "c", "d", "deep/b", "texts"}
    assert {file.partition(".")[0] for file in files} == names
    texts = [row["text"] for file in files for row in _read(tmp_path / "out" / file)]
    assert sorted(texts) == sorted([MENDED, WHOLE] * 5)


def test_what_is_written_depends_on_no_kill_and_no_worker(mixed, tmp_path):
    _clean(mixed, tmp_path / "one.jsonl")
    clean([mixed], tmp_path / "two.jsonl", mender=fake(), workers=2, checkpoint_seconds=0)
    assert (tmp_path / "one.jsonl").read_bytes() == (tmp_path / "two.jsonl").read_bytes()


def test_format_takes_only_such_files_of_a_folder(mixed, tmp_path):
    assert _clean(mixed, tmp_path / "out", format="jsonl").statistics.documents == 6


def test_what_can_not_be_written_is_told(mixed, tmp_path):
    with pytest.raises(PolicyError, match="name a folder"):
        _clean(mixed, tmp_path / "out.txt")
    with pytest.raises(PolicyError, match="--to says"):
        _clean(mixed, tmp_path / "out.jsonl", to="parquet")
    (mixed / "a.ndjson").write_text("")
    with pytest.raises(PolicyError, match="would both be written"):
        _clean(mixed, tmp_path / "out", to="parquet")


def test_columns_have_types_that_hold_every_line(tmp_path):
    rows = [
        {"text": WHOLE, "n": 1, "x": 1, "mix": 1, "deep": {"a": [1]}, "flag": True, "none": None, "big": 1},
        {"text": GAP, "n": 2, "x": 0.5, "mix": "a", "flag": None, "late": "b", "big": 2**70},
    ]
    source = tmp_path / "in.jsonl"
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    _clean(source, tmp_path / "out.parquet", options=Options(counts=True))
    table = pq.read_table(tmp_path / "out.parquet")
    types = {name: str(table.schema.field(name).type) for name in table.schema.names}
    assert types == {
        "text": "string", "n": "int64", "x": "double", "mix": "string", "deep": "string", "flag": "bool",
        "none": "string", "big": "string", "late": "string", "textmend": "string", "textmend_words": "int64",
        "textmend_gaps": "int64", "textmend_applied": "int64", "textmend_open": "int64", "textmend_rate": "double",
    }  # fmt: skip
    first, second = table.to_pylist()
    assert (json.loads(first["mix"]), json.loads(second["mix"]), json.loads(first["deep"])) == (1, "a", {"a": [1]})
    assert (json.loads(second["big"]), first["late"], first["textmend"]) == (2**70, None, None)
    assert json.loads(second["textmend"])["edits"]


def test_parquet_as_json_keeps_what_json_can_hold(tmp_path):
    import datetime

    table = pa.table({
        "text": [GAP],
        "when": [datetime.datetime(2026, 1, 2, 3, 4)],
        "data": [b"\xff\x00"],
        "nan": [float("nan")],
        "list": [[1, None]],
    })  # fmt: skip
    pq.write_table(table, tmp_path / "in.parquet")
    _clean(tmp_path / "in.parquet", tmp_path / "out.jsonl")
    (row,) = _read(tmp_path / "out.jsonl")
    assert (row["text"], row["when"], row["data"], row["nan"], row["list"]) == (
        MENDED, "2026-01-02T03:04:00", "/wA=", None, [1, None]
    )  # fmt: skip


# --- nested fields


def test_a_nested_text_changes_in_its_place_and_nothing_else_does(tmp_path):
    line = '{"id" : 7, "article": {"n": 1.50, "body":  %s, "é": [1, 2 ]}, "z":null}'
    source = tmp_path / "in.jsonl"
    source.write_text(line % json.dumps(GAP, ensure_ascii=False) + "\n")
    options = Options(fields=FieldNames(text="article.body"), annotations=None)
    _clean(source, tmp_path / "out.jsonl", options=options)
    assert (tmp_path / "out.jsonl").read_text() == line % json.dumps(MENDED, ensure_ascii=False) + "\n"


def test_a_field_called_just_so_goes_first(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"a.b": GAP, "a": {"b": 5}}) + "\n" + json.dumps({"a": 5}) + "\n")
    outcome = _clean(source, tmp_path / "out.jsonl", options=Options(fields=FieldNames(text="a.b")))
    (row,) = _read(tmp_path / "out.jsonl")
    assert (row["a.b"], row["a"]) == (MENDED, {"b": 5})
    assert outcome.statistics.rejects == {"no_text": 1}


@pytest.mark.parametrize("target", ["out.parquet", "out.jsonl"])
def test_a_nested_column_changes_in_its_place(tmp_path, target):
    inner = [
        {"body": GAP, "n": 1, "more": {"x": [1]}},
        None,
        {"body": None, "n": 2, "more": None},
        {"body": WHOLE, "n": 3, "more": {"x": []}},
    ]
    table = pa.table({"id": [1, 2, 3, 4], "article": inner}).replace_schema_metadata({"k": "v"})
    pq.write_table(table, tmp_path / "in.parquet")
    options = Options(fields=FieldNames(text="article.body", source="article.n"))
    outcome = _clean(tmp_path / "in.parquet", tmp_path / target, options=options)
    rows = _read(tmp_path / target)
    assert [row["id"] for row in rows] == [1, 4]
    assert [row["article"] for row in rows] == [{**inner[0], "body": MENDED}, inner[3]]
    assert outcome.statistics.rejects == {"not_a_string": 2}
    assert set(outcome.statistics.sources) == {"1", "3"}
    if target.endswith("parquet"):
        schema = pq.read_schema(tmp_path / target)
        assert schema.field("article").type == table.schema.field("article").type
        assert schema.metadata[b"k"] == b"v"


def test_a_nested_column_that_is_not_there_is_told(tmp_path):
    pq.write_table(pa.table({"article": [{"body": GAP}], "other": ["a"]}), tmp_path / "in.parquet")
    for name in ("article.title", "other.body", "article"):
        with pytest.raises(FileError):
            _clean(tmp_path / "in.parquet", tmp_path / "out.parquet", options=Options(fields=FieldNames(text=name)))


_NAMES = st.sampled_from(["a", "b", "a.b", ".", "é"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(_NAMES, _JSON, max_size=3), st.sampled_from(["a", "a.b", "b.a.b", "a..", "é.a"]), st.integers(0, 2)
)
def test_a_change_changes_what_was_found_and_nothing_else(record, name, indent):
    text = json.dumps(record, ensure_ascii=False, indent=indent or None)
    found = JsonObject(text).find(name)
    if found is None:
        return
    assert json.loads(text[found.start : found.end], parse_int=str) == found.value
    changed = JsonObject(text).with_fields({name: '"NEW"'}, {})
    assert changed == text[: found.start] + '"NEW"' + text[found.end :]
    assert JsonObject(changed).find(name).value == "NEW"


# --- counts


def test_counts_are_numbers_in_every_document(tmp_path):
    source = tmp_path / "in.jsonl"
    rows = _rows(article(15), WHOLE, "")
    source.write_text("".join(json.dumps(row) + "\n" for row in rows))
    for target in ("out.jsonl", "out.parquet"):
        _clean(source, tmp_path / target, options=Options(counts=True, annotations="note"))
        damaged, whole, empty = _read(tmp_path / target)
        words = len(article(15).split())
        assert {name: damaged[f"note_{name}"] for name in ("words", "gaps", "applied", "open", "rate")} == {
            "words": words, "gaps": 2, "applied": 1, "open": 1, "rate": round(2000 / words, 4)
        }  # fmt: skip
        assert (whole["note_gaps"], whole["note_rate"], empty["note_rate"]) == (0, 0.0, 0.0)


def test_counts_have_no_room_where_a_field_has_their_name(tmp_path):
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"text": WHOLE, "textmend_rate": 1}) + "\n")
    outcome = _clean(source, tmp_path / "out.jsonl", options=Options(counts=True))
    assert outcome.statistics.rejects == {"field_taken": 1}
    with pytest.raises(PolicyError):
        Options(counts=True, fields=FieldNames(source="textmend_rate"))


# --- compressed texts


_PACKED = {"a.txt.gz": gzip.compress, "deep/b.md.bz2": bz2.compress}


@pytest.fixture
def compressed(tmp_path: Path) -> Path:
    """A folder of compressed texts, each of which has a gap."""
    folder = tmp_path / "corpus"
    (folder / "deep").mkdir(parents=True)
    for name, pack in _PACKED.items():
        (folder / name).write_bytes(pack(GAP.encode()))
    return folder


def test_compressed_texts_stay_compressed(compressed, tmp_path):
    outcome = _clean(compressed, tmp_path / "out")
    assert (outcome.statistics.documents, outcome.passed_over) == (2, 0)
    for name in _PACKED:
        assert read_document(tmp_path / "out" / name).text == MENDED
        assert json.loads((tmp_path / "out" / f"{name}.textmend.json").read_text())["edits"]


def test_zstandard_texts_too(tmp_path):
    pytest.importorskip("backports.zstd" if sys.version_info < (3, 14) else "compression.zstd")
    write_text(tmp_path / "a.text.zst", GAP.encode())
    _clean(tmp_path / "a.text.zst", tmp_path / "out/")
    assert read_document(tmp_path / "out/a.text.zst").text == MENDED


def test_compressed_texts_become_records_under_their_names(compressed, tmp_path):
    _clean(compressed, tmp_path / "all.jsonl")
    assert {row["id"]: row["text"] for row in _read(tmp_path / "all.jsonl")} == dict.fromkeys(_PACKED, MENDED)


@pytest.mark.parametrize("name", ["out.txt", "out.txt.gz", "out.md.bz2"])
def test_the_name_of_the_output_says_how_one_text_is_compressed(compressed, tmp_path, name):
    _clean(compressed / "a.txt.gz", tmp_path / name)
    assert read_document(tmp_path / name).text == MENDED


def test_a_text_is_as_long_as_it_is_decompressed(tmp_path):
    (tmp_path / "bomb.txt.gz").write_bytes(gzip.compress(b"a " * 5_000_000))
    outcome = _clean(tmp_path / "bomb.txt.gz", tmp_path / "out/", options=Options(longest=1000))
    assert outcome.statistics.rejects == {"too_long": 1}


@pytest.mark.parametrize("damage", [lambda data: data[:-12], lambda data: b"plain words"])
def test_a_broken_text_is_rejected_and_the_others_are_cleaned(compressed, tmp_path, damage):
    broken = compressed / "a.txt.gz"
    broken.write_bytes(damage(broken.read_bytes()))
    outcome = _clean(compressed, tmp_path / "out")
    assert outcome.statistics.rejects == {"unreadable": 1}
    assert read_document(tmp_path / "out/deep/b.md.bz2").text == MENDED
    (reject,) = _read(tmp_path / "out.rejects.jsonl")
    assert (reject["source"], reject["raw"]) == (str(broken), None)


def test_fields_that_neither_python_nor_parquet_can_hold(tmp_path):
    number = "9" * 5000
    lines = f'{{"text": "a", "n": {number}, "o": [{number}], "\\ud800": 1}}\n{{"text": "b", "n": 1}}\n'
    (tmp_path / "in.jsonl").write_text(lines)
    clean([tmp_path / "in.jsonl"], tmp_path / "out.parquet", mender=fake(), workers=1)
    row = pq.read_table(tmp_path / "out.parquet").to_pylist()[0]
    assert row == {"text": "a", "n": number, "o": f"[{number}]", "\\ud800": 1, "textmend": None}


def test_two_columns_of_one_name_are_not_made_one(tmp_path):
    table = pa.Table.from_arrays([pa.array(["a"]), pa.array([1]), pa.array([2])], names=["text", "n", "n"])
    pq.write_table(table, tmp_path / "in.parquet")
    with pytest.raises(FileError, match="two columns 'n'"):
        clean([tmp_path / "in.parquet"], tmp_path / "out.jsonl", mender=fake(), workers=1)
    clean([tmp_path / "in.parquet"], tmp_path / "out.parquet", mender=fake(), workers=1)
    written = pq.ParquetFile(tmp_path / "out.parquet").schema_arrow.names
    assert written == ["text", "n", "n", "textmend"]


def test_columns_of_which_no_row_can_be_taken_are_told_before_the_work(tmp_path):
    table = pa.table({"text": ["a"], "n": pa.array(["b"], pa.string_view())})
    pq.write_table(table, tmp_path / "in.parquet")
    if pq.read_schema(tmp_path / "in.parquet").field("n").type != pa.string_view():
        pytest.skip("this PyArrow reads them as strings")
    with pytest.raises(FileError, match="the column 'n' holds string_view"):
        clean([tmp_path / "in.parquet"], tmp_path / "out.parquet", mender=fake(), workers=1)


def test_an_id_that_no_file_can_be_called_has_no_page(tmp_path):
    (tmp_path / "pages").mkdir()
    ids = ["x" * 300, "\ud800", "a\0b", "..", "../../etc/passwd"]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps({"id": id, "text": "a"}) + "\n" for id in ids))
    options = Options(pages=str(tmp_path / "pages"))
    outcome = clean(
        [tmp_path / "in.jsonl"], tmp_path / "out.jsonl", mender=fake(pages=True), workers=1, options=options
    )
    assert outcome.rejects is None
