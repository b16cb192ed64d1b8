"""One job in a process of its own, for its peak memory: ``python -m bench.compare.subprocess_job JOB``.

The job is a JSON object; the answer, one line of JSON, goes to standard output.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from bench.compare.clock import timed
from bench.compare.generated_prose import damaged_prose, prose
from textmend.errors import TextmendError

Job = Callable[[], object]

_TESTS = Path(__file__).parents[2]


class Answer(NamedTuple):
    """What a job took.

    Attributes:
        seconds: processor time of the job, without loading models.
        peak: the process's largest resident memory, in bytes.
        before: the same before the job began: Python, libraries, models, text.
    """

    seconds: float
    peak: int
    before: int


class JobError(TextmendError, RuntimeError):
    """A job in a process of its own failed."""


def run(job: str, **options: Any) -> Answer:
    """Run a job in a process of its own.

    Raises:
        JobError: it failed; the message holds the end of what it wrote.
    """
    done = subprocess.run(
        [sys.executable, "-m", "bench.compare.subprocess_job", json.dumps({"job": job, **options}, default=str)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(_TESTS), os.environ.get("PYTHONPATH")]))},
    )
    try:
        return Answer(**json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, ValueError, TypeError) as error:
        raise JobError(f"the job {job!r} failed (exit code {done.returncode}): {done.stderr[-600:]}") from error


def peak_memory() -> int:
    """Return this process's largest resident memory so far, in bytes."""
    try:
        # On Linux, getrusage counts what the parent had when it started this process; this line does not.
        for line in Path("/proc/self/status").read_text(encoding="ascii", errors="replace").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def prepare(options: Mapping[str, Any]) -> Job:
    """Load what a job needs and return it, ready to run."""
    job, characters = options["job"], int(options.get("characters", 0))
    if job == "nothing":
        return lambda: None
    if job == "spacy":
        from bench.rivals.parse import load_pipeline

        return partial(load_pipeline(), prose(characters))
    if job == "llm":
        from bench.rivals.llama import Llama
        from bench.rivals.restore import Restore

        weights = Path(options["llm"]) if options.get("llm") else None
        return partial(Restore(Llama(weights)).restored, prose(characters))
    return _textmend_job(job, characters, options)


def _textmend_job(job: str, characters: int, options: Mapping[str, Any]) -> Job:
    from bench.compare.configuration import THREADS
    from bench.compare.plain_torch import TorchDetector, TorchMaskedLM
    from textmend.detect.finder import judge
    from textmend.fill.propose import GappedArticle, Proposer
    from textmend.mender import Mender
    from textmend.records import Gap

    mender = Mender(detector=options["detector"], filler=options["filler"], threads=THREADS)
    if job == "find":
        # The model is loaded, and so is what it loads when it first runs.
        mender.find_gaps("Warm.")
        return partial(mender.find_gaps, prose(characters))
    if job == "torch-find":
        return partial(judge, [prose(characters)], TorchDetector(mender.detector, THREADS))
    text, places = damaged_prose(characters, int(options["gaps"]))
    document = GappedArticle(text=text, gaps=[Gap(start=place, end=place + 1, probability=1.0) for place in places])
    proposer = mender.proposer
    if job == "fill":
        return partial(proposer.propose, [document])
    if job == "torch-fill":
        from textmend.fill.load import load_filler
        from textmend.models.registry import locate

        filler = load_filler(locate(options["filler"], "filler"), THREADS)
        torch = TorchMaskedLM(filler.model, THREADS)
        return partial(Proposer(torch, usual=filler.usual, ranking=filler.ranking).propose, [document])
    raise ValueError(f"unknown job {job!r}")


def main(text: str) -> None:
    """Run the job and write its answer."""
    job = prepare(json.loads(text))
    before = peak_memory()
    timing = timed(job)
    answer = Answer(timing.processor, peak_memory(), before)
    sys.stdout.write(json.dumps(answer._asdict()) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
