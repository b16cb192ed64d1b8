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

PARTS = ("laws", "kills", "disk", "interrupt", "calls", "memory")


class TinyDetector(FakeDetector):
    """Sees gaps at one place in twenty, by the words there alone."""

    def _judge(self, ids: np.ndarray) -> np.ndarray:
        logits = np.full((len(ids), self.labels), -9.0, dtype=np.float32)
        logits[:, 1] = np.array([4.0 if random.Random(int(piece)).random() < 0.05 else -4.0 for piece in ids])
        logits[:, 0] = 0
        return logits


def run(part: str, minutes: float) -> dict[str, Any]:
    """Run a part; half of the time goes to the laws, and a third to the kills."""
    if part == "laws":
        return laws.run(minutes * 30, TinyDetector())
    if part == "kills":
        return kills.run(minutes * 20)
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
