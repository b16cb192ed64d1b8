"""A JSON object as bytes: where its fields stand, so that one can be changed and all others kept to the byte."""

from __future__ import annotations

import json
from collections.abc import Iterator
from json.decoder import scanstring  # type: ignore[attr-defined] # what json itself scans with
from typing import Any, NamedTuple

import regex

from textmend.errors import RecordError

_SPACE = regex.compile(r"[ \t\n\r]*+")


class Number(str):
    """A number as it is written: nothing is lost of it, and none is too long to be one."""

    __slots__ = ()


_DECODER: Any = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=Number)


class Value(NamedTuple):
    """A value of a field, and where it stands in the text."""

    value: Any
    start: int
    end: int


class JsonObject:
    """A JSON object, read.

    Args:
        text: the object, as text. What fields say is read as Python's ``json`` does: of two of a name the last counts.

    Raises:
        RecordError: it is no JSON object.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.fields: dict[str, Value] = {}
        try:
            self._inner_end = self._scan()
        except StopIteration as error:
            raise RecordError(f"no JSON: a value is expected at character {error.value}") from None
        except json.JSONDecodeError as error:
            raise RecordError(f"no JSON: {error.msg} at character {error.pos}") from None
        except RecursionError:
            raise RecordError("no JSON that can be read: it is nested too deeply") from None

    def _scan(self) -> int:
        text = self.text
        at = self._space(0)
        if text[at : at + 1] != "{":
            if at == len(text):
                raise RecordError("no JSON: it is empty")
            _DECODER.decode(text)
            raise RecordError("no JSON object")
        inner_end = at + 1
        at = self._space(at + 1)
        while text[at : at + 1] != "}" or self.fields:
            if text[at : at + 1] != '"':
                raise RecordError(f'no JSON: a field\'s name in "" is expected at character {at}')
            name, at = scanstring(text, at + 1, True)
            at = self._space(at)
            if text[at : at + 1] != ":":
                raise RecordError(f"no JSON: a colon is expected at character {at}")
            start = self._space(at + 1)
            value, inner_end = _DECODER.scan_once(text, start)
            self.fields[name] = Value(value, start, inner_end)
            at = self._space(inner_end)
            if text[at : at + 1] == "}":
                break
            if text[at : at + 1] != ",":
                raise RecordError(f"no JSON: a comma or a brace is expected at character {at}")
            at = self._space(at + 1)
        if self._space(at + 1) != len(text):
            raise RecordError(f"no JSON: more follows after the object, at character {at + 1}")
        return inner_end

    def _space(self, at: int) -> int:
        match = _SPACE.match(self.text, at)
        return match.end() if match else at

    def find(self, name: str) -> Value | None:
        """Return a field's value; a dot in its name leads into an object, unless a field has exactly this name."""
        if name in self.fields or "." not in name:
            return self.fields.get(name)
        for outer, inner in _ways(name):
            value = self.fields.get(outer)
            if value is not None and isinstance(value.value, dict):
                found = JsonObject(self.text[value.start : value.end]).find(inner)
                if found is not None:
                    return Value(found.value, value.start + found.start, value.start + found.end)
        return None

    def with_fields(self, changed: dict[str, str], added: dict[str, str]) -> str:
        """Return the text with other values, all the rest as it is.

        Args:
            changed: new values of fields that are there, by the names that :meth:`find` takes, as JSON.
            added: values of fields that are not, as JSON.
        """
        parts, at = [], 0
        places = {name: value for name in changed if (value := self.find(name)) is not None}
        for name, value in sorted(places.items(), key=lambda place: place[1].start):
            parts += [self.text[at : value.start], changed[name]]
            at = value.end
        parts.append(self.text[at : self._inner_end])
        for number, (name, value_text) in enumerate(added.items()):
            comma = ", " if self.fields or number else ""
            parts.append(f"{comma}{self.encoded(name)}: {value_text}")
        parts.append(self.text[self._inner_end :])
        return "".join(parts)

    def encoded(self, value: Any) -> str:
        """Return a value as JSON in the manner of this object: pure ASCII where it is."""
        if self.text.isascii():
            return json.dumps(value)
        written = json.dumps(value, ensure_ascii=False)
        try:
            written.encode()
        except UnicodeEncodeError:  # a lone surrogate
            return json.dumps(value)
        return written


def _ways(name: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to read a name as that of an object and one inside it."""
    for match in regex.finditer(r"\.", name):
        yield name[: match.start()], name[match.end() :]
