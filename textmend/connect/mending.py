"""Mending records: it takes records and yields them with their mended texts, in order."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from textmend.article import Article
from textmend.connect.fields import Fields
from textmend.edits.mended import Mended
from textmend.errors import InputError, PolicyError
from textmend.recipe import DEFAULTS, Recipe
from textmend.streams import OnError, failing

Record = TypeVar("Record")

_DONE = {"apply": "applied", "mark": "marked", "drop": "dropped", "keep": "kept", None: "kept"}


@dataclass(frozen=True, slots=True)
class Mending:
    """The common core of all connectors.

    Attributes:
        fields: what is read and written.
        recipe: how it is mended.
        on_error: what happens to a record that can't be read or raises an error, as for :meth:`textmend.Mender.mend`; a
            skipped record keeps its text, and its annotations give the reason.
    """

    fields: Fields
    recipe: Recipe
    on_error: OnError = "raise"

    @classmethod
    def of(cls, **options: Any) -> Mending:
        """Read options by name: those of :class:`Fields`, ``on_error``, those of ``Policy`` and of ``Mender`` side by side.

        Raises:
            PolicyError: an option is unknown, or has a value that makes no sense.
        """
        names = [field.name for field in fields(Fields)]
        on_error = options.pop("on_error", "raise")
        failing(on_error, lambda article, error: None)  # see that it is one
        for name in options:
            if name not in names and name not in DEFAULTS:
                raise PolicyError(f"unknown option {name!r}; there are: {', '.join([*names, 'on_error', *DEFAULTS])}")
        own = {name: options.pop(name) for name in names if name in options}
        return cls(Fields(**own), Recipe.of(**options), on_error)

    def stream(
        self, records: Iterable[Record], article: Callable[[Record], Article | None]
    ) -> Iterator[tuple[Record, Mended | None]]:
        """Yield every record with the result for its text, in order; inside, records are processed in batches.

        Args:
            records: a stream of records.
            article: reads the article of a record; ``None`` if it has no text and stays as it is.
        """
        waiting: deque[tuple[Record, bool]] = deque()

        def articles() -> Iterator[Article]:
            for record in records:
                found = self._read(record, article)
                waiting.append((record, found is not None))
                if found is not None:
                    yield found  # type: ignore[misc] # an error stands for what can't be read

        for mended in self.recipe.mender().mend(articles(), on_error=self.on_error):
            while not waiting[0][1]:
                yield waiting.popleft()[0], None
            yield waiting.popleft()[0], mended
        for record, _ in waiting:
            yield record, None

    def one(self, article: Article) -> Mended:
        """Mend one article."""
        return self.recipe.mender().mend(article, on_error=self.on_error)

    def _read(self, record: Record, article: Callable[[Record], Article | None]) -> Article | InputError | None:
        """Read a record; return the error if it can't be read and is to be skipped."""
        try:
            return article(record)
        except InputError as error:
            if self.on_error == "raise":
                raise
            return error


def count(mended: Mended) -> Counter[str]:
    """Return how many gaps were found, applied, marked, dropped and kept; and whether the text was skipped."""
    skipped = {} if mended.skipped is None else {"skipped": 1}
    return Counter(gaps=len(mended.gaps), **Counter(_DONE[gap.decision] for gap in mended.gaps), **skipped)
