"""Reading pages: what a reader sees, which element it stands in, and what the head says."""

from __future__ import annotations

import json

import pytest

from textmend.errors import InputError
from textmend.source.contents import copy_of, read_page
from textmend.source.parsing import decoded


def shown(page: str | bytes) -> str:
    """What a page says in sentences: its running text without asides."""
    copy = read_page(page)[0]
    return copy.sentences(0, len(copy.text))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>A <b>bold</b>\n  <i>word</i>.</p>", "A bold word."),
        ("<p>half<b>bold</b></p>", "halfbold"),
        ("<p>One</p><p>Two", "One\n\nTwo"),
        ("<div>One<div>Two</div>Three</div>", "One\n\nTwo\n\nThree"),
        ("One<br>two<br><br>three", "One\ntwo\n\nthree"),
        ("<ul><li>One<li>Two</ul>", "One\n\nTwo"),
        ("<table><tr><td>One<td>Two</table>", "One\n\nTwo"),
        ("<pre>One\n  two</pre>", "One\ntwo"),
        ("<p>Put<!-- c -->in <!-- d --> said</p>", "Putin said"),
        ("<p>a\u00a0b&nbsp;c &amp; d &#8212; e</p>", "a\u00a0b\u00a0c & d — e"),
        ("<p>com\u00adpu&shy;ter wrap<wbr>ped \u200bhere</p>", "computer wrapped here"),
        ("<p>10<sup>2</sup> CO<sub>2</sub></p>", "102 CO2"),
        ('<p>In 1907<sup class="reference"><a href="#n">[1]</a></sup> it rained.</p>', "In 1907 it rained."),
        ('<p>It rained<a role="doc-noteref" href="#n">1</a>.</p>', "It rained."),
        ("<nav>Home</nav><p>Text</p><div role=navigation>More</div>", "Text"),
        ("<p>a<script>b()</script><style>c{}</style><noscript>d</noscript> e</p>", "a e"),
        ("<p hidden>a</p><p aria-hidden=true>b</p><p style='x:1; DISPLAY : none'>c</p><p>d</p>", "d"),
        ("<p>a <span style='visibility:hidden'>b</span> c</p>", "a c"),
        ("<body style='display:none'><main hidden><p>late</p></main></body>", "late"),
        ("<p>a <button>crude oil</button> <label>b</label> <time>May</time></p>", "a crude oil b May"),
        ("<p>unclosed <b>bold <i>both</b> still</p> tail <p", "unclosed bold both still\n\ntail"),
        ("a < b && c > d", "a < b && c > d"),
    ],
)
def test_what_a_reader_sees(body, expected):
    assert shown(f"<html><head><title>t</title></head>{body}") == expected


def test_blocks_are_the_paragraphs():
    copy = read_page("<h1>Head</h1><p>One<br>two</p>")[0]
    assert [copy.text[start:end] for start, end in copy.blocks] == ["Head", "One\ntwo"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("President", "b /html/body[1]/div[1]/p[2]/a[1]/b[1] (link)"),
        ("President Putin", "a /html/body[1]/div[1]/p[2]/a[1] (link)"),
        ("met", "p /html/body[1]/div[1]/p[2]"),
        ("met President", "p /html/body[1]/div[1]/p[2]"),
        ("Oslo", "a /html/body[1]/div[1]/p[2]/a[2]"),
    ],
)
def test_every_word_knows_its_element(words, expected):
    page = '<div><p>One<p>He met <a href="/p"><b>President</b> Putin</a> in <a name=o>Oslo</a>.</div>'
    copy = read_page(page)[0]
    start = copy.text.index(words)
    assert copy.describe(start, start + len(words)) == expected


def test_the_xpath_finds_the_element():
    import lxml.html

    page = "<div>a<span>b</span></div><div>c<!-- d --><span>e</span><i>f</i><span>g <b>h</b></span></div>"
    copy = read_page(page)[0]
    root = lxml.html.document_fromstring(page)
    for word in "abcefgh":
        tag, path = (copy.describe(copy.text.index(word), copy.text.index(word) + 1) or "").split(" ")
        (element,) = root.xpath(path)
        assert element.tag == tag
        assert word in "".join(element.xpath("text()"))


