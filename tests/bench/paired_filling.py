"""Two versions of filling on the same gaps: ``python -m bench.paired_filling --old TREE BENCH.jsonl …``.

Each version runs in a process of its own, on one thread, and both take turns at each record, so that what else the
machine does hits both alike. The gaps and their lengths are told by this version's detector, and are the same for both.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bench.compare.subprocess_job import peak_memory

ROOT = Path(__file__).resolve().parents[2]
GAPS, SEED = 200, 4


class Answer(NamedTuple):
    """What a version made of one record."""

    fills: list[list[dict[str, Any]]]
    seconds: float
    peak: int


class Version:
    """A version of filling in a process of its own.

    Args:
        tree: a checkout whose ``textmend`` is imported.
        filler: the filler's folder or language.
    """

    def __init__(self, tree: Path, filler: str) -> None:
        path = os.pathsep.join((str(tree), str(ROOT / "tests")))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.paired_filling", "--serve", filler],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
            cwd=tree,
        )

    def __enter__(self) -> Version:
        return self

    def __exit__(self, *error: object) -> None:
        self._process.communicate()

    def fill(self, job: str) -> Answer:
        """Fill the gaps of a record: a line of JSON with ``text``, ``title`` and ``gaps``."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(job + "\n")
        self._process.stdin.flush()
        return Answer(**json.loads(self._process.stdout.readline()))


def serve(filler: str) -> None:
    """Answer records until there are no more."""
    from textmend.fill import propose
    from textmend.mender import Mender
    from textmend.records import Gap

    article: Any = getattr(propose, "GappedArticle", None) or propose.Document  # as older checkouts call it

    proposer = Mender(filler=filler, threads=1).proposer
    for line in sys.stdin:
        job = json.loads(line)
        gaps = [Gap.from_dict(gap) for gap in job["gaps"]]
        started = time.process_time()
        (filled,) = proposer.propose([article(text=job["text"], gaps=gaps, title=job["title"])])
        seconds = time.process_time() - started
        fills = [[fill.to_dict() for fill in gap.fills] for gap in filled]
        sys.stdout.write(json.dumps(Answer(fills, seconds, peak_memory())._asdict()) + "\n")
        sys.stdout.flush()


def compare(files: Sequence[Path], old: Path, fillers: tuple[str, str], gaps: int) -> None:
    """Print what both versions bring and cost."""
    from textmend.damage.benchmark import read_benchmark, sample_gaps

    with ExitStack() as stack:
        versions = [
            stack.enter_context(Version(tree, filler)) for tree, filler in zip((old, ROOT), fillers, strict=True)
        ]
        for file in files:
            _compare_on(sample_gaps(read_benchmark(file), gaps, SEED), versions)


def _compare_on(benchmark: Any, versions: Sequence[Version]) -> None:
    from textmend.evaluate.bootstrap import paired_differences
    from textmend.evaluate.filling import Filling, documents_at_gaps, filled_gap
    from textmend.evaluate.system import MenderSystem
    from textmend.mender import Mender
    from textmend.records import Fill

    documents = documents_at_gaps(benchmark.records, MenderSystem(Mender(threads=1)).judge)
    found: list[list[Any]] = [[], []]
    seconds, peaks = [0.0, 0.0], [0, 0]
    for number, (record, document) in enumerate(zip(benchmark.records, documents, strict=True)):
        gaps = [gap.to_dict() for gap in document.gaps]
        job = json.dumps({"text": document.text, "title": document.title, "gaps": gaps})
        for index in (0, 1) if number % 2 else (1, 0):
            answer = versions[index].fill(job)
            seconds[index] += answer.seconds
            peaks[index] = answer.peak
            for truth, fills in zip(record.gaps, answer.fills, strict=True):
                told = tuple(Fill.from_dict(fill) for fill in fills)
                found[index].append(filled_gap(number, record, truth, told))
    records = len(benchmark.records)
    fillings = [Filling(filled, records) for filled in found]
    count = len(found[0])
    sys.stdout.write(f"{benchmark.name}: {count} gaps in {records} records\n")
    changes = paired_differences(fillings[1].figures, fillings[0].figures, records)
    before, after = (filling.figures(np.ones(records)) for filling in fillings)
    for name, value in after.items():
        change = changes[name]
        interval = f"{change.low:+.3f} to {change.high:+.3f}"
        sys.stdout.write(f"  {name:8} {before[name]:.3f} -> {value:.3f}  ({change.value:+.3f}, 95 %: {interval})\n")
    times = seconds[0] / count, seconds[1] / count
    sys.stdout.write(
        f"  core-seconds a gap {times[0]:.3f} -> {times[1]:.3f}  ({times[0] / times[1]:.2f} times as fast)\n"
    )
    sys.stdout.write(f"  peak memory, MB    {peaks[0] / 1e6:.0f} -> {peaks[1] / 1e6:.0f}\n")
    sys.stdout.flush()


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="damaged texts")
    parser.add_argument("--old", type=Path, help="a checkout of the version to compare with")
    parser.add_argument("--old-filler", default="en", help="its filler")
    parser.add_argument("--filler", default="en", help="this version's filler")
    parser.add_argument("--gaps", type=int, default=GAPS, help="how many gaps of each file")
    parser.add_argument("--serve", metavar="FILLER", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        serve(given.serve)
    elif not given.old or not given.files:
        parser.error("--old and files are needed")
    else:
        compare(given.files, given.old.resolve(), (given.old_filler, given.filler), given.gaps)


if __name__ == "__main__":
    main()
