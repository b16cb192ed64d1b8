"""Packages of extras. They are imported where they are used; if one is missing, the error names its extra."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from textmend.errors import MissingExtraError


@contextmanager
def needs(feature: str, extra: str) -> Iterator[None]:
    """Raise :class:`MissingExtraError` if an import within the block fails.

    Args:
        feature: what needs the package, in the words of the message.
        extra: the extra of textmend that brings it.
    """
    try:
        yield
    except ImportError as error:
        raise MissingExtraError(feature, extra) from error
