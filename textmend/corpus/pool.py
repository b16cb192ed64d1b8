"""A pool of worker processes: tasks in, results out in the same order, within bounded memory.

Each worker has a pipe of its own, so a worker that dies, even in the middle of a message, harms no other. It is
replaced, and its task is tried again. A task that kills a second worker is split into its documents. A document that
kills a worker by itself is rejected.
"""

from __future__ import annotations

import multiprocessing
import signal
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, NamedTuple, TypeVar

from textmend.corpus.menders import check_fields, factory_of, one_thread
from textmend.corpus.options import MenderSpec, Options
from textmend.corpus.signals import ctrl_c_ignored
from textmend.corpus.worker import Refusal, Result, Task, work
from textmend.errors import MissingExtraError, ModelError, PolicyError, TextmendError
from textmend.mender import Mender

Key = TypeVar("Key")

WINDOW = 128_000_000
"""Bytes of input, about, that may be at work or waiting for an earlier result. Each worker may always have a batch."""

_MOST_DEATHS = 30
_TICK = 0.2


@dataclass(slots=True)
class _Job(Generic[Key]):
    """A batch on its way: its key, its parts, and what came of them."""

    key: Key
    size: int
    parts: list[Task]
    alone: bool = False
    attempts: int = 0
    left: int = 1
    results: list[Result] = field(default_factory=list)

    @property
    def done(self) -> bool:
        return self.left == 0


class _Failure(NamedTuple):
    """A worker can't make its mender."""

    usage: bool
    reason: str


class Filling(NamedTuple):
    """How far a worker is with the gaps of a batch: how many are done, and of how many."""

    done: int = 0
    found: int = 0


NO_FILLING = Filling()


@dataclass(slots=True)
class _Worker:
    process: Any
    pipe: Connection
    ready: bool = False
    job: Any = None
    part: int = 0
    filling: Filling = NO_FILLING


