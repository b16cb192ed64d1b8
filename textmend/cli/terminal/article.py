"""An article as people read it: gaps and edits in place, and where they stand. Draws; decides nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import regex
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.text import Text

from textmend.cli.terminal.screen import Screen, has_colour, is_plain, show, show_line
from textmend.edits.apply import insertion
from textmend.edits.mended import Mended
from textmend.files import Document
from textmend.records import Edit, Fill, Gap

Kind = Literal["text", "gap", "inserted", "mark", "removed"]

_STYLES: dict[Kind, str] = {
    "text": "",
    "gap": "bold magenta",
    "inserted": "bold green underline",
    "mark": "bold yellow",
    "removed": "red strike",
}
_BRACKETS: dict[Kind, tuple[str, str]] = {"inserted": ("{+", "+}"), "removed": ("[-", "-]")}
_LINE_END = regex.compile(r"\r\n|[\n\r]")


class Piece(NamedTuple):
    """A stretch of an article, and what it is."""

    text: str
    kind: Kind


class Places:
    """Tells lines and columns of offsets; both count from 1, columns in code points."""

    def __init__(self, text: str) -> None:
        self._starts = [0, *(match.end() for match in _LINE_END.finditer(text))]

    def line(self, offset: int) -> int:
        """Return the line that an offset is in."""
        return bisect_right(self._starts, offset)

    def of(self, offset: int) -> tuple[int, int]:
        """Return the line and column of an offset."""
        line = self.line(offset)
        return line, offset - self._starts[line - 1] + 1


def label(number: int, *, plain: bool) -> str:
    """Return the visible mark of a gap."""
    return f"[_{number}_]" if plain else f"▢{number}"


def with_gaps(text: str, gaps: Iterable[Gap], *, plain: bool, masks: Sequence[str] = ()) -> Iterator[Piece]:
    """Yield an article with the gaps shown, numbered from 1; a gap stands in the place of its mask."""
    position = 0
    for number, gap in enumerate(gaps, 1):
        yield Piece(text[position : gap.start], "text")
        yield from _shown(text, gap, label(number, plain=plain), masks)
        position = gap.end + _masked(text, gap, masks)
    yield Piece(text[position:], "text")


def _masked(text: str, gap: Gap, masks: Sequence[str]) -> int:
    """Return how many code points after a gap are the mask that the caller put there."""
    size = gap.fills[0].replaces if gap.fills else 0
    return size if any(len(mask) == size and text.startswith(mask, gap.end) for mask in masks) else 0


def with_edits(mended: Mended, *, plain: bool) -> Iterator[Piece]:
    """Yield a mended article with its edits shown, and the gaps that stay open, numbered as they were found."""
    text = mended.original
    open_gaps = [(gap, number) for number, gap in enumerate(mended.gaps, 1) if gap.decision in (None, "keep")]
    changes: list[tuple[int, int, Edit | None, Gap, int]] = [(e.start, e.end, e, e.gap, 0) for e in mended.edits]
    changes += [(gap.start, gap.end, None, gap, number) for gap, number in open_gaps]
    position = 0
    for start, end, edit, gap, number in sorted(changes, key=lambda change: change[:2]):
        yield Piece(text[position:start], "text")
        if edit is None:
            yield from inserted(text, gap, label(number, plain=plain), "gap")
        elif edit.replacement:
            words = edit.fill.text if edit.fill else mended.placeholder
            if moved := edit.removed.strip():
                yield Piece(moved, "removed")
            yield from _parted(edit.replacement, words, "inserted" if edit.fill else "mark")
        else:
            yield Piece(edit.removed, "removed")
        position = end
    yield Piece(text[position:], "text")


def draw(pieces: Iterable[Piece], screen: Screen) -> Text:
    """Return pieces as one text. Where colour can't tell what was changed, brackets do."""
    brackets = {} if has_colour(screen.out) else _BRACKETS
    drawn = Text()
    for piece in pieces:
        before, after = brackets.get(piece.kind, ("", ""))
        drawn.append_text(show(f"{before}{piece.text}{after}" if piece.text else "", _STYLES[piece.kind]))
    return drawn


def page(document: Document, note: str, pieces: Iterable[Piece], screen: Screen) -> RenderableType:
    """Return an article under a line with its name and a note."""
    dots, dot = ("...", ", ") if is_plain(screen.out) else ("…", " · ")
    name = show_line(document.name, "bold")
    room = max(8, screen.width - len(note) - 8)
    if len(name) > room:  # the end of a path tells more than its beginning
        name = Text(dots, "bold") + name[-room:]
    title = name + Text(dot + note)
    return Group(
        Rule(title, align="left", style="dim"),
        Text(),
        Padding(draw(pieces, screen), (0, 2), expand=False),
        Text(),
    )


def snippet(text: str, gaps: Sequence[Gap], index: int, screen: Screen, width: int, masks: Sequence[str] = ()) -> Text:
    """Return one line of an article around a gap."""
    gap, plain = gaps[index], is_plain(screen.out)
    dots = "..." if plain else "…"
    reach = max(8, (width - 8) // 2)
    left = text[max(0, gap.start - reach) : gap.start].replace("\r", "\n").rsplit("\n", 1)[-1]
    follows = gap.end + _masked(text, gap, masks)
    right = text[follows : follows + reach].replace("\r", "\n").split("\n", 1)[0]
    if len(left) == reach:
        left = dots + left.partition(" ")[2]
    if len(right) == reach:
        right = right.rpartition(" ")[0] + dots
    drawn = show_line(left, "dim")
    for piece in _shown(text, gap, label(index + 1, plain=plain), masks):
        space = Text(" " if piece.text else "")
        drawn.append_text(show_line(piece.text, _STYLES[piece.kind]) if piece.kind == "gap" else space)
    drawn.append_text(show_line(right, "dim"))
    drawn.truncate(width)
    return drawn


def inserted(text: str, gap: Gap, words: str, kind: Kind, fill: Fill | None = None) -> Iterator[Piece]:
    """Yield words as they would stand in a gap, with the white space that the place, or their fill, asks for."""
    yield from _parted(insertion(text, gap, words, fill).replacement, words, kind)


def _shown(text: str, gap: Gap, words: str, masks: Sequence[str]) -> Iterator[Piece]:
    """Yield the visible mark of a gap as it stands in the text; where the caller put a mask, in its place."""
    if _masked(text, gap, masks):
        yield Piece(words, "gap")
    else:
        yield from inserted(text, gap, words, "gap")


def _parted(replacement: str, words: str, kind: Kind) -> Iterator[Piece]:
    left, _, right = replacement.partition(words)
    yield Piece(left, "text")
    yield Piece(words, kind)
    yield Piece(right, "text")
