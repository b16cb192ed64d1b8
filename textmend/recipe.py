"""How to make a Mender in another process: its options without its models, so that they are small enough to send."""

from __future__ import annotations

import inspect
import os
from dataclasses import dataclass, fields
from typing import Any

from textmend import __version__
from textmend.errors import PolicyError
from textmend.mender import Mender
from textmend.policy import Policy

_POLICY = {field.name: field.default for field in fields(Policy)}
_MENDER = {
    name: parameter.default
    for name, parameter in inspect.signature(Mender).parameters.items()
    if name not in ("policy", "nlp")  # options of the policy are given one by one; a pipeline is not a plain value
}

DEFAULTS: dict[str, Any] = {**_MENDER, **_POLICY}
"""The options a recipe takes, with their defaults: those of ``Mender`` and of ``Policy``."""

_made: dict[tuple[int, Recipe], Mender] = {}


@dataclass(frozen=True, slots=True)
class Recipe:
    """The options of a Mender: hashable, picklable, and the same in every process.

    Attributes:
        policy: its policy.
        arguments: its other arguments, where they are not the defaults, sorted by name.
        version: the version of textmend, so that a cache keyed by recipes keeps versions apart.
    """

    policy: Policy
    arguments: tuple[tuple[str, Any], ...] = ()
    version: str = __version__

    @classmethod
    def of(cls, **options: Any) -> Recipe:
        """Read options by name: those of ``Mender`` and ``Policy`` side by side.

        Raises:
            PolicyError: an option is unknown, or has a value that makes no sense.
        """
        arguments = []
        for name, value in sorted(options.items()):
            if name not in DEFAULTS:
                raise PolicyError(f"unknown option {name!r}; there are: {', '.join(sorted(DEFAULTS))}")
            if name in _POLICY or value == _MENDER[name]:
                continue
            if not isinstance(value, str | int | float | os.PathLike | None):
                raise PolicyError(f"{name}={value!r} should be a plain value: text, a path or a number")
            arguments.append((name, os.fspath(value) if isinstance(value, os.PathLike) else value))
        policy = Policy(**{name: value for name, value in options.items() if name in _POLICY})
        return cls(policy, tuple(arguments))

    def options(self) -> dict[str, Any]:
        """Return all options by name, defaults included; ``Recipe.of`` reads them back."""
        return {**DEFAULTS, **{name: getattr(self.policy, name) for name in _POLICY}, **dict(self.arguments)}

    def mender(self) -> Mender:
        """Return this process's Mender; its models are loaded when first used, once a process.

        Raises:
            ModelError: a model is unknown or broken.
        """
        # The threads of a session die in a forked child, so a Mender belongs to the process that made it.
        key = (os.getpid(), self)
        made = _made.get(key)
        if made is None:
            made = _made.setdefault(key, Mender(policy=self.policy, **dict(self.arguments)))
        return made

    def load(self) -> Mender:
        """Return this process's Mender with its models loaded."""
        mender = self.mender()
        _ = mender.detector, mender.proposer
        return mender
