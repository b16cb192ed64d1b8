"""What a worker does with a batch: reads the documents, mends them sorted by length, gives them back in order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from textmend.corpus.entries import Place, StoredArticle, Unfit
from textmend.corpus.formats import format_named
from textmend.corpus.menders import CorpusMender
from textmend.corpus.open_gaps import OpenGap, open_gaps
from textmend.corpus.options import Options
from textmend.corpus.statistics import Statistics, source_name
from textmend.edits.mended import Mended
from textmend.errors import MissingExtraError
from textmend.page_files import PageFolder


@dataclass(frozen=True, slots=True)
class Task:
    """Documents for a worker.

    Attributes:
        format: their format's name.
        packed: the documents, as the format packs them.
        places: where each stands.
    """

    format: str
    packed: Any
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """A document of a batch that was not cleaned: its number there, and why."""

    index: int
    kind: str
    reason: str
    id: str | None = None


@dataclass(slots=True)
class Result:
    """The result of a batch.

    Attributes:
        outputs: what goes to the sink, in order.
        refusals: what was not cleaned, in order.
        statistics: what was found.
        open_gaps: the gaps that stay open, where a sample of them is drawn.
    """

    outputs: list[Any] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    statistics: Statistics = field(default_factory=Statistics)
    open_gaps: list[OpenGap] = field(default_factory=list)


def work(task: Task, mender: CorpusMender, options: Options) -> Result:
    """Return the result of a batch. A document that can't be cleaned doesn't affect the others."""
    format = format_named(task.format)
    result = Result()
    raws = format.unpack(task.packed)
    articles: dict[int, StoredArticle] = {}
    for index, raw in enumerate(raws):
        try:
            articles[index] = format.article(raw, options)
        except Unfit as error:
            result.refusals.append(Refusal(index, error.kind, error.reason, error.id))
    rendered = []
    for index, mended in sorted(_mended(articles, mender, options, result.refusals).items()):
        article, place = articles[index], task.places[index]
        dropped = options.drop_documents and any(gap.decision == "keep" for gap in mended.gaps)
        try:
            if not dropped:
                rendered.append(format.render(index, raws[index], mended, options))
        except Unfit as error:
            result.refusals.append(Refusal(index, error.kind, error.reason, error.id))
            continue
        source = source_name(article.source if article.source is not None else place.source)
        where = f"{place.source}:{place.record}" + (f" ({article.id})" if article.id is not None else "")
        result.statistics.count(mended, source, where, dropped=dropped)
        if not dropped:
            result.open_gaps += open_gaps(mended, article, place, options)
    result.refusals.sort(key=lambda refusal: refusal.index)
    if rendered:
        result.outputs.append(format.join(rendered, options))
    return result


def _mended(
    articles: dict[int, StoredArticle], mender: CorpusMender, options: Options, refusals: list[Refusal]
) -> dict[int, Mended]:
    order = sorted(articles, key=lambda index: len(articles[index].text))
    try:
        return dict(zip(order, _mend([articles[index] for index in order], mender, options), strict=True))
    except MissingExtraError:
        raise
    except Exception:  # a document is to blame; the loop below finds out which
        pass
    done = {}
    for index in order:
        try:
            (done[index],) = _mend([articles[index]], mender, options)
        except MissingExtraError:  # every document would raise it
            raise
        except Exception as error:
            reason = f"mending it raised {type(error).__name__}: {error}"
            refusals.append(Refusal(index, "not_mended", f"{reason:.500}", articles[index].id))
    return done


def _mend(articles: Sequence[StoredArticle], mender: CorpusMender, options: Options) -> list[Mended]:
    given: dict[str, Any] = {}
    if options.fields.title is not None:
        given["title"] = [article.title for article in articles]
    if options.fields.html is not None or options.pages is not None:
        given["html"] = [_page(article, options) for article in articles]
    return list(mender.mend([article.text for article in articles], **given))


def _page(article: StoredArticle, options: Options) -> str | bytes | None:
    """Return the page of a document: its own, or the one in the folder of pages."""
    if article.html is not None or options.pages is None or article.id is None:
        return article.html
    return PageFolder(Path(options.pages)).page(article.id)
