"""The review page without a browser: what it holds, that texts can't become markup, that offsets are right."""

from __future__ import annotations

import hashlib
import html.parser
import json
import re
from base64 import b64encode
from dataclasses import replace
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from page_texts import data_of, document, echo

from textmend.edits.apply import apply_edits, insertion
from textmend.policy import Policy
from textmend.records import Evidence, Fill, Gap
from textmend.review.decisions import Recorded, record
from textmend.review.documents import ReviewDocument
from textmend.review.order import by_usefulness, in_reading_order
from textmend.review.page import render_page

HOSTILE = (
    '</script><script>alert(1)</script><!-- <script> --> <img src=x onerror="alert(2)"> {{data}} {{script}} '
    "]]> &lt; \u2028 \u2029 \u202e \x00 \ud800‹ ›end."
)


class Markup(html.parser.HTMLParser):
    def __init__(self, page):
        super().__init__()
        self.tags, self.texts = [], {}
        self._open = None
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._open = tag

    def handle_data(self, data):
        self.texts.setdefault(self._open, []).append(data)

    def attributes(self, tag):
        return [attributes for name, attributes in self.tags if name == tag]


def markup_of(page):
    """Return a page without its title and its data, which hold no markup."""
    for start in ("<title>", 'id="data">'):
        before, _, rest = page.partition(start)
        content, end, rest = rest.partition("</")
        assert not set("<>") & set(content)
        page = before + end + rest
    return page


def units(text, start, end):
    """Return ``text[start:end]`` counted in UTF-16 units: what a browser's ``slice`` gives."""
    raw = text.encode("utf-16-le", "surrogatepass")[2 * start : 2 * end]
    return raw.decode("utf-16-le", "surrogatepass")


def test_the_page_holds_what_it_is_given():
    doc = document(title="Storm")
    data = data_of(render_page([doc], by="Ada"))
    (shown,) = data["documents"]
    assert (shown["id"], shown["digest"], shown["title"], shown["text"]) == (doc.id, doc.digest, "Storm", doc.text)
    assert data["by"] == "Ada"
    assert len(shown["gaps"]) == len(doc.gaps) == 11
    for gap, there in zip(doc.gaps, shown["gaps"], strict=True):
        written = record(doc, gap, "keep").to_dict()
        assert {key: there[key] for key in ("start", "end", "prefix", "exact", "suffix")} == {
            key: written[key] for key in ("start", "end", "prefix", "exact", "suffix")
        }
        assert [fill["text"] for fill in there["fills"]] == [fill.text for fill in gap.fills]
        assert there["probability"] == pytest.approx(gap.probability)
        assert tuple(there["cues"]) == gap.cues


def test_the_most_useful_decision_comes_first_across_articles():
    docs, policy = [document(name="a"), document(name="b")], Policy(apply_at=0.3)
    order = data_of(render_page(docs, policy=policy))["order"]
    first = {0: 0, 1: len(docs[0].gaps)}
    assert order == [first[item.document] + item.gap for item in by_usefulness(docs, policy)]
    assert order != sorted(order)


def test_the_most_useful_article_comes_first_and_is_read_as_it_stands():
    sure = (Fill(text="a", probability=0.8, origin="model"),)
    vague = (Fill(text="b", probability=0.1, origin="model"),)
    docs = [document("one‹ ›gap", name="a", fills=vague), document("two‹ ›gaps‹ ›here", name="b", fills=sure)]
    assert data_of(render_page(docs))["articles"] == [1, 0]
    assert [tuple(item) for item in in_reading_order(docs)] == [(1, 0), (1, 1), (0, 0)]


@pytest.mark.parametrize(
    "marked",
    ["😀 a‹ ›b 😀‹›😀", "\ud800x‹ ›\udc00y", "‹ ›𝓐", "𝓐‹ \u3000›", "one\r\n‹\r\n›two", "no gap 😀"],
)
def test_offsets_count_what_a_browser_counts(marked):
    doc = document(marked)
    (shown,) = data_of(render_page([doc]))["documents"]
    for gap, there in zip(doc.gaps, shown["gaps"], strict=True):
        assert units(doc.text, there["from"], there["to"]) == doc.text[gap.start : gap.end]
        assert units(doc.text, 0, there["from"]) == doc.text[: gap.start]


