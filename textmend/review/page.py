"""The review page: documents, their gaps and fills, and the page's own script and style, in one HTML file.

The page works from a file, loads nothing and sends nothing. Texts reach it as JSON in a data block and become text
nodes in the browser; no text is ever part of the markup. The parts of the page lie in ``assets``.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from importlib import resources
from pathlib import PurePath
from typing import Any

import regex

from textmend import __version__
from textmend.detect.cues import CUES
from textmend.edits.apply import insertion
from textmend.policy import Policy
from textmend.records import Evidence, Fill, Gap
from textmend.review.decisions import Recorded, key_of
from textmend.review.documents import ReviewDocument
from textmend.review.order import by_usefulness
from textmend.review.quotes import REACH, quote_at

_SCRIPTS = ("text", "model", "store", "decisions", "article", "list", "panel", "settings", "filters", "main")
_STYLES = ("base", "article", "list", "panel")

_ASTRAL = regex.compile(r"[\U00010000-\U0010ffff]")
_SLOT = regex.compile(r"\{\{(\w+)\}\}")
_UNFIT = regex.compile(r"[^\w.-]+")
_DECIDED = ("verdict", "text", "by", "at", "spacing", "replaces")
_WORD = "x"  # stands for words in general where the white space around an insertion is asked for


def render_page(
    documents: Sequence[ReviewDocument],
    *,
    decisions: Sequence[Recorded] = (),
    by: str | None = None,
    policy: Policy | None = None,
) -> str:
    """Return the page on which a person decides about the gaps of ``documents``.

    Args:
        documents: what to review; each id once.
        decisions: earlier decisions about these documents, at most one a gap, none undone; those that name another
            text or place are passed over.
        by: the reviewer's name, filled in already.
        policy: what the machine would do alone; see ``review.order.usefulness``.

    Returns:
        HTML, which can be encoded in UTF-8 whatever the texts hold.
    """
    style = _joined(_STYLES, "css")
    script = f'(() => {{\n"use strict";\n{_joined(_SCRIPTS, "js")}}})();\n'
    return _filled(
        _asset("page.html"),
        {
            "policy": escape(_security_policy(script, style)),
            "generator": f"textmend {__version__}",
            "title": escape(_title(documents)),
            "style": style,
            "data": _embedded(_data(documents, decisions, by, policy)),
            "script": script,
        },
    )


def _data(
    documents: Sequence[ReviewDocument], decisions: Sequence[Recorded], by: str | None, policy: Policy | None
) -> dict[str, Any]:
    first = [0]
    for document in documents:
        first.append(first[-1] + len(document.gaps))
    places = {
        key_of(document, gap): first[number] + index
        for number, document in enumerate(documents)
        for index, gap in enumerate(document.gaps)
    }
    return {
        "digest": _digest(documents),
        "file": _file_name(documents),
        "by": by,
        "placeholder": Policy().placeholder,
        "cues": CUES,
        "reach": REACH,
        "order": [first[item.document] + item.gap for item in by_usefulness(documents, policy)],
        "decided": [
            [places[one.key], {key: value for key, value in one.to_dict().items() if key in _DECIDED}]
            for one in decisions
            if one.key in places
        ],
        "documents": [_document(document) for document in documents],
    }


def _document(document: ReviewDocument) -> dict[str, Any]:
    units = _Units(document.text)
    return {
        "id": document.id,
        "digest": document.digest,
        "title": document.title,
        "text": document.text,
        "gaps": [_gap(document.text, gap, units) for gap in document.gaps],
    }


def _gap(text: str, gap: Gap, units: _Units) -> dict[str, Any]:
    quote = quote_at(text, gap.start, gap.end)
    left, _, right = insertion(text, gap, _WORD).replacement.partition(_WORD)
    return {
        "start": gap.start,
        "end": gap.end,
        "prefix": quote.prefix,
        "exact": quote.exact,
        "suffix": quote.suffix,
        "from": units(gap.start),
        "to": units(gap.end),
        "left": left,
        "right": right,
        "probability": round(gap.probability, 6),
        "lengths": [round(probability, 4) for probability in gap.lengths],
        "cues": gap.cues,
        "fills": [_fill(text, fill, units) for fill in gap.fills],
    }


def _fill(text: str, fill: Fill, units: _Units) -> dict[str, Any]:
    tied = {"spacing": fill.spacing} if fill.spacing is not None else {}
    return {
        **tied,
        **({"replaces": fill.replaces} if fill.replaces else {}),
        "text": fill.text,
        "probability": round(fill.probability, 6),
        "origin": fill.origin,
        "introduces": fill.introduces,
        "evidence": _evidence(text, fill, fill.evidence, units) if fill.evidence else None,
    }


def _evidence(text: str, fill: Fill, evidence: Evidence, units: _Units) -> dict[str, Any]:
    """Where a fill's words stand: ``span`` in this text with the quote ``around``, and ``inside`` the quote."""
    quote, start, end = evidence.quote, evidence.start, evidence.end
    shown: dict[str, Any] = {"place": evidence.place, "quote": quote, "detail": evidence.detail}
    if evidence.place == "text" and start is not None and end is not None and start < end <= len(text):
        shown["span"] = [units(start), units(end)]
        around = text.find(quote, max(0, start - len(quote)), end + len(quote))
        if 0 <= around <= start and end <= around + len(quote):
            shown["around"] = [units(around), units(around + len(quote))]
            inside = (start - around, end - around)
        else:
            inside = None
    else:
        found = regex.search(regex.escape(fill.text), quote, regex.IGNORECASE)
        inside = found.span() if found else None
    if inside:
        within = _Units(quote)
        shown["inside"] = [within(inside[0]), within(inside[1])]
    return shown


