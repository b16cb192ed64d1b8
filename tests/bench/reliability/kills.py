"""Cleanings that are killed at random instants and resumed, for JSON Lines, Parquet and folders of text."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from bench.reliability.laws import until

CORPUS = Path(__file__).parents[2] / "corpus"
ARTICLES = 200


def write_corpora(folder: Path) -> list[tuple[Path, str]]:
    """Write the same articles in each form; return them with the name of an output."""
    sys.path.append(str(CORPUS))
    import pyarrow as pa
    import pyarrow.parquet as parquet
    from corpus_fakes import article

    texts = [article(number) for number in range(ARTICLES)]
    lines = folder / "in.jsonl"
    lines.write_text("".join(json.dumps({"text": text}) + "\n" for text in texts) + "{broken\n")
    table = folder / "in.parquet"
    parquet.write_table(pa.table({"text": texts}), table, row_group_size=40)
    files = folder / "in"
    files.mkdir()
    for number, text in enumerate(texts):
        (files / f"{number}.txt").write_text(text)
    return [(lines, "out.jsonl"), (table, "out.parquet"), (files, "out/")]


def start(source: Path, output: str) -> subprocess.Popen[bytes]:
    """Start a cleaning that goes on with what is there."""
    home = {**os.environ, "PYTHONPATH": os.pathsep.join([str(CORPUS), *sys.path])}
    command = [sys.executable, str(CORPUS / "kill_run.py"), str(source), output, "1"]
    return subprocess.Popen(command, env=home, stderr=subprocess.PIPE)


def content(folder: Path) -> dict[str, bytes]:
    """Return what the files of a folder hold, but for the record of the run, which names places."""
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and "done.json" not in path.name]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def killed(source: Path, name: str, folder: Path, seconds: float) -> dict[str, int]:
    """Kill runs of one corpus until the time is up; every finished run is compared with an unbroken one."""
    more, chance, kills, runs = until(seconds), random.Random(name), 0, 0
    whole = folder / "whole"
    whole.mkdir()
    assert start(source, f"{whole}/{name}").wait() == 0
    while more():
        out = folder / f"killed{runs}"
        out.mkdir()
        while True:
            process = start(source, f"{out}/{name}")
            try:
                left = chance.uniform(0.2, 2.5) if more() else None
                _, error = process.communicate(timeout=left)
                assert process.returncode == 0, error
                break
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.communicate()
                kills += 1
        assert content(out) == content(whole), f"{name}: differs after {kills} kills"
        runs += 1
    return {"kills": kills, "runs": runs}


def run(seconds: float) -> dict[str, dict[str, int]]:
    """Spend a third of the time on each form."""
    with tempfile.TemporaryDirectory() as folder:
        done = {}
        for source, name in write_corpora(Path(folder)):
            own = Path(folder, "work " + name.strip("/"))
            own.mkdir()
            done[f"kills, {name.strip('/')}"] = killed(source, name, own, seconds / 3)
        return done
