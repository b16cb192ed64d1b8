"""Exchange with annotation tools and spreadsheets, both ways: one module a format; what they share is in ``carry``."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from textmend.errors import PolicyError
from textmend.policy import Policy
from textmend.review.decisions import Key, Recorded
from textmend.review.documents import ReviewDocument

FORMATS = {
    "label-studio": "label_studio",
    "prodigy": "prodigy",
    "doccano": "doccano",
    "web-annotation": "web_annotation",
    "csv": "spreadsheet",
}
"""The formats by the names that people give, with their modules."""


class Exchange(Protocol):
    """What each module of a format offers."""

    SETUP: str
    """What the tool has to be told before it shows such files: a configuration, or instructions."""

    def export(
        self, documents: Sequence[ReviewDocument], decisions: Mapping[Key, Recorded], policy: Policy | None = None
    ) -> str:
        """Return documents with their gaps and the decisions made so far, as the tool reads them.

        Args:
            documents: what is to be reviewed.
            decisions: for each gap the decision that counts, as ``latest`` returns them.
            policy: what the machine would do alone, for the order; default: ``Policy()``.
        """
        ...

    def read(self, name: str, text: str) -> list[Recorded]:
        """Return the decisions that a file of the tool holds, in the order they were made.

        Args:
            name: the file's name, for errors.
            text: what it holds.

        Raises:
            RecordError: the file is malformed, is no such file, or what ties it to its documents was lost.
        """
        ...


def exchange(name: str) -> Exchange:
    """Return the module of a format. Raises :class:`PolicyError` where there is none of this name."""
    if name not in FORMATS:
        raise PolicyError(f"{name!r} is no format of exchange; choose one of " + ", ".join(FORMATS))
    return cast(Exchange, importlib.import_module(f"{__name__}.{FORMATS[name]}"))
