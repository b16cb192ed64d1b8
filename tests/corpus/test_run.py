"""What a cleaning writes, rejects and refuses; a mender without models does the work, in real processes."""

from __future__ import annotations

import bz2
import gzip
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest
from corpus_fakes import article, fake

from textmend.corpus import batches
from textmend.corpus.options import FieldNames, MenderSpec, Options
from textmend.corpus.run import clean
from textmend.edits.apply import undo_edits
from textmend.errors import FileError, ModelError, PolicyError
from textmend.records import Edit, Gap


def run(inputs, output, **more):
    more = {"mender": fake(), "workers": 1, **more}
    return clean(inputs if isinstance(inputs, list) else [inputs], output, **more)


def records(path):
    opener = {".gz": gzip.open, ".bz2": bz2.open}.get(path.suffix, open)
    with opener(path, "rb") as lines:
        return [json.loads(line) for line in lines]


def write_lines(path, *items):
    path.write_text("".join(json.dumps(item) + "\n" for item in items))
    return path


def rejected(outcome):
    return {reject["record"]: reject for reject in records(outcome.rejects)}


def test_every_document_is_in_the_output_or_in_the_rejects(corpus, tmp_path):
    outcome = run(corpus, tmp_path / "out.jsonl", workers=2)
    kinds = {record: reject["kind"] for record, reject in rejected(outcome).items()}
    assert kinds == {
        21: "not_json", 41: "not_a_string", 61: "no_text", 81: "not_mended", 301: "not_utf8",
    }  # fmt: skip
    ids = [record["id"] for record in records(tmp_path / "out.jsonl")]
    assert ids == [n for n in range(300) if n not in (20, 40, 60, 80)]
    assert outcome.complete
    assert outcome.statistics.documents == 296
    assert outcome.statistics.rejected == 5


def test_rejects_give_the_bytes_back_and_say_where_they_stood(corpus, tmp_path):
    data = corpus.read_bytes()
    for reject in rejected(run(corpus, tmp_path / "out.jsonl")).values():
        raw = reject["raw"].encode("utf-8", "surrogateescape")
        assert data[reject["offset"] : reject["offset"] + len(raw)] == raw


def test_the_bytes_do_not_depend_on_the_workers(corpus, tmp_path):
    outputs = []
    for workers in (1, 3):
        out = tmp_path / f"{workers}.jsonl"
        run(corpus, out, workers=workers, rejects=tmp_path / f"{workers}.rejects")
        outputs.append((out.read_bytes(), (tmp_path / f"{workers}.rejects").read_bytes()))
    assert outputs[0] == outputs[1]


def test_only_what_is_mended_changes(tmp_path):
    lines = [
        '{ "text" : "They organised night  against trawlers.", "n": 1.0e400, "n":  007e }'.replace("007e", "7e0"),
        '{"a":[1, {"b":"\\u00e9"}], "text":"Nothing is lost.\\u2026"  }\r',
        '{"text":"été, night  against","z":null}',
    ]
    source = tmp_path / "in.jsonl"
    source.write_text("\n\n".join(lines), encoding="utf-8", newline="")
    run(source, tmp_path / "out.jsonl", options=Options(annotations=None))
    expected = [line.replace("night  against", "night raids against") for line in lines]
    assert (tmp_path / "out.jsonl").read_bytes().decode() == "\n".join(expected) + "\n"


@pytest.mark.parametrize("annotate", [False, True])
def test_edits_and_open_gaps_stand_beside_the_text(tmp_path, annotate):
    text = article(15)
    source = write_lines(tmp_path / "in.jsonl", {"text": text})
    run(source, tmp_path / "out.jsonl", options=Options(annotate=annotate, top=1))
    (record,) = records(tmp_path / "out.jsonl")
    beside = record["textmend"]
    edits = [Edit.from_dict(edit) for edit in beside["edits"]]
    assert beside["mended"] is not annotate
    assert [edit.replacement for edit in edits] == [" raids "]
    assert [len(Gap.from_dict(gap).fills) for gap in beside["gaps"]] == [1]
    assert record["text"] == text if annotate else undo_edits(record["text"], edits) == text


