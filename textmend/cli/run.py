"""How every command runs: documents stream through the mender in batches, with progress, failures counted."""

from __future__ import annotations

import contextlib
import shlex
import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from textmend.article import Article
from textmend.cache import Cache, user_folder
from textmend.cli.inputs import documents
from textmend.cli.terminal.screen import Screen, open_screen, report, show_line
from textmend.errors import FileError
from textmend.files import STDIN, Document
from textmend.mender import Mender
from textmend.policy import Policy
from textmend.report.numbers import count

REVIEW = "textmend review -o review.html"
"""The command with which people decide."""

_FEW = 3
"""So many files are named in a next step; more are called FILES."""

Result = TypeVar("Result")
Read = Callable[[Document], Article]


def make_mender(
    detector: str,
    filler: str,
    policy: Policy,
    threads: int | None,
    ranking: Path | None = None,
    fast: bool = False,
    cache: Cache | None = None,
) -> Mender:
    """Return the mender that all commands work with: one text at a time, so that results appear as they come."""
    return Mender(
        detector=detector,
        filler=filler,
        policy=policy,
        threads=threads,
        ranking=ranking,
        batch=1,
        second_look=not fast,
        cache=cache,
    )


def cache_of(folder: Path | None, off: bool) -> Cache | None:
    """Return where suggestions are kept: in the folder that is named, or the user's, where that can be used.

    Raises:
        FileError: the folder that is named can't be used.
    """
    if off:
        return None
    if folder is not None:
        return Cache(folder)
    with contextlib.suppress(FileError):
        return Cache(user_folder())
    return None


def next_step(screen: Screen, told: str, command: str, paths: Sequence[Path], options: Sequence[str] = ()) -> None:
    """Say what a run came to, and the command that goes on from there.

    Args:
        screen: where it is shown: on standard error.
        told: what was done and what is left.
        command: the next command, without its files.
        paths: the files, folders and patterns it goes on with, as they were given.
        options: what was told of them, which the next command is to know too.
    """
    names = " ".join(shlex.quote(str(path)) for path in paths if path != STDIN) if len(paths) <= _FEW else "FILES"
    words = " ".join([command, *map(shlex.quote, options), names or "FILE"])
    screen.err.print(show_line(f"{told}: {words}"), soft_wrap=True)


class Run:
    """One run of a command over its files.

    Args:
        ctx: the command's context.
        paths: what to read.
        encoding: its encoding, if not UTF-8.
        quiet: show no progress.
    """

    def __init__(self, ctx: typer.Context, paths: Sequence[Path], encoding: str | None, *, quiet: bool = False) -> None:
        self.screen: Screen = open_screen()
        self.failed_with: list[str] = []
        self._paths, self._encoding = paths, encoding
        self._debug = bool(ctx.find_root().meta.get("textmend.debug"))
        typing = STDIN in paths and sys.stdin.isatty()
        self._progress = Progress(
            SpinnerColumn("line" if self.screen.err.options.ascii_only else "dots"),
            TextColumn("{task.description}"),
            *((BarColumn(24), MofNCompleteColumn(), TextColumn("files")) if len(paths) > 1 else ()),
            TimeElapsedColumn(),
            console=self.screen.err,
            transient=True,
            disable=quiet or typing or not sys.stderr.isatty(),
        )

    def failed(self, error: FileError) -> None:
        """Report a file that can't be served; the run goes on."""
        self.failed_with.append(str(error))
        report(self.screen.err, str(error), error if self._debug else None)

    def each(
        self,
        label: str,
        work: Callable[[Iterator[Any]], Iterator[Result]],
        mender: Mender | None = None,
        read: Read | None = None,
    ) -> Iterator[tuple[Document, Result]]:
        """Yield every document that can be read, with what ``work`` makes of its text, in order.

        Args:
            label: what is going on, for the progress.
            work: takes a stream of texts, gives a stream of results.
            mender: where it fills gaps, so that the progress counts them.
            read: returns the article of a document, for ``work`` to take instead of its text.
        """
        waiting: deque[Document] = deque()

        def texts() -> Iterator[str | Article]:
            for document in documents(self._paths, self._encoding, self.failed):
                try:
                    article = document.text if read is None else read(document)
                except FileError as error:
                    self.failed(error)
                    continue
                waiting.append(document)
                yield article

        with self._progress as progress:
            task = progress.add_task(label, total=len(self._paths))
            if mender is not None:
                before = [0, 0]  # gaps of the texts before this one, and of this one

                def watch(done: int, found: int) -> None:
                    if done == 0:
                        before[0], before[1] = before[0] + before[1], found
                    gaps = f"{before[0] + done:,} of {count(before[0] + found, 'gap')} filled"
                    progress.update(task, description=f"{label}: {gaps}")

                mender.watch = watch
            for done, result in enumerate(work(texts()), 1):
                document = waiting.popleft()
                progress.stop()  # so that it doesn't mix with what is drawn on the same terminal
                yield document, result
                progress.update(task, completed=done + len(self.failed_with))
                progress.start()

    def end(self, code: int = 0) -> None:
        """Exit with ``code``, unless files failed."""
        code = 3 if self.failed_with else code
        if code:
            raise typer.Exit(code)
