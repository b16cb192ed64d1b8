"""The texts that decisions are replayed on, as files hold them: one text a file, or JSON Lines with one in each line."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from textmend.errors import RecordError
from textmend.nested import value_at, with_value
from textmend.review.documents import Keys, id_of, is_json_lines, json_object
from textmend.review.replay import Original

_ANALYSIS = ("gaps", "edits")
"""Keys whose offsets tell of the text as it was, beside the annotations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """What a file holds.

    Attributes:
        name: the file's name.
        text: all of it.
        originals: the texts in it, in order.
        lines: for JSON Lines, the number of each text's line, from 0; ``None`` where the file is one text.
        fields: the keys of a line.
    """

    name: str
    text: str
    originals: tuple[Original, ...]
    lines: tuple[int, ...] | None
    fields: Keys

    def rewritten(self, texts: Sequence[str]) -> str:
        """Return the file with other texts in the place of its own.

        A line of JSON keeps its other fields, but for what tells of gaps and edits in the text as it was; lines
        whose text stays the same are not touched.
        """
        if self.lines is None:
            return texts[0]
        lines = self.text.split("\n")
        for number, original, text in zip(self.lines, self.originals, texts, strict=True):
            if text != original.text:
                data = {
                    key: value
                    for key, value in json_object(lines[number], f"{self.name}:{number + 1}").items()
                    if key not in (*_ANALYSIS, self.fields.annotations)
                }
                end = "\r" if lines[number].endswith("\r") else ""
                lines[number] = json.dumps(with_value(data, self.fields.text, text), ensure_ascii=True) + end
        return "\n".join(lines)


def hold(name: str, text: str, fields: Keys | None = None) -> Holder:
    """Return the texts that a file holds; files are told apart as :func:`textmend.review.documents.read_rows` does.

    Raises:
        RecordError: a line of JSON Lines is malformed, or has no text.
    """
    keys = fields or Keys()
    if not is_json_lines(text):
        return Holder(name=name, text=text, originals=(Original(id=name, text=text),), lines=None, fields=keys)
    numbers: list[int] = []
    originals: list[Original] = []
    for number, line in enumerate(text.split("\n")):
        if line.strip():
            place = f"{name}:{number + 1}"
            data = json_object(line, place)
            numbers.append(number)
            originals.append(Original(id=id_of(data, place, keys), text=_text(data, place, keys)))
    return Holder(name=name, text=text, originals=tuple(originals), lines=tuple(numbers), fields=keys)


def _text(data: Mapping[str, Any], place: str, fields: Keys) -> str:
    text = value_at(data, fields.text)
    if not isinstance(text, str):
        raise RecordError(f"{place}: {fields.text!r} should be the text, a string; name its key with --text-field")
    return text
