"""Streams: texts in, results out, lazily and in order; inside, articles are worked on in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, repeat
from typing import Any, TypeVar

from textmend.article import Article, read_article, wrong_text
from textmend.errors import InputError

Result = TypeVar("Result")
Work = Callable[[Sequence[Article]], list[Result]]

_BATCH_CHARACTERS = 200_000


def run(text: Any, about: Mapping[str, Any], work: Work[Result], most: int) -> Result | Iterator[Result]:
    """Work on one text, or on a stream of texts.

    Args:
        text: a text, an :class:`Article`, or an iterable of these.
        about: what else is known, by name; for an iterable, iterables of as many.
        work: takes a batch of articles, gives a result for each.
        most: how many articles a batch holds at most.

    Returns:
        The result; for an iterable, a lazy iterator of results, in order.

    Raises:
        InputError: it is no text, or there are not as many of something as texts.
    """
    if isinstance(text, str | Article):
        return work([read_article(text, about)])[0]
    if isinstance(text, bytes | bytearray | Mapping) or not isinstance(text, Iterable):
        raise InputError(wrong_text(text, ""))
    return _stream(_articles(text, about), work, most)


def _stream(articles: Iterator[Article], work: Work[Result], most: int) -> Iterator[Result]:
    while batch := list(_batch(articles, most)):
        yield from work(batch)


def _batch(articles: Iterator[Article], most: int) -> Iterator[Article]:
    size = 0
    for article in islice(articles, most):
        yield article
        size += article.size
        if size >= _BATCH_CHARACTERS:
            return


def _articles(texts: Iterable[Any], about: Mapping[str, Any]) -> Iterator[Article]:
    for name, values in about.items():
        if values is not None and (isinstance(values, str | bytes | Mapping) or not isinstance(values, Iterable)):
            raise InputError(f"{name}: for many texts give as many, in an iterable, not one {type(values).__name__}")
    missing = object()
    streams = {name: repeat(None) if values is None else iter(values) for name, values in about.items()}
    for index, text in enumerate(texts):
        own = {name: next(stream, missing) for name, stream in streams.items()}
        for name, value in own.items():
            if value is missing:
                raise InputError(f"{name}: there are fewer than texts: none for text {index}")
        yield read_article(text, own, f"text {index}: ")
