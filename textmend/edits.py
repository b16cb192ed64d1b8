"""Edits of a text: applying, undoing, and the spacing of an insertion, which is decided here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from textmend.errors import RecordError
from textmend.records import Edit, Fill, Gap
from textmend.text import CLOSING, OPENING, Span

_LINE_ENDS = frozenset("\n\r\x0b\x0c\x85\u2028\u2029")
_DASHES = frozenset("-‐‑–—/")
_CURRENCY = frozenset("$£€¥#@")
_QUOTE = '"'


def apply_edits(text: str, edits: Sequence[Edit]) -> str:
    """Return the text with all edits made at once. Offsets are those of ``text``.

    Raises:
        RecordError: edits overlap or are out of order, or the text isn't the one they were made for.
    """
    _check_order(edits)
    parts: list[str] = []
    position = 0
    for edit in edits:
        if text[edit.start : edit.end] != edit.removed:
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
        if mended[start:end] != edit.replacement:
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

    White space that stands at the gap is used where it can be (a no-break space stays one); it is never
    doubled, never put before closing punctuation nor after an opening bracket, and line ends stay.
    """
    space = text[gap.start : gap.end]
    before = text[max(0, gap.start - 1) : gap.start]
    after = text[gap.end : gap.end + 1]
    left, right = _left_space(space, before, words), _right_space(text, gap, space, after, words)
    return Edit(
        start=gap.start,
        end=gap.end,
        removed=space,
        replacement=left + words + right,
        gap=gap,
        fill=fill,
    )


def removal(text: str, sentence: Span, gap: Gap) -> Edit:
    """Return the edit that takes a sentence out, with the white space between it and a neighbour."""
    start, end = sentence
    while end < len(text) and text[end].isspace() and text[end] not in _LINE_ENDS:
        end += 1
    if end == len(text) or text[end] in _LINE_ENDS:
        end = sentence.end
        while start and text[start - 1].isspace() and text[start - 1] not in _LINE_ENDS:
            start -= 1
    return Edit(start=start, end=end, removed=text[start:end], replacement="", gap=gap)


def _left_space(space: str, before: str, words: str) -> str:
    if not _LINE_ENDS.isdisjoint(space):
        return space
    if not before or before in _LINE_ENDS:
        return space if len(space) > 1 else ""
    if before in OPENING or before in _CURRENCY or words[0] in CLOSING:
        return ""
    if not space:
        return "" if before in _DASHES or before == _QUOTE else " "
    return space[0]


def _right_space(text: str, gap: Gap, space: str, after: str, words: str) -> str:
    if not after or after in _LINE_ENDS or after in CLOSING:
        return ""
    if after == _QUOTE and not _opens_quotation(text, gap):
        return ""
    if after in _DASHES and _joins(text, gap, space):
        return ""
    usable = space[-1:] if len(space) > 1 and _LINE_ENDS.isdisjoint(space) else ""
    return usable or " "


def _opens_quotation(text: str, gap: Gap) -> bool:
    """Whether the straight quotation mark after the gap opens, judged by those before it in its line."""
    line = max(text.rfind("\n", 0, gap.start), gap.start - 2000) + 1
    return text.count(_QUOTE, line, gap.start) % 2 == 0


def _joins(text: str, gap: Gap, space: str) -> bool:
    """Whether the dash after the gap belongs to the lost word: ``-based``, or a dash set without spaces."""
    return not space or text[gap.end + 1 : gap.end + 2].isalnum()


def _check_order(edits: Iterable[Edit]) -> None:
    end = -1
    for edit in edits:
        if edit.start < end or (edit.start == end and edit.start == edit.end):
            raise RecordError(f"edits overlap or are out of order at {edit.start}:{edit.end}")
        end = edit.end
