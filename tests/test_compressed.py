"""Compressed files by their names: what is packed comes back, and what is broken is a typed error."""

from __future__ import annotations

import bz2
import contextlib
import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from textmend.compressed import SUFFIXES, packed, unpacked
from textmend.errors import FileError, MissingExtraError, TextmendError
from textmend.files import read_document, write_text


def possible(suffix):
    try:
        packed(b"", f"x{suffix}")
    except MissingExtraError:
        return False
    return True


NAMES = st.sampled_from(
    ["a.txt", "a.gz.txt", *(f"a.txt{suffix}" for suffix in SUFFIXES if possible(suffix)), "A.TXT.GZ"]
)


@given(st.binary(max_size=200), NAMES)
def test_what_is_packed_comes_back(data, name):
    assert unpacked(packed(data, name), name) == data
    assert packed(data, name) == packed(data, name)


@given(st.binary(max_size=60), NAMES)
def test_whatever_stands_in_a_file_only_typed_errors_come_out(data, name):
    with contextlib.suppress(TextmendError):
        assert isinstance(unpacked(data, name), bytes)


def test_other_programs_read_it():
    assert gzip.decompress(packed(b"otters", "a.gz")) == b"otters"
    assert bz2.decompress(packed(b"otters", "a.bz2")) == b"otters"


@pytest.mark.parametrize("suffix", [".gz", ".bz2"])
def test_a_file_cut_off_is_an_error_that_names_it(tmp_path, suffix):
    file = tmp_path / f"a.txt{suffix}"
    write_text(file, b"The otters swam." * 50)
    assert read_document(file).text == "The otters swam." * 50
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(FileError, match=r"a\.txt.*can't be decompressed"):
        read_document(file)
