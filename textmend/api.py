"""The functions. They share one Mender with the embedded English models, which the first call makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, overload

from textmend.article import Article, Metadata, Page, References
from textmend.edits.mended import Mended
from textmend.mender import Mender
from textmend.records import Fill, Gap
from textmend.streams import OnError

_default: list[Mender] = []


def _mender() -> Mender:
    """Return the one Mender of this process. Where threads make several at once, all get the first."""
    if not _default:
        _default.append(Mender())
    return _default[0]


@overload
def find_gaps(text: str | Article, *, on_error: OnError = "raise") -> list[Gap]: ...  # type: ignore[overload-overlap] # a str is an iterable of str
@overload
def find_gaps(text: Iterable[str | Article], *, on_error: OnError = "raise") -> Iterator[list[Gap]]: ...
def find_gaps(text: Any, *, on_error: OnError = "raise") -> Any:
    """Find the places where words are missing; see :meth:`Mender.find_gaps`."""
    return _mender().find_gaps(text, on_error=on_error)


@overload
def suggest(  # type: ignore[overload-overlap] # a str is an iterable of str
    text: str | Article,
    *,
    at: Sequence[tuple[int, int]] | None = None,
    masks: str | Sequence[str] = (),
    title: str | None = None,
    metadata: Metadata | None = None,
    html: Page | None = None,
    reference: References | None = None,
    on_error: OnError = "raise",
) -> list[Gap]: ...
@overload
def suggest(
    text: Iterable[str | Article],
    *,
    masks: str | Sequence[str] = (),
    title: Iterable[str | None] | None = None,
    metadata: Iterable[Metadata | None] | None = None,
    html: Iterable[Page | None] | None = None,
    reference: Iterable[References | None] | None = None,
    on_error: OnError = "raise",
) -> Iterator[list[Gap]]: ...
def suggest(text: Any, **options: Any) -> Any:
    """Find gaps, or take those that are given, and propose ranked fills for each; see :meth:`Mender.suggest`."""
    return _mender().suggest(text, **options)


def rank(
    text: str | Article,
    *,
    at: tuple[int, int],
    candidates: Sequence[str],
    title: str | None = None,
    metadata: Metadata | None = None,
) -> list[Fill]:
    """Rank your own words for one place; see :meth:`Mender.rank`."""
    return _mender().rank(text, at=at, candidates=candidates, title=title, metadata=metadata)


@overload
def mend(  # type: ignore[overload-overlap] # a str is an iterable of str
    text: str | Article,
    *,
    title: str | None = None,
    metadata: Metadata | None = None,
    html: Page | None = None,
    reference: References | None = None,
    on_error: OnError = "raise",
) -> Mended: ...
@overload
def mend(
    text: Iterable[str | Article],
    *,
    title: Iterable[str | None] | None = None,
    metadata: Iterable[Metadata | None] | None = None,
    html: Iterable[Page | None] | None = None,
    reference: Iterable[References | None] | None = None,
    on_error: OnError = "raise",
) -> Iterator[Mended]: ...
def mend(text: Any, **options: Any) -> Any:
    """Find gaps, apply the fills that are sure, and keep the rest for review; see :meth:`Mender.mend`."""
    return _mender().mend(text, **options)
