"""What is read and what is written: inputs and an output as shards, each of which ends in one file, or one folder.

All their errors are found here, before anything is read or written. No input is ever written to.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from textmend.corpus import streams
from textmend.corpus.inputs import SUFFIXES, Input, format_of, within
from textmend.corpus.mixed import AS_JSON
from textmend.corpus.options import COUNTS, Options
from textmend.corpus.plaintext import files, size_of
from textmend.errors import FileError, PolicyError
from textmend.files import STDIN

_BESIDE = (".done.json", ".rejects.jsonl", ".review.jsonl")
"""How the files end that a run leaves beside its output."""


@dataclass(frozen=True, slots=True)
class Shard:
    """Inputs that are written to one output.

    Attributes:
        format: name of the format (``formats.format_named``).
        inputs: what is read, in order.
        target: the file that is written; a folder where ``folder`` says so.
        folder: whether every document goes to a file of its own in ``target``.
        layout: of Parquet from Parquet, what the output looks like.
        columns: of Parquet from JSON Lines, the columns that are added, with their types.
    """

    format: str
    inputs: tuple[Input, ...]
    target: Path
    folder: bool = False
    layout: Any = None
    columns: dict[str, str] | None = None

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
        _check_path(path)
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


def plan(
    inputs: Sequence[Path], output: Path, options: Options, format: str | None = None, to: str | None = None
) -> Layout:
    """Return what is to be read and written.

    Args:
        inputs: files, folders, or ``-`` for standard input.
        output: a file, or a folder: it is one where it exists as such, ends in a slash or has no known suffix.
        options: what is asked for.
        format: the inputs' format, and of folders only files of it; default: by their suffixes, and JSON Lines for
            standard input.
        to: what an output folder holds, ``"jsonl"`` or ``"parquet"``; default: what was read.

    Raises:
        FileError: an input is missing, or the output is one of the inputs.
        PolicyError: an output can't hold what was read, or two would get the same name.
        MissingExtraError: a format needs a package that isn't installed.
    """
    if not inputs:
        raise PolicyError("clean: name something to clean")
    if list(inputs).count(STDIN) > 1:
        raise PolicyError("clean: standard input (-) can be read only once")
    if str(output) in ("", "-"):
        raise PolicyError("clean: the output should be a file or a folder: what is done is kept there to go on from")
    for path in (*inputs, output):
        _check_path(path)
    if format not in (None, *SUFFIXES) or to not in (None, "jsonl", "parquet", "text"):
        raise PolicyError(f"clean: format={format!r}, to={to!r}: there are {', '.join(SUFFIXES)}")
    found, passed_over = _found(inputs, format, options)
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
    if folder:
        shards = _into_folder(found, target, to, options)
    else:
        assert suffix is not None
        if to not in (None, suffix):
            raise PolicyError(f"clean: {target.name} is {suffix}, and --to says {to}")
        shards = [_into_file(found, target, suffix, options)]
    for shard in shards:
        if not shard.folder:
            streams.check(shard.target)
            guarded.check(shard.target)
    work = target / ".textmend.part" if folder else target.with_name(target.name + ".part")
    return Layout(shards, work, target, guarded, passed_over)


def check_beside(layout: Layout, beside: Sequence[Path]) -> None:
    """See that each file that a run writes beside its output is another one, and none of the inputs.

    Args:
        layout: what is read and written.
        beside: the other files that are written.

    Raises:
        FileError: one is an input, the output, lies where unfinished work is kept, or is named twice.
    """
    taken = {os.path.realpath(shard.target) for shard in layout.shards if not shard.folder}
    taken.add(os.path.realpath(layout.output))
    work = os.path.realpath(layout.work)
    for path in beside:
        layout.inputs.check(path)
        real = os.path.realpath(path)
        within = Path(real).is_relative_to(work)
        if real in taken or within or any(_is_text_of(shard, real) for shard in layout.shards if shard.folder):
            raise FileError(f"{path}: something else of this run would be written there: choose another place")
        taken.add(real)


def _is_text_of(shard: Shard, path: str) -> bool:
    """Whether a shard writes one of its texts to a path (without links)."""
    target = os.path.realpath(shard.target)
    if not Path(path).is_relative_to(target):
        return False
    return any(os.path.join(target, name) == path for one in shard.inputs for _, name in files(one))


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


def _check_path(path: Path) -> None:
    """See that the system takes a name. Raises :class:`FileError` where it doesn't, or can't be asked."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return
    except ValueError as error:  # a zero byte, half a character
        raise FileError(f"{path!s:.200}: no file can have this name") from error
    except OSError as error:
        raise FileError(f"{path!s:.200}: {error.strerror or error}") from error


