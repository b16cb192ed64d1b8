"""The review page: documents, their gaps and fills, and the page's own script and style, in one HTML file.

The page works from a file, loads nothing and sends nothing; one that a server hands out talks to that server and to
nobody else. Texts reach it as JSON in a data block and become text
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
from itertools import accumulate
from pathlib import PurePath
from typing import Any

import regex

from textmend import __version__
from textmend.detect.cues import CUES
from textmend.edits.apply import insertion
from textmend.policy import Policy
from textmend.records import Evidence, Fill, Gap
from textmend.review.added import with_added
from textmend.review.agreement import is_conflict
from textmend.review.beside import beside
from textmend.review.decisions import Recorded, counting, key_of, standing
from textmend.review.documents import ReviewDocument
from textmend.review.order import by_article, by_usefulness
from textmend.review.quotes import REACH, quote_at

_SCRIPTS = (
    *("text", "emphasis", "model", "store", "decisions", "article", "lines", "place", "list", "panel", "settings"),
    *("filters", "main"),
)
_STYLES = ("base", "article", "list", "panel")

_ASTRAL = regex.compile(r"[\U00010000-\U0010ffff]")
_SLOT = regex.compile(r"\{\{(\w+)\}\}")
_WEB = regex.compile(r"https?://[^\s\p{C}]+", regex.IGNORECASE)
_UNFIT = regex.compile(r"[^\w.-]+")
_DECIDED = ("verdict", "text", "by", "at", "spacing", "replaces", "settles")
_WORD = "x"  # stands for words in general where the white space around an insertion is asked for


def render_page(
    documents: Sequence[ReviewDocument],
    *,
    decisions: Sequence[Recorded] = (),
    by: str | None = None,
    policy: Policy | None = None,
    served: Mapping[str, Any] | None = None,
) -> str:
    """Return the page on which a person decides about the gaps of ``documents``.

    Args:
        documents: what to review; each id once.
        decisions: earlier decisions about these documents, in the order they were made; those that name another text
            or place are passed over, but for gaps that people added.
        by: the reviewer's name, filled in already.
        policy: what the machine would do alone; see ``review.order.usefulness``.
        served: where a server hands the page out, what the page has to know of it.

    Returns:
        HTML, which can be encoded in UTF-8 whatever the texts hold.
    """
    style = _joined(_STYLES, "css")
    scripts = _SCRIPTS if served is None else (*_SCRIPTS[:-1], "server", _SCRIPTS[-1])
    script = f'(() => {{\n"use strict";\n{_joined(scripts, "js")}}})();\n'
    data = page_data(documents, decisions, by, policy) | ({} if served is None else {"served": served})
    return _filled(
        _asset("page.html"),
        {
            "policy": escape(_security_policy(script, style, connects=served is not None)),
            "generator": f"textmend {__version__}",
            "title": escape(_title(documents)),
            "style": style,
            "data": _embedded(data),
            "script": script,
        },
    )


def page_data(
    documents: Sequence[ReviewDocument], decisions: Sequence[Recorded], by: str | None, policy: Policy | None
) -> dict[str, Any]:
    """Return what the page's script works with; for the arguments see :func:`render_page`."""
    first = list(accumulate((len(document.gaps) for document in documents), initial=0))
    return {
        "digest": _digest(documents),
        "file": _file_name(documents),
        "by": by,
        "placeholder": Policy().placeholder,
        "cues": CUES,
        "reach": REACH,
        "articles": by_article(documents, policy),
        "order": [first[item.document] + item.gap for item in by_usefulness(documents, policy)],
        "decided": _decided(documents, decisions),
        "documents": [_document(document) for document in documents],
    }


def told(decision: Recorded) -> dict[str, Any]:
    """Return what the page has to know of a decision."""
    return {key: value for key, value in decision.to_dict().items() if key in _DECIDED}


def shown_fills(text: str, fills: Sequence[Fill]) -> list[dict[str, Any]]:
    """Return what the page has to know of fills for a place of a text."""
    units = _Units(text)
    return [_fill(text, fill, units) for fill in fills]


def _decided(documents: Sequence[ReviewDocument], decisions: Sequence[Recorded]) -> list[list[Any]]:
    """Return ``[document, start, end, decision, others]`` for each gap that was decided, or added.

    ``others`` are the decisions that the one that counts contradicts, where people disagree and nobody settled it.
    """
    shown = with_added(documents, decisions)
    places = {
        key_of(document, gap): [number, gap.start, gap.end]
        for number, document in enumerate(shown)
        for gap in document.gaps
    }
    found: list[list[Any]] = []
    for key, stand in standing(decisions).items():
        if key in places:
            counts = counting(stand)
            others = [told(one) for one in stand if one is not counts] if is_conflict(stand) else []
            found.append([*places[key], told(counts), others])
    return found


def _document(document: ReviewDocument) -> dict[str, Any]:
    units = _Units(document.text)
    return {
        "id": document.id,
        "digest": document.digest,
        "title": document.title,
        "url": _address(document.url),
        "beside": [] if document.html is None else _beside(document.text, document.html, units),
        "text": document.text,
        "gaps": [_gap(document.text, gap, units) for gap in document.gaps],
    }


def _address(url: str | None) -> str | None:
    """Return an address that a browser may open: one of the web."""
    return url if url is not None and _WEB.fullmatch(url) else None


def _beside(text: str, html: str | bytes, units: _Units) -> list[dict[str, Any]]:
    found = []
    for one in beside(text, html):
        inside = _Units(one.text)
        more = [[inside(span.start), inside(span.end)] for span in one.more]
        found.append({"from": units(one.article.start), "to": units(one.article.end), "text": one.text, "more": more})
    return found


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
        **({} if fill.calibrated else {"calibrated": False}),
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


def _security_policy(script: str, style: str, *, connects: bool) -> str:
    """Return a policy that allows the page's own script and style and nothing else: no other code, no network.

    A page that ``connects`` may talk to the server that handed it out.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_hash(script)}'",
            f"style-src '{_hash(style)}'",
            *(("connect-src 'self'",) if connects else ()),
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
