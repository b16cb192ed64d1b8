"""Running a cleaning from inputs to output.

A run reads documents, has workers mend them, and writes them in order. It keeps checkpoints, so that it can resume
after it was killed.

The output depends on the inputs, the options and the mender alone, not on the number of workers, nor on how often the
run was killed and resumed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple

from textmend import __version__
from textmend.corpus import menders
from textmend.corpus.batches import Batch, batches
from textmend.corpus.entries import Reject
from textmend.corpus.finished import check_done, check_free, record_path, write_record
from textmend.corpus.formats import format_named
from textmend.corpus.journal import Checkpoint, Journal, has_state, sweep
from textmend.corpus.open_gaps import Sample, write_sample
from textmend.corpus.options import MenderSpec, Options
from textmend.corpus.pool import NO_FILLING, Filling, Pool
from textmend.corpus.rejects import lines_of
from textmend.corpus.shards import Layout, check_beside, fingerprint, plan
from textmend.corpus.signals import stopping_on_signals
from textmend.corpus.sinks import AppendFile, Sink, check_length, open_sink, seal, sync_folder
from textmend.corpus.statistics import Statistics
from textmend.corpus.worker import Refusal, Result, Task
from textmend.errors import FileError, PolicyError
from textmend.models.session import usable_cores
from textmend.policy import Policy

CHECKPOINT_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes:
        statistics: what was found so far.
        consumed: bytes of the inputs that are dealt with, as they are stored.
        total: bytes of the inputs; 0 where that is not known.
        filled: gaps that are done, those of the batches at work among them.
        found: gaps that are found so far.
    """

    statistics: Statistics
    consumed: int
    total: int
    filled: int = 0
    found: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a run.

    Attributes:
        statistics: what was found; ``None`` where the output was there already.
        complete: whether the output is whole; if not, it was interrupted, and ``resume`` goes on.
        output: the output.
        rejects: the rejects file, if there are any.
        seconds: time worked, over all resumed runs.
        passed_over: files in input folders that are of no known format.
        review: the sample of open gaps, where one was asked for.
    """

    statistics: Statistics | None
    complete: bool
    output: Path
    rejects: Path | None
    seconds: float = 0.0
    passed_over: int = 0
    review: Path | None = None


def clean(
    inputs: Sequence[str | Path],
    output: str | Path,
    *,
    options: Options | None = None,
    mender: MenderSpec | None = None,
    format: str | None = None,
    to: str | None = None,
    workers: int | None = None,
    resume: bool = False,
    force: bool = False,
    rejects: str | Path | None = None,
    review: str | Path | None = None,
    reports: Sequence[str | Path] = (),
    checkpoint_seconds: float = CHECKPOINT_SECONDS,
    progress: Callable[[Progress], None] | None = None,
    finished: Callable[[Outcome], None] | None = None,
) -> Outcome:
    """Clean a corpus.

    Args:
        inputs: files, folders, or ``-`` for standard input.
        output: a file or a folder (``docs/clean.md``).
        options: what is asked for.
        mender: what mends; default: the embedded English models and the ordinary policy.
        format: ``"jsonl"``, ``"parquet"`` or ``"text"``; default: by the inputs' names.
        to: what an output folder holds, ``"jsonl"`` or ``"parquet"``; default: what was read.
        workers: how many processes mend; default: one a core.
        resume: go on where an earlier run with the same inputs, options and mender stopped, if there is one.
        force: start again, whatever an earlier run left, and replace an output that is there.
        rejects: the file for what can't be cleaned; default: beside the output, ``.rejects.jsonl`` at its end.
        review: the file for the sample of open gaps (``Options.review_sample``), which ``textmend review`` reads;
            default: beside the output, ``.review.jsonl`` at its end.
        reports: files that ``finished`` writes; no other file of the run may be one of them.
        checkpoint_seconds: seconds between two checkpoints.
        progress: called with the progress, after each batch at least.
        finished: called when the output is complete, before the work folder is removed. A report that is written here
            is not lost if the process dies.

    Returns:
        The outcome. Ctrl-C and SIGTERM end the run early, after a whole batch: ``complete`` is false.

    Raises:
        PolicyError: an option makes no sense.
        FileError: an input can't be read at all, the output is there or can't be written. What is done is safe.
        ModelError: the mender can't be made, or its processes keep dying.
        MissingExtraError: a format needs a package that isn't installed.
    """
    options, mender = options or Options(), mender or _default_mender()
    if workers is not None and (not isinstance(workers, int) or isinstance(workers, bool) or workers < 1):
        raise PolicyError(f"clean: workers={workers!r} should be a whole number from 1")
    if resume and force:
        raise PolicyError("clean: resume goes on, force starts again: not both")
    layout = plan([Path(one) for one in inputs], Path(output), options, format, to)
    rejects = Path(rejects) if rejects is not None else layout.output.with_name(layout.output.name + ".rejects.jsonl")
    review = Path(review) if review is not None else layout.output.with_name(layout.output.name + ".review.jsonl")
    beside = [rejects, *([review] if options.review_sample else []), *map(Path, reports)]
    check_beside(layout, [*beside, record_path(layout)])
    identity = _identity(layout, options, mender, rejects)
    if resume and not has_state(layout.work) and _is_done(layout, identity, options):
        return Outcome(None, True, layout.output, rejects if rejects.exists() else None)
    if not force and not layout.work.exists():
        _check_new(layout, beside[: 1 + bool(options.review_sample)])
    journal = Journal(layout.work, identity, resume=resume, force=force)
    try:
        if not has_state(layout.work) or force:
            record_path(layout).unlink(missing_ok=True)  # of an output that is gone, or is replaced
        run = _Run(layout, options, journal, _Beside(rejects, review), checkpoint_seconds, progress)
        outcome = run.work(mender, workers or usable_cores())
        if outcome.complete:
            if finished:
                finished(outcome)
            write_record(layout, identity, journal.checkpoint.read)
            journal.remove()
        return outcome
    finally:
        journal.close()


class _Beside(NamedTuple):
    """The files beside the output: the rejects, and the sample of open gaps."""

    rejects: Path
    review: Path


class _Run:
    """One run, or what is left of it."""

    def __init__(
        self,
        layout: Layout,
        options: Options,
        journal: Journal,
        beside: _Beside,
        every: float,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._layout, self._options, self._journal, self._beside = layout, options, journal, beside
        self._every, self._progress = every, progress
        self._state: Checkpoint = journal.checkpoint
        self._sink: Sink | None = None
        self._sample: Sample | None = None
        self._since = self._saved = time.monotonic()
        self._stop = False

    def work(self, mender: MenderSpec, workers: int) -> Outcome:
        """Do the rest of the run."""
        state, shards = self._state, self._layout.shards
        if state.phase == "sealing":
            if not shards[state.shard].folder:
                seal(shards[state.shard], self._journal.folder, state.length)
            self._next_shard()
        self._save()  # before anything is written that a resumed run must know of
        if state.phase == "working":
            rejects = AppendFile(self._journal.rejects, state.rejects)
            open_gaps = AppendFile(self._journal.open_gaps, state.open_gaps)
            try:
                self._sample = Sample(open_gaps, self._journal.open_gaps, self._options.review_sample)
                with stopping_on_signals(self._ask_to_stop):
                    self._clean(rejects, mender, workers)
            finally:
                rejects.close()
                open_gaps.close()
                if self._sink:
                    self._sink.close()
        if state.phase == "done":
            self._check_outputs()
            self._hand_over_rejects()
            if self._options.review_sample:
                write_sample(self._journal.open_gaps, self._beside.review, self._options.review_sample)
        return Outcome(
            statistics=state.statistics,
            complete=state.phase == "done",
            output=self._layout.output,
            rejects=self._beside.rejects if state.statistics.rejected else None,
            seconds=state.seconds,
            passed_over=self._layout.passed_over,
            review=self._beside.review if self._options.review_sample else None,
        )

    def _clean(self, rejects: AppendFile, mender: MenderSpec, workers: int) -> None:
        todo = batches(self._layout.shards, self._options, self._state.cursor)
        with Pool[Batch](workers, mender, self._options, _split, lambda: self._stop, self._tell) as pool:
            done = pool.run((batch, batch.size, _task(batch, self._layout)) for batch in todo)
            try:
                self._open_sink()
                self._tell()
                for batch, results in done:
                    self._write(batch, results, rejects)
                    if batch.last:
                        self._finish_shard(rejects)
                    elif time.monotonic() - self._saved >= self._every:
                        self._keep(rejects)
                    self._tell()
            finally:
                # Whatever happened, all batches up to here are whole; where this fails, the last checkpoint holds.
                if self._state.phase == "working":
                    with suppress(FileError):
                        self._keep(rejects)

    def _write(self, batch: Batch, results: Sequence[Result], rejects: AppendFile) -> None:
        """Write a batch. The state changes when all is written, so that it always tells of whole batches."""
        assert self._sink is not None
        assert self._sample is not None
        refusals: dict[int, Refusal] = {}
        found = Statistics()
        for number, result in enumerate(results):
            first = number if len(results) > 1 else 0  # a batch that was split has a result a document
            for output in result.outputs:
                for index, reason in self._sink.write(output).items():
                    refusals[first + index] = Refusal(index, "unwritable", reason)
            refusals |= {first + refusal.index: refusal for refusal in result.refusals}
            found.add(result.statistics)
            self._sample.offer(result.open_gaps)
        for reject in _rejects(batch, refusals, self._layout):
            for line in lines_of(reject):
                rejects.write(line)
            if not reject.more:
                found.rejects[reject.kind] += 1
        self._state.statistics.add(found)
        self._state.cursor = batch.after
        if batch.read.digest:
            self._state.read = (batch.read.offset, batch.read.digest)
        self._state.length, self._state.rejects = self._sink.length, rejects.length
        self._state.open_gaps = self._sample.file.length

    def _finish_shard(self, rejects: AppendFile) -> None:
        assert self._sink is not None
        self._state.phase = "sealing"
        self._keep(rejects)
        self._sink.finish()
        self._sink = None
        self._next_shard()
        self._save()
        self._open_sink()

    def _next_shard(self) -> None:
        self._state.shard, self._state.length = self._state.cursor.shard, 0
        self._state.phase = "working" if self._state.shard < len(self._layout.shards) else "done"

    def _open_sink(self) -> None:
        if self._state.phase == "working":
            shard = self._layout.shards[self._state.shard]
            self._sink = open_sink(shard, self._journal.folder, self._state.length)

    def _keep(self, rejects: AppendFile) -> None:
        """Sync what is written to the disk, then save a checkpoint."""
        if self._sink:
            self._sink.sync()
        rejects.sync()
        if self._sample:
            self._sample.file.sync()
        self._save()

    def _save(self) -> None:
        self._saved = time.monotonic()
        self._state.seconds += self._saved - self._since
        self._since = self._saved
        self._journal.save(self._state)

    def _check_outputs(self) -> None:
        """See that all outputs are still there: others may have been at work since. Text files are not looked for."""
        for shard in self._layout.shards:
            if not shard.folder and not shard.target.exists():
                raise FileError(f"{shard.target}: was written, and is gone: start again with --force")

    def _hand_over_rejects(self) -> None:
        """Move the rejects to their final name; without rejects there is no such file."""
        moved = not self._journal.rejects.exists()  # before the run was killed
        if self._state.rejects:
            check_length(self._beside.rejects if moved else self._journal.rejects, self._state.rejects)
        try:
            if moved:
                return
            if self._state.rejects:
                os.replace(self._journal.rejects, self._beside.rejects)
                sync_folder(self._beside.rejects.parent)
            else:
                self._journal.rejects.unlink()
                self._beside.rejects.unlink(missing_ok=True)  # of an earlier run, with --force
        except OSError as error:
            raise FileError(f"{self._beside.rejects}: can't be written: {error.strerror or error}") from error

    def _tell(self, at_work: Filling = NO_FILLING) -> None:
        if self._progress:
            found, total = self._state.statistics, sum(shard.size for shard in self._layout.shards)
            filled = found.found + at_work.done
            consumed = self._state.cursor.consumed
            self._progress(Progress(found, consumed, total, filled, found.found + at_work.found))

    def _ask_to_stop(self) -> None:
        self._stop = True


def _task(batch: Batch, layout: Layout) -> Task | None:
    documents = batch.documents
    if not documents:
        return None
    name = layout.shards[batch.shard].format
    packed = format_named(name).pack([document.raw for document in documents])
    return Task(name, packed, tuple(document.place for document in documents))


def _split(task: Task) -> list[Task]:
    format = format_named(task.format)
    raws = format.unpack(task.packed)
    return [Task(task.format, format.pack([raw]), (place,)) for raw, place in zip(raws, task.places, strict=True)]


def _rejects(batch: Batch, refusals: Mapping[int, Refusal], layout: Layout) -> Iterator[Reject]:
    """Yield what a batch rejects, in order: what its reader did, and what its worker refused."""
    format = format_named(layout.shards[batch.shard].format)
    number = -1
    for entry in batch.entries:
        if isinstance(entry, Reject):
            yield entry
            continue
        number += 1
        if refusal := refusals.get(number):
            raw = format.rejected(entry.raw)
            yield Reject(refusal.kind, refusal.reason, entry.place, raw, refusal.id)


def _identity(layout: Layout, options: Options, mender: MenderSpec, rejects: Path) -> dict[str, Any]:
    """Return what a run must have in common with the one it goes on with, by names that messages can use."""
    asked = asdict(options)
    asked |= {f"{name} field": value for name, value in asked.pop("fields").items()}
    # Where suggestions are kept makes no other output.
    settings = {f"mender's {name}": value for name, value in mender.settings.items() if name != "cache"}
    return {
        "version": __version__,
        "rejects": str(rejects),
        **asked,
        "mender": mender.factory,
        **settings,
        "models": mender.identity,
        "formats": sorted(
            {shard.format if shard.columns is None else f"{shard.format} in columns" for shard in layout.shards}
        ),
        "outputs": [str(shard.target) for shard in layout.shards[:1]] + [len(layout.shards)],
        **{f"input {name}": digest for name, digest in fingerprint(layout.shards).items()},
    }


def _is_done(layout: Layout, identity: Mapping[str, Any], options: Options) -> bool:
    """Whether the output is there, and is of the same run. Raises :class:`FileError` where it is of another."""
    if layout.work.exists() and not record_path(layout).exists():
        return False  # killed before it began
    if not _is_there(layout):
        return False
    check_done(layout, identity, options.limit is not None)
    with suppress(OSError):
        sweep(layout.work)
    return True


def _is_there(layout: Layout) -> bool:
    if layout.output.is_dir():
        return any(layout.output.iterdir())
    return layout.output.exists()


def _check_new(layout: Layout, beside: Sequence[Path]) -> None:
    advice = "choose another, or replace it with --force"
    if _is_there(layout):
        kind = "there are files in this folder" if layout.output.is_dir() else "exists"
        raise FileError(f"{layout.output}: {kind} already: {advice}")
    for path in beside:
        if path.exists():
            raise FileError(f"{path}: exists already: {advice}")
    check_free(layout)


def _default_mender() -> MenderSpec:
    return menders.embedded("en", "en", Policy())
