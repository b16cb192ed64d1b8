"""A run's memory: the folder with its unfinished work, and checkpoints from which it goes on after any kill."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

from textmend.corpus.batches import Cursor
from textmend.corpus.entries import Position
from textmend.corpus.statistics import Statistics
from textmend.errors import FileError

SCHEMA = 2

Phase = Literal["working", "sealing", "done"]


@dataclass(slots=True)
class Checkpoint:
    """What is done of a run.

    Attributes:
        phase: ``"working"`` on a shard; ``"sealing"``: all its documents are in the work file, which becomes its
            output; ``"done"``: all shards are written.
        shard: number of the shard whose work file is at hand.
        cursor: where reading goes on; while a shard is sealed that is in the next one.
        length: bytes of the work file that are whole.
        rejects: bytes of the rejects file that are whole.
        statistics: what was found so far.
        seconds: time worked so far.
    """

    phase: Phase = "working"
    shard: int = 0
    cursor: Cursor = field(default_factory=Cursor)
    length: int = 0
    rejects: int = 0
    statistics: Statistics = field(default_factory=Statistics)
    seconds: float = 0.0


class Journal:
    """The work folder of a run. Only one process at a time can have it.

    Args:
        folder: the folder.
        identity: what the run is asked to do, by name; a run goes on only with the same.
        resume: go on with what is there.
        force: start again, whatever is there. With neither, the folder must not exist.

    Raises:
        FileError: there is unfinished work and ``resume`` wasn't asked for, another process has it, it is of a run
            that was asked something else, or the folder can't be made.
    """

    def __init__(self, folder: Path, identity: Mapping[str, Any], *, resume: bool, force: bool) -> None:
        self.folder = folder
        self.rejects = folder / "rejects.jsonl"
        self._state = folder / "state.json"
        self._identity = json.loads(json.dumps(identity))
        if folder.exists() and not (resume or force):
            raise FileError(
                f"{folder}: holds the work of an unfinished run: go on with it with --resume, or start again with --force"
            )
        shutil.rmtree(_done(folder), ignore_errors=True)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = _lock(folder / "lock")
        except OSError as error:
            raise _failed(folder, error) from error
        try:
            self.checkpoint = Checkpoint() if force else self._read()
        except BaseException:
            self.close()
            raise

    def save(self, checkpoint: Checkpoint) -> None:
        """Keep a checkpoint; the last one stays until this one is whole. Raises :class:`FileError` if it can't be."""
        state = {
            "schema": SCHEMA,
            "identity": self._identity,
            "phase": checkpoint.phase,
            "shard": checkpoint.shard,
            "reading": checkpoint.cursor.shard,
            "position": checkpoint.cursor.position._asdict(),
            "chosen": checkpoint.cursor.chosen,
            "consumed": checkpoint.cursor.consumed,
            "length": checkpoint.length,
            "rejects": checkpoint.rejects,
            "statistics": checkpoint.statistics.to_dict(),
            "seconds": round(checkpoint.seconds, 3),
        }
        temporary = self.folder / "state.json.new"
        try:
            with temporary.open("w", encoding="ascii") as file:
                json.dump(state, file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._state)
        except OSError as error:
            raise _failed(self._state, error) from error

    def close(self) -> None:
        """Let other processes have the folder."""
        self._lock.close()

    def remove(self) -> None:
        """Remove the folder: at once, so that a folder without a state is one that has not begun."""
        try:
            os.replace(self.folder, _done(self.folder))
        except OSError as error:
            raise _failed(self.folder, error) from error
        self.close()
        shutil.rmtree(_done(self.folder), ignore_errors=True)

    def _read(self) -> Checkpoint:
        try:
            state = json.loads(self._state.read_bytes())
        except FileNotFoundError:
            return Checkpoint()
        except (OSError, ValueError) as error:
            raise FileError(f"{self._state}: can't be read ({error}): start again with --force") from error
        if state.get("schema") != SCHEMA:
            raise FileError(f"{self._state}: is of another version of textmend: start again with --force")
        differing = _differing(state["identity"], self._identity)
        if differing:
            raise FileError(
                f"{self.folder}: the unfinished run was asked something else ({'; '.join(differing)}): "
                "ask for the same to go on with it, or start again with --force"
            )
        return Checkpoint(
            phase=state["phase"],
            shard=state["shard"],
            cursor=Cursor(state["reading"], Position(**state["position"]), state["chosen"], state["consumed"]),
            length=state["length"],
            rejects=state["rejects"],
            statistics=Statistics.from_dict(state["statistics"]),
            seconds=state["seconds"],
        )


def _done(folder: Path) -> Path:
    return folder.with_name(folder.name + ".done")


def _lock(path: Path) -> IO[bytes]:
    file = path.open("ab")
    with suppress(ImportError):  # Windows goes without
        import fcntl

        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise FileError(f"{path.parent}: another run is at work there") from None
    return file


def _differing(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    names = [name for name in {**then, **now} if then.get(name) != now.get(name)]
    shown = [f"{name}: {_short(then.get(name))}, now {_short(now.get(name))}" for name in names[:4]]
    return [*shown, f"and {len(names) - 4} more"] if len(names) > 4 else shown


def _short(value: Any) -> str:
    written = "none" if value is None else str(value)
    return written if len(written) <= 60 else written[:57] + "…"


def _failed(path: Path, error: OSError) -> FileError:
    if isinstance(error, FileError):
        return error
    return FileError(f"{path}: can't be written: {error.strerror or error}; what is done is safe: --resume goes on")
