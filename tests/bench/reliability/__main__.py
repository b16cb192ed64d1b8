"""``PYTHONPATH=tests python -m bench.reliability --minutes 60``: prints what was done, and fails at the first fault."""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
from fake_models import FakeDetector

from bench.reliability import kills, laws, limits

SHARES = {"find-tiny": 0.15, "find": 0.1, "mend": 0.35, "kills": 0.3}
"""What share of the time these parts take; the others take as long as they need."""
PARTS = (*SHARES, "disk", "interrupt", "calls", "memory")


class TinyDetector(FakeDetector):
    """Sees gaps at one place in twenty, by the words there alone."""

    def __init__(self) -> None:
        super().__init__()
        self._verdicts: dict[int, float] = {}

    def _judge(self, ids: np.ndarray) -> np.ndarray:
        logits = np.full((len(ids), self.labels), -9.0, dtype=np.float32)
        logits[:, 1] = [self._verdict(piece) for piece in ids.tolist()]
        logits[:, 0] = 0
        return logits

    def _verdict(self, piece: int) -> float:
        if piece not in self._verdicts:
            self._verdicts[piece] = 4.0 if random.Random(piece).random() < 0.05 else -4.0
        return self._verdicts[piece]


def run(part: str, minutes: float) -> dict[str, Any]:
    """Run a part of a suite that takes so many minutes."""
    seconds = 60 * minutes * SHARES.get(part, 0)
    if part == "find-tiny":
        return {"find, tiny detector": laws.find_with(TinyDetector(), seconds)}
    if part == "find":
        return {"find, embedded": laws.find_embedded(seconds)}
    if part == "mend":
        return {"suggest and mend, embedded": laws.mend_embedded(seconds)}
    if part == "kills":
        return kills.run(seconds)
    if part == "disk":
        return limits.full_disk()
    if part == "interrupt":
        return limits.interrupt()
    if part == "calls":
        return limits.calls(max(400, int(333 * minutes)))
    return limits.find_memory(min(10_000_000, int(minutes * 170_000)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the parts asked for."""
    parser = argparse.ArgumentParser(prog="bench.reliability", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2.0, help="about how long all parts together take")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    asked = parser.parse_args(arguments)
    print(json.dumps({"date": datetime.now(UTC).isoformat(timespec="seconds"), "minutes": asked.minutes}))  # noqa: T201
    for part in asked.parts:
        begun = time.monotonic()
        for name, figures in run(part, asked.minutes).items():
            print(json.dumps({name: figures}), flush=True)  # noqa: T201
        print(json.dumps({part: "no fault", "seconds": round(time.monotonic() - begun)}), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
