"""A run that is killed at any instant goes on to the same bytes; one that is interrupted says so."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from corpus_fakes import article, fake

from textmend.corpus.run import clean

SCRIPT = Path(__file__).parent / "kill_run.py"
ROOT = Path(__file__).parents[2]


def start(source, output, workers):
    home = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{SCRIPT.parent}"}
    # Where the tests run in the background, a shell has Ctrl-C ignored; here it shall be heard.
    listen = partial(signal.signal, signal.SIGINT, signal.default_int_handler)
    command = [sys.executable, SCRIPT, source, output, str(workers)]
    return subprocess.Popen(command, env=home, stderr=subprocess.PIPE, preexec_fn=listen)


@pytest.mark.parametrize(("seed", "name"), [(0, "out.jsonl"), (1, "out.jsonl.gz")])
def test_killed_at_random_instants_and_resumed_it_gives_the_same_bytes(corpus, tmp_path, seed, name):
    whole, out = tmp_path / "whole" / name, tmp_path / "killed" / name
    for path in (whole, out):
        path.parent.mkdir()
    clean([corpus], whole, mender=fake(delay=0.002), workers=1)
    chance = random.Random(seed)
    work = out.with_name(out.name + ".part")
    kills = 0
    while True:
        before = _written(work / "state.json")
        process = start(corpus, out, 1 + kills % 2)
        while _written(work / "state.json") == before and process.poll() is None:  # it begins with a checkpoint
            time.sleep(0.01)
        # Twice at once, so that a fast machine can't be done before; then later and later, so that a busy one comes
        # to its end too.
        left = chance.uniform(0, 0.02 if kills < 2 else 0.1 + 0.1 * kills) if kills < 30 else None
        try:
            process.communicate(timeout=left)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            kills += 1
            assert not (out.exists() and work.exists() and (work / "documents").exists() and name == "out.jsonl")
            continue
        assert process.returncode == 0
        break
    assert kills >= 2
    assert out.read_bytes() == whole.read_bytes()
    rejects = [path.with_name(name + ".rejects.jsonl").read_bytes() for path in (out, whole)]
    assert rejects[0] == rejects[1]
    assert {path.name for path in out.parent.iterdir()} == {name, name + ".rejects.jsonl", name + ".done.json"}


CALLS = ["fsync", "replace"]


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz", "out.parquet", "folder"])
def test_killed_before_any_step_that_makes_things_last_it_gives_the_same(corpus, tmp_path, name, monkeypatch):
    """Every fsync and every rename of a run is once the last thing that does not happen."""

    class Killed(BaseException):
        pass

    source = corpus
    if name == "folder":
        source = tmp_path / "texts"
        source.mkdir()
        for number in range(3):
            (source / f"{number}.txt").write_text(f"{number}: a night  against it.")
    if name == "out.parquet":
        pa = pytest.importorskip("pyarrow")
        parquet = pytest.importorskip("pyarrow.parquet")
        source = tmp_path / "in.parquet"
        texts = [article(number) if number % 50 else None for number in range(300)]
        parquet.write_table(pa.table({"id": list(range(300)), "text": texts}), source, row_group_size=70)
    whole = tmp_path / "whole" / name
    whole.parent.mkdir()
    clean([source], whole, mender=fake(), workers=1)
    real = {call: getattr(os, call) for call in CALLS}
    left = 0

    def guarded(call):
        def step(*arguments):
            nonlocal left
            left -= 1
            if left < 0:
                raise Killed
            return real[call](*arguments)

        return step

    out = tmp_path / "killed" / name
    out.parent.mkdir()
    for step in range(1, 200):
        left = step
        with monkeypatch.context() as patch:
            for call in CALLS:
                patch.setattr(os, call, guarded(call))
            try:
                clean([source], out, mender=fake(), workers=1, resume=True, checkpoint_seconds=1e9)
                break
            except Killed:
                pass
    else:
        pytest.fail("it never came to an end")
    assert step > 3
    assert _content(out.parent) == _content(whole.parent)


def test_an_interrupted_run_stops_whole(corpus, tmp_path):
    out = tmp_path / "out.jsonl"
    process = start(corpus, out, 1)
    state = tmp_path / "out.jsonl.part" / "state.json"
    until = time.monotonic() + 30
    while not state.exists() and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.3)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 0, err.decode()
    assert err == b""
    if not out.exists():
        assert clean([corpus], out, mender=fake(delay=0.002), workers=1, resume=True).complete
    clean([corpus], tmp_path / "whole.jsonl", mender=fake(delay=0.002), workers=1)
    assert out.read_bytes() == (tmp_path / "whole.jsonl").read_bytes()


def _written(path):
    """Return when a file was written, ``None`` where there is none."""
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return None


def _content(folder):
    """Return the files of a folder; the record of a run names places, and is only looked for."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder): "done.json" in path.name or path.read_bytes() for path in files}