class Pool(Generic[Key]):
    """Worker processes, each with a mender of its own.

    Args:
        workers: how many.
        mender: how each makes its mender.
        options: what is done with documents.
        split: cuts a task into tasks of one document each.
        stopping: asked regularly; once it returns true, no new task begins and ``run`` ends.
        watch: told how many gaps of the batches at work are done, and of how many.
    """

    def __init__(
        self,
        workers: int,
        mender: MenderSpec,
        options: Options,
        split: Callable[[Task], list[Task]],
        stopping: Callable[[], bool] = lambda: False,
        watch: Callable[[Filling], None] = lambda filling: None,
    ) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._count, self._mender, self._options = workers, mender, options
        self._split, self._stopping, self._watch = split, stopping, watch
        self._workers: list[_Worker] = []
        self._queue: deque[tuple[_Job[Key], int]] = deque()
        self._deaths = 0  # in a row, with no result between them

    def __enter__(self) -> Pool[Key]:
        """Start the workers."""
        self._workers = [self._start() for _ in range(self._count)]
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the workers, even in the middle of a task."""
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            worker.process.join(5)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()
            worker.pipe.close()
        self._workers = []

    def run(self, tasks: Iterator[tuple[Key, int, Task | None]]) -> Iterator[tuple[Key, list[Result]]]:
        """Yield each task's results, in the order of the tasks: one, or one a document where it had to be split.

        Args:
            tasks: for each a key, its size in bytes, and the task; ``None``: there is nothing to do.

        Raises:
            ModelError: a worker can't make its mender, or workers keep dying.
        """
        waiting: deque[_Job[Key]] = deque()
        size = 0
        more = True
        while True:
            while waiting and waiting[0].done:
                job = waiting.popleft()
                size -= job.size
                yield job.key, job.results
            if self._stopping():
                return
            while more and len(self._queue) < self._count and (size < WINDOW or len(waiting) < self._count):
                taken = next(tasks, None)
                if taken is None:
                    more = False
                    break
                key, weight, task = taken
                job = _Job(key, weight, [task] if task else [], left=1 if task else 0)
                waiting.append(job)
                size += weight
                if task:
                    self._queue.append((job, 0))
                    self._hand_out()
                if waiting[0].done:
                    break
            self._hand_out()
            if not waiting:
                if not more:
                    return
                continue
            if not waiting[0].done:
                self._listen()

    def _idle(self) -> _Worker | None:
        return next((worker for worker in self._workers if worker.ready and worker.job is None), None)

    def _hand_out(self) -> None:
        while self._queue and (worker := self._idle()) is not None:
            job, part = self._queue.popleft()
            worker.job, worker.part = job, part
            try:
                worker.pipe.send(job.parts[part])
            except OSError:
                self._died(worker)

    def _listen(self) -> None:
        pipes = {worker.pipe: worker for worker in self._workers}
        for pipe in wait(list(pipes), _TICK):
            worker = pipes[pipe]  # type: ignore[index] # what is waited for are the keys
            try:
                message = worker.pipe.recv()
            except (EOFError, OSError):
                self._died(worker)
                continue
            if message is None:
                worker.ready = True
            elif isinstance(message, Filling):
                worker.filling = message
                self._watch(Filling(*map(sum, zip(*(one.filling for one in self._workers), strict=True))))
            elif isinstance(message, _Failure):
                raise (PolicyError if message.usage else ModelError)(message.reason)
            else:
                self._deaths = 0
                self._finished(worker.job, worker.part, message)
                worker.job, worker.filling = None, NO_FILLING

    def _finished(self, job: _Job[Key], part: int, result: Result) -> None:
        job.results[part : part + 1] = [result]
        job.left -= 1

    def _died(self, worker: _Worker) -> None:
        worker.process.join(5)
        code = worker.process.exitcode
        how = f"signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"exit code {code}"
        job, part = worker.job, worker.part
        worker.pipe.close()
        self._deaths += 1
        if self._deaths >= _MOST_DEATHS or (not worker.ready and self._deaths >= 3):
            doing = "working" if worker.ready else "loading the models"
            raise ModelError(f"workers die while {doing} ({how}): is there memory enough? Try fewer --workers")
        self._workers[self._workers.index(worker)] = self._start()
        if job is None:
            return
        job.attempts += 1
        if job.alone or (job.attempts > 1 and len(job.parts[0].places) == 1):
            reason = f"the worker process died of it, again and again ({how})"
            self._finished(job, part, Result(refusals=[Refusal(0, "worker_died", reason)]))
        elif job.attempts == 1:
            self._queue.appendleft((job, part))
        else:
            job.parts = list(self._split(job.parts[0]))
            job.alone, job.left = True, len(job.parts)
            job.results = [Result() for _ in job.parts]
            self._queue.extendleft((job, number) for number in reversed(range(len(job.parts))))

    def _start(self) -> _Worker:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=serve, args=(theirs, self._mender, self._options), daemon=True)
        with ctrl_c_ignored():
            process.start()
        theirs.close()
        return _Worker(process, ours)


def serve(pipe: Connection, spec: MenderSpec, options: Options) -> None:
    """Be a worker: make the mender, then work on what comes, until the pipe is closed."""
    one_thread()
    try:
        try:
            mender = factory_of(spec)(**spec.settings)
            check_fields(mender.mend, options)
        except TextmendError as error:
            pipe.send(_Failure(isinstance(error, PolicyError), str(error)))
            return
        except Exception as error:
            pipe.send(_Failure(False, f"the mender can't be made: {type(error).__name__}: {error}"))
            return
        pipe.send(None)
        if isinstance(mender, Mender):
            mender.watch = lambda done, found: pipe.send(Filling(done, found))
        while True:
            task = pipe.recv()
            try:
                result = work(task, mender, options)
            except MissingExtraError as error:
                pipe.send(_Failure(False, str(error)))
                return
            pipe.send(result)
    except (EOFError, BrokenPipeError, ConnectionResetError):  # the main process is gone
        return
