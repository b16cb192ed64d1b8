"""A run whose work was damaged, or removed, since it stopped is told so; it is never called complete."""

from __future__ import annotations

import pytest
from corpus_fakes import article
from test_run import run, write_lines

from textmend.corpus import run as running
from textmend.corpus import sinks
from textmend.corpus.options import Options
from textmend.errors import FileError


@pytest.fixture
def stopped(tmp_path, monkeypatch):
    """Run until a step, which is not done any more."""

    def stop(place, step, name="out.jsonl", **options):
        lines = [{"text": article(number)} for number in range(30)]
        source = write_lines(tmp_path / "in.jsonl", *lines, {"body": "x"}, {"body": "y"})

        def interrupted(*_):
            raise KeyboardInterrupt

        with monkeypatch.context() as patch:
            patch.setattr(place, step, interrupted)
            with pytest.raises(KeyboardInterrupt):
                run(source, tmp_path / name, **options)
        return source, tmp_path / name, tmp_path / f"{name}.part"

    return stop


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz"])
@pytest.mark.parametrize("cut", [0, 100, None])
def test_documents_that_are_gone_while_an_output_is_made_of_them(stopped, name, cut):
    source, out, work = stopped(sinks.FileSink, "finish", name)
    documents = work / "documents"
    whole = documents.read_bytes()
    documents.unlink()
    if cut is not None:
        documents.write_bytes(whole[:cut])
    with pytest.raises(FileError, match="--force"):
        run(source, out, resume=True)
    assert not out.exists()
    documents.write_bytes(whole)
    assert run(source, out, resume=True).complete
    assert out.exists()


@pytest.mark.parametrize("cut", [100, None])
def test_rejects_that_are_gone_before_they_are_handed_over(stopped, cut):
    source, out, work = stopped(running._Run, "_hand_over_rejects")
    rejects = work / "rejects.jsonl"
    whole = rejects.read_bytes()
    rejects.unlink()
    if cut is not None:
        rejects.write_bytes(whole[:cut])
    with pytest.raises(FileError, match="--force"):
        run(source, out, resume=True)
    rejects.write_bytes(whole)
    assert run(source, out, resume=True).rejects.read_bytes() == whole


@pytest.mark.parametrize("data", [None, b"{", b"[]\n", b'["x", 1, 2, 3, 4, 5]\n', b"[" * 100_000])
def test_a_sample_that_is_damaged_before_it_is_written(stopped, data):
    source, out, work = stopped(running, "write_sample", options=Options(review_sample=3))
    sample = work / "open_gaps.jsonl"
    sample.unlink()
    if data is not None:
        sample.write_bytes(data)
    with pytest.raises(FileError, match="--force"):
        run(source, out, resume=True, options=Options(review_sample=3))


def test_an_output_that_is_gone_before_the_run_is_done(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in "abc":
        write_lines(folder / f"{name}.jsonl", *[{"text": article(number)} for number in range(100)])
    first = tmp_path / "out" / "a.jsonl"

    def progress(_):
        if first.exists():
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(folder, tmp_path / "out/", progress=progress)
    first.unlink()
    with pytest.raises(FileError, match=r"a.jsonl: was written, and is gone.*--force"):
        run(folder, tmp_path / "out/", resume=True)
