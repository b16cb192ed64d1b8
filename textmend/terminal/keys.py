"""Keys from a person: at a terminal one key press, elsewhere (a pipe, a dumb terminal) the first letter of a line."""

from __future__ import annotations

import os
import sys

import typer


def reads_single_keys() -> bool:
    """Whether a key counts without the enter key."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def read_key() -> str | None:
    """Return the key that was pressed, or the line that was typed, without its end; ``None`` at the end of input.

    Raises:
        KeyboardInterrupt: it was Control-C.
    """
    if not reads_single_keys():
        return read_line()
    try:
        key = typer.getchar()
    except EOFError:
        return None
    return None if key in ("\x04", "\x1a") else key


def read_line() -> str | None:
    """Return a line that was typed, without its end; ``None`` at the end of input, ``""`` where it is no text."""
    try:
        line = sys.stdin.readline()
    except UnicodeDecodeError:
        return ""
    return line.rstrip("\r\n") if line else None
