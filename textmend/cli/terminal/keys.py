"""Keys from a person: at a terminal one key press, elsewhere (a pipe, a dumb terminal) a line."""

from __future__ import annotations

import os
import select
import sys

import typer

_END = ("\x04", "\x1a")  # Control-D, and Control-Z on Windows
_ARROWS = {"\x1b[A": "k", "\x1b[B": "j", "\x1bOA": "k", "\x1bOB": "j"}


def reads_single_keys() -> bool:
    """Whether a key counts without the enter key."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM") != "dumb"


def read_key() -> str | None:
    """Return the key that was pressed, or the line that was typed, without its end; ``None`` at the end of input.

    The arrows up and down are ``k`` and ``j``.

    Raises:
        KeyboardInterrupt: it was Control-C.
    """
    if not reads_single_keys():
        return read_line()
    try:
        key = _pressed()
    except EOFError:
        return None
    return None if key in _END else _ARROWS.get(key, key)


def read_line() -> str | None:
    """Return a line that was typed, without its end; ``None`` at the end of input, ``""`` where it is no text."""
    try:
        line = _typed() if reads_single_keys() and sys.platform != "win32" else sys.stdin.readline()
    except UnicodeDecodeError:
        return ""
    return line.rstrip("\r\n") if line else None


def _typed() -> str:
    """Read a line byte by byte, so that keys typed after it are left for ``_pressed``."""
    typed = b""
    while not typed.endswith(b"\n") and (byte := os.read(sys.stdin.fileno(), 1)):
        typed += byte
    return typed.decode()


def _pressed() -> str:
    if sys.platform == "win32":
        return typer.getchar()
    import termios
    import tty

    # Unlike typer.getchar, this loses no keys that are typed before they are asked for.
    handle = sys.stdin.fileno()
    before = termios.tcgetattr(handle)
    try:
        tty.setcbreak(handle, termios.TCSADRAIN)
        pressed = os.read(handle, 1)
        if pressed == b"\x1b" or pressed >= b"\xc0":
            while len(pressed) < 8 and select.select([handle], [], [], 0.02)[0]:
                pressed += os.read(handle, 1)
                if pressed[-1:].isalpha() and pressed not in (b"\x1bO", b"\x1b["):
                    break
    finally:
        termios.tcsetattr(handle, termios.TCSADRAIN, before)
    if not pressed:
        raise EOFError
    return pressed.decode("utf-8", "replace")
