"""Packages of extras: imported where they are used; where one is missing, the error names the extra."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from textmend.errors import MissingExtraError


@contextmanager
def needs(feature: str, extra: str) -> Iterator[None]:
    """Raise :class:`MissingExtraError` where an import of the block fails.

    Args:
        feature: what needs the package, as the message says it.
        extra: the extra of textmend that brings it.
    """
    try:
        yield
    except ImportError as error:
        raise MissingExtraError(feature, extra) from error
