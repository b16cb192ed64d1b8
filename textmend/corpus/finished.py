"""The record that a finished run leaves beside its output: which inputs and options the output was made from.

With it, ``resume`` tells a finished output from one of other inputs, and from a file that happens to be there.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from textmend.corpus.shards import Layout
from textmend.errors import FileError
from textmend.files import STDIN, write_file

SCHEMA = 1
_KIND = "textmend-cleaned"
_CHUNK = 1 << 20
_ADVICE = "choose another output, or replace this one with --force"


def record_path(layout: Layout) -> Path:
    """Return where the record of a run lies: in its output folder, hidden, or beside its output file."""
    if layout.work.parent == layout.output:
        return layout.output / ".textmend.done.json"
    return layout.output.with_name(layout.output.name + ".done.json")


def write_record(layout: Layout, identity: Mapping[str, Any], read: tuple[int, str]) -> None:
    """Write the record of a run.

    Args:
        layout: what was read and written.
        identity: what was asked for, with the inputs.
        read: of standard input, how many bytes were read, and their digest.

    Raises:
        FileError: it can't be written.
    """
    record = {
        "schema": SCHEMA,
        "kind": _KIND,
        "asked": identity,
        "standard_input": list(read),
        "outputs": _sizes(layout),
    }
    write_file(record_path(layout), json.dumps(record, indent=1).encode() + b"\n")


def check_free(layout: Layout) -> None:
    """See that the record of a run would replace nothing but another. Raises :class:`FileError` where it would."""
    path = record_path(layout)
    try:
        record = json.loads(path.read_bytes())
    except FileNotFoundError:
        return
    except (OSError, ValueError, RecursionError):
        record = None
    if not isinstance(record, dict) or record.get("kind") != _KIND:
        raise FileError(f"{path}: is where the record of the run goes, and is none: {_ADVICE}")


def check_done(layout: Layout, identity: Mapping[str, Any], limited: bool) -> None:
    """See that an output is what a run of these inputs and options left.

    Args:
        layout: what would be read and written.
        identity: what is asked for, with the inputs.
        limited: whether only the first documents are asked for.

    Raises:
        FileError: it is not, or nothing says what it is.
    """
    path = record_path(layout)
    try:
        record = json.loads(path.read_bytes())
    except FileNotFoundError:
        raise FileError(
            f"{layout.output}: is there already, and no record ({path.name}) says what it was made of: {_ADVICE}"
        ) from None
    except (OSError, ValueError, RecursionError) as error:
        raise FileError(f"{path}: can't be read ({error}): {_ADVICE}") from error
    if not isinstance(record, dict) or record.get("schema") != SCHEMA or not isinstance(record.get("asked"), dict):
        raise FileError(f"{path}: is no record of this version of textmend: {_ADVICE}")
    if others := differing(record["asked"], identity):
        raise FileError(f"{layout.output}: was made of something else ({'; '.join(others)}): {_ADVICE}")
    if record.get("outputs") != _sizes(layout):
        raise FileError(f"{layout.output}: is not as the run left it: its files or their sizes differ: {_ADVICE}")
    if any(one.path == STDIN for shard in layout.shards for one in shard.inputs):
        _check_standard_input(record.get("standard_input"), layout, limited)


def differing(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the differences between two runs in words, at most four of them."""
    now = json.loads(json.dumps(now))
    names = [name for name in {**then, **now} if then.get(name) != now.get(name)]
    shown = [f"{name}: {_short(then.get(name))}, now {_short(now.get(name))}" for name in names[:4]]
    return [*shown, f"and {len(names) - 4} more"] if len(names) > 4 else shown


def _check_standard_input(read: Any, layout: Layout, limited: bool) -> None:
    """See that standard input begins with what was read; that takes reading it."""
    length, digest = read if isinstance(read, list) and len(read) == 2 else (None, None)
    data, seen = sys.stdin.buffer, hashlib.blake2b(digest_size=16)
    left = length if isinstance(length, int) else 0
    while left and (chunk := data.read(min(left, _CHUNK))):
        seen.update(chunk)
        left -= len(chunk)
    same = seen.hexdigest() == digest if length else digest == ""
    more = not limited and any(chunk.strip() for chunk in iter(lambda: data.read(_CHUNK), b""))
    if left or not same or more:
        raise FileError(f"{layout.output}: was made of another standard input than this: {_ADVICE}")


def _sizes(layout: Layout) -> dict[str, int]:
    """Return the sizes of the output files; not of the text files in a folder, which may be millions."""
    sizes = {}
    for shard in layout.shards:
        if not shard.folder:
            try:
                sizes[str(shard.target)] = shard.target.stat().st_size
            except OSError:
                sizes[str(shard.target)] = -1
    return sizes


def _short(value: Any) -> str:
    written = "none" if value is None else str(value)
    return written if len(written) <= 60 else written[:57] + "…"