@st.composite
def documents(draw):
    piece = st.text(st.characters(exclude_categories=("Cs",)) | st.sampled_from("😀<>&\u2028\u202e"), max_size=12)
    pieces = draw(st.lists(piece, min_size=1, max_size=6))
    spaces = [draw(st.text(st.sampled_from(" \u3000\n\t\r"), max_size=3)) for _ in pieces[1:]]
    text, gaps, floor = pieces[0], [], -1
    for space, part in zip(spaces, pieces[1:], strict=True):
        if len(text) > floor:
            gaps.append(Gap(start=len(text), end=len(text + space), probability=0.5, fills=(_some_fill(text),)))
            floor = len(text + space)
        text += space + part
    return ReviewDocument(id=draw(piece), text=text, gaps=tuple(gaps), title=draw(st.none() | piece))


def _some_fill(text):
    start, end = len(text) // 3, len(text)
    evidence = Evidence(place="text", quote=text, start=start, end=end)
    return Fill(text="w", probability=0.5, origin="echo", evidence=evidence)


@given(documents())
def test_any_text_comes_back_from_the_page(doc):
    page = render_page([doc])
    (shown,) = data_of(page)["documents"]
    assert (shown["id"], shown["text"], shown["title"]) == (doc.id, doc.text, doc.title)
    for gap, there in zip(doc.gaps, shown["gaps"], strict=True):
        assert units(doc.text, there["from"], there["to"]) == there["exact"] == doc.text[gap.start : gap.end]
        edit = insertion(doc.text, gap, "x")
        assert there["left"] + "x" + there["right"] == edit.replacement
        before, after = units(doc.text, 0, there["from"]), units(doc.text, there["to"], 2 * len(doc.text))
        assert before + there["left"] + "x" + there["right"] + after == apply_edits(doc.text, [edit])
        evidence = gap.fills[0].evidence
        shown_evidence = there["fills"][0]["evidence"]
        if evidence.start < evidence.end:
            assert units(doc.text, *shown_evidence["span"]) == doc.text[evidence.start : evidence.end]
            assert units(doc.text, *shown_evidence["around"]) == evidence.quote
            assert units(evidence.quote, *shown_evidence["inside"]) == doc.text[evidence.start : evidence.end]
    assert markup_of(page) == markup_of(render_page([]))


def test_hostile_text_is_data_and_nothing_else():
    fills = (Fill(text="</script><b>", probability=0.5, origin="model", introduces=("<i>",)),)
    doc = document(HOSTILE, name="</title><script>alert(3)</script>\ud800\u202e.txt", title="<h1>", fills=fills)
    page = render_page([doc], by="</script>")
    page.encode("utf-8")
    plain = Markup(render_page([document()]))
    hostile = Markup(page)
    assert [tag for tag, _ in hostile.tags] == [tag for tag, _ in plain.tags]
    assert not any(name.startswith("on") for _, attributes in hostile.tags for name in attributes)
    assert "".join(hostile.texts["title"]).strip() == "Review: </title><script>alert(3)</script>\ufffd\ufffd.txt"
    (data,) = (text for text in hostile.texts["script"] if text.startswith('{"digest"'))
    assert data.isascii()
    assert not set("<>&") & set(data)
    assert data_of(page)["documents"][0]["text"] == doc.text


def test_only_the_pages_own_script_and_style_may_run():
    markup = Markup(render_page([document()]))
    (policy,) = (one["content"] for one in markup.attributes("meta") if one.get("http-equiv"))
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    script = "".join(markup.texts["script"]).partition("(() => {")
    for kind, content in (
        ("script-src", script[1] + script[2].rstrip("\n") + "\n"),
        ("style-src", markup.texts["style"][0]),
    ):
        digest = b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert rules[kind] == f"'sha256-{digest}'"
    assert rules["default-src"] == rules["base-uri"] == rules["form-action"] == "'none'"
    assert rules["require-trusted-types-for"] == "'script'"


