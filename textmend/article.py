"""An article: a text and what else is known of it. The one record that every part of textmend reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from textmend.errors import InputError

Metadata = Mapping[str, str]
Page = str | bytes
References = str | Iterable[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """A text and what else is known of it.

    Attributes:
        text: the text; offsets of all results are code points of it.
        title: its headline.
        metadata: other texts about it, by name (``{"summary": …}``).
        html: the page it was taken from, decoded or not.
        references: other copies of it, as text or HTML: a feed's summary, a syndicated copy.
    """

    text: str
    title: str | None = None
    metadata: Metadata = field(default_factory=dict)
    html: Page | None = None
    references: tuple[str, ...] = ()

    @property
    def has_source(self) -> bool:
        """Whether the article has a page or a copy, which may hold the lost words."""
        return self.html is not None or bool(self.references)

    @property
    def size(self) -> int:
        """How much text must be read: characters of the text and its sources (bytes of an undecoded page)."""
        return len(self.text) + len(self.html or "") + sum(map(len, self.references))


def read_article(text: Any, about: Mapping[str, Any], place: str = "") -> Article:
    """Return what a caller gave as an article.

    Args:
        text: the text, or an :class:`Article`, which has all that is known of it.
        about: ``title``, ``metadata``, ``html`` and ``reference``, as far as they are given.
        place: names the text in an error (``"text 3: "``).

    Raises:
        InputError: a value has the wrong type.
    """
    if isinstance(text, Article):
        given = sorted(name for name, value in about.items() if value is not None)
        if given:
            raise InputError(f"{place}an Article holds its {given[0]} itself: leave {given[0]}= out")
        text, about = text.text, _about(text)
    if not isinstance(text, str):
        raise InputError(wrong_text(text, place))
    return Article(
        text=text,
        title=_title(about.get("title"), place),
        metadata=_metadata(about.get("metadata"), place),
        html=_html(about.get("html"), place),
        references=_references(about.get("reference"), place),
    )


def wrong_text(value: object, place: str) -> str:
    """Return the error message for a value that is not a text."""
    advice = ": decode it first, for example  data.decode('utf-8')" if isinstance(value, bytes | bytearray) else ""
    return (
        f"{place}expected a string{'' if place else ' or an iterable of strings'}, got {type(value).__name__}{advice}"
    )


def _about(article: Article) -> dict[str, Any]:
    return {
        "title": article.title,
        "metadata": article.metadata,
        "html": article.html,
        "reference": article.references,
    }


def _title(title: Any, place: str) -> str | None:
    if title is not None and not isinstance(title, str):
        raise InputError(f"{place}title should be a string, not {type(title).__name__}")
    return title


def _metadata(metadata: Any, place: str) -> Metadata:
    if metadata is None:
        return {}
    if not (
        isinstance(metadata, Mapping)
        and all(isinstance(key, str) and isinstance(value, str) for key, value in metadata.items())
    ):
        raise InputError(f"{place}metadata should map names to strings, got {metadata!r:.80}")
    return metadata


def _html(html: Any, place: str) -> Page | None:
    if html is not None and not isinstance(html, str | bytes):
        raise InputError(f"{place}html should be a string or bytes, the page itself, not {type(html).__name__}")
    return html


def _references(reference: Any, place: str) -> tuple[str, ...]:
    if reference is None:
        return ()
    if isinstance(reference, str):
        return (reference,)
    if isinstance(reference, bytes | bytearray | Mapping) or not isinstance(reference, Iterable):
        raise InputError(f"{place}reference should be strings, copies of the text, not {type(reference).__name__}")
    copies = tuple(reference)
    for copy in copies:
        if not isinstance(copy, str):
            raise InputError(f"{place}reference should hold strings, copies of the text, not {type(copy).__name__}")
    return copies
