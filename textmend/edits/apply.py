"""Edits of a text: applying, undoing, and the spacing of insertions, which only this file decides."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import regex

from textmend.errors import RecordError
from textmend.records import Edit, Fill, Gap
from textmend.text.words import CLOSING, LINE_ENDS, OPENING, Span

_DASHES = frozenset("-‐‑–—/")
_CURRENCY = frozenset("$£€¥#@")
_NO_BREAK = frozenset("\u00a0\u202f")
_QUOTES = frozenset("\"'")
_ENDING = regex.compile(r"['’](?:s|d|ll|m|re|t|ve)(?!\w)")


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Return the text with all edits made at once. Offsets are those of ``text``.

    Raises:
        RecordError: edits overlap or are out of order, or the text isn't the one they were made for.
    """
    _check_order(edits)
    parts: list[str] = []
    position = 0
    for edit in edits:
        if edit.end > len(text) or text[edit.start : edit.end] != edit.removed:
            raise RecordError(
                f"edit at {edit.start}:{edit.end} expects {edit.removed!r}, but the text has "
                f"{text[edit.start : edit.end]!r} there: it is not the text this edit was made for"
            )
        parts += (text[position : edit.start], edit.replacement)
        position = edit.end
    parts.append(text[position:])
    return "".join(parts)


def undo_edits(mended: str, edits: Sequence[Edit]) -> str:
    """Return the text as it was before ``apply_edits``; the edits' offsets are those of that text.

    Raises:
        RecordError: the edits don't fit the mended text.
    """
    _check_order(edits)
    parts: list[str] = []
    position = 0
    shift = 0
    for edit in edits:
        start = edit.start + shift
        end = start + len(edit.replacement)
        if start > len(mended) or mended[start:end] != edit.replacement:
            raise RecordError(
                f"edit at {edit.start}:{edit.end} can't be undone: the mended text has {mended[start:end]!r} "
                f"at {start}, not {edit.replacement!r}"
            )
        parts += (mended[position:start], edit.removed)
        position = end
        shift += len(edit.replacement) - len(edit.removed)
    parts.append(mended[position:])
    return "".join(parts)


def insertion(text: str, gap: Gap, words: str, fill: Fill | None = None) -> Edit:
    """Return the edit that puts ``words`` into a gap, with the white space the place asks for.

    White space at the gap is used where possible (a no-break space stays one). It is never doubled, and never put
    before closing punctuation or after an opening bracket; line ends stay. Beside a dash or a straight quotation mark
    there is a space if there is one on its other side. A fill with its own spacing, from a source, is inserted with
    that; a fill that replaces words after the gap takes their place.

    Raises:
        RecordError: ``words`` holds no words, and no source says that only white space was lost.
    """
    spacing = fill.spacing if fill is not None else None
    if not words.strip() and (spacing is None or not words):
        raise RecordError(f"insertion at {gap.start}:{gap.end}: there are no words in {words!r}")
    space = text[gap.start : gap.end]
    left, right = spacing if spacing is not None else _around(text, gap, space, words)
    end = gap.end + (fill.replaces if fill is not None else 0)
    return Edit(
        start=gap.start,
        end=end,
        removed=text[gap.start : end],
        replacement=left + words + right,
        gap=gap,
        fill=fill,
    )


def spacing(text: str, gap: Gap) -> tuple[bool, bool]:
    """Whether white space will separate words inserted at a gap from the text before them, and from the text after."""
    left, right = _around(text, gap, text[gap.start : gap.end], "x")
    before, after = text[max(0, gap.start - 1) : gap.start], text[gap.end : gap.end + 1]
    return bool(left) or before.isspace(), bool(right) or after.isspace()


