"""The measure of what pages give back to their own texts: it must see what is lost, and what is added."""

from __future__ import annotations

import textmend
from bench.own_pages import compare, without_links

PAGE = """<html><body><article><h1>The ferry</h1>
<p>The ferry to <a href="/a">Skarnes Island</a> stopped on Monday, said <a href="/b">Kari Dahl</a> of the harbour.</p>
<p>Nobody was hurt when the engine failed near the old pier.</p>
<ul><li><a href="/c">Read about other ferries</a></li></ul></article></body></html>"""
TEXT = (
    "The ferry\n\nThe ferry to Skarnes Island stopped on Monday, said Kari Dahl of the harbour.\n\n"
    "Nobody was hurt when the engine failed near the old pier.\n\nRead about other ferries"
)


def test_links_are_lost_and_only_those_within_sentences_count():
    loss = without_links(TEXT, PAGE)
    assert loss.damaged == TEXT.replace("Skarnes Island", "").replace("Kari Dahl", "").removesuffix(
        "Read about other ferries"
    )
    assert [TEXT[span.start : span.end] for span in loss.links] == ["Skarnes Island", "Kari Dahl"]


def test_what_comes_back_and_what_is_added_is_counted():
    loss = without_links(TEXT, PAGE)
    assert compare(loss, textmend.mend(loss.damaged, html=PAGE).text) == (4, 4, 0)
    assert compare(loss, loss.damaged) == (4, 0, 0)
    assert compare(loss, TEXT.replace("Nobody", "Almost nobody")) == (4, 4, 2)