class _Units:
    """Turns offsets of a text in code points into UTF-16 units, which is what JavaScript counts."""

    def __init__(self, text: str) -> None:
        self._astral = [match.start() for match in _ASTRAL.finditer(text)]

    def __call__(self, offset: int) -> int:
        return offset + bisect_left(self._astral, offset)


def _digest(documents: Sequence[ReviewDocument]) -> str:
    """Name texts and gaps, so that decisions kept in a browser are found again, whatever the models now propose."""
    named = hashlib.sha256()
    for document in documents:
        named.update(json.dumps([document.id, document.digest, [[g.start, g.end] for g in document.gaps]]).encode())
    return named.hexdigest()[:16]


def _file_name(documents: Sequence[ReviewDocument]) -> str:
    name = _UNFIT.sub("_", PurePath(documents[0].id).stem)[:80].strip("._") if len(documents) == 1 else ""
    return f"{name or 'review'}.decisions.jsonl"


def _title(documents: Sequence[ReviewDocument]) -> str:
    name = documents[0].id if len(documents) == 1 else f"{len(documents)} articles"
    return "Review: " + "".join(char if char.isprintable() else "\ufffd" for char in name)


def _embedded(data: Mapping[str, Any]) -> str:
    """Return JSON that no HTML parser can take for anything else: ASCII, without ``<``, ``>`` and ``&``."""
    line = json.dumps(data, ensure_ascii=True, separators=(",", ":"))
    return line.replace("&", r"\u0026").replace("<", r"\u003c").replace(">", r"\u003e")


def _security_policy(script: str, style: str) -> str:
    """Return a policy that allows the page's own script and style and nothing else: no network, no other code."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _hash(content: str) -> str:
    return "sha256-" + b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _filled(template: str, values: Mapping[str, str]) -> str:
    return _SLOT.sub(lambda slot: values[slot[1]], template)


@cache
def _joined(names: Sequence[str], kind: str) -> str:
    return "".join(_asset(f"{name}.{kind}") for name in names)


def _asset(name: str) -> str:
    return (resources.files("textmend.review") / "assets" / name).read_text(encoding="utf-8")
