"""The work folder of a run: its unfinished work, and the checkpoints from which a killed run resumes."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

from textmend.corpus.batches import Cursor
from textmend.corpus.entries import Position
from textmend.corpus.finished import differing
from textmend.corpus.statistics import Statistics
from textmend.errors import FileError

SCHEMA = 2

_STATE = "state.json"
_OURS = ("documents", "sealed", "file", "rejects.jsonl", "open_gaps.jsonl", "state.json.new", _STATE, "lock")
"""The files of a run, in the order in which they are removed: the lock last."""

Phase = Literal["working", "sealing", "done"]


@dataclass(slots=True)
class Checkpoint:
    """How far a run has got.

    Attributes:
        phase: ``"working"`` on a shard; ``"sealing"``: all its documents are in the work file, which becomes its
            output; ``"done"``: all shards are written.
        shard: number of the shard whose work file is at hand.
        cursor: where reading goes on; while a shard is sealed that is in the next one.
        length: bytes of the work file that are whole.
        rejects: bytes of the rejects file that are whole.
        open_gaps: bytes of the file of open gaps that are whole.
        statistics: what was found so far.
        seconds: time worked so far.
        read: of standard input, how many bytes were read, and their digest.
    """

    phase: Phase = "working"
    shard: int = 0
    cursor: Cursor = field(default_factory=Cursor)
    length: int = 0
    rejects: int = 0
    open_gaps: int = 0
    statistics: Statistics = field(default_factory=Statistics)
    seconds: float = 0.0
    read: tuple[int, str] = (0, "")


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
        self.open_gaps = folder / "open_gaps.jsonl"
        self._state = folder / _STATE
        self._identity = json.loads(json.dumps(identity))
        if folder.exists() and not (resume or force):
            raise FileError(
                f"{folder}: holds the work of an unfinished run: go on with it with --resume, or start again with --force"
            )
        _check_ours(folder)
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
            "identity": self._identity,
            "phase": checkpoint.phase,
            "shard": checkpoint.shard,
            "reading": checkpoint.cursor.shard,
            "position": checkpoint.cursor.position._asdict(),
            "chosen": checkpoint.cursor.chosen,
            "consumed": checkpoint.cursor.consumed,
            "length": checkpoint.length,
            "rejects": checkpoint.rejects,
            "open_gaps": checkpoint.open_gaps,
            "statistics": checkpoint.statistics.to_dict(),
            "seconds": round(checkpoint.seconds, 3),
            "read": list(checkpoint.read),
        }
        temporary = self.folder / "state.json.new"
        try:
            with temporary.open("w", encoding="ascii") as file:
                json.dump(_sealed(state), file)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self._state)
        except OSError as error:
            raise _failed(self._state, error) from error

    def close(self) -> None:
        """Release the folder to other processes."""
        self._lock.close()

    def remove(self) -> None:
        """Remove what the run made, the state before the folder, and nothing else that lies there.

        Raises:
            FileError: that can't be done.
        """
        try:
            sweep(self.folder)
        except OSError as error:
            raise _failed(self.folder, error) from error
        finally:
            self.close()

    def _read(self) -> Checkpoint:
        try:
            data = self._state.read_bytes()
        except FileNotFoundError:
            return Checkpoint()
        except OSError as error:
            raise FileError(f"{self._state}: can't be read ({error}): start again with --force") from error
        state = _opened(data, self._state)
        if others := differing(state["identity"], self._identity):
            raise FileError(
                f"{self.folder}: the unfinished run was asked something else ({'; '.join(others)}): "
                "ask for the same to go on with it, or start again with --force"
            )
        return Checkpoint(
            phase=state["phase"],
            shard=state["shard"],
            cursor=Cursor(state["reading"], Position(**state["position"]), state["chosen"], state["consumed"]),
            length=state["length"],
            rejects=state["rejects"],
            open_gaps=state["open_gaps"],
            statistics=Statistics.from_dict(state["statistics"]),
            seconds=state["seconds"],
            read=(state["read"][0], state["read"][1]),
        )


def has_state(folder: Path) -> bool:
    """Whether a run has begun in a work folder, and was not done with it."""
    return (folder / _STATE).exists()


def sweep(folder: Path) -> None:
    """Remove a work folder; what is not a run's own stays, and the folder with it. Raises :class:`OSError`."""
    if folder.is_symlink() or not folder.is_dir():
        return
    for name in _OURS if (folder / "lock").exists() else ():
        (folder / name).unlink(missing_ok=True)
    if not any(folder.iterdir()):
        folder.rmdir()


def _check_ours(folder: Path) -> None:
    """See that a work folder holds nothing but a run's own files. Raises :class:`FileError` where it does.

    A run makes the lock before all others, and removes it after them. So without a lock no file is a run's own, whatever
    it is called.
    """
    there = sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []
    if folder.is_symlink():
        raise FileError(f"{folder}: is where unfinished work is kept, and is a link: move it away")
    ours = _OURS if "lock" in there else ()
    others = [name for name in there if name not in ours]
    if others:
        raise FileError(
            f"{folder}: is where unfinished work is kept, and holds files of others ({', '.join(others)[:200]}): "
            "move them away, or choose another output"
        )


def _sealed(state: Mapping[str, Any]) -> dict[str, Any]:
    """Return a state with a digest over it."""
    return {"schema": SCHEMA, "digest": _digest(state), "state": state}


def _opened(data: bytes, path: Path) -> dict[str, Any]:
    """Return the state in the bytes of a checkpoint.

    Raises:
        FileError: it is of another version, or not what was written.
    """
    try:
        read = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise FileError(f"{path}: is damaged ({error}): start again with --force") from error
    if not isinstance(read, dict):
        raise FileError(f"{path}: is damaged: start again with --force")
    if read.get("schema") != SCHEMA:
        raise FileError(f"{path}: is of another version of textmend: start again with --force")
    state = read.get("state")
    if not isinstance(state, dict) or _digest(state) != read.get("digest"):
        raise FileError(f"{path}: is damaged (its digest is another): start again with --force")
    return state


def _digest(state: Mapping[str, Any]) -> str:
    return hashlib.blake2b(json.dumps(state, sort_keys=True).encode(), digest_size=16).hexdigest()


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


def _failed(path: Path, error: OSError) -> FileError:
    if isinstance(error, FileError):
        return error
    return FileError(f"{path}: can't be written: {error.strerror or error}; what is done is safe: --resume goes on")
