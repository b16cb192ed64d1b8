"""What is read and what is written: inputs and an output as shards, each of which ends in one file, or one folder.

All that can be wrong with them is found here, before anything is read or written. No input is ever written to.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from textmend.corpus import streams
from textmend.corpus.inputs import SUFFIXES, Input, format_of
from textmend.corpus.options import Options
from textmend.corpus.plaintext import files
from textmend.errors import FileError, PolicyError
from textmend.files import STDIN


@dataclass(frozen=True, slots=True)
class Shard:
    """Inputs that are written to one output.

    Attributes:
        format: name of the format (``formats.format_named``).
        inputs: what is read, in order.
        target: the file that is written; a folder where ``folder`` says so.
        folder: whether every document goes to a file of its own in ``target``.
        layout: of Parquet, what the output looks like.
    """

    format: str
    inputs: tuple[Input, ...]
    target: Path
    folder: bool = False
    layout: Any = None

    @property
    def size(self) -> int:
        """Bytes of the inputs, as they are stored."""
        return sum(one.size for one in self.inputs)


class Inputs:
    """The inputs, as places that are never written to.

    Args:
        inputs: files and folders as they were named.
        found: the files found in them.
    """

    def __init__(self, inputs: Sequence[Path], found: Iterable[Input] = ()) -> None:
        self._folders = {Path(os.path.realpath(path)): path for path in inputs if path != STDIN and path.is_dir()}
        self._files: dict[tuple[int, int], Path] = {}
        for path in [*inputs, *(one.path for one in found)]:
            if path != STDIN and path.is_file():
                seen = path.stat()
                self._files[seen.st_dev, seen.st_ino] = path

    def check(self, path: Path) -> None:
        """See that a file to be written is none of the inputs, by whatever name or link, and in none of their folders.

        Raises:
            FileError: it is.
        """
        real = Path(os.path.realpath(path))
        for folder, named in self._folders.items():
            if real.is_relative_to(folder):
                raise FileError(f"{path}: lies in the input {named}: choose another place, inputs are never written to")
        try:
            there = path.stat()
        except OSError:
            return
        named_file = self._files.get((there.st_dev, there.st_ino))
        if named_file is not None:
            raise FileError(f"{path}: is the input {named_file}: choose another output, inputs are never overwritten")


@dataclass(frozen=True, slots=True)
class Layout:
    """A run's shards, and where it keeps its work until it is done.

    Attributes:
        shards: what is read and written, in order.
        work: the folder for unfinished work; beside an output file, within an output folder.
        output: the output, as a file or a folder.
        inputs: the inputs, which are never written to.
        passed_over: files in input folders that are of no known format.
    """

    shards: list[Shard]
    work: Path
    output: Path
    inputs: Inputs
    passed_over: int = 0


def plan(inputs: Sequence[Path], output: Path, options: Options, format: str | None = None) -> Layout:
    """Return what is to be read and written.

    Args:
        inputs: files, folders, or ``-`` for standard input.
        output: a file, or a folder: it is one where it exists as such, ends in a slash or has no known suffix.
        options: what is asked for.
        format: the inputs' format; default: by their suffixes, and JSON Lines for standard input.

    Raises:
        FileError: an input is missing, or the output is one of the inputs.
        PolicyError: the formats don't fit together, or outputs would get the same name.
        MissingExtraError: a format needs a package that isn't installed.
    """
    if not inputs:
        raise PolicyError("clean: name something to clean")
    if list(inputs).count(STDIN) > 1:
        raise PolicyError("clean: standard input (-) can be read only once")
    if str(output) in ("", "-"):
        raise PolicyError("clean: the output should be a file or a folder: what is done is kept there to go on from")
    found, kind, passed_over = _found(inputs, format)
    target = Path(os.path.realpath(output))
    if target.exists() and not target.is_file() and not target.is_dir():
        raise FileError(f"{output}: is neither a file nor a folder")
    suffix = format_of(target.name)
    folder = target.is_dir() or str(output).endswith(("/", os.sep)) or suffix is None
    for one in found:
        streams.check(one.path)
    guarded = Inputs(inputs, found)
    _check_apart(inputs, target, folder)
    if not folder:
        guarded.check(target)
    shards = _shards(found, kind, target, folder, suffix, options)
    for shard in shards:
        if not shard.folder:
            streams.check(shard.target)
            guarded.check(shard.target)
    work = target / ".textmend.part" if folder else target.with_name(target.name + ".part")
    return Layout(shards, work, target, guarded, passed_over)


def fingerprint(shards: Sequence[Shard]) -> dict[str, str]:
    """Return, for each input, a digest of what tells whether it is still the same: names, sizes and times of files."""
    prints = {}
    for number, shard in enumerate(shards):
        for one in shard.inputs:
            if one.path == STDIN:
                continue
            digest = hashlib.blake2b(digest_size=16)
            for path, name in files(one):
                try:
                    seen = path.stat()
                    line = f"{name}\0{seen.st_size}\0{seen.st_mtime_ns}\n"
                except OSError:
                    line = f"{name}\0gone\n"
                digest.update(line.encode("utf-8", "surrogateescape"))
            prints[f"{number}: {one.path}"] = digest.hexdigest()
    return prints


def _found(inputs: Sequence[Path], format: str | None) -> tuple[list[Input], str, int]:
    """Return the inputs' files, their format, and how many files of folders are of none."""
    folders = [path for path in inputs if path != STDIN and path.is_dir()]
    alone = len(inputs) == 1
    found: list[Input] = []
    kinds: dict[str, Path] = {}
    passed_over = 0
    for path in inputs:
        if path in folders:
            inner, ours, others = _folder(path, PurePosixPath() if alone else PurePosixPath(_base(path)), format)
            found += inner
            passed_over += others
            kinds.update(dict.fromkeys(ours, path))
            continue
        found.append(_file(path))
        kind = format or ("jsonl" if path == STDIN else format_of(path.name))
        if kind is None:
            known = " ".join(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)
            raise PolicyError(f"{path}: its name does not tell its format ({known}): name it with --format")
        kinds[kind] = path
    if len(kinds) > 1:
        (one, first), (other, second), *_ = kinds.items()
        raise PolicyError(f"clean: {first} is {one} and {second} is {other}: clean one format at a time (--format)")
    (kind,) = kinds
    if kind == "parquet" and STDIN in inputs:
        raise PolicyError("clean: Parquet can't be read from standard input: name the file")
    return found, kind, passed_over