@pytest.mark.parametrize(
    ("unsure", "drop", "expected"),
    [
        ("keep", False, "A panel on Icelandic , among them. "),
        ("mark", False, "A panel on Icelandic […], among them. "),
        ("keep", True, None),
    ],
)
def test_unsure_gaps(tmp_path, unsure, drop, expected):
    source = write_lines(tmp_path / "in.jsonl", {"text": "A panel on Icelandic , among them. "}, {"text": "Whole."})
    outcome = run(source, tmp_path / "out.jsonl", mender=fake(unsure=unsure), options=Options(drop_documents=drop))
    assert [record["text"] for record in records(tmp_path / "out.jsonl")] == [
        *([expected] if expected else []),
        "Whole.",
    ]
    assert outcome.statistics.dropped == drop


def test_a_title_reaches_the_mender_and_its_type_is_checked(tmp_path):
    text = "A night  against it."
    source = write_lines(tmp_path / "in.jsonl", *({"text": text, "head": head} for head in ("Raid", None, 3)))
    outcome = run(source, tmp_path / "out.jsonl", options=Options(fields=FieldNames(title="head")))
    texts = [record["text"] for record in records(tmp_path / "out.jsonl")]
    assert texts == ["A night Raid against it.", "A night raids against it."]
    assert "'head' should be a string, not a number" in rejected(outcome)[3]["reason"]


def test_pages_need_a_mender_that_takes_them(tmp_path):
    source = write_lines(tmp_path / "in.jsonl", {"text": "x", "page": "<p>x"})
    with pytest.raises(PolicyError, match="takes none"):
        run(source, tmp_path / "out.jsonl", options=Options(fields=FieldNames(html="page")))


def test_a_field_of_the_annotations_name_is_not_overwritten(tmp_path):
    source = write_lines(tmp_path / "in.jsonl", {"text": "x", "textmend": 1})
    assert rejected(run(source, tmp_path / "out.jsonl"))[1]["kind"] == "field_taken"


@pytest.mark.parametrize("suffix", [".gz", ".bz2", ".zst"])
def test_compressed_files(tmp_path, corpus, suffix):
    pytest.importorskip("backports.zstd" if suffix == ".zst" else "gzip")
    run(corpus, tmp_path / "plain.jsonl", rejects=tmp_path / "r")
    packed = tmp_path / f"out.jsonl{suffix}"
    run(corpus, packed, rejects=tmp_path / "r1")
    again = tmp_path / f"again.jsonl{suffix}"
    run(packed, again, options=Options(annotations=None), rejects=tmp_path / "r2")
    back = tmp_path / "back.jsonl"
    run(again, back, options=Options(annotations=None), rejects=tmp_path / "r3")
    assert back.read_bytes() == (tmp_path / "plain.jsonl").read_bytes()


def test_a_compressed_file_that_is_cut_off_loses_only_what_is_missing(tmp_path, corpus):
    cut = tmp_path / "cut.jsonl.gz"
    cut.write_bytes(gzip.compress(corpus.read_bytes())[:-40])
    whole = write_lines(tmp_path / "whole.jsonl", {"text": "Whole."})
    outcome = run([cut, whole], tmp_path / "out.jsonl")
    last = records(outcome.rejects)[-1]
    assert last["kind"] == "unreadable"
    assert "cut.jsonl.gz" in last["reason"]
    assert records(tmp_path / "out.jsonl")[-1]["text"] == "Whole."


def test_a_line_that_is_too_long_is_rejected_in_pieces(tmp_path):
    long = json.dumps({"text": "otter " * 500_000}).encode()
    (tmp_path / "in.jsonl").write_bytes(b'{"text": "a"}\n' + long + b'\n{"text": "b"}\n')
    outcome = run(tmp_path / "in.jsonl", tmp_path / "out.jsonl", options=Options(longest=100_000))
    pieces = records(outcome.rejects)
    assert "".join(piece["raw"] for piece in pieces).encode() == long
    assert {piece["kind"] for piece in pieces} == {"too_long"}
    assert [piece["more"] for piece in pieces] == [True, True, False]
    assert outcome.statistics.rejected == 1
    assert [record["text"] for record in records(tmp_path / "out.jsonl")] == ["a", "b"]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from there")
