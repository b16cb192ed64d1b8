"""Options of a cleaning that make no sense are told before the work, each as a typed error."""

from __future__ import annotations

import pytest
from test_run import run, write_lines

from textmend.corpus.options import FieldNames, Options
from textmend.errors import PolicyError


@pytest.mark.parametrize("name", ["top", "limit", "longest", "review_sample", "seed"])
@pytest.mark.parametrize("value", ["5", True, 2.5, float("nan"), -(10**30) + 0.5])
def test_numbers(name, value):
    with pytest.raises(PolicyError, match=name):
        Options(**{name: value})


@pytest.mark.parametrize(
    "given",
    [
        *({"sample": value} for value in ("x", True, float("nan"), None)),
        *({name: "no"} for name in ("annotate", "counts", "drop_documents", "fields")),
        *({name: value} for name in ("pages", "annotations", "encoding") for value in (5, "", "a\0b", "\ud800")),
        *({name: None} for name in ("top", "longest", "fields")),
    ],
)
def test_other_options(given):
    with pytest.raises(PolicyError, match=next(iter(given))):
        Options(**given)


@pytest.mark.parametrize("given", [{"text": None}, {"text": ""}, {"id": 5}, {"html": b"x"}])
def test_fields(given):
    with pytest.raises(PolicyError, match="field"):
        FieldNames(**given)


@pytest.mark.parametrize("given", [{"workers": 2.5}, {"workers": "2"}, {"workers": True}, {"format": "x"}, {"to": "x"}])
def test_of_the_run(tmp_path, given):
    source = write_lines(tmp_path / "in.jsonl", {"text": "a"})
    with pytest.raises(PolicyError):
        run(source, tmp_path / "out.jsonl", **given)