def _folder(path: Path, name: PurePosixPath, format: str | None) -> tuple[list[Input], list[str], int]:
    kinds: dict[str, list[Input]] = {}
    sizes = others = 0
    for folder, folders, names in os.walk(path):
        folders.sort()
        inner = PurePosixPath(Path(folder).relative_to(path).as_posix())
        for file in sorted(names):
            kind = format_of(file)
            if kind is None or (format is not None and kind != format):
                others += 1
            elif kind == "text":  # these may be too many to keep in mind
                kinds.setdefault(kind, [])
                sizes += _size(Path(folder, file))
            else:
                there = Path(folder, file)
                kinds.setdefault(kind, []).append(Input(there, name / inner / file, _size(there)))
    if not kinds:
        raise FileError(f"{path}: there is no file in this folder that can be cleaned: .txt, .jsonl, .parquet")
    if len(kinds) > 1:
        raise PolicyError(f"{path}: holds files of several formats ({', '.join(kinds)}): choose one with --format")
    (kind,) = kinds
    found = [Input(path, name, sizes, folder=True)] if kind == "text" else kinds[kind]
    return found, [kind], others


def _file(path: Path) -> Input:
    if path == STDIN:
        return Input(path, PurePosixPath("stdin.jsonl"))
    if not path.exists():
        raise FileError(f"{path}: no such file or folder")
    if not path.is_file():
        raise FileError(f"{path}: is no file; a pipe is read as standard input:  textmend clean - < {path}")
    if not os.access(path, os.R_OK):
        raise FileError(f"{path}: can't be read: permission denied")
    return Input(path, PurePosixPath(path.name), path.stat().st_size)


def _shards(
    found: list[Input], kind: str, target: Path, folder: bool, suffix: str | None, options: Options
) -> list[Shard]:
    if folder:
        _check_names(found)
    if kind == "text":
        if not folder and suffix == "jsonl":
            return [Shard("text_as_json", tuple(found), target)]
        if not folder and suffix == "text" and len(found) == 1 and not found[0].folder:
            return [Shard("text", (_named(found[0], target.name),), target.parent, folder=True)]
        if not folder:
            raise PolicyError(f"clean: text files go to a folder or to JSON Lines, not to {target.name}")
        return [Shard("text", tuple(found), target, folder=True)]
    if not folder and suffix != kind:
        raise PolicyError(
            f"clean: {kind} can't be written as {suffix} ({target.name}): only its compression may change"
        )
    groups = [tuple(found)] if not folder else [(one,) for one in found]
    shards = []
    for group in groups:
        layout = None
        if kind == "parquet":
            from textmend.corpus.parquet import layout as layout_of

            layout = layout_of(group, options)
        name = group[0].name
        if folder and format_of(name.name) is None:
            name = name.with_name(f"{name.name}.{kind}")
        shards.append(Shard(kind, group, target / name if folder else target, layout=layout))
    return shards


def _check_apart(inputs: Sequence[Path], target: Path, folder: bool) -> None:
    for path in inputs:
        if path == STDIN or not path.is_dir():
            continue
        real = Path(os.path.realpath(path))
        if target.is_relative_to(real) or (folder and real.is_relative_to(target)):
            raise FileError(f"{target}: the output and the input {path} should not lie within each other")


def _check_names(found: Sequence[Input]) -> None:
    seen: dict[PurePosixPath, Path] = {}
    for one in found:
        if one.name in seen:
            raise PolicyError(f"clean: {seen[one.name]} and {one.path} would both be written to {one.name}")
        seen[one.name] = one.path


def _named(one: Input, name: str) -> Input:
    return Input(one.path, PurePosixPath(name), one.size)


def _base(path: Path) -> str:
    return Path(os.path.realpath(path)).name


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
