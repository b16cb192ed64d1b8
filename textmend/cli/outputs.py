"""What leaves the program: exact bytes, and JSON lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

import regex

# Legal in JSON, but not safe on a terminal or for readers that split at every kind of line end.
_UNSAFE = regex.compile(r"[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]")


def write_bytes(data: bytes) -> None:
    """Write to standard output, exactly."""
    sys.stdout.flush()
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def write_json(record: Mapping[str, Any]) -> None:
    """Write a record to standard output, on one line of UTF-8."""
    line = _UNSAFE.sub(_escaped, json.dumps(record, ensure_ascii=False))
    write_bytes(line.encode() + b"\n")


def _escaped(match: regex.Match[str]) -> str:
    code = ord(match.group())
    if code < 0x10000:
        return f"\\u{code:04x}"
    code -= 0x10000
    return f"\\u{0xD800 + (code >> 10):04x}\\u{0xDC00 + (code & 0x3FF):04x}"
