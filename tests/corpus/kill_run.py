"""A cleaning as a process of its own, to be killed: ``kill_run.py IN OUT WORKERS``."""

from __future__ import annotations

import sys

from corpus_fakes import fake

from textmend.corpus.run import clean

if __name__ == "__main__":
    clean(
        [sys.argv[1]],
        sys.argv[2],
        mender=fake(delay=0.002),
        workers=int(sys.argv[3]),
        resume=True,
        checkpoint_seconds=0.0,
    )
