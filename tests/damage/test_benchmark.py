"""Reading and sampling benchmarks."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import json

import pytest
from fake_system import record, write_lines
from hypothesis import given
from hypothesis import strategies as st

from textmend.damage.benchmark import read_benchmark, sample, sample_gaps, shape_of
from textmend.errors import FileError, RecordError, TextmendError

RECORDS = [record(f"r{number}", "The‹ ›of‹ ›sank.", "loss", "Oslo") for number in range(12)]


def test_records_are_read_with_what_the_file_leaves_out(tmp_path):
    path = write_lines(
        tmp_path / "b.jsonl", [record("one", "The ‹›, said‹  ›otters.", "late Ann Roe", "two wet", title="T")]
    )
    (one,) = read_benchmark(path).records
    assert one.title == "T"
    assert one.words == 4
    assert [(gap.lost, gap.words, gap.shape) for gap in one.gaps] == [
        ("late Ann Roe", 3, "phrase"),
        ("two wet", 2, "word"),
    ]


def test_compressed_files_read_alike_and_have_one_digest(tmp_path):
    plain = write_lines(tmp_path / "b.jsonl", RECORDS)
    data = plain.read_bytes()
    (tmp_path / "b.jsonl.bz2").write_bytes(bz2.compress(data))
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(data))
    read = [read_benchmark(tmp_path / name) for name in ("b.jsonl", "b.jsonl.bz2", "b.jsonl.gz")]
    assert read[0].records == read[1].records == read[2].records
    assert {one.digest for one in read} == {hashlib.sha256(data).hexdigest()}
    assert {one.name for one in read} == {"b"}


def test_clean_texts_need_no_id(tmp_path):
    path = write_lines(tmp_path / "c.jsonl", [{"text": "Otters swim."}, {"text": "Otters swim."}])
    read = read_benchmark(path, clean=True)
    assert [one.id for one in read.records] == ["line 1", "line 2"]
    assert read.gaps == 0


GOOD = record("x", "A‹ ›b.", "c")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"text": 5}, "'text' should be a string"),
        ({"id": None}, "'id' should be a string"),
        ({"variant": 1}, "'variant' should be a string"),
        ({"title": 1}, "'title' should be a string"),
        ({"gaps": {}}, "'gaps' should be a list"),
        ({"gaps": [3]}, "gap 0: expected a JSON object"),
        ({"gaps": [{"start": 1, "end": 99, "lost": "c"}]}, "no span of the text"),
        ({"gaps": [{"start": True, "end": 2, "lost": "c"}]}, "no span of the text"),
        ({"gaps": [{"start": 0, "end": 1, "lost": "c"}]}, "a gap is white space"),
        ({"gaps": [{"start": 1, "end": 2, "lost": " "}]}, "holds no words"),
        ({"gaps": [{"start": 1, "end": 2}]}, "'lost' is missing"),
        ({"gaps": [{"start": 1, "end": 2, "lost": "c", "accept": "d"}]}, "'accept' should be a list"),
        ({"gaps": [{"start": 1, "end": 2, "lost": "c"}] * 2}, "overlaps the gap before"),
    ],
)
def test_malformed_records_name_file_and_line(tmp_path, change, message):
    path = write_lines(tmp_path / "b.jsonl", [GOOD, {**GOOD, "id": "y", **change}])
    with pytest.raises(RecordError, match=message) as caught:
        read_benchmark(path)
    assert f"{path}:2" in str(caught.value)


def test_lines_that_are_no_records_are_refused(tmp_path):
    path = tmp_path / "b.jsonl"
    for line, error, message in (
        (b"[1]\n", RecordError, "expected a JSON object"),
        (b"{oops\n", RecordError, "is not JSON"),
        (b'{"text": "\xff"}\n', FileError, "is not UTF-8"),
        (b"\n\n", RecordError, "holds no records"),
    ):
        path.write_bytes(line)
        with pytest.raises(error, match=message):
            read_benchmark(path)


def test_unreadable_files_are_typed_errors(tmp_path):
    broken = tmp_path / "b.jsonl.bz2"
    broken.write_bytes(b"no bzip2")
    cut = tmp_path / "c.jsonl.gz"
    cut.write_bytes(gzip.compress(json.dumps(GOOD).encode())[:-12])
    spoilt = tmp_path / "d.jsonl.gz"
    spoilt.write_bytes(gzip.compress(b"a")[:10] + b"\xff" * 20)
    for path in (tmp_path / "none.jsonl", broken, cut, spoilt, tmp_path):
        with pytest.raises(TextmendError, match="can't be read"):
            read_benchmark(path)


def test_an_id_that_stands_twice_is_refused(tmp_path):
    with pytest.raises(RecordError, match="stands in line 1 too"):
        read_benchmark(write_lines(tmp_path / "b.jsonl", [GOOD, GOOD]))


def test_a_clean_text_with_gaps_is_refused(tmp_path):
    with pytest.raises(RecordError, match="a clean text has gaps"):
        read_benchmark(write_lines(tmp_path / "b.jsonl", [GOOD]), clean=True)


def test_samples_depend_on_ids_and_seed_alone(tmp_path):
    first = read_benchmark(write_lines(tmp_path / "a.jsonl", RECORDS))
    turned = read_benchmark(write_lines(tmp_path / "b.jsonl", RECORDS[::-1]))

    def ids(one):
        return {item.id for item in one.records}

    assert ids(sample(first, 5, 1)) == ids(sample(turned, 5, 1))
    assert ids(sample(first, 4, 1)) < ids(sample(first, 5, 1))
    assert ids(sample(first, 5, 1)) != ids(sample(first, 5, 2))
    assert sample(first, None, 1) is first
    assert len(sample(first, 99, 1).records) == 12


def test_a_sample_of_gaps_holds_whole_records(tmp_path):
    whole = read_benchmark(write_lines(tmp_path / "a.jsonl", [*RECORDS, record("none", "Whole.")]))
    assert sample_gaps(whole, 5).gaps == 4
    assert sample_gaps(whole, 0).records == ()
    assert sample_gaps(whole, None).gaps == 24
    assert "none" not in {one.id for one in sample_gaps(whole, None).records}


@given(st.lists(st.sampled_from(["Oslo", "otter", "Ann"]), min_size=1, max_size=6))
def test_shapes_are_told_apart(words):
    shape = shape_of(" ".join(words))
    if len(words) <= 3 and "otter" not in words:
        assert shape == "name"
    else:
        assert shape == ("word" if len(words) <= 2 else "phrase")
