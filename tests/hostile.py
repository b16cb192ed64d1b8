"""Files that are not what they should be: JSON with wrong values, bytes that are cut, flipped or of something else."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import strategies as st

VALUES: tuple[Any, ...] = (
    *(None, True, 0, -1, 1, 0.5, 10**30, 10**400, 1e308, float("nan"), float("inf"), -float("inf")),
    *("", "x", "\ud83d", "\ude00", "\ude00\ud83d", "\x00", "é", " ", "1", "a" * 5_000),
    *([], {}, [None], [[]], {"": None}, ["x"], [1, 2, 3], {"start": 1}, [-1], [0.5] * 7),
)
"""What may stand where something else should."""

BYTES = (
    *(b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"[]", b"{}", b"null", b"1", b'"x"', b"{", b"[" * 100_000),
    *(b'{"a":' * 50_000, b"9" * 6_000, b"-", b"\n\n", b"PK\x03\x04", b'{"text": "\\ud83d\\ude00 \\ude00\\ud83d"}\n'),
)
"""Files of something else."""


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, one in inner for place in _places(one, (*path, key)))]


def _changed(value: Any, path: tuple[Any, ...], new: Any, *, gone: bool) -> Any:
    if not path:
        return new
    value = copy.deepcopy(value)
    inner = value
    for key in path[:-1]:
        inner = inner[key]
    if gone:
        del inner[path[-1]]
    else:
        inner[path[-1]] = new
    return value


def wrong_json(seed: Any) -> st.SearchStrategy[bytes]:
    """JSON like ``seed`` in which one value is another, or is missing."""
    places = _places(seed)
    return st.builds(
        lambda place, new, gone: json.dumps(_changed(seed, place, new, gone=gone and bool(place))).encode(),
        st.sampled_from(places),
        st.sampled_from(VALUES),
        st.booleans(),
    )


def wrong_bytes(seed: bytes) -> st.SearchStrategy[bytes]:
    """Bytes like ``seed``, cut off, with bytes replaced or put in, or bytes of something else."""
    place = st.integers(0, len(seed))
    return (
        st.builds(lambda at: seed[:at], place)
        | st.builds(lambda at, new: seed[:at] + new + seed[at + len(new) :], place, st.binary(min_size=1, max_size=4))
        | st.builds(lambda at, new: seed[:at] + new + seed[at:], place, st.sampled_from(BYTES))
        | st.sampled_from(BYTES)
        | st.binary(max_size=60)
    )


def wrong_lines(*seeds: Any) -> st.SearchStrategy[bytes]:
    """JSON Lines like ``seeds`` in which a value or a byte is wrong."""
    lines = [json.dumps(seed).encode() for seed in seeds]

    def with_line(number: int, line: bytes) -> bytes:
        return b"\n".join([*lines[:number], line, *lines[number + 1 :]]) + b"\n"

    broken = st.integers(0, len(seeds) - 1).flatmap(
        lambda number: st.builds(with_line, st.just(number), wrong_json(seeds[number]))
    )
    return broken | wrong_bytes(b"\n".join(lines) + b"\n")
