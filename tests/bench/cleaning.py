"""What cleaning costs on this machine, in core-seconds: ``python -m bench.cleaning CORPUS``.

Processor time is counted, not time on the wall, so that other work on the machine disturbs little. ``docs/scale.md``
says how to read the figures.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from textmend.corpus.batches import Cursor, batches
from textmend.corpus.formats import format_named
from textmend.corpus.options import FieldNames, Options
from textmend.corpus.run import clean
from textmend.corpus.shards import plan


def measure(corpus: Path, options: Options, *, datatrove_tasks: int = 0) -> dict[str, Any]:
    """Return what finding, mending and cleaning the same documents cost.

    Args:
        corpus: JSON Lines, Parquet or text files.
        options: which of its documents, and how they are read.
        datatrove_tasks: mend them through datatrove's local executor too, in so many tasks, one process each.

    Returns:
        ``words`` and ``gaps`` of the sample; core-seconds to ``load`` the models, to ``find`` gaps, to ``mend`` with
        the library alone, and to ``clean`` with one worker, loading included; the most memory of the worker and of
        the main process, in MB. If asked for, the core-seconds of all tasks of ``datatrove``, loading included, and
        the most memory that one took, if that is more than the worker did.

    Raises:
        MissingExtraError: datatrove is asked for, and not installed.
    """
    from textmend.corpus.menders import embedded, make_mender
    from textmend.mender import Mender
    from textmend.policy import Policy

    texts = list(_texts(corpus, options))
    spec = embedded("en", "en", Policy())
    with tempfile.TemporaryDirectory() as folder:
        begun = _processor_time(resource.RUSAGE_CHILDREN)
        suffix = "".join(corpus.suffixes[-2:]) if corpus.is_file() else ".jsonl"
        outcome = clean([corpus], Path(folder, f"out{suffix}"), options=options, mender=spec, workers=1)
        cleaned = _processor_time(resource.RUSAGE_CHILDREN) - begun
    peak = _peak(resource.RUSAGE_CHILDREN)
    through = _through_datatrove(texts, datatrove_tasks) if datatrove_tasks else {}
    begun = time.process_time()
    mender = make_mender(**spec.settings)
    assert isinstance(mender, Mender)
    loaded = time.process_time()
    found = sum(map(len, mender.find_gaps(iter(texts))))
    detected = time.process_time()
    for _ in mender.mend(iter(texts)):
        pass
    mended = time.process_time()
    return {
        "documents": len(texts),
        "words": sum(len(text.split()) for text in texts),
        "gaps": found,
        "load": loaded - begun,
        "find": detected - loaded,
        "mend": mended - detected,
        "clean": cleaned,
        "worker_mb": peak,
        "main_mb": _peak(resource.RUSAGE_SELF),
        "rejected": outcome.statistics.rejected if outcome.statistics else 0,
        **through,
    }


def _through_datatrove(texts: list[str], tasks: int) -> dict[str, Any]:
    """Mend texts as ``docs/connect.md`` shows it, in ``tasks`` tasks at once with a file each."""
    from textmend.connect.datatrove import MendDocuments

    executors, readers, writers = (
        importlib.import_module(f"datatrove.{name}") for name in ("executor", "pipeline.readers", "pipeline.writers")
    )
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "in").mkdir()
        for task in range(tasks):
            lines = (
                json.dumps({"id": str(number), "text": texts[number]}) for number in range(task, len(texts), tasks)
            )
            (place / "in" / f"{task}.jsonl").write_text("".join(line + "\n" for line in lines), encoding="utf-8")
        steps = [
            readers.JsonlReader(str(place / "in"), compression=None),
            MendDocuments(),
            writers.JsonlWriter(str(place / "out"), compression=None),
        ]
        begun = _processor_time(resource.RUSAGE_CHILDREN)
        executors.LocalPipelineExecutor(
            steps, tasks=tasks, workers=tasks, logging_dir=str(place / "logs"), start_method="spawn"
        ).run()
        used = _processor_time(resource.RUSAGE_CHILDREN) - begun
        written = sum(len(file.read_bytes().splitlines()) for file in (place / "out").iterdir())
    return {"datatrove": used, "datatrove_documents": written, "datatrove_mb": _peak(resource.RUSAGE_CHILDREN)}


def _texts(corpus: Path, options: Options) -> Iterator[str]:
    layout = plan([corpus], Path(tempfile.gettempdir(), "textmend-measure", ""), options)
    for batch in batches(layout.shards, options, Cursor()):
        format = format_named(layout.shards[batch.shard].format)
        for document in batch.documents:
            yield format.article(document.raw, options).text


def _processor_time(whose: int) -> float:
    used = resource.getrusage(whose)
    return used.ru_utime + used.ru_stime


def _peak(whose: int) -> int:
    return resource.getrusage(whose).ru_maxrss // (1024 if sys.platform != "darwin" else 1024 * 1024)


def _command(
    corpus: Annotated[Path, typer.Argument(help="A corpus: JSON Lines, Parquet, text files.")],
    limit: Annotated[int, typer.Option(help="How many documents.")] = 50,
    sample: Annotated[float, typer.Option(help="Of which share of the corpus.")] = 1.0,
    text_field: Annotated[str, typer.Option(help="Holds the text.")] = "text",
    datatrove: Annotated[int, typer.Option(help="Also through datatrove, in so many tasks.")] = 0,
) -> None:
    """Measure what cleaning costs on this machine."""
    options = Options(fields=FieldNames(text=text_field), limit=limit, sample=sample)
    typer.echo(json.dumps(measure(corpus, options, datatrove_tasks=datatrove), indent=1))


if __name__ == "__main__":
    typer.run(_command)
