"""20,000 articles, killed at random instants and resumed: ``python tests/corpus/kill_at_scale.py``.

Too long for the tests, which kill smaller runs. It prints what ``docs/scale.md`` says of it: sizes, seconds, the most
memory of the main process and of a worker, kills, and the digests of the unbroken and of the killed run.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from corpus_fakes import article, fake

from textmend.corpus.run import clean

ARTICLES, KILLS, SEED = 20_000, 10, 0
LONG = {5_000, 11_111, 19_998}
BROKEN = {777: b"{broken", 1_234: b'{"text": 5}', 15_000: b'{"text": "caf\xe9"}', 18_000: b'{"text": "RAISE it"}'}


def write_corpus(path: Path) -> int:
    """Write the articles; return how many words they have."""
    chance = random.Random(SEED)
    words = 0
    with path.open("wb") as file:
        for number in range(ARTICLES):
            text = " ".join(article(chance.randrange(10_000)) for _ in range(8))
            if number in LONG:
                text = text * (3_800_000 // len(text))
            words += len(text.split())
            line = json.dumps({"id": number, "url": f"https://site{number % 40}.example/", "text": text}).encode()
            file.write(BROKEN.get(number, line) + b"\n")
    return words


def start(source: Path, output: Path, workers: int) -> subprocess.Popen[bytes]:
    """Start a cleaning that goes on with what is there."""
    return subprocess.Popen([sys.executable, __file__, source, output, str(workers)], stdout=subprocess.PIPE)


def run(source: str, output: str, workers: str) -> None:
    """Be such a cleaning, and print the most memory it took, in MB."""
    clean([source], output, mender=fake(), workers=int(workers), resume=True)
    peaks = [resource.getrusage(whose).ru_maxrss // 1024 for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps(dict(zip(("main_mb", "worker_mb"), peaks, strict=True))))  # noqa: T201


def digest(output: Path) -> str:
    """Return a digest of an output and its rejects."""
    rejects = output.with_name(output.name + ".rejects.jsonl")
    return hashlib.sha256(output.read_bytes() + rejects.read_bytes()).hexdigest()


def main() -> None:
    """Measure."""
    with tempfile.TemporaryDirectory() as folder:
        source, whole, killed = (Path(folder, f"{name}.jsonl") for name in ("in", "whole", "killed"))
        figures: dict[str, object] = {"articles": ARTICLES, "words": write_corpus(source)}
        figures["mb"] = source.stat().st_size // 1_000_000
        begun = time.monotonic()
        printed, _ = start(source, whole, 2).communicate()
        seconds = time.monotonic() - begun
        figures |= {"seconds": round(seconds, 1), **json.loads(printed)}
        chance, kills = random.Random(SEED), 0
        while True:
            process = start(source, killed, 1 + kills % 3)
            try:
                after = chance.uniform(0, seconds / 6) if kills < KILLS else None
                printed, _ = process.communicate(timeout=after)
                break
            except subprocess.TimeoutExpired:
                os.kill(process.pid, signal.SIGKILL)
                process.communicate()
                kills += 1
        figures |= {"kills": kills, "resumed": json.loads(printed), "whole": digest(whole), "killed": digest(killed)}
        figures["same"] = figures["whole"] == figures["killed"]
        print(json.dumps(figures, indent=1))  # noqa: T201
        sys.exit(0 if figures["same"] else 1)


if __name__ == "__main__":
    run(*sys.argv[1:]) if len(sys.argv) > 1 else main()
