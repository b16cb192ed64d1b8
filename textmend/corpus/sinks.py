"""Where documents are written: a work file that becomes the output when it is whole, or a folder of files."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from textmend.corpus.plaintext import Written
from textmend.corpus.shards import Shard
from textmend.corpus.streams import compressed, compression_of
from textmend.errors import FileError

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Sink(Protocol):
    """Where the documents of a shard go."""

    @property
    def length(self) -> int:
        """Bytes in the work file that are whole."""
        ...

    def write(self, output: Any) -> dict[int, str]:
        """Write what a format gave. Returns the documents that can't be written, by number, with the reason.

        Raises:
            FileError: nothing can be written, as on a full disk.
        """
        ...

    def sync(self) -> None:
        """See that what was written is on the disk."""
        ...

    def finish(self) -> None:
        """Make the output of what was written. Doing it again, after being killed in it, gives the same."""
        ...

    def close(self) -> None:
        """Close the work file, as it is."""
        ...


class AppendFile:
    """A file that grows, and can be cut back to what is known to be whole.

    Args:
        path: the file; made if it isn't there.
        length: what follows is cut off.

    Raises:
        FileError: it can't be opened, or is shorter than that.
    """

    def __init__(self, path: Path, length: int) -> None:
        self._path = path
        self.length = length
        try:
            self._file = path.open("r+b" if path.exists() else "x+b", buffering=0)
            if self._file.seek(0, os.SEEK_END) < length:
                raise FileError(f"{path}: is shorter than it was: the run can't go on; start again with --force")
            self._file.truncate(length)
            self._file.seek(length)
        except OSError as error:
            raise _failed(path, error) from error

    def write(self, data: bytes) -> None:
        """Append. Raises :class:`FileError` where that fails; what is half-written is not counted, and overwritten."""
        try:
            self._file.seek(self.length)
            left = memoryview(data)
            while left:
                left = left[self._file.write(left) :]
        except OSError as error:
            raise _failed(self._path, error) from error
        self.length += len(data)

    def sync(self) -> None:
        """See that what was written is on the disk. Raises :class:`FileError` where that fails."""
        try:
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _failed(self._path, error) from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class FileSink:
    """A work file that becomes one output file.

    Args:
        shard: what is written.
        work: the folder for unfinished work.
        length: how much of the work file is whole.
    """

    def __init__(self, shard: Shard, work: Path, length: int) -> None:
        self._shard, self._work = shard, work
        self._documents = work / "documents"
        self._file = AppendFile(self._documents, length)

    @property
    def length(self) -> int:
        """Bytes in the work file that are whole."""
        return self._file.length

    def write(self, output: Any) -> dict[int, str]:
        """Append bytes."""
        self._file.write(output)
        return {}

    def sync(self) -> None:
        """See that what was written is on the disk."""
        self._file.sync()

    def finish(self) -> None:
        """Write the output under a temporary name, compressed if so named, then rename it."""
        self._file.close()
        seal(self._shard, self._work, self._file.length)

    def close(self) -> None:
        """Close the work file."""
        self._file.close()


class FolderSink:
    """A folder in which every document becomes a file, written whole or not at all.

    Args:
        shard: what is written.
        work: the folder for unfinished work, on the same file system.
    """

    length = 0

    def __init__(self, shard: Shard, work: Path) -> None:
        self._target = shard.target
        self._temporary = work / "file"

    def write(self, output: Any) -> dict[int, str]:
        """Write files."""
        failed = {}
        files: Sequence[Written] = output
        for file in files:
            path = self._target / file.name
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(self._target)):
                    raise FileError(f"{path}: leads out of the output folder")
                with self._temporary.open("wb") as temporary:
                    temporary.write(file.data)
                    temporary.flush()
                    os.fsync(temporary.fileno())
                os.replace(self._temporary, path)
            except OSError as error:
                if _code(error) in _FULL:
                    raise _failed(path, error) from error
                failed[file.document] = str(error)
        return failed

    def sync(self) -> None:
        """Files are on the disk already."""

    def finish(self) -> None:
        """Every file is whole already."""

    def close(self) -> None:
        """Nothing is open."""


def open_sink(shard: Shard, work: Path, length: int) -> Sink:
    """Return where a shard's documents go, of which ``length`` bytes are there already."""
    return FolderSink(shard, work) if shard.folder else FileSink(shard, work, length)


def seal(shard: Shard, work: Path, length: int) -> None:
    """Make the output file of a shard's work file.

    Args:
        shard: what is written.
        work: the folder for unfinished work.
        length: how many bytes the work file has.

    Raises:
        FileError: that fails, or the work file is not as the run left it.
    """
    documents, sealed = work / "documents", work / "sealed"
    compression = compression_of(shard.target)
    plain = shard.layout is None and shard.columns is None and compression is None
    check_length(shard.target if plain and not documents.exists() else documents, length)
    try:
        shard.target.parent.mkdir(parents=True, exist_ok=True)
        if plain:
            if documents.exists():  # else it was renamed already
                os.replace(documents, shard.target)
        else:
            with sealed.open("wb") as file:
                if shard.layout is not None:
                    from textmend.corpus.parquet import seal as seal_parquet

                    seal_parquet(documents, file, shard.layout)
                elif shard.columns is not None:
                    from textmend.corpus.json_columns import seal as seal_json

                    seal_json(documents, file, shard.columns)
                else:
                    with documents.open("rb") as source, compressed(file, compression) as target:
                        while chunk := source.read(1 << 20):
                            target.write(chunk)
                file.flush()
                os.fsync(file.fileno())
            os.replace(sealed, shard.target)
        sync_folder(shard.target.parent)
    except OSError as error:
        raise _failed(shard.target, error) from error


def check_length(path: Path, length: int) -> None:
    """See that a file of a run is there and as long as it was. Raises :class:`FileError` where it isn't."""
    try:
        found = path.stat().st_size
    except OSError as error:
        raise FileError(f"{path}: is gone ({error.strerror or error}): start again with --force") from error
    if found != length:
        raise FileError(f"{path}: has {found:,} bytes, and had {length:,}: start again with --force")


def sync_folder(folder: Path) -> None:
    """See that names given in a folder are on the disk, where the system can do that."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:  # Windows
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def _code(error: BaseException | None) -> int | None:
    while error is not None:
        if isinstance(error, OSError) and error.errno is not None:
            return error.errno
        error = error.__cause__
    return None


def _failed(path: Path, error: OSError) -> FileError:
    if isinstance(error, FileError) and _code(error) not in _FULL:
        return error
    if _code(error) in _FULL:
        return FileError(f"{path}: there is no room: make some, and go on with --resume; what is done is safe")
    return FileError(f"{path}: can't be written: {error.strerror or error}")
