"""Keeps transformers from writing progress bars and advice to the caller's terminal while it loads."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def quiet() -> Iterator[None]:
    """Silence transformers except for errors; textmend raises errors of its own, with a name and a remedy."""
    from transformers.utils import logging as library  # its functions have no types

    switch: Any = library
    level, bars = switch.get_verbosity(), switch.is_progress_bar_enabled()
    switch.set_verbosity(logging.CRITICAL)
    switch.disable_progress_bar()
    try:
        yield
    finally:
        switch.set_verbosity(level)
        if bars:
            switch.enable_progress_bar()