@pytest.mark.parametrize("kind", ["jsonl.gz", "parquet"])
def test_a_bomb_is_bounded(tmp_path, kind):
    size = 150_000_000
    path = tmp_path / f"in.{kind}"
    if kind == "parquet":
        pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        parquet.write_table(pa.table({"text": ["a", "\0" * size, "b"]}), path)
    else:
        with gzip.open(path, "wb", compresslevel=1) as file:
            file.write(b'{"text": "a"}\n')
            for _ in range(150):
                file.write(bytes(size // 150))
            file.write(b'\n{"text": "b"}\n')
    code = (
        "import sys; from pathlib import Path; from corpus_fakes import fake; from textmend.corpus.run import clean\n"
        "if __name__ == '__main__':\n"
        "    print(clean([sys.argv[1]], sys.argv[2], mender=fake(), workers=1).statistics.rejects['too_long'])\n"
        "    print(Path('/proc/self/status').read_text().split('VmHWM:')[1].split()[0])"
    )
    script, out = tmp_path / "script.py", tmp_path / f"out.{kind.removesuffix('.gz')}"
    script.write_text(code)
    done = subprocess.run([sys.executable, script, path, out], stdout=subprocess.PIPE, check=True, env=environment())
    rejected, kilobytes = map(int, done.stdout.split())
    assert rejected == 1
    assert out.with_name(out.name + ".rejects.jsonl").stat().st_size < 110_000_000
    assert kilobytes < (1_200_000 if kind == "parquet" else 150_000)  # Arrow reads a value as a whole, and copies it


def test_a_worker_that_dies_is_replaced_and_its_document_rejected(tmp_path):
    source = write_lines(tmp_path / "in.jsonl", *({"text": text} for text in ("a", "DIE", "b")))
    outcome = run(source, tmp_path / "out.jsonl")
    assert [record["text"] for record in records(tmp_path / "out.jsonl")] == ["a", "b"]
    assert rejected(outcome)[2]["kind"] == "worker_died"
    assert "SIGKILL" in rejected(outcome)[2]["reason"]


def test_a_worker_that_dies_once_costs_nothing(tmp_path):
    source = write_lines(tmp_path / "in.jsonl", *({"text": text} for text in ("a", "ONCE", "b")))
    outcome = run(source, tmp_path / "out.jsonl", mender=fake(scratch=str(tmp_path / "died")))
    assert (tmp_path / "died").exists()
    assert outcome.rejects is None
    assert (tmp_path / "out.jsonl").read_bytes() == source.read_bytes()


@pytest.mark.parametrize(
    ("factory", "message"), [("broken", "no such weights"), ("deadly", "exit code 9"), ("absent", "no such function")]
)
def test_a_mender_that_can_not_be_made_stops_the_run(tmp_path, factory, message):
    source = write_lines(tmp_path / "in.jsonl", {"text": "a"})
    with pytest.raises(ModelError, match=message):
        run(source, tmp_path / "out.jsonl", mender=MenderSpec(factory=f"corpus_fakes:{factory}"))
    assert not (tmp_path / "out.jsonl").exists()


def test_limit_and_sample(tmp_path):
    source = write_lines(tmp_path / "in.jsonl", *({"text": str(n)} for n in range(400)))

    def chosen(name, **options):
        run(source, tmp_path / name, options=Options(**options))
        return [int(record["text"]) for record in records(tmp_path / name)]

    first = chosen("a.jsonl", sample=0.2, seed=1)
    assert first == chosen("b.jsonl", sample=0.2, seed=1) != chosen("c.jsonl", sample=0.2, seed=2)
    assert 40 < len(first) < 130
    assert chosen("d.jsonl", limit=70) == list(range(70))
    assert chosen("e.jsonl", limit=5, sample=0.2, seed=1) == first[:5]
    assert chosen("f.jsonl", limit=0) == []


def test_a_sample_is_the_same_in_a_file_and_in_a_folder(tmp_path):
    sources = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        texts = ({"text": f"{name}{n}"} for n in range(200))
        sources.append(write_lines(tmp_path / name / f"{name}.jsonl", *texts))
    run(sources, tmp_path / "out.jsonl", options=Options(sample=0.3))
    run(sources, tmp_path / "out", options=Options(sample=0.3))
    together = [record for path in sorted((tmp_path / "out").glob("*.jsonl")) for record in records(path)]
    assert records(tmp_path / "out.jsonl") == together
    numbers = [{record["text"][1:] for record in together if record["text"].startswith(name)} for name in "ab"]
    assert numbers[0] != numbers[1]


def test_files_of_the_same_name_are_drawn_one_by_one(tmp_path):
    for number in range(60):
        (tmp_path / "in" / str(number)).mkdir(parents=True)
        (tmp_path / "in" / str(number) / "index.txt").write_text("Whole.")
    run(tmp_path / "in", tmp_path / "out.jsonl", options=Options(sample=0.5))
    assert 15 < len(records(tmp_path / "out.jsonl")) < 45


@pytest.mark.parametrize("how", ["same", "symlink", "hardlink"])
@pytest.mark.parametrize("force", [False, True])
def test_an_input_is_never_overwritten(tmp_path, how, force):
    source = write_lines(tmp_path / "in.jsonl", {"text": article(15)})
    before = source.read_bytes()
    output = source if how == "same" else tmp_path / "link.jsonl"
    if how == "symlink":
        output.symlink_to(source)
    if how == "hardlink":
        output.hardlink_to(source)
    with pytest.raises(FileError, match="is the input"):
        run(source, output, force=force)
    with pytest.raises(FileError, match="is the input"):
        run(source, tmp_path / "out.jsonl", rejects=output, force=force)
    assert source.read_bytes() == before


def test_outputs_that_are_there_are_kept_unless_forced(tmp_path):
    source = write_lines(tmp_path / "in.jsonl", {"text": "new"})
    out = write_lines(tmp_path / "out.jsonl", {"text": "old"})
    with pytest.raises(FileError, match="exists already"):
        run(source, out)
    with pytest.raises(FileError, match=r"no record \(out.jsonl.done.json\) says"):
        run(source, out, resume=True)
    assert records(out) == [{"text": "old"}]
    run(source, out, force=True)
    assert records(out) == [{"text": "new"}]


def test_resuming_what_is_done_says_so(tmp_path):
    source = write_lines(tmp_path / "in.jsonl", {"text": article(15)})
    for output in (tmp_path / "out.jsonl", tmp_path / "out"):
        assert run(source, output, resume=True).statistics.documents == 1
        before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
        assert run(source, output, resume=True).statistics is None
        assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


@pytest.mark.parametrize("folder", [False, True])
def test_resuming_what_was_made_of_something_else_is_an_error(tmp_path, folder):
    source = write_lines(tmp_path / "in.jsonl", {"text": article(15)})
    out = tmp_path / ("out" if folder else "out.jsonl")
    run(source, out)
    with pytest.raises(FileError, match=r"made of something else \(top: 5, now 2\).*--force"):
        run(source, out, resume=True, options=Options(top=2))
    written = (out / "in.jsonl") if folder else out
    whole = written.read_bytes()
    written.write_bytes(whole[:-20])
    with pytest.raises(FileError, match=r"not as the run left it.*--force"):
        run(source, out, resume=True)
    written.write_bytes(whole)
    assert run(source, out, resume=True).statistics is None
    write_lines(tmp_path / "in.jsonl", {"text": article(6)})
    with pytest.raises(FileError, match=r"made of something else \(input .*--force"):
        run(source, out, resume=True)
    assert written.read_bytes() == whole
    assert run(source, out, force=True).complete
    assert run(source, out, resume=True).statistics is None


def test_resuming_into_a_folder_of_others_is_an_error(tmp_path):
    source = write_lines(tmp_path / "in.jsonl", {"text": article(15)})
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "holiday.txt").write_text("otters")
    with pytest.raises(FileError, match="no record"):
        run(source, tmp_path / "out", resume=True)


def test_what_the_user_calls_part_and_done_stays(tmp_path):
    source = write_lines(tmp_path / "in.jsonl", {"text": article(15)})
    mine = tmp_path / "out.jsonl.part.done" / "thesis.txt"
    mine.parent.mkdir()
    mine.write_text("years of work")
    run(source, tmp_path / "out.jsonl")
    assert mine.read_text() == "years of work"
    mine = tmp_path / "second.jsonl.part" / "thesis.txt"
    mine.parent.mkdir()
    mine.write_text("years of work")
    for more in ({"resume": True}, {"force": True}):
        with pytest.raises(FileError, match=r"files of others \(thesis.txt\)"):
            run(source, tmp_path / "second.jsonl", **more)
    assert [path.name for path in mine.parent.iterdir()] == ["thesis.txt"]


def _damage(state):
    """Yield ways to damage a checkpoint, by name, each with its bytes."""
    whole = json.loads(state)
    yield "cut", state[: len(state) // 2]
    yield "empty", b""
    yield "no object", b"[]"
    yield "deep", b"[" * 100_000
    yield "no text", b"\xff\xfe"
    for name, value in [("length", 10**9), ("length", None), ("phase", "done"), ("shard", 7), ("reading", "x")]:
        yield f"{name}={value}", json.dumps({**whole, "state": {**whole["state"], name: value}}).encode()
    position = {**whole["state"]["position"], "offset": 10**9}
    yield "offset", json.dumps({**whole, "state": {**whole["state"], "position": position}}).encode()
    yield "state", json.dumps({**whole, "state": [1]}).encode()
    yield "digest", json.dumps({**whole, "digest": None}).encode()


def test_a_damaged_checkpoint_is_told_and_nothing_is_called_complete(corpus, tmp_path, monkeypatch):
    out = tmp_path / "out.jsonl"
    _stop_after(2, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        run(corpus, out)
    monkeypatch.undo()
    state = tmp_path / "out.jsonl.part" / "state.json"
    whole = state.read_bytes()
    for name, data in _damage(whole):
        state.write_bytes(data)
        with pytest.raises(FileError, match=r"state.json: is .*--force"):
            pytest.fail(f"{name}: {run(corpus, out, resume=True)}")
        assert not out.exists()
    state.write_bytes(whole)
    assert run(corpus, out, resume=True).complete
    run(corpus, tmp_path / "whole.jsonl")
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_text_files_and_folders(tmp_path):
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / "a.txt").write_bytes(b"\xef\xbb\xbfThey organised night  against it.\r\n")
    (folder / "deep/b.txt").write_text("Whole.\n")
    (folder / "deep/bad.txt").write_bytes(b"caf\xe9")
    (folder / "notes.pdf").write_text("no text")
    outcome = run(folder, tmp_path / "out")
    assert (tmp_path / "out/a.txt").read_bytes() == b"\xef\xbb\xbfThey organised night raids against it.\r\n"
    assert json.loads((tmp_path / "out/a.txt.textmend.json").read_text())["edits"]
    written = {str(path.relative_to(tmp_path / "out")) for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert written == {"a.txt", "a.txt.textmend.json", "deep/b.txt", ".textmend.done.json"}
    assert [reject["id"] for reject in records(outcome.rejects)] == ["deep/bad.txt"]
    assert outcome.passed_over == 1
    run(folder, tmp_path / "out.jsonl")
    assert [record["id"] for record in records(tmp_path / "out.jsonl")] == ["a.txt", "deep/b.txt"]


def test_files_go_to_a_folder_one_by_one(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a", "b"):
        write_lines(folder / f"{name}.jsonl", {"text": name})
    run(folder, tmp_path / "out")
    assert {path.name: records(path) for path in (tmp_path / "out").glob("*.jsonl")} == {
        f"{name}.jsonl": [{"text": name}] for name in ("a", "b")
    }


def test_output_and_input_folders_lie_apart(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    for output in (folder, folder / "out", folder / "out.jsonl", tmp_path):
        with pytest.raises(FileError, match=r"within each other|lies in"):
            run(folder, output)
    assert [path.name for path in folder.iterdir()] == ["a.txt"]


@pytest.mark.parametrize(
    ("inputs", "output", "message"),
    [
        (["in.jsonl"], "-", "should be a file or a folder"),
        (["in.data"], "out.jsonl", "--format"),
        (["in.jsonl", "x/in.jsonl"], "out/", "would both be written"),
        (["a.txt", "x/b.txt"], "out.txt", "name a folder"),
        (["in.jsonl"], "out.txt", "name a folder"),
    ],
)
def test_what_does_not_fit_together_is_told_before_anything_is_written(tmp_path, monkeypatch, inputs, output, message):
    monkeypatch.chdir(tmp_path)
    Path("x").mkdir()
    for name in inputs:
        write_lines(Path(name), {"text": "a"})
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(PolicyError, match=message):
        run([Path(name) for name in inputs], output)
    assert sorted(tmp_path.rglob("*")) == before


def test_an_interrupted_run_is_only_resumed_with_the_same_options_and_inputs(corpus, tmp_path, monkeypatch):
    out = tmp_path / "out.jsonl"
    _stop_after(2, monkeypatch)
    with pytest.raises(KeyboardInterrupt):
        run(corpus, out)
    monkeypatch.undo()
    with pytest.raises(FileError, match="--resume"):
        run(corpus, out)
    with pytest.raises(FileError, match="seed: 0, now 1"):
        run(corpus, out, options=Options(seed=1), resume=True)
    with pytest.raises(FileError, match="mender's unsure"):
        run(corpus, out, mender=fake(unsure="mark"), resume=True)
    stat = corpus.stat()
    os.utime(corpus, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    with pytest.raises(FileError, match="input"):
        run(corpus, out, resume=True)
    assert run(corpus, out, force=True).complete


def test_a_full_disk_stops_the_run_so_that_it_can_go_on(corpus, tmp_path):
    run(corpus, tmp_path / "whole.jsonl")
    out = tmp_path / "out.jsonl"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, limits[1]))
    try:
        with pytest.raises(FileError, match="there is no room"):
            run(corpus, out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not out.exists()
    assert run(corpus, out, resume=True).complete
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def test_standard_input(corpus, tmp_path):
    code = (
        "import sys; from corpus_fakes import fake; from textmend.corpus.run import clean\n"
        "if __name__ == '__main__': clean(['-'], sys.argv[1], mender=fake(), workers=1)"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    with corpus.open("rb") as data:
        subprocess.run([sys.executable, script, tmp_path / "out.jsonl"], stdin=data, check=True, env=environment())
    run(corpus, tmp_path / "file.jsonl")
    assert (tmp_path / "out.jsonl").read_bytes() == (tmp_path / "file.jsonl").read_bytes()


def test_standard_input_that_is_done_is_told_from_another(corpus, tmp_path):
    code = (
        "import sys; from corpus_fakes import fake; from textmend.corpus.run import clean\n"
        "if __name__ == '__main__':\n"
        "    print(clean(['-'], sys.argv[1], mender=fake(), workers=1, resume=True).statistics is None)"
    )
    script = tmp_path / "script.py"
    script.write_text(code)
    command = [sys.executable, script, tmp_path / "out.jsonl"]

    def printed(data):
        done = subprocess.run(command, input=data, capture_output=True, env=environment(), check=False)
        return done.stdout.decode().strip() or done.stderr.decode().strip().splitlines()[-1]

    data = corpus.read_bytes()
    assert printed(data) == "False"
    assert printed(data) == "True"
    for other in (data[:-300], data + b'{"text": "more"}\n', data.replace(b"otters", b"badger")):
        assert "another standard input" in printed(other)


def environment():
    root = Path(__file__).parents[2]
    return {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{root / 'tests/corpus'}"}


def _stop_after(number, monkeypatch):
    from textmend.corpus import run as module

    def few(*arguments):
        for count, batch in enumerate(batches.batches(*arguments)):
            if count == number:
                raise KeyboardInterrupt
            yield batch

    monkeypatch.setattr(module, "batches", few)
