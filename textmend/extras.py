"""Packages of extras: imported where they are used, and asked for by name where they are missing."""

from __future__ import annotations

import importlib

from textmend.errors import MissingExtraError


def need(feature: str, extra: str, *modules: str) -> None:
    """See that modules can be imported.

    Args:
        feature: what needs them, as the message says it.
        extra: the extra of textmend that brings them.
        modules: their names.

    Raises:
        MissingExtraError: one can't be imported.
    """
    try:
        for module in modules:
            importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError(feature, extra) from error
