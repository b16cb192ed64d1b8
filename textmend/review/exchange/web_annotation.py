"""The W3C's Web Annotation Data Model (2017): an annotation page in JSON-LD, one annotation a gap.

A target has two selectors that name the same place: a TextPositionSelector, and a TextQuoteSelector of the words on
both sides, so that tools which can't show an empty place show those; it is refined by the place itself. Offsets count
code points of the text itself, as the model asks: no placeholder stands in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote

import regex

from textmend.errors import RecordError
from textmend.policy import Policy
from textmend.records import Fill, Gap
from textmend.review.decisions import Key, Recorded, key_of
from textmend.review.documents import ReviewDocument
from textmend.review.exchange.reading import listed, mapping, optional_text, parsed
from textmend.review.order import KEYS
from textmend.review.quotes import REACH, Quote

_CONTEXT = "http://www.w3.org/ns/anno.jsonld"
_TERMS = "urn:textmend:terms:"
_DOCUMENT = "urn:textmend:document:"
_WORD_BEFORE = regex.compile(r"\S+\s*$", regex.REVERSE)
_WORD_AFTER = regex.compile(r"\s*\S+")
_LONGEST_WORD = 32

SETUP = """Any tool for Web Annotations reads the file; documents are named by URNs, "urn:textmend:document:" and
the id, percent-encoded. An annotation decides its gap when its motivation is "editing" and it has one body: words
to insert (a TextualBody with the purpose "editing"), or a "textmend:verdict": not_a_gap, keep, mark or drop.
Annotations with the motivation "assessing" are proposals, the most probable first.
"""


def export(documents: Sequence[ReviewDocument], decisions: Mapping[Key, Recorded], policy: Policy | None = None) -> str:
    """Return the page; see :class:`textmend.review.exchange.Exchange`."""
    items = [
        _annotation(document, gap, decisions.get(key_of(document, gap)))
        for document in documents
        for gap in document.gaps
    ]
    page = {
        "@context": [_CONTEXT, {"textmend": _TERMS}],
        "id": "urn:textmend:review",
        "type": "AnnotationPage",
        "items": items,
    }
    return json.dumps(page, ensure_ascii=True, indent=1) + "\n"


def read(name: str, text: str) -> list[Recorded]:
    """Return the decisions of a page, of a collection, or of a list; see :class:`textmend.review.exchange.Exchange`."""
    data = parsed(text, name)
    if isinstance(data, Mapping) and isinstance(data.get("first"), Mapping):
        data = data["first"]
    if isinstance(data, Mapping):
        data = data.get("items", [data] if data.get("type") == "Annotation" else None)
    if not isinstance(data, list):
        raise RecordError(f"{name}: expected an AnnotationPage with 'items', or a list of annotations")
    decided: list[Recorded] = []
    for number, item in enumerate(data, start=1):
        place = f"{name}: annotation {number}"
        annotation = mapping(item, place)
        if "editing" in _listed(annotation.get("motivation")):
            decided.append(_decision(annotation, place))
    return decided


def _annotation(document: ReviewDocument, gap: Gap, decision: Recorded | None) -> dict[str, Any]:
    source = _DOCUMENT + quote(document.id, safe="", errors="surrogatepass")
    most = decision.replaces if decision else max((fill.replaces for fill in gap.fills[:KEYS]), default=0)
    annotation: dict[str, Any] = {
        "id": f"urn:textmend:gap:{document.digest}:{gap.start}:{gap.end}",
        "type": "Annotation",
        "motivation": "editing" if decision else "assessing",
        "target": {
            "source": source,
            "textmend:digest": document.digest,
            "selector": _selectors(document.text, gap, most),
        },
        "textmend:probability": gap.probability,
    }
    if decision is None:
        annotation["body"] = [
            {
                "type": "TextualBody",
                "value": fill.text,
                "format": "text/plain",
                "purpose": "assessing",
                "textmend:probability": fill.probability,
                **_terms(fill),
            }
            for fill in gap.fills[:KEYS]
        ]
        return annotation
    if decision.text is not None:
        body = {"type": "TextualBody", "value": decision.text, "format": "text/plain", "purpose": "editing"}
        annotation["body"] = [body | _terms(decision)]
    else:
        annotation["textmend:verdict"] = decision.verdict
    if decision.by is not None:
        annotation["creator"] = {"type": "Person", "name": decision.by}
    if decision.at is not None:
        annotation["created"] = decision.at
    return annotation | {f"textmend:{name}": True for name in ("added", "settles") if getattr(decision, name)}


def _terms(chosen: Fill | Recorded) -> dict[str, Any]:
    """Return what else ties words to their place: the white space that a source tells, and what they replace."""
    spacing = {} if chosen.spacing is None else {"textmend:spacing": list(chosen.spacing)}
    return spacing | ({"textmend:replaces": chosen.replaces} if chosen.replaces else {})


def _selectors(text: str, gap: Gap, replaces: int) -> list[dict[str, Any]]:
    before = _WORD_BEFORE.search(text, max(0, gap.start - _LONGEST_WORD), gap.start)
    after = _WORD_AFTER.match(text, gap.end, gap.end + _LONGEST_WORD)
    start = before.start() if before else gap.start
    end = after.end() if after else gap.end
    return [
        {"type": "TextPositionSelector", "start": gap.start, "end": gap.end},
        {
            "type": "TextQuoteSelector",
            "prefix": text[max(0, start - REACH) : start],
            "exact": text[start:end],
            "suffix": text[end : end + replaces + REACH],
            "refinedBy": {"type": "TextPositionSelector", "start": gap.start - start, "end": gap.end - start},
        },
    ]


def _decision(annotation: Mapping[str, Any], place: str) -> Recorded:
    targets = _listed(annotation.get("target"))
    if len(targets) != 1:
        raise RecordError(f"{place}: expected one target, got {len(targets)}")
    target = mapping(targets[0], place)
    start, end = _position(target, place)
    verdict = optional_text(annotation.get("textmend:verdict"))
    bodies = [body for body in _listed(annotation.get("body")) if isinstance(body, Mapping) and "value" in body]
    if (verdict is None) != (len(bodies) == 1):
        raise RecordError(f"{place}: expected words to insert in one body, or a 'textmend:verdict'")
    body = bodies[0] if bodies else {}
    replaces = body.get("textmend:replaces", 0)
    found = _quote(target, place).of(replaces if type(replaces) is int else 0)
    creator = annotation.get("creator")
    return Recorded.from_dict(
        {
            "schema": 1,
            "document": _document(target, place),
            "digest": target.get("textmend:digest"),
            "start": start,
            "end": end,
            "prefix": found.prefix,
            "exact": found.exact,
            "suffix": found.suffix,
            "verdict": "fill" if verdict is None else verdict,
            "text": body.get("value"),
            "spacing": body.get("textmend:spacing"),
            "replaces": replaces,
            "by": creator.get("name") if isinstance(creator, Mapping) else creator,
            "at": annotation.get("created"),
            "added": annotation.get("textmend:added", False),
            "settles": annotation.get("textmend:settles", False),
        }
    )


def _document(target: Mapping[str, Any], place: str) -> str:
    source = target.get("source")
    if not isinstance(source, str):
        raise RecordError(f"{place}: the target has no 'source'")
    if not source.startswith(_DOCUMENT):
        return source
    try:
        return unquote(source.removeprefix(_DOCUMENT), errors="surrogatepass")
    except UnicodeDecodeError as error:
        raise RecordError(f"{place}: the target's 'source' is no percent-encoded UTF-8: {source!r:.80}") from error


def _quote(target: Mapping[str, Any], place: str) -> Quote:
    """Return the quote of the gap alone, from the quote of the words around it."""
    selector = _selector(target, "TextQuoteSelector", place)
    prefix, exact, suffix = (selector.get(key, "") for key in ("prefix", "exact", "suffix"))
    if not (isinstance(prefix, str) and isinstance(exact, str) and isinstance(suffix, str)):
        raise RecordError(f"{place}: the TextQuoteSelector's prefix, exact and suffix should be strings")
    start, end = 0, len(exact)
    if "refinedBy" in selector:
        start, end = _offsets(mapping(selector["refinedBy"], place), place)
    if not 0 <= start <= end <= len(exact):
        raise RecordError(f"{place}: the TextQuoteSelector is refined to {start}:{end}, outside its text")
    return Quote(prefix=(prefix + exact[:start])[-REACH:], exact=exact[start:end], suffix=exact[end:] + suffix)


def _position(target: Mapping[str, Any], place: str) -> tuple[int, int]:
    return _offsets(_selector(target, "TextPositionSelector", place), place)


def _selector(target: Mapping[str, Any], kind: str, place: str) -> Mapping[str, Any]:
    for selector in _listed(target.get("selector")):
        if isinstance(selector, Mapping) and selector.get("type") == kind:
            return selector
    raise RecordError(f"{place}: the target has no {kind}")


def _offsets(selector: Mapping[str, Any], place: str) -> tuple[int, int]:
    start, end = selector.get("start"), selector.get("end")
    if type(start) is not int or type(end) is not int or start < 0:
        raise RecordError(f"{place}: {start!r}:{end!r} is no span of code points")
    return start, end


def _listed(value: object) -> list[Any]:
    """JSON-LD writes a single value with or without a list."""
    return value if isinstance(value, list) else [] if value is None else listed([value], "")
