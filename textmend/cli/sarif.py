"""Gaps as SARIF 2.1.0 (Static Analysis Results Interchange Format, OASIS 2020), which code hosts and editors show."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import textmend
from textmend.cli.terminal.article import Places
from textmend.detect.cues import CUES
from textmend.files import STDIN, Document
from textmend.records import Gap
from textmend.report.numbers import per_cent

RULE = "lost-words"
_AROUND = 60
_FINGERPRINT = 32
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def to_sarif(results: Sequence[dict[str, Any]], failures: Iterable[str] = ()) -> dict[str, Any]:
    """Return a SARIF log of one run.

    Args:
        results: those of all documents, from :func:`results_of`.
        failures: what went wrong with files that could not be checked.
    """
    problems = [{"level": "error", "message": {"text": failure}} for failure in failures]
    return {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver()},
                "columnKind": "unicodeCodePoints",
                "invocations": [{"executionSuccessful": not problems, "toolExecutionNotifications": problems}],
                "results": results,
            }
        ],
    }


def _driver() -> dict[str, Any]:
    signs = "\n".join(f"- `{name}`: {words}" for name, words in CUES.items())
    return {
        "name": "textmend",
        "semanticVersion": textmend.__version__,
        "rules": [
            {
                "id": RULE,
                "name": "LostWords",
                "shortDescription": {"text": "Words are missing."},
                "fullDescription": {"text": "Words were lost inside a sentence, most often the text of a link."},
                "help": {
                    "text": "Extract the page again without the loss, or put the words back.",
                    "markdown": "Extract the page again without the loss, or put the words back: "
                    f"`textmend suggest FILE` proposes some. The signs:\n\n{signs}",
                },
                "defaultConfiguration": {"level": "warning"},
            }
        ],
    }


def results_of(document: Document, gaps: Sequence[Gap]) -> Iterator[dict[str, Any]]:
    """Yield the gaps of a document as results of the rule ``lost-words``.

    Their rank is the gap probability, in per cent. Columns and offsets are code points. A
    fingerprint of the words around a gap tells it from others, also when lines are added above it.
    """
    places = Places(document.text)
    seen: Counter[str] = Counter()
    for gap in gaps:
        around = _fingerprint(document.text, gap)
        seen[around] += 1
        yield {
            "ruleId": RULE,
            "ruleIndex": 0,
            "level": "warning",
            "rank": round(100 * gap.probability, 2),
            "message": {"text": _message(document.text, gap)},
            "locations": [{"physicalLocation": _location(document, gap, places)}],
            "partialFingerprints": {"wordsAround/v1": f"{around}:{seen[around]}"},
            "properties": {"probability": gap.probability, "cues": list(gap.cues)},
        }


def _message(text: str, gap: Gap) -> str:
    around = " ".join(" ▢ ".join(_around(text, gap, _AROUND)).split())
    signs = " ".join(CUES.get(cue, "") for cue in gap.cues)
    return f"Words are missing here (gap probability {per_cent(gap.probability)}): “{around}” {signs}".rstrip()


def _around(text: str, gap: Gap, reach: int) -> tuple[str, str]:
    """Return what stands before and after a gap on its line."""
    before, after = text[max(0, gap.start - reach) : gap.start], text[gap.end : gap.end + reach]
    return before.replace("\r", "\n").rpartition("\n")[2], after.replace("\r", "\n").partition("\n")[0]


def _location(document: Document, gap: Gap, places: Places) -> dict[str, Any]:
    (line, column), (last_line, last_column) = places.of(gap.start), places.of(gap.end)
    return {
        "artifactLocation": {"uri": "stdin" if document.path == STDIN else _uri(document.path)},
        "region": {
            "startLine": line,
            "startColumn": column,
            "endLine": last_line,
            "endColumn": last_column,
            "charOffset": gap.start,
            "charLength": gap.end - gap.start,
        },
    }


def _uri(path: Path) -> str:
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _fingerprint(text: str, gap: Gap) -> str:
    around = "\0".join(" ".join(side.split()) for side in _around(text, gap, _FINGERPRINT))
    return hashlib.sha256(around.encode("utf-8", "surrogatepass")).hexdigest()[:16]
