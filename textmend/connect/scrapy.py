"""Scrapy: an item pipeline that mends the text of items. Needs the extra ``textmend[scrapy]``.

Its settings are one dictionary, ``TEXTMEND``, of the options in ``docs/connect.md``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from textmend.connect.mending import Mending, count
from textmend.edits.mended import Mended
from textmend.errors import InputError, PolicyError
from textmend.extras import needs

with needs("textmend.connect.scrapy", "scrapy"):
    from itemadapter import ItemAdapter
    from scrapy.utils.asyncio import is_asyncio_available
    from twisted.internet.defer import Deferred

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from scrapy.statscollectors import StatsCollector


class MendPipeline:
    """Mends the text of items, one after the other, in a thread of its own, so that downloads go on.

    Items without the text field stay as they are. Statistics: ``textmend/items``, and for their gaps ``textmend/gaps``,
    ``textmend/applied``, ``textmend/marked``, ``textmend/dropped``, ``textmend/kept``.

    Args:
        mending: what is read and written, and how texts are mended.
        stats: the crawler's statistics.
    """

    def __init__(self, mending: Mending, stats: StatsCollector | None = None) -> None:
        self._mending, self._stats = mending, stats
        self._thread = ThreadPoolExecutor(1, "textmend")

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> MendPipeline:
        """Create the pipeline from the setting ``TEXTMEND``.

        Raises:
            PolicyError: an option is unknown, or has a value that makes no sense.
        """
        return cls(Mending.of(**crawler.settings.getdict("TEXTMEND")), crawler.stats)

    def open_spider(self, spider: Any = None) -> None:
        """Load the models. Raises :class:`ModelError` if one is unknown or broken, which ends the crawl."""
        self._mending.recipe.load()

    def close_spider(self, spider: Any = None) -> None:
        """End the thread."""
        self._thread.shutdown()

    async def process_item(self, item: Any, spider: Any = None) -> Any:
        """Return the item, mended.

        Raises:
            InputError: a field holds something that is no string.
            PolicyError: the item has the field of the annotations already, or can't have such a field.
        """
        adapter = ItemAdapter(item)
        try:
            article = self._mending.fields.article(adapter.get, f"item {type(item).__name__}")
        except InputError:
            if self._mending.on_error == "raise":
                raise
            article = None
            self._count({"skipped": 1})
        if article is None:
            return item
        self._check_room(item, adapter)
        mended = await _awaitable(self._thread.submit(self._mending.one, article))
        for name, value in self._mending.fields.values(mended).items():
            adapter[name] = value
        self._count({"items": 1, **count(mended)})
        return item

    def _count(self, numbers: Mapping[str, int]) -> None:
        if self._stats is not None:
            for label, number in numbers.items():
                self._stats.inc_value(f"textmend/{label}", number)

    def _check_room(self, item: Any, adapter: ItemAdapter) -> None:
        fields, kind = self._mending.fields, type(item)
        fields.check_room([name for name, value in adapter.items() if value is not None], f"item {kind.__name__}")
        declared = ItemAdapter.get_field_names_from_class(kind)  # None if an item may have any field
        if fields.annotations is not None and declared is not None and fields.annotations not in declared:
            raise PolicyError(
                f"item {kind.__name__} has no field {fields.annotations!r}: declare it, or name one that it has, or "
                'None, in the setting TEXTMEND = {"annotations": …}'
            )


def _awaitable(future: Future[Mended]) -> Awaitable[Mended]:
    """Return an object that the running reactor can wait for."""
    if is_asyncio_available():
        return asyncio.wrap_future(future)
    from twisted.internet import reactor

    deferred: Deferred[Mended] = Deferred()

    def fire(done: Future[Mended]) -> None:
        error = done.exception()
        if error is None:
            reactor.callFromThread(deferred.callback, done.result())
        else:
            reactor.callFromThread(deferred.errback, error)

    future.add_done_callback(fire)
    waiting: Awaitable[Mended] = deferred
    return waiting
