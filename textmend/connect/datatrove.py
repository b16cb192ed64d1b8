"""datatrove: a formatter that mends documents, and a filter that drops damaged ones, both with statistics.

This connector scales beyond one machine: a pipeline with these steps runs unchanged on datatrove's local, Slurm and Ray
executors. It needs the extra ``textmend[datatrove]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from textmend.article import Article
from textmend.connect.gap_rate import check_most, gap_rate
from textmend.connect.mending import Mending, count
from textmend.errors import PolicyError
from textmend.extras import needs
from textmend.recipe import Recipe
from textmend.records import Gap
from textmend.streams import OnError

with needs("textmend.connect.datatrove", "datatrove"):
    from datatrove.pipeline.base import PipelineStep
    from datatrove.pipeline.filters.base_filter import BaseFilter
    from datatrove.utils.batching import batched
    from datatrove.utils.typeshelper import StatHints

if TYPE_CHECKING:
    from datatrove.data import Document, DocumentsPipeline
    from datatrove.pipeline.writers.disk_base import DiskWriter

_ONE_THREAD = {"threads": 1}  # a task is given one CPU


class MendDocuments(PipelineStep):
    """Mends the text of documents; edits and open gaps go into their metadata, as annotations.

    Fields other than the text are read from, and written to, the metadata. Statistics of each document: ``words``,
    ``gaps``, ``applied``, ``marked``, ``dropped``, ``kept``; and how many documents were ``edited``.

    Args:
        batch_size: how many documents are worked on together.
        as_json: write annotations as JSON text; Parquet needs this, because a column has one type there.
        options: by name, as in ``docs/connect.md``; one thread by default, as a task is given one CPU.

    Raises:
        PolicyError: an option is unknown, or has a value that makes no sense.
    """

    type = "✂️ - FORMAT"
    name = "🩹 textmend"

    def __init__(self, *, batch_size: int = 64, as_json: bool = False, **options: Any) -> None:
        super().__init__()
        self.batch_size = _whole("batch_size", batch_size)
        self.as_json = as_json
        self.mending = Mending.of(**_ONE_THREAD | options)

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> DocumentsPipeline:
        """Yield the documents, mended, in order.

        Raises:
            InputError: a field of a document holds a value that is not a string.
            PolicyError: a document has the field of the annotations already.
        """
        for batch in batched(data, self.batch_size):
            self.stat_update("batches")
            with self.track_time("batch"):
                self._mend(batch)
            yield from batch

    def _mend(self, documents: Iterable[Document]) -> None:
        fields = self.mending.fields
        for document, mended in self.mending.stream(documents, self._article):
            self.stat_update(StatHints.total)
            for name, value in fields.values(mended, as_json=self.as_json).items():
                if name == fields.text:
                    document.text = value
                else:
                    document.metadata[name] = value
            if mended is not None:
                self.stat_update("words", value=len(mended.original.split()))
                self.stat_update("edited", value=int(bool(mended.edits)))
                for label, number in count(mended).items():
                    self.stat_update(label, value=number)

    def _article(self, document: Document) -> Article | None:
        fields, place = self.mending.fields, f"document {document.id}"
        fields.check_room(document.metadata, place)
        return fields.article(lambda name: document.text if name == fields.text else document.metadata.get(name), place)


class GapFilter(BaseFilter):
    """Keeps documents with few gaps. It only finds gaps and proposes no fills, so it is fast.

    A dropped document's reason is ``gaps``; an ``exclusion_writer`` keeps it for review, or to be scraped again.
    Statistics of each document: ``words``, ``gaps``.

    Args:
        most: gaps in 1,000 words that a document may have at most; 0 keeps only documents without any.
        rate: the metadata key for a document's gaps in 1,000 words; ``None``: the figure is not written.
        exclusion_writer: writes the dropped documents.
        batch_size: how many documents are worked on together.
        on_error: what happens to a document that raises an error, as for :meth:`textmend.Mender.find_gaps`; a skipped
            document is kept.
        options: those of ``Mender``, and ``find_at``; one thread by default, as a task is given one CPU.

    Raises:
        PolicyError: an option is unknown, or has a value that makes no sense.
    """

    name = "🕳 textmend"

    def __init__(
        self,
        most: float = 1.0,
        *,
        rate: str | None = "textmend_rate",
        exclusion_writer: DiskWriter | None = None,
        batch_size: int = 64,
        on_error: OnError = "raise",
        **options: Any,
    ) -> None:
        super().__init__(exclusion_writer, _whole("batch_size", batch_size))
        check_most(most)
        self.most, self.rate, self.on_error = most, rate, on_error
        self.recipe = Recipe.of(**_ONE_THREAD | options)

    def filter(self, doc: Document) -> bool | tuple[bool, str]:
        """Return whether a document has few enough gaps."""
        return self.filter_batch([doc])[0]

    def filter_batch(self, batch: list[Document]) -> list[bool | tuple[bool, str]]:
        """Return, for each document, ``True``, or ``False`` with the reason."""
        results: list[bool | tuple[bool, str]] = []
        for document, gaps in zip(batch, self._found(batch), strict=True):
            rate = gap_rate(document.text, gaps)
            self.stat_update("words", value=len(document.text.split()))
            self.stat_update("gaps", value=len(gaps))
            if self.rate is not None:
                document.metadata[self.rate] = rate
            results.append(rate <= self.most or (False, "gaps"))
        return results

    def _found(self, batch: list[Document]) -> Iterator[list[Gap]]:
        return self.recipe.mender().find_gaps((doc.text for doc in batch), on_error=self.on_error)


def _whole(name: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise PolicyError(f"{name}={value!r} should be a whole number from 1")
    return value
