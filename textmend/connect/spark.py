"""Spark: Python workers mend frames, in batches of Arrow or pandas.

Needs the extra ``textmend[spark]`` on the driver and on every worker.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from textmend.connect.batches import BatchMender
from textmend.connect.fields import Fields
from textmend.errors import PolicyError
from textmend.extras import needs

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import StructType


class MendPartition(BatchMender):
    """A function for ``DataFrame.mapInArrow`` and ``DataFrame.mapInPandas``: from an iterator of batches to another.

    Prefer :func:`mend`, which passes Arrow batches: pandas turns whole numbers beside nulls into floats, and may round
    them.

    Args:
        options: by name, as in ``docs/connect.md``; one thread by default, as Spark gives a task one CPU.

    Raises:
        PolicyError: an option is unknown, or has a value that makes no sense.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"threads": 1, **options})

    def __call__(self, batches: Iterator[Any]) -> Iterator[Any]:
        """Yield the batches of a partition, mended.

        Raises:
            InputError: a field holds a value that is not a string.
        """
        mend = super().__call__
        return (mend(batch) for batch in batches)

    def schema(self, schema: StructType) -> StructType:
        """Return the schema of the output, from the schema of the input.

        Raises:
            PolicyError: a column is missing, or that of the annotations is there already.
        """
        types = _types()
        fields: Fields = self._mending.fields
        missing = [name for name in fields.read if name not in schema.names]
        if missing:
            raise PolicyError(f"there is no column {missing[0]!r}; there are: {', '.join(schema.names)}")
        fields.check_room(schema.names, "frame")
        added = [types.StructField(fields.annotations, types.StringType())] if fields.annotations else []
        return types.StructType([*schema.fields, *added])


def mend(frame: DataFrame, **options: Any) -> DataFrame:
    """Mend a frame's texts. Lazy, as Spark is; the other columns stay as they are.

    Args:
        frame: a frame with a column of texts.
        options: by name, as in ``docs/connect.md``; one thread by default, as Spark gives a task one CPU.

    Returns:
        The frame with the mended texts, and one more column: the annotations, as JSON text.

    Raises:
        MissingExtraError: pyspark is not installed.
        PolicyError: an option makes no sense, a column is missing, or that of the annotations is there already.
    """
    partition = MendPartition(**options)
    return frame.mapInArrow(partition, partition.schema(frame.schema))


def _types() -> Any:
    with needs("textmend.connect.spark", "spark"):
        from pyspark.sql import types
    return types
