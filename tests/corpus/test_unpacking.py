"""Compressed files: whatever is cut off or flipped, all that stands before it is served."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import zlib

import pytest
from corpus_fakes import article, fake
from hypothesis import given, settings
from hypothesis import strategies as st

from textmend.corpus.run import clean
from textmend.corpus.unpacking import Unpacked, zstandard

LINES = [json.dumps({"id": number, "text": article(number) * (number % 5)}).encode() + b"\n" for number in range(4000)]
DATA = b"".join(LINES)


def packed(compression):
    if compression == "zst":
        pytest.importorskip("backports.zstd")
        return zstandard().compress(DATA)
    return gzip.compress(DATA, mtime=0) if compression == "gz" else bz2.compress(DATA, 1)


PACKED = {"gz": packed("gz"), "bz2": packed("bz2")}


def unpacked(data, compression, most=1 << 20):
    reader, found = Unpacked(io.BytesIO(data), compression), b""
    try:
        while piece := reader.read1(most):
            assert len(piece) <= most
            found += piece
    except (OSError, EOFError, zlib.error) as error:
        return found, error
    return found, None


def had(data, compression):
    """Return what a decompressor gives for the start of a file, fed byte by byte: all that can be had."""
    stream = zlib.decompressobj(31) if compression == "gz" else bz2.BZ2Decompressor()
    return b"".join(stream.decompress(data[at : at + 1]) for at in range(len(data)))


@pytest.mark.parametrize("compression", ["gz", "bz2", "zst"])
def test_a_whole_file_comes_whole(compression):
    data = packed(compression)
    assert unpacked(data, compression) == (DATA, None)
    assert unpacked(data + data, compression, most=70_001) == (DATA + DATA, None)
    assert unpacked(data + bytes(100_000), compression) == (DATA, None)
    assert unpacked(b"", compression) == (b"", None)


@settings(max_examples=12)
@given(st.sampled_from(["gz", "bz2"]), st.floats(0.01, 0.999), st.integers(0, 7))
def test_all_before_a_flipped_bit_is_served(compression, place, bit):
    data = bytearray(PACKED[compression])
    at = int(place * len(data))
    data[at] ^= 1 << bit
    found, error = unpacked(bytes(data), compression)
    before = had(PACKED[compression][:at], compression)
    assert found[: len(before)] == before
    assert error is not None or found == DATA  # some bits of a header mean nothing


@settings(max_examples=12)
@given(st.sampled_from(["gz", "bz2"]), st.floats(0.01, 0.999), st.integers(1, 90_000))
def test_all_before_a_cut_is_served(compression, place, most):
    data = PACKED[compression][: int(place * len(PACKED[compression]))]
    found, error = unpacked(data, compression, most)
    assert found == had(data, compression)
    assert isinstance(error, EOFError)


def test_a_run_writes_every_line_before_a_flipped_byte_and_says_where_it_broke(tmp_path):
    data = bytearray(PACKED["gz"])
    at = len(data) * 2 // 3
    data[at] ^= 0xFF
    (tmp_path / "in.jsonl.gz").write_bytes(data)
    outcome = clean([tmp_path / "in.jsonl.gz"], tmp_path / "out.jsonl", mender=fake(), workers=1)
    ids = [json.loads(line)["id"] for line in (tmp_path / "out.jsonl").read_bytes().splitlines()]
    before = had(PACKED["gz"][:at], "gz").count(b"\n")
    assert before > 1000
    assert ids[:before] == list(range(before))
    assert outcome.statistics.rejects["unreadable"] == 1