def removal(text: str, sentence: Span, gap: Gap, *, floor: int = 0, ceiling: int | None = None) -> Edit:
    """Return the edit that removes a sentence, with the white space between it and a neighbour.

    Args:
        text: the text.
        sentence: the sentence, without white space around it.
        gap: the gap the edit comes from.
        floor: how far to the left the edit may reach at most.
        ceiling: how far to the right it may reach at most; default: the text's end.
    """
    start, end = sentence
    last = len(text) if ceiling is None else ceiling
    while end < last and text[end].isspace() and text[end] not in LINE_ENDS:
        end += 1
    if end == len(text) or text[end] in LINE_ENDS:
        end = sentence.end
        while start > floor and text[start - 1].isspace() and text[start - 1] not in LINE_ENDS:
            start -= 1
    return Edit(start=start, end=end, removed=text[start:end], replacement="", gap=gap)


def _around(text: str, gap: Gap, space: str, words: str) -> tuple[str, str]:
    """Return the white space to put before and after the words."""
    before, after = text[max(0, gap.start - 1) : gap.start], text[gap.end : gap.end + 1]
    follows = bool(after) and not after.isspace() and not _closes(text, gap.end, space)
    if not LINE_ENDS.isdisjoint(space):
        return _around_line_end(space, follows)
    if not before or before.isspace():
        return (space[:-1], space[-1:] or " ") if follows else (space if len(space) > 1 else "", "")
    left = "" if words[0] in CLOSING or _opens(text, gap.start, space) else space[:1] or " "
    if not after or after.isspace():
        return left, space[1:]
    if not follows:
        return left, space[-1] if len(space) > 1 and space[-1] in _NO_BREAK else ""
    return left, space[-1] if len(space) > 1 else " "


def _around_line_end(space: str, follows: bool) -> tuple[str, str]:
    """Where a wrapped line ends at the gap, a single blank beside the line end shows on which side the words stood."""
    if space[0] not in LINE_ENDS and space[-1] in LINE_ENDS:
        return space[0], space[1:]
    if follows and space[-1] not in LINE_ENDS and space[-2:-1] in LINE_ENDS:
        return space[:-1], space[-1]
    return space, " " if follows else ""


def _opens(text: str, start: int, space: str) -> bool:
    """Whether the text before ``start`` joins the word after it: an opening mark, half a compound."""
    mark = text[start - 1]
    if mark in OPENING or mark in _CURRENCY:
        return True
    first = start - 1
    while first > 0 and start - first < 4 and text[first - 1] == mark:
        first -= 1
    far = text[first - 1 : first] if first else ""
    if mark in _DASHES:
        return len(space) < 2 and not (far.isspace() or (not far and bool(space)))
    if mark in _QUOTES or (mark == "*" and start - first == 2):
        return len(space) < 2 and (not far or far.isspace() or far in OPENING or far in _DASHES)
    return False


def _closes(text: str, end: int, space: str) -> bool:
    """Whether the text at ``end`` joins the word before it: a closing mark, an ending, half a compound."""
    mark = text[end : end + 1]
    last = end + 1
    while last - end < 4 and text[last : last + 1] == mark:
        last += 1
    far = text[last : last + 1]
    if mark in ("'", "’") and _ENDING.match(text, end):
        return True
    if mark == "’" and far.isdigit():
        return False
    if mark in CLOSING:
        return True
    if len(space) > 1:
        return False
    if mark in _DASHES:
        return not far.isspace() or far in LINE_ENDS
    return (mark in _QUOTES or (mark == "*" and last - end == 2)) and not _starts_word(far)


def _starts_word(char: str) -> bool:
    return char.isalnum() or (bool(char) and (char in OPENING or char in _CURRENCY))


def _check_order(edits: Iterable[Edit]) -> None:
    end = -1
    for edit in edits:
        if edit.start < 0 or len(edit.removed) != edit.end - edit.start:
            raise RecordError(
                f"edit at {edit.start}:{edit.end} removes {edit.removed!r}, which has {len(edit.removed)} code points"
            )
        if edit.start < end or (edit.start == end and edit.start == edit.end):
            raise RecordError(f"edits overlap or are out of order at {edit.start}:{edit.end}")
        end = edit.end
