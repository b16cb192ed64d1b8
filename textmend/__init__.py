"""textmend finds the places in scraped prose where words were lost, and proposes what stood there.

Importing it loads no model and no heavy library; each is loaded by the first call that needs it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from textmend.api import find_gaps, mend, rank, suggest
    from textmend.article import Article
    from textmend.edits.mended import Mended
    from textmend.errors import TextmendError
    from textmend.mender import Mender
    from textmend.policy import Policy
    from textmend.records import Decision, Edit, Fill, Gap

__version__ = "0.2.0"

_HOMES = {
    "find_gaps": "api",
    "suggest": "api",
    "mend": "api",
    "rank": "api",
    "Article": "article",
    "Mender": "mender",
    "Mended": "edits.mended",
    "Policy": "policy",
    "Gap": "records",
    "Fill": "records",
    "Edit": "records",
    "Decision": "records",
    "TextmendError": "errors",
}

__all__ = [
    "Article",
    "Decision",
    "Edit",
    "Fill",
    "Gap",
    "Mended",
    "Mender",
    "Policy",
    "TextmendError",
    "find_gaps",
    "mend",
    "rank",
    "suggest",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'textmend' has no attribute {name!r}")
    return getattr(importlib.import_module(f"textmend.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})
