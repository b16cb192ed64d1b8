"""Dolma: the attribute files, and where Dolma is installed, its own mixer at work on them."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from strategies import any_text
from tiny_models import CLEAN, TEXT

from textmend import Mender
from textmend.connect.dolma import spans_of, tag
from textmend.errors import FileError, InputError, PolicyError
from textmend.records import Gap

DOLMA = os.environ.get("DOLMA", "dolma")
"""Dolma's command: it needs older libraries than textmend, so it lives in an environment of its own."""


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus" / "documents"
    (folder / "deep").mkdir(parents=True)
    rows = [{"id": "a", "text": TEXT, "source": "s"}, {"id": "b", "text": CLEAN, "source": "s"}]
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    (folder / "deep" / "0.json.gz").write_bytes(gzip.compress(lines))
    (folder / "1.jsonl").write_bytes(lines)
    return folder


def _read(path: Path) -> list[dict]:
    data = path.read_bytes()
    return [json.loads(line) for line in (gzip.decompress(data) if path.suffix == ".gz" else data).splitlines()]


def test_attributes_lie_beside_documents_line_by_line(documents, tiny):
    assert tag(documents, **tiny) == (2, 4, 4)
    folder = documents.parent / "attributes" / "textmend"
    assert sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*")) == ["1.jsonl", "deep/0.json.gz"]
    for name in ("1.jsonl", "deep/0.json.gz"):
        damaged, clean = _read(folder / name)
        assert (damaged["id"], clean["id"]) == ("a", "b")
        gaps = Mender(**tiny).find_gaps(TEXT)
        spans = damaged["attributes"]["textmend__textmend__gap"]
        assert [span[2] for span in spans] == pytest.approx([gap.probability for gap in gaps], abs=1e-4)
        ((start, end, rate),) = damaged["attributes"]["textmend__textmend__rate"]
        assert (start, end) == (0, len(TEXT))
        assert rate == pytest.approx(1000 * len(gaps) / len(TEXT.split()), abs=1e-4)
        assert clean["attributes"]["textmend__textmend__gap"] == []
        assert clean["attributes"]["textmend__textmend__rate"][0][2] == 0


def test_what_is_tagged_already_is_passed_over(documents, tiny):
    tag(documents, experiment="x", **tiny)
    assert tag(documents, experiment="x", **tiny) == (0, 0, 0)
    (documents.parent / "attributes/x/1.jsonl").unlink()
    assert tag(documents, experiment="x", **tiny).files == 1


def test_a_file_that_fails_leaves_no_half_attributes(documents, tiny):
    (documents / "1.jsonl").write_text(json.dumps({"id": "a", "text": TEXT}) + '\n{"id": 5, "text": "a"}\n')
    with pytest.raises(InputError, match=r"1\.jsonl:2"):
        tag(documents, **tiny)
    assert not (documents.parent / "attributes/textmend/1.jsonl").exists()


def test_what_makes_no_sense_is_told(tmp_path, tiny):
    with pytest.raises(PolicyError, match="documents"):
        tag(tmp_path, **tiny)
    with pytest.raises(FileError):
        tag(tmp_path, tmp_path / "out", **tiny)
    with pytest.raises(PolicyError, match="aply"):
        tag(tmp_path, tmp_path / "out", aply=1)


@given(any_text)
def test_no_span_is_empty_or_outside(text):
    gaps = [Gap(start=at, end=at, probability=0.5) for at in range(0, len(text) + 1, 3)]
    for start, end, _ in spans_of(text, gaps)["textmend__textmend__gap"]:
        assert 0 <= start <= end <= len(text)
        assert end > start or not text


def test_dolmas_mixer_leaves_damaged_documents_out_and_marks_gaps(documents, tiny, tmp_path):
    try:
        subprocess.run([DOLMA, "--help"], capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("Dolma is not installed: DOLMA names its command, in an environment of its own")
    tag(documents, **tiny)

    def mix(**more):
        output = tmp_path / f"out{len(list(tmp_path.glob('out*')))}"
        stream = {"name": "s", "documents": [str(documents / "1.jsonl")], "attributes": ["textmend"],
                  "output": {"path": str(output), "max_size_in_bytes": 10**9}, **more}  # fmt: skip
        config = tmp_path / "config.json"
        config.write_text(json.dumps({"streams": [stream], "processes": 1}))
        run = subprocess.run([DOLMA, "-c", str(config), "mix"], capture_output=True, text=True, check=False)
        assert run.returncode == 0, run.stderr
        return [row["text"] for path in sorted(output.iterdir()) for row in _read(path)]

    few = "$.attributes[?(@.textmend__textmend__rate[0][2] >= 1.0)]"
    assert mix(filter={"include": [], "exclude": [few]}) == [CLEAN]
    span = {"span": "$.attributes.textmend__textmend__gap", "min_score": 0.35, "replacement": "{}[…] "}
    marked, clean = mix(span_replacement=[span])
    assert clean == CLEAN
    expected, position = "", 0
    for _, end, _ in spans_of(TEXT, Mender(**tiny).find_gaps(TEXT))["textmend__textmend__gap"]:
        expected += TEXT[position:end] + "[…] "
        position = end
    assert marked == expected + TEXT[position:]
