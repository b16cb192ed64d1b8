"""Training runs that stop after some steps, and whether two ended alike."""

import itertools

import torch
from safetensors.torch import load_file

from textmend.train.loop import train


def stop_after(monkeypatch, room, steps):
    """Let the loop that ``textmend.train.ROOM`` calls take so many batches, with the clock standing still."""

    def limited(learner, batches, schedule, file):
        class Some:
            position = batches.position

            def __iter__(self):
                return itertools.islice(iter(batches), steps)

        train(learner, Some(), schedule, file)

    monkeypatch.setattr("textmend.train.loop.time.monotonic", lambda: 0.0)
    monkeypatch.setattr(f"textmend.train.{room}.train", limited)


def assert_same_weights(one, other):
    one, other = load_file(one), load_file(other)
    assert one.keys() == other.keys()
    for name in one:
        assert torch.allclose(one[name], other[name], atol=1e-6), name
