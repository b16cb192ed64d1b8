"""Lines of bytes in bounded memory: a line that is too long comes in pieces.

What comes out depends on the bytes alone, not on how they arrive in chunks.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from textmend.corpus.streams import Source
from textmend.errors import FileError

PIECE = 1 << 20


class Line(NamedTuple):
    """A line, or a piece of one that is too long.

    Attributes:
        data: its bytes, without the line feed.
        start: offset of its first byte.
        end: offset where reading goes on.
        inside: how far into the line its first byte is; 0 but in later pieces.
        too_long: whether the line is too long.
        last: whether the line ends here.
        broken: why the source can't be read further than here, if so.
    """

    data: bytes
    start: int
    end: int
    inside: int = 0
    too_long: bool = False
    last: bool = True
    broken: FileError | None = None


def lines(source: Source, longest: int, offset: int = 0, inside: int = 0) -> Iterator[Line]:
    """Yield the lines of a source.

    Args:
        source: the source, at ``offset``.
        longest: lines of more bytes come in pieces.
        offset: how many bytes have been read.
        inside: how many bytes of the line there, which is too long, have been read already.
    """
    held = bytearray()
    seen = 0  # of what is held, where no line feed is
    broken = None
    while True:
        try:
            chunk = source.chunk()
        except FileError as error:
            chunk, broken = b"", error
        held += chunk
        start = 0
        while (end := held.find(b"\n", max(start, seen))) >= 0:
            yield from _pieces(held[start:end], offset + start, inside, longest, last=True)
            inside, seen, start = 0, 0, end + 1
        del held[:start]
        offset += start
        seen = len(held)
        if not chunk:
            break
        if inside or len(held) > longest:
            # Something is left for the last piece, so that pieces don't depend on where a chunk ends.
            whole = max(0, len(held) - 1) // PIECE * PIECE
            yield from _pieces(held[:whole], offset, inside, -1, last=False)
            del held[:whole]
            offset, inside, seen = offset + whole, inside + whole, len(held)
    if held or inside:
        *others, final = _pieces(held, offset, inside, longest, last=True)
        yield from others
        cut_off = None if final.too_long else broken
        yield final._replace(end=final.end - 1, broken=cut_off)
        broken = None if cut_off else broken
    if broken:
        end = offset + len(held)
        yield Line(b"", end, end, broken=broken)


def _pieces(data: bytearray, start: int, inside: int, longest: int, *, last: bool) -> Iterator[Line]:
    """Yield a line, or the part of it that was read; with ``longest`` below 0 it counts as too long."""
    if not inside and longest >= 0 and len(data) <= longest:
        yield Line(bytes(data), start, start + len(data) + 1)
        return
    for at in range(0, len(data), PIECE):
        piece = bytes(data[at : at + PIECE])
        ends = last and at + PIECE >= len(data)
        after = start + at + len(piece) + (1 if ends else 0)
        yield Line(piece, start + at, after, inside + at, too_long=True, last=ends)
