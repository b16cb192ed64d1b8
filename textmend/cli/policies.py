"""The policy that the options of a command describe."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from textmend.policy import Policy


def policy_of(
    name: str, apply_at: float | None, ignore: Sequence[str] | None, known_words: Sequence[str] | None, **changes: Any
) -> Policy:
    """Return the policy of a name, with what the command line says otherwise."""
    if apply_at is not None:
        changes["apply_at"] = apply_at
    return Policy.named(name, ignore=tuple(ignore or ()), known_words=tuple(known_words or ()), **changes)
