"""One callable for all libraries that pass batches of records as columns.

Hugging Face ``Dataset.map(batched=True)``, Ray Data's ``map_batches``, frames of pandas and polars, Arrow tables.
"""

from __future__ import annotations

from typing import Any

from textmend.article import Article
from textmend.connect.columns import column, names, with_columns
from textmend.connect.mending import Mending


class BatchMender:
    """Mends a batch of records, stored as columns, and returns a batch of the same kind.

    It is small and picklable, also after use: the first batch in each process loads the models. Its fingerprint, by
    which datasets finds cached results, depends on its options and textmend's version.

    Annotations are written as JSON text, so that their column has one type from the first row on. A row without a text
    stays as it is.

    Args:
        options: by name, as in ``docs/connect.md``.

    Raises:
        PolicyError: an option is unknown, or has a value that makes no sense.
    """

    def __init__(self, **options: Any) -> None:
        self._mending = Mending.of(**options)

    def __call__(self, batch: Any) -> Any:
        """Mend a batch.

        Raises:
            InputError: it is not a batch of records, or a field holds a value that is not a string.
            PolicyError: a column is missing, or the column of the annotations exists already.
        """
        fields = self._mending.fields
        fields.check_room(names(batch), "batch")
        read = {name: column(batch, name) for name in fields.read}
        texts = read[fields.text]

        def article(row: int) -> Article | None:
            return fields.article(lambda name: read[name][row], f"row {row}")

        written: dict[str, list[Any]] = {name: list(texts) for name in fields.written}
        for row, mended in self._mending.stream(range(len(texts)), article):
            for name, value in fields.values(mended, as_json=True).items():
                written[name][row] = value
        return with_columns(batch, written)
