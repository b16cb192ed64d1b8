"""What a machine runs out of: memory on long texts, memory over many calls, a disk that is really full."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from bench.reliability.kills import CORPUS
from bench.reliability.texts import PROSE

KINDS = {"prose": PROSE, "commas": ",", "one phrase": "of the ", "one word": "harbour"}

_FIND = """
import sys, time
from pathlib import Path
import numpy as np
from textmend import Mender
from textmend.detect.network import OnnxDetector
unit, size = sys.argv[1], int(sys.argv[2])
text = (unit * (size // len(unit) + 1))[:size]
def judge(self, row):  # the network, which is loaded, would take hours of all this; what it takes is always the same
    return np.tile(np.array([9.0] + [-3.0] * (self.labels - 1), dtype=np.float32), (len(row.sites), 1))
OnnxDetector._judge = judge
begun = time.process_time()
Mender(threads=1).find_gaps(text)
print(int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1000, time.process_time() - begun)
"""
_CALLS = """
import sys
from pathlib import Path
from textmend import Mender
mender, sizes = Mender(threads=1), []
for number in range(int(sys.argv[1])):
    some = number % 1_000  # else the memory of word pieces, which is bounded, would grow by each new number
    mender.find_gaps(f"They met in the harbour {some} and left for  on Monday, as {some * 7919} people said.")
    if number % (int(sys.argv[1]) // 4) == 0:
        sizes.append(int(Path("/proc/self/status").read_text().split("VmRSS:")[1].split()[0]) // 1000)
print(*sizes)
"""
_FULL = """
import sys
from pathlib import Path
from corpus_fakes import fake
from textmend.corpus.run import clean
from textmend.errors import FileError
source, disk = Path(sys.argv[1]), Path(sys.argv[2])
if __name__ == "__main__":
    try:
        clean([source], disk / "out.jsonl", mender=fake(), workers=1, resume=True)
        print("done")
    except FileError as error:
        print("no room" if "there is no room" in str(error) else error)
"""

_FILLING = """
import sys
from textmend import Mender, Policy
mender = Mender(threads=1, policy=Policy(find_at=0.01, most_gaps=None))
mender.watch = lambda done, total: print(done, flush=True)
mender.mend(sys.argv[1] * 20)
"""


def _python(code: str, *arguments: object) -> list[str]:
    with tempfile.NamedTemporaryFile("w", suffix=".py") as script:  # workers import the main module
        script.write(code)
        script.flush()
        command = [sys.executable, script.name, *map(str, arguments)]
        home = {"PYTHONPATH": ":".join([*sys.path, str(CORPUS)]), "OMP_NUM_THREADS": "1"}
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, env=home)
    return done.stdout.split()


def find_memory(size: int) -> dict[str, dict[str, float]]:
    """Return the most memory of finding in one text, by kind, and the core-seconds of all but the network."""
    found = {}
    for kind, unit in KINDS.items():
        megabytes, seconds = _python(_FIND, unit, size)
        found[f"find, {size / 1e6:g} MB of {kind}"] = {"MB": int(megabytes), "core-seconds": round(float(seconds), 1)}
    return found


def calls(number: int) -> dict[str, dict[str, list[int]]]:
    """Return the memory after each quarter of many calls."""
    return {f"{number:,} calls": {"MB": [int(size) for size in _python(_CALLS, number)]}}


def interrupt() -> dict[str, dict[str, float]]:
    """Return how long a run that fills gaps takes to end after Ctrl-C: wall-clock seconds, and its core-seconds."""
    damaged = PROSE.replace(" in Oslo", " in ").replace("the trawlers", "the ")
    # Where this runs in the background, a shell has Ctrl-C ignored; here it shall be heard.
    listen = partial(signal.signal, signal.SIGINT, signal.default_int_handler)
    with subprocess.Popen(
        [sys.executable, "-c", _FILLING, damaged],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        preexec_fn=listen,
    ) as process:
        assert process.stdout is not None
        for _ in range(3):
            process.stdout.readline()
        before, sent = _core_seconds(process.pid), time.monotonic()
        process.send_signal(signal.SIGINT)
        last = before
        while process.poll() is None:
            last = _core_seconds(process.pid) or last
            time.sleep(0.01)
    return {"Ctrl-C": {"seconds": round(time.monotonic() - sent, 2), "core-seconds": round(last - before, 2)}}


def _core_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def full_disk() -> dict[str, dict[str, object]]:
    """Fill a small file system of its own, make room, and go on."""
    with tempfile.TemporaryDirectory() as folder:
        disk, source = Path(folder, "disk"), Path(folder, "in.jsonl")
        disk.mkdir()
        source.write_text("".join(json.dumps({"text": f"{number} " + PROSE * 3}) + "\n" for number in range(4_000)))
        mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(disk)]
        if shutil.which("mount") is None or subprocess.run(mount, capture_output=True, check=False).returncode:
            return {"a full disk": {"skipped": "needs the right to mount"}}
        try:
            first = " ".join(_python(_FULL, source, disk))
            subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
            then = " ".join(_python(_FULL, source, disk))
            same = (disk / "out.jsonl").read_bytes() == source.read_bytes()
        finally:
            subprocess.run(["umount", str(disk)], check=True)
    assert (first, then, same) == ("no room", "done", True), (first, then, same)
    return {"a full disk": {"first": first, "after making room": then, "the same bytes": same}}
