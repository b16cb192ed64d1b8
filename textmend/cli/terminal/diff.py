"""A mended text as a unified diff, from its edits: exact, linear, and fit for ``patch``."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import replace
from itertools import accumulate
from typing import Literal, NamedTuple

from textmend.cli.terminal.screen import Screen, show
from textmend.edits.apply import apply_edits
from textmend.edits.mended import Mended
from textmend.files import Document
from textmend.records import Edit

_CONTEXT = 1
_NO_END = "\\ No newline at end of file\n"
_STYLES = {"-": "red", "+": "green", "@": "cyan", " ": "", "\\": "dim"}


class _Change(NamedTuple):
    first: int
    last: int  # lines of the original, from 0, inclusive
    edits: list[Edit]


def unified_diff(document: Document, mended: Mended) -> bytes:
    """Return the diff, in the document's encoding; empty where nothing was changed."""
    return "".join(_lines(document, mended)).encode(document.encoding, "surrogateescape")


def draw_diff(document: Document, mended: Mended, screen: Screen) -> None:
    """Draw the diff on a terminal."""
    for line in _lines(document, mended):
        style = "bold" if line.startswith(("--- ", "+++ ")) else _STYLES[line[0]]
        screen.out.print(show(line.rstrip("\r\n"), style), soft_wrap=True)


def _lines(document: Document, mended: Mended) -> Iterator[str]:
    lines = mended.original.split("\n")
    lines = [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    starts = [0, *accumulate(map(len, lines))]
    changes = list(_changes(mended, starts))
    if not changes:
        return
    yield f"--- {document.path}\n"
    yield f"+++ {document.path}\n"
    shift = 0
    for change in changes:
        old = lines[change.first : change.last + 1]
        new = _mended_lines("".join(old), starts[change.first], change.edits)
        before = lines[max(0, change.first - _CONTEXT) : change.first]
        after = lines[change.last + 1 : change.last + 1 + _CONTEXT]
        yield from _hunk(before, old, new, after, change.first, shift)
        shift += len(new) - len(old)


def _changes(mended: Mended, starts: list[int]) -> Iterator[_Change]:
    """Group the edits so that the contexts of groups don't meet."""
    last_line = max(0, len(starts) - 2)
    group: _Change | None = None
    for edit in mended.edits:
        if edit.removed == edit.replacement:
            continue
        first = min(bisect_right(starts, edit.start) - 1, last_line)
        last = min(max(first, bisect_right(starts, edit.end) - 1), last_line)
        if group and first <= group.last + 2 * _CONTEXT:
            group = _Change(group.first, max(group.last, last), [*group.edits, edit])
        else:
            if group:
                yield group
            group = _Change(first, last, [edit])
    if group:
        yield group


def _mended_lines(old: str, start: int, edits: list[Edit]) -> list[str]:
    new = apply_edits(old, [replace(edit, start=edit.start - start, end=edit.end - start) for edit in edits])
    parts = new.split("\n")
    return [part + "\n" for part in parts[:-1]] + ([parts[-1]] if parts[-1] else [])


def _hunk(before: list[str], old: list[str], new: list[str], after: list[str], first: int, shift: int) -> Iterator[str]:
    start = first - len(before)
    old_count, new_count = len(before) + len(old) + len(after), len(before) + len(new) + len(after)
    yield f"@@ -{_range(start, old_count)} +{_range(start + shift, new_count)} @@\n"
    marks: tuple[tuple[Literal[" ", "-", "+"], list[str]], ...] = ((" ", before), ("-", old), ("+", new), (" ", after))
    for mark, lines in marks:
        for line in lines:
            yield mark + line if line.endswith("\n") else f"{mark}{line}\n"
            if not line.endswith("\n"):
                yield _NO_END


def _range(start: int, lines: int) -> str:
    return f"{start + 1 if lines else start},{lines}"
