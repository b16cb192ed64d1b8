"""Consoles, and how text of unknown make is shown on them: no control character, no markup gets through."""

from __future__ import annotations

import sys
import traceback
from dataclasses import dataclass

import regex
from rich.console import Console
from rich.style import Style
from rich.text import Text

# Control, format (bidi too) and surrogate characters and separators of lines; joiners belong to words and emoji.
_HIDDEN = regex.compile(r"(?V1)[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]--[\t\n\u200c\u200d]]")
_LINE_END = regex.compile(r"\r\n|\r")
_WIDEST = 100
_ESCAPE_STYLE = "dim"


class _Console(Console):
    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


@dataclass(frozen=True, slots=True)
class Screen:
    """Where the commands draw.

    Attributes:
        out: standard output.
        err: standard error.
    """

    out: Console
    err: Console

    @property
    def width(self) -> int:
        """How wide paragraphs are set: the terminal's width, but no wider than reads well."""
        return max(20, min(self.out.width, _WIDEST))


def open_screen() -> Screen:
    """Return consoles on the standard streams as they are now; what they can't encode, they escape."""
    for stream in (sys.stdout, sys.stderr):
        if not (stream.encoding or "").lower().startswith("utf") and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    return Screen(_console(stderr=False), _console(stderr=True))


def _console(*, stderr: bool) -> Console:
    return _Console(stderr=stderr, markup=False, emoji=False, highlight=False)


def has_colour(console: Console) -> bool:
    """Whether colour can carry meaning on this console."""
    return console.color_system is not None and not console.no_color


def is_plain(console: Console) -> bool:
    """Whether the console takes ASCII only."""
    return not console.encoding.lower().startswith("utf")


def show(raw: str, style: str | Style = "") -> Text:
    r"""Return text of unknown make, safe to print: what is hidden or would steer the terminal is escaped.

    Line ends become ``\n``; tabs stay.
    """
    text = Text()
    position = 0
    raw = _LINE_END.sub("\n", raw)
    for match in _HIDDEN.finditer(raw):
        text.append(raw[position : match.start()], style)
        text.append(_escaped(match.group()), _ESCAPE_STYLE)
        position = match.end()
    return text.append(raw[position:], style)


def show_line(raw: str, style: str | Style = "") -> Text:
    """Return the same on one line: line ends and tabs become spaces."""
    return show(" ".join(raw.splitlines()).replace("\t", " "), style)


def visible(words: str) -> str:
    """Return the words of a fill; where only white space was lost, say so."""
    return words if words.strip() else "(white space)"


def quoted(raw: str, style: str | Style = "", *, plain: bool) -> Text:
    """Return words of unknown make in quotation marks, on one line."""
    return show_line(f'"{raw}"' if plain else f"“{raw}”", style)


def report(console: Console, message: str, error: BaseException | None = None) -> None:
    """Print a message about what went wrong, after the traceback of ``error`` if it is given."""
    if error is not None:
        console.print(show("".join(traceback.format_exception(error))), soft_wrap=True)
    console.print(Text("textmend: ", "bold red") + show(message), soft_wrap=True)


def bar(probability: float, width: int, *, plain: bool) -> str:
    """Return a probability as a bar of at most ``width`` cells."""
    if plain:
        return "#" * round(probability * width)
    eighths = round(probability * width * 8)
    rest = " ▏▎▍▌▋▊▉"[eighths % 8] if eighths % 8 else ""
    return "█" * (eighths // 8) + rest


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