def test_nothing_is_loaded():
    page = render_page([document()])
    assert not [attributes for _, attributes in Markup(page).tags if {"src", "action"} & attributes.keys()]
    assert {attributes["href"] for attributes in Markup(page).attributes("a")} == {"#panel"}
    assert not re.search(r"https?:|//[a-z]+\.|@import|url\(|fetch\(|XMLHttpRequest|WebSocket|sendBeacon|import\(", page)


def test_the_script_never_makes_markup_of_text():
    for asset in (resources.files("textmend.review") / "assets").iterdir():
        content = asset.read_text(encoding="utf-8")
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc", content
        )
        if asset.name.endswith((".js", ".css")):
            assert not re.search(r"</(script|style)|<!--", content, re.IGNORECASE)


def test_earlier_decisions_are_taken_along():
    doc = document()
    gap = doc.gaps[3]
    mine = record(doc, gap, "fill", "a second pump 😀", by="Ada", at="2026-01-31T12:00:00Z")
    shifted = replace(record(doc, doc.gaps[1], "keep"), start=1, end=1)
    other = record(document(name="other.txt"), doc.gaps[2], "mark")
    data = data_of(render_page([doc], decisions=[mine, shifted, other]))
    made = {"verdict": "fill", "text": mine.text, "by": "Ada", "at": mine.at}
    assert data["decided"] == [[0, gap.start, gap.end, made, []]]
    (there,) = (gap for gap in data["documents"][0]["gaps"] if gap["start"] == doc.gaps[3].start)
    line = {"schema": 1, "document": doc.id, "digest": doc.digest, **made}
    line |= {key: there[key] for key in ("start", "end", "prefix", "exact", "suffix")}
    assert Recorded.from_dict(json.loads(json.dumps(line))) == mine


def test_what_a_browser_keeps_belongs_to_texts_and_gaps_not_to_fills():
    doc = document()
    digest = data_of(render_page([doc]))["digest"]
    assert data_of(render_page([document(fills=())]))["digest"] == digest
    assert data_of(render_page([replace(doc, gaps=doc.gaps[1:])]))["digest"] != digest
    assert data_of(render_page([document(name="other.txt")]))["digest"] != digest


def test_quotes_of_other_places_show_the_words_inside():
    fill = Fill(
        text="pump",
        probability=0.5,
        origin="echo",
        evidence=Evidence(place="metadata", quote="A 😀 Second Pump for", start=9000, end=9004, detail="summary"),
    )
    odd = replace(fill, evidence=Evidence(place="text", quote="gone", start=2, end=3))
    far = replace(fill, evidence=Evidence(place="text", quote="gone", start=9000, end=9001))
    first, second, third = (
        fill["evidence"]
        for fill in data_of(render_page([document("a‹ ›b", fills=(fill, odd, far))]))["documents"][0]["gaps"][0][
            "fills"
        ]
    )
    assert "span" not in first
    assert units(first["quote"], *first["inside"]) == "Pump"
    assert second["span"] == [2, 3]
    assert "around" not in second
    assert "inside" not in second
    assert "span" not in third


def test_an_echo_is_found_where_it_stands():
    doc = document("😀 organised night raids at sea; and organised night‹ ›at sea.")
    fill = echo(doc.text, "raids", "night raids at")
    evidence = data_of(render_page([replace(doc, gaps=(doc.gaps[0].with_fills((fill,)),))]))["documents"][0]["gaps"][0][
        "fills"
    ][0]["evidence"]
    assert units(doc.text, *evidence["span"]) == "raids"
    assert units(doc.text, *evidence["around"]) == "night raids at"


@pytest.mark.parametrize(
    ("names", "file"),
    [
        (["news/article.txt"], "article.decisions.jsonl"),
        (["../../<b>:\u202e.txt"], "b.decisions.jsonl"),
        (["…"], "review.decisions.jsonl"),
        (["a.txt", "b.txt"], "review.decisions.jsonl"),
        (["x" * 500], "x" * 80 + ".decisions.jsonl"),
    ],
)
def test_the_download_has_a_name_that_every_system_takes(names, file):
    assert data_of(render_page([document(name=name) for name in names]))["file"] == file


def test_no_documents_and_no_gaps_are_no_error():
    assert data_of(render_page([]))["documents"] == []
    assert data_of(render_page([document("whole", name="w")]))["order"] == []
