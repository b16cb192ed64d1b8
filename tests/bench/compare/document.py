"""The document that shows the figures: what stands between a part's markers is written anew from its results."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from bench.compare.store import Result
from textmend.errors import FileError, RecordError
from textmend.evaluate.report import write_text

_BLOCK = re.compile(r"(<!-- figures: ([a-z0-9-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def update(document: Path, results: Mapping[str, Result]) -> list[str]:
    """Write the results between the markers ``<!-- figures: PART -->`` and ``<!-- end -->`` of a Markdown file.

    Returns:
        The parts that have results, but no markers in the document.

    Raises:
        FileError: the document can't be read or written.
        RecordError: a marker is not closed.
    """
    try:
        text = document.read_text(encoding="utf-8")
    except OSError as error:
        raise FileError(f"{document}: can't be read: {error.strerror or error}") from error
    new, missing = filled_in(text, results)
    if text.count("<!-- figures: ") != len(_BLOCK.findall(text)):
        raise RecordError(f"{document}: a marker '<!-- figures: … -->' has no '<!-- end -->'")
    if new != text:
        write_text(new, document)
    return missing


def filled_in(text: str, results: Mapping[str, Result]) -> tuple[str, list[str]]:
    """Return a text with the results between its markers, and the parts that it has no markers for."""
    seen: set[str] = set()

    def block(match: re.Match[str]) -> str:
        opening, part, old, closing = match.groups()
        seen.add(part)
        return opening + (markdown(results[part]) if part in results else old) + closing

    new = _BLOCK.sub(block, text)
    return new, [part for part in results if part not in seen]


def markdown(result: Result) -> str:
    """Return a part's tables, and a line that says when and on what they were taken."""
    origin = result.origin
    machine, scale = origin["machine"], float(origin["options"]["scale"])
    packages = ", ".join(f"{name} {version}" for name, version in sorted(origin["packages"].items()))
    size = "" if scale == 1 else f" **{scale:g} of the usual sample.**"
    load = machine.get("load")
    taken = (
        f"<sub>Taken {str(origin['date'])[:10]} in {result.seconds:.0f} s on {machine['processor']}, "
        f"{machine['cores']} cores, load {load if load is not None else 'unknown'} at the start. "
        f"{', '.join(origin['models'].values())}; textmend {origin['textmend']}, Python {origin['python']}, "
        f"{packages}.{size}</sub>"
    )
    return "\n" + "\n\n".join([*(table.markdown() for table in result.tables), taken]) + "\n\n"
