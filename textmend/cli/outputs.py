"""What leaves the program: exact bytes, but for terminals; and JSON lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import regex
import typer

from textmend.files import STDIN

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


def check_targets(paths: Sequence[Path], output: Path | None, in_place: bool, backup: str | None) -> None:
    """See that texts have somewhere to go, each to a place of its own, and to none that is an input.

    Raises:
        BadParameter: they have not.
    """
    if in_place and output is not None:
        raise typer.BadParameter("--in-place and --output exclude each other")
    if in_place and STDIN in paths:
        raise typer.BadParameter("--in-place needs files; standard input has no place")
    if backup is not None and (not in_place or not backup or Path(backup).name != backup):
        raise typer.BadParameter("--backup goes with --in-place, and is the end of a file's name, such as .orig")
    if output is None:
        return
    if len(paths) > 1 and not output.is_dir():
        raise typer.BadParameter(f"--output {output} should be a folder that exists, for there are several texts")
    if output.is_dir():
        names = [path.name for path in paths]
        if STDIN in paths or len(set(names)) < len(names):
            raise typer.BadParameter(f"--output {output} is a folder, but not each text has a file name of its own")
    for path in paths:
        target = output / path.name if output.is_dir() else output
        if path != STDIN and path.exists() and target.exists() and target.samefile(path):
            raise typer.BadParameter(f"--output {target} is the input; to rewrite it use --in-place")


def write_json(record: Mapping[str, Any]) -> None:
    """Write a record to standard output, on one line of UTF-8."""
    line = _UNSAFE.sub(_escaped, json.dumps(record, ensure_ascii=False))
    write_bytes(line.encode() + b"\n")


def _escaped(match: regex.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
