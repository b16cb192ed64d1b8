"""Behind an extractor: trafilatura loses words of a page, the same page gives them back."""

from __future__ import annotations

import pytest

from textmend import Policy
from textmend.edits.mended import Mended
from textmend.source.settle import read_copies, settle

trafilatura = pytest.importorskip("trafilatura")

PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>The bridge of Lunde</title></head><body>
<header><nav><ul><li><a href="/">Home</a></li><li><a href="/sport">Sport</a></li></ul></nav></header>
<main><article><h1>The bridge of Lunde</h1>
<p>The bridge was opened on <time datetime="1907-05-04">4 May 1907</time>, and for sixty years nobody thought of its
weight. Prices of <button class="glossary">crude oil</button> rose in the winter after that, which the harbour felt.</p>
<p>The <span class="tooltip-widget">moraine</span> above it had begun to move, said <a href="/lind">Eva Lind</a>, an
engineer of the <label>county office</label> who has measured the slope since she left the university.</p>
<p>Nobody was hurt when the northern arch came down on Monday, a little before the ferry from Moss was to arrive. The
<a href="/mayor">mayor</a> has asked for a report by the end of the month, and for a new bridge by next summer.</p>
</article></main><aside><h3>Most read</h3><ul><li><a href="/1">Otters return to the river</a></li></ul></aside>
<footer><p>All rights reserved. The Daily Herring, Lunde.</p></footer></body></html>"""

LOST = ("4 May 1907", "crude oil", "moraine", "county office")


@pytest.mark.parametrize("options", [{}, {"favor_recall": True}, {"favor_precision": True}, {"fast": True}])
def test_what_it_loses_comes_back(options):
    text = trafilatura.extract(PAGE, **options)
    assert not any(words in text for words in LOST), "it loses nothing any more: what is tested here?"
    gaps = settle(text, [], read_copies(PAGE)).gaps
    mended = Mended.of(text, [gap.with_decision(Policy().decide(gap)) for gap in gaps], "[…]")
    assert "opened on 4 May 1907, and for sixty years" in mended.text
    assert "Prices of crude oil rose in the winter" in mended.text
    assert "The moraine above it had begun" in mended.text
    assert "an engineer of the county office who has" in mended.text
    assert [edit.fill.text for edit in mended.edits if edit.fill] == list(LOST)
    assert mended.undo() == text


def test_what_it_keeps_stays():
    whole = PAGE
    for tag in ("time", "button", "span", "label"):
        whole = whole.replace(f"</{tag}>", "</i>").replace(f"<{tag}", "<i")
    whole = whole.replace(' class="glossary"', "").replace(' class="tooltip-widget"', "")
    text = trafilatura.extract(whole)
    assert all(words in text for words in LOST)
    assert settle(text, [], read_copies(whole)).gaps == []