class TestOtherCopies:
    def test_the_head_is_read_and_the_longest_comes_first(self):
        data = {
            "@graph": [{"@type": "Article", "articleBody": "He met Putin in Oslo.", "author": {"description": "An"}}]
        }
        page = (
            '<meta property="og:description" content="He met &quot;Putin&quot;"><meta name="Description" content="Short">'
            f'<script type="application/ld+json">{json.dumps(data)}</script><p>Text</p>'
        )
        first, *others = read_page(page)
        assert first.text == "Text"
        assert [copy.text for copy in others] == ["He met Putin in Oslo.", 'He met "Putin"', "Short", "An"]
        assert [copy.describe(0, 1) for copy in others] == [
            "JSON-LD articleBody",
            "meta og:description",
            "meta Description",
            "JSON-LD description",
        ]
        assert all(copy.place == "page" for copy in others)

    def test_the_same_text_twice_is_one_copy(self):
        page = '<meta name=description content="Same"><meta property="og:description" content="Same"><p>Text'
        assert [copy.text for copy in read_page(page)] == ["Text", "Same"]

    def test_of_very_many_the_longest_are_read(self):
        page = "".join(f'<meta name=description content="{"word " * size}">' for size in range(1, 500)) + "<p>Text"
        assert [len(copy.text.split()) for copy in read_page(page)[1:]] == list(range(499, 491, -1))

    @pytest.mark.parametrize("broken", ["{", "[" * 100_000, '{"articleBody": 3}', '{"articleBody": null}', ""])
    def test_a_broken_block_is_passed_over(self, broken):
        page = f'<script type="application/ld+json">{broken}</script><p>Text'
        assert [copy.text for copy in read_page(page)] == ["Text"]

    def test_html_in_json_is_read_as_html(self):
        page = '<script type="application/ld+json">{"articleBody": "<p>A <b>b</b></p><p>c</p>"}</script><p>Text'
        assert read_page(page)[1].text == "A b\n\nc"


class TestReferences:
    def test_plain_text_stays_as_it_is(self):
        copy = copy_of("A  b,\nc < d", "reference")
        assert (copy.text, copy.has_markup) == ("A  b,\nc < d", False)

    def test_escaped_text_is_text(self):
        copy = copy_of("He &amp; she met.\n\nThey left.", "reference")
        assert copy.text == "He & she met.\n\nThey left."
        assert not copy.has_markup
        assert len(copy.blocks) == 2

    def test_blank_lines_part_paragraphs_where_no_element_does(self):
        copy = copy_of("He met <b>Eva</b>.\n\nThey left.\n \nIt rained.", "reference")
        assert [copy.text[slice(*block)] for block in copy.blocks] == ["He met Eva.", "They left.", "It rained."]
        assert len(copy_of("<p>He met\n\n<b>Eva</b>.", "reference").blocks) == 1

    @pytest.mark.parametrize("summary", ["He met <a href='x'>Putin</a>.", "He met Putin.<br/>"])
    def test_html_is_seen(self, summary):
        copy = copy_of(summary, "reference")
        assert "<" not in copy.text
        assert copy.has_markup


class TestEncodings:
    @pytest.mark.parametrize(
        ("page", "expected"),
        [
            ("é’".encode(), "é’"),
            ("é’".encode("cp1252"), "é’"),
            (b'<meta charset="iso-8859-1">' + "é’".encode("cp1252"), "é’"),
            (b"<META HTTP-EQUIV=Content-Type CONTENT='text/html; charset=koi8-r'>" + "да".encode("koi8-r"), "да"),
            (b'<?xml version="1.0" encoding="shift_jis"?><p>' + "漢字".encode("shift_jis"), "漢字"),
            ("\ufeffé".encode(), "é"),
            (b"\xff\xfe" + "é".encode("utf-16-le"), "é"),
            (b'<meta charset="utf-16">' + "é".encode(), "é"),
            (b'<meta charset="no-such">' + "é".encode(), "é"),
            (b'<meta charset="hex">' + "é".encode(), "é"),
            (b'<meta charset="utf-8">a\xe9b', "a\ufffdb"),
        ],
    )
    def test_bytes_are_decoded(self, page, expected):
        assert decoded(page).endswith(expected)
        assert shown(page).endswith(expected)

    def test_a_string_is_taken_as_it_is(self):
        assert shown('<?xml version="1.0" encoding="latin-1"?><meta charset="latin-1"><p>é’漢') == "é’漢"

    def test_what_no_page_may_hold_is_shown_as_unreadable(self):
        assert shown("<p>a\x00b\ud800c\x01d") == "a\ufffdb\ufffdc\ufffdd"


@pytest.mark.parametrize("page", ["", "  \n", b"", "<!-- nothing -->", "<html></html>"])
def test_an_empty_page_is_an_empty_page(page):
    assert not any(copy.text for copy in read_page(page))


@pytest.mark.parametrize("depth", [200, 5000])
def test_a_deep_page_is_served(depth):
    read_page("<div>" * depth + "word" + "<b>" * depth + "bold")


@pytest.mark.parametrize("page", [None, 3, ["<p>"]])
def test_what_is_no_page_is_refused(page):
    with pytest.raises(InputError, match="html should be a string or bytes"):
        read_page(page)


def test_five_megabytes_are_read():
    page = "".join(f"<p>Sentence {i} has a <a href='/{i}'>link</a> in it.</p>" for i in range(10_000)) + "x" * 4_500_000
    copy = read_page(page)[0]
    assert len(copy.blocks) == 10_001
    assert len(copy.edges) == 20_000
    start = copy.text.rindex("link")
    assert copy.describe(start, start + 4) == "a /html/body[1]/p[10000]/a[1] (link)"