def _found(inputs: Sequence[Path], format: str | None, options: Options) -> tuple[list[Input], int]:
    """Return the inputs' files, and how many files of folders are of no format that is asked for."""
    found: list[Input] = []
    passed_over = 0
    for path in inputs:
        if path != STDIN and path.is_dir():
            name = PurePosixPath() if len(inputs) == 1 else PurePosixPath(_base(path))
            inner, others = _folder(path, name, format, (f".{options.annotations}.json", *_BESIDE))
            found += inner
            passed_over += others
            continue
        kind = format or ("jsonl" if path == STDIN else format_of(path.name))
        if kind is None:
            known = " ".join(suffix for suffixes in SUFFIXES.values() for suffix in suffixes)
            raise PolicyError(f"{path}: its name does not tell its format ({known}): name it with --format")
        if kind == "parquet" and path == STDIN:
            raise PolicyError("clean: Parquet can't be read from standard input: name the file")
        found.append(replace(_file(path), format=kind))
    return found, passed_over


def _folder(path: Path, name: PurePosixPath, format: str | None, beside: tuple[str, ...]) -> tuple[list[Input], int]:
    """Return what a folder holds: its files one by one, but its text files as one input, for they may be millions.

    Args:
        path: the folder.
        name: what it is called in the output.
        format: the only format that is asked for, if one is.
        beside: how the files end that earlier runs left beside their outputs.
    """
    found: list[Input] = []
    texts = others = 0
    sizes = 0
    for file in within(path):
        kind = format_of(file.name)
        if kind is None or format not in (None, kind) or file.name.endswith(beside):
            others += 1
        elif kind == "text":
            streams.check(file)
            texts, sizes = texts + 1, sizes + size_of(file)
        else:
            inner = name / PurePosixPath(file.relative_to(path).as_posix())
            found.append(Input(file, inner, size_of(file), format=kind))
    if texts:
        found.append(Input(path, name, sizes, folder=True, format="text"))
    if not found:
        raise FileError(f"{path}: there is no file in this folder that can be cleaned: .txt, .jsonl, .parquet")
    return found, others


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


def _into_file(found: list[Input], target: Path, kind: str, options: Options) -> Shard:
    """Return the one shard that all inputs go to."""
    kinds = {one.format for one in found}
    if kind == "text":
        if len(found) > 1 or kinds != {"text"} or found[0].folder:
            raise PolicyError(f"clean: only one text can be written as text ({target.name}): name a folder")
        return Shard("text", (_named(found[0], target.name),), target.parent, folder=True)
    if kinds == {"parquet"} == {kind}:
        from textmend.corpus.parquet import layout

        return Shard("parquet", tuple(found), target, layout=layout(found, options))
    if "parquet" in kinds:
        from textmend.corpus.parquet import check

        check([one for one in found if one.format == "parquet"], options)
    name = AS_JSON[kinds.pop()] if len(kinds) == 1 else "mixed"
    return Shard(name, tuple(found), target, columns=_columns(options) if kind == "parquet" else None)


def _into_folder(found: list[Input], target: Path, to: str | None, options: Options) -> list[Shard]:
    """Return a shard for each file, and one for all texts."""
    texts = [one for one in found if one.format == "text"]
    shards = []
    for one in found:
        if one.format != "text":
            kind = to or one.format
            name = one.name if kind == one.format else _renamed(one.name, one.format, kind)
            if format_of(name.name) is None:
                name = name.with_name(f"{name.name}.{kind}")
            shards.append(_into_file([one], target / name, kind, options))
    if texts and to in (None, "text"):
        shards.append(Shard("text", tuple(texts), target, folder=True))
    elif texts and to:
        shards.append(_into_file(texts, target / f"texts.{to}", to, options))
    _check_names(found if to is None else [], shards)
    return shards


def _columns(options: Options) -> dict[str, str]:
    """Return the columns that are added to records that become Parquet, with their types."""
    _check_arrow()
    own = {options.annotations: "json"} if options.annotations is not None else {}
    counts = {options.count_field(name): "float" if name == "rate" else "int" for name in COUNTS}
    return own | (counts if options.counts else {})


def _check_arrow() -> None:
    from textmend.corpus.parquet import arrow

    arrow()


def _renamed(name: PurePosixPath, was: str, kind: str) -> PurePosixPath:
    """Return a file's name with the suffix of another format; a compression goes with the old one."""
    base = name.name
    for suffix in (*streams.SUFFIXES, *SUFFIXES[was]):
        if base.lower().endswith(suffix):
            base = base[: -len(suffix)]
    return name.with_name(f"{base}.{kind}")


def _check_apart(inputs: Sequence[Path], target: Path, folder: bool) -> None:
    for path in inputs:
        if path == STDIN or not path.is_dir():
            continue
        real = Path(os.path.realpath(path))
        if target.is_relative_to(real) or (folder and real.is_relative_to(target)):
            raise FileError(f"{target}: the output and the input {path} should not lie within each other")


def _check_names(found: Sequence[Input], shards: Sequence[Shard]) -> None:
    seen: dict[str, Path] = {}
    places = [(str(one.name), one.path) for one in found]
    places += [(str(shard.target), shard.inputs[0].path) for shard in shards if not shard.folder]
    for name, path in places:
        if name in seen:
            raise PolicyError(f"clean: {seen[name]} and {path} would both be written to {name}")
        seen[name] = path


def _named(one: Input, name: str) -> Input:
    return replace(one, name=PurePosixPath(name))


def _base(path: Path) -> str:
    return Path(os.path.realpath(path)).name
