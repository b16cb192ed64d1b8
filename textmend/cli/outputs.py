"""What leaves the program: exact bytes, but for terminals; JSON lines, and the files that ``-o`` names."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

import regex
import typer

from textmend.cli.inputs import Found
from textmend.files import STDIN, whole_file

# Legal in JSON, but not safe on a terminal or for readers that split at every kind of line end.
_UNSAFE = regex.compile(r"[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]")


def write_bytes(data: bytes, encoding: str = "utf-8") -> None:
    """Write to standard output, exactly; on a terminal, so that nothing in it steers the terminal."""
    sys.stdout.flush()
    if sys.stdout.isatty():
        from textmend.cli.terminal.screen import open_screen, show

        text = data.decode(encoding, "replace").removeprefix("\ufeff")
        open_screen().out.print(show(text), soft_wrap=True, end="")
        return
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_json(record: Mapping[str, Any]) -> None:
    """Write a record to standard output, on one line of UTF-8."""
    line = _UNSAFE.sub(_escaped, json.dumps(record, ensure_ascii=False))
    write_bytes(line.encode() + b"\n")


@contextmanager
def standard_output(output: str | None) -> Iterator[None]:
    """Send what goes to standard output to a file, which gets its name when the block ends well.

    Args:
        output: the file; ``None``: it goes to standard output. Its folders are made where they are missing.

    Raises:
        FileError: it can't be written.
    """
    if output is None:
        yield
        return
    with whole_file(Path(output)) as data:
        text = io.TextIOWrapper(data, "utf-8", "backslashreplace", newline="\n", write_through=True)
        with redirect_stdout(text):
            yield
        text.flush()
        text.detach()


def check_output(output: str | None, inputs: Iterable[Path]) -> None:
    """See that ``-o`` names a file, and none of the inputs. Raises :class:`typer.BadParameter` where it doesn't."""
    if output is None:
        return
    if is_folder(output):
        raise typer.BadParameter(f"--output {output} is a folder; name a file")
    _check_apart(Path(output), inputs)


def targets(output: str, found: Sequence[Found]) -> list[Path]:
    """Return where each input is written: one to ``output``, several to their places in it, which is a folder.

    It is a folder for one input too where it exists as one or ends in a slash, and for what was found in a folder.
    Folders are made when something is written to them.

    Raises:
        typer.BadParameter: something would be written to an input, twice to one place, or to a folder without a name.
    """
    if len(found) == 1 and not found[0].inside and not is_folder(output):
        places = [Path(output)]
    else:
        if any(one.path == STDIN for one in found):
            raise typer.BadParameter(f"--output {output} is a folder, and standard input has no name; name a file")
        if Path(output).is_file():
            raise typer.BadParameter(f"--output {output} is a file; for several inputs name a folder")
        places = [Path(output, one.name) for one in found]
    for place in places:
        _check_apart(place, [one.path for one in found])
    if len(set(places)) < len(places):
        twice = next(place for index, place in enumerate(places) if place in places[:index])
        raise typer.BadParameter(f"two inputs would be written to {twice}")
    return places


def is_folder(output: str) -> bool:
    """Whether ``-o`` names a folder: one that exists, or with a slash at its end."""
    return output.endswith(("/", os.sep)) or Path(output).is_dir()


def _check_apart(output: Path, inputs: Iterable[Path]) -> None:
    if not output.is_file():
        return
    for path in inputs:
        if path != STDIN and path.exists() and output.samefile(path):
            raise typer.BadParameter(f"--output {output} is the input {path}")


def _escaped(match: regex.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
