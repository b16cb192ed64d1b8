"""Streams: texts in, results out, lazily and in order. Inside, articles are processed in batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, repeat
from typing import Any, Literal, NamedTuple, TypeVar

from textmend.article import Article, read_article, wrong_text
from textmend.errors import InputError, LanguageError, MissingExtraError, ModelError, PolicyError

Result = TypeVar("Result")
Work = Callable[[Sequence[Article]], Iterable[Result]]
Failed = Callable[[Article, Exception], Result]
OnError = Literal["raise", "skip"] | Callable[[Article, Exception], object]

_BATCH_CHARACTERS = 200_000
_FIRST = 4
"""The size of the first batch. Each batch is twice as large as the one before, so that the first results come soon."""


def run(
    text: Any, about: Mapping[str, Any], work: Work[Result], most: int, failed: Failed[Result] | None = None
) -> Result | Iterator[Result]:
    """Process one text, or a stream of texts.

    Args:
        text: a text, an :class:`Article`, or an iterable of these.
        about: what else is known, by name; for an iterable, iterables of the same length.
        work: takes a batch of articles and yields a result for each, in order, each as soon as it is ready.
        most: how many articles a batch holds at most.
        failed: returns the result of an article that raised an error; default: the error is raised. An error that
            concerns every article, such as a broken model or a missing package, is always raised.

    Returns:
        The result; for an iterable, a lazy iterator of results, in order.

    Raises:
        InputError: it is no text, or there are fewer titles (or pages, …) than texts.
    """
    if isinstance(text, str | Article):
        (result,) = _worked([_read(text, about, "", failed)], work, failed)
        return result
    if isinstance(text, bytes | bytearray | Mapping) or not isinstance(text, Iterable):
        raise InputError(wrong_text(text, ""))
    return _stream(_articles(text, about, failed), work, most, failed)


def failing(on_error: OnError, make: Failed[Result]) -> Failed[Result] | None:
    """Return the function that makes the result of an article that raised an error, as the caller chose.

    Args:
        on_error: ``"raise"``: none, the error is raised; ``"skip"``: ``make``; a function: ``make`` too, after the
            function was called with the article and the error.
        make: makes the result of an article that is left as it is.

    Raises:
        PolicyError: ``on_error`` is none of these.
    """
    if on_error == "raise":
        return None
    if on_error == "skip":
        return make
    if not callable(on_error):
        raise PolicyError(f"on_error={on_error!r} should be 'raise', 'skip' or a function of the article and the error")

    def told(article: Article, error: Exception) -> Result:
        on_error(article, error)
        return make(article, error)

    return told


class _Unreadable(NamedTuple):
    """An item of a stream that is no article."""

    error: InputError


Item = Article | _Unreadable


def _stream(items: Iterator[Item], work: Work[Result], most: int, failed: Failed[Result] | None) -> Iterator[Result]:
    size = min(_FIRST, most)
    while True:
        batch, error = _taken(_batch(items, size))
        yield from _worked(batch, work, failed)
        if error is not None:
            raise error
        if not batch:
            return
        size = min(2 * size, most)


def _taken(items: Iterator[Item]) -> tuple[list[Item], Exception | None]:
    """Return what a stream gives, and the error that ends it: what was read before that is still worked on."""
    taken: list[Item] = []
    try:
        for item in items:
            taken.append(item)  # what came before an error counts
    except Exception as error:
        return taken, error
    return taken, None


def _worked(items: Sequence[Item], work: Work[Result], failed: Failed[Result] | None) -> Iterator[Result]:
    """Yield the result of each item. If the batch fails, its articles are processed one by one."""
    results = _results([item for item in items if isinstance(item, Article)], work, failed)
    for item in items:
        if isinstance(item, Article):
            yield next(results)
        else:
            assert failed is not None
            yield failed(Article(text=""), item.error)


def _results(articles: Sequence[Article], work: Work[Result], failed: Failed[Result] | None) -> Iterator[Result]:
    if failed is None:
        yield from work(articles) if articles else ()
        return
    done = 0
    try:
        for result in work(articles) if articles else ():
            yield result
            done += 1
        return
    except Exception as error:
        if _concerns_all(error):
            raise
    for article in articles[done:]:
        try:
            (result,) = work([article])
        except Exception as error:
            if _concerns_all(error):
                raise
            result = failed(article, error)
        yield result


def _concerns_all(error: Exception) -> bool:
    """Whether every article would fail in this way: a model is broken, or a package is missing."""
    return isinstance(error, ModelError | MissingExtraError) and not isinstance(error, LanguageError)


def _batch(items: Iterator[Item], most: int) -> Iterator[Item]:
    size = 0
    for item in islice(items, most):
        yield item
        size += item.size if isinstance(item, Article) else 0
        if size >= _BATCH_CHARACTERS:
            return


def _articles(texts: Iterable[Any], about: Mapping[str, Any], failed: Failed[Any] | None) -> Iterator[Item]:
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
        yield _read(text, own, f"text {index}: ", failed)


def _read(text: Any, about: Mapping[str, Any], place: str, failed: Failed[Any] | None) -> Item:
    try:
        if isinstance(text, InputError):  # the maker of the stream could not read this article
            raise text
        return read_article(text, about, place)
    except InputError as error:
        if failed is None:
            raise
        return _Unreadable(error)
