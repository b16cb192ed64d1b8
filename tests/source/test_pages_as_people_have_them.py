"""Texts and pages as people have them: Markdown, tokens, feeds, escapes, charsets, and pages that prove nothing."""

from __future__ import annotations

import html as markup
from unicodedata import normalize

import pytest

from textmend import Gap, Policy
from textmend.edits.mended import Mended
from textmend.source.contents import read_page
from textmend.source.parsing import decoded
from textmend.source.settle import read_copies, settle

BEFORE = "The archive of the county was set up in 1962, and it holds some forty thousand maps, said Ola Berg."
AFTER = "Visitors are welcome on weekdays, when the “reading room” is open until five, and coffee is served."
LINE = 'The mayor of <a href="/k">Kell</a>, who took office in 2019, met <a href="/l">Per Lund</a> on Tuesday.'
LIST = "<ul><li><a>Dogs</a> travel free.</li><li>Boats leave from <a>Pier 3</a> at noon.</li></ul>"
PAGE = f"<article><p>{BEFORE}</p><p>{LINE}</p>{LIST}<p>{AFTER}</p></article>"


def mended(text: str, page: str | None, gaps=(), references=()) -> Mended:
    found = settle(text, gaps, read_copies(page, references)).gaps
    return Mended.of(text, [gap.with_decision(Policy().decide(gap)) for gap in found], "[…]")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            'The mayor of [](/k), who took office in 2019, met [](/l "t") on Tuesday.\n\n- [](/d) travel free.\n- Boats '
            "leave from [ ](/p) at noon.",
            'The mayor of [Kell](/k), who took office in 2019, met [Per Lund](/l "t") on Tuesday.\n\n- [Dogs](/d) travel '
            "free.\n- Boats leave from [Pier 3](/p) at noon.",
        ),
        (
            "The mayor of [Kell](/k), who took office in 2019, met on **Tuesday**.\n\n* travel free.\n* Boats leave from "
            "at noon.",
            "The mayor of [Kell](/k), who took office in 2019, met Per Lund on **Tuesday**.\n\n* Dogs travel free.\n* Boats "
            "leave from Pier 3 at noon.",
        ),
        (
            "The mayor of , who took office in 2019, met **** on Tuesday.\n\n1. travel free.\n2. Boats leave from at noon.",
            "The mayor of Kell, who took office in 2019, met **Per Lund** on Tuesday.\n\n1. Dogs travel free.\n2. Boats leave "
            "from Pier 3 at noon.",
        ),
    ],
)
def test_in_markdown_words_come_back_where_the_link_was(line, expected):
    assert mended(f"{BEFORE}\n\n{line}\n\n{AFTER}", PAGE).text == f"{BEFORE}\n\n{expected}\n\n{AFTER}"


DAMAGED = "The mayor of , who took office in 2019, met on Tuesday."
WHOLE = "The mayor of Kell, who took office in 2019, met Per Lund on Tuesday."


CREW = "The café of Léa Brûlé stood beside the crêperie on the quay, and the élite of the town met there."


@pytest.mark.parametrize(("of_text", "of_page"), [("NFD", "NFC"), ("NFC", "NFD")])
def test_letters_come_back_composed_as_the_text_composes_them(of_text, of_page):
    page = f"<p>{BEFORE}</p><p>{normalize(of_page, CREW.replace('Léa Brûlé', '<a>Léa Brûlé</a>'))}</p>"
    text, whole = (f"{BEFORE}\n\n{normalize(of_text, line)}" for line in (CREW.replace("Léa Brûlé ", ""), CREW))
    assert mended(text, page).text == whole


def test_a_word_beside_a_loss_may_be_set_with_a_ligature():
    page = (
        f"<p>{BEFORE}</p><p>The crew sold the house to <a>Marit</a> \ufb01rst, and the o\ufb03ce in the year after.</p>"
    )
    text = f"{BEFORE}\n\nThe crew sold the house to first, and the office in the year after."
    assert mended(text, page).text == text.replace("to first", "to Marit first")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("The crew sold it<br>to <a>Marit</a><br>in the year after.", "The crew sold it\nto Marit\nin the year after."),
        ("The crew sold it<br>to<br><a>Marit</a> in the year after.", "The crew sold it\nto\nMarit in the year after."),
    ],
)
def test_at_a_line_end_words_stay_on_the_line_that_the_page_has_them_on(line, expected):
    page = f"<p>{BEFORE}</p><p>{line}</p>"
    assert mended(f"{BEFORE}\n\nThe crew sold it\nto\nin the year after.", page).text == f"{BEFORE}\n\n{expected}"


def tokenised(text: str) -> str:
    for mark in ".,“”":
        text = text.replace(mark, f" {mark} ")
    return "\n".join(" ".join(line.split()) for line in text.split("\n"))


@pytest.mark.parametrize(
    "dress",
    [
        str.lower,
        str.upper,
        tokenised,
        lambda text: tokenised(text).lower(),
        lambda text: text.replace("“", '"').replace("”", '"'),
    ],
)
def test_what_comes_back_is_dressed_as_the_text_is(dress):
    text, whole = (dress(f"{BEFORE}\n\n{line}\n\n{AFTER}") for line in (DAMAGED, WHOLE))
    assert mended(text, f"<p>{BEFORE}</p><p>{LINE}</p><p>{AFTER}</p>").text == whole


SAID = "The mayor of met on Tuesday, and they spoke of the tram for an hour in the old town hall."
ITEM = '<p>The mayor of <a href="k">Kell</a> met <a href="l">Per Lund</a> on Tuesday, and they spoke of the tram for an hour in the old town hall.</p>'
RIGHT = "The mayor of Kell met Per Lund on Tuesday, and they spoke of the tram for an hour in the old town hall."


@pytest.mark.parametrize(
    "page",
    [
        markup.escape(ITEM),
        markup.escape(markup.escape(ITEM)),
        f"<rss><channel><item><description>{markup.escape(ITEM)}</description></item></channel></rss>",
        f"<rss><channel><item><content:encoded><![CDATA[{ITEM}]]></content:encoded></item></channel></rss>",
        f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="html">{markup.escape(ITEM)}</content></entry></feed>',
        f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><content type="xhtml"><div>{ITEM}</div></content></entry></feed>',
    ],
)
def test_feeds_and_escaped_html_are_read_as_html(page):
    assert mended(SAID, page).text == RIGHT
    assert mended(RIGHT, page).edits == ()


@pytest.mark.parametrize(
    "reference",
    [
        markup.escape(ITEM),
        f"<description>{markup.escape(ITEM)}</description>",
        f"<description><![CDATA[{markup.escape(ITEM)}]]></description>",
        f"<item><title>Kell</title><description>{markup.escape(ITEM)}</description></item>",
        f"<![CDATA[{ITEM}]]>",
    ],
)
def test_escaped_references_and_items_of_feeds_too(reference):
    assert mended(SAID, None, references=[reference]).text == RIGHT
    assert mended(RIGHT, None, references=[reference]).edits == ()


def test_tags_that_a_page_shows_as_text_are_never_put_in():
    shown = f"<div>{markup.escape(ITEM)}</div><p>{BEFORE}</p>"
    assert mended(f"{SAID}\n\n{BEFORE}", shown).edits == ()


@pytest.mark.parametrize(
    "between",
    [
        '<img src="a.png" alt="a map">',
        "<span></span>",
        '<span data-x="oil"></span>',
        "<svg></svg>",
        "<span hidden>x</span>",
        "<template>oil</template>",
        '<x-term><template shadowrootmode="open">oil</template></x-term>',
        "<span>\u200b</span>",
        "<i>\ue001</i>",
        "<span>{{ commodity }}</span>",
        "{{ commodity }} ",
        "\u202elio\u202c ",
        '<object data="o.svg">oil</object>',
        "<canvas>oil</canvas>",
        '<input value="oil">',
        '<abbr title="oil"></abbr>',
    ],
)
def test_where_a_page_speaks_without_words_a_gap_stays(between):
    text = f"{BEFORE}\n\nPrices of rose in May, said the minister of the county.\n\n{AFTER}"
    place = text.index(" rose")
    gaps = (Gap(start=place, end=place + 1, probability=0.96),)
    page = f"<p>{BEFORE}</p><p>Prices of {{}}rose in May, said the minister of the county.</p><p>{AFTER}</p>"
    assert [gap.start for gap in mended(text, page.format(between), gaps).gaps] == [place]
    assert mended(text, page.format("<!-- c -->"), gaps).gaps == ()


@pytest.mark.parametrize(
    ("between", "words"), [('<img class="emoji" alt="🙂">', "🙂"), ('<span data-term="crude oil"></span>', "crude oil")]
)
def test_words_of_attributes_are_proposed_and_not_applied(between, words):
    text = f"{BEFORE}\n\nPrices of  rose in May, said the minister of the county.\n\n{AFTER}"
    page = f"<p>{BEFORE}</p><p>Prices of {between} rose in May, said the minister of the county.</p><p>{AFTER}</p>"
    result = mended(text, page)
    assert result.edits == ()
    assert [gap.fills[0].text for gap in result.gaps] == [words]


def test_a_sentence_that_was_a_link_comes_back_where_links_are_dropped():
    whole = "The council met in May. It voted to sell the maps. Since then, nobody has bought one, and few will."
    page = f"<p>{BEFORE}</p><p>{{}}</p><p>{AFTER}</p>"
    linked = whole.replace("It voted to sell the maps.", "<a href=x>It voted to sell the maps.</a>")
    text = f"{BEFORE}\n\n{whole.replace('It voted to sell the maps. ', '')}\n\n{AFTER}"
    assert mended(text, page.format(linked)).text == f"{BEFORE}\n\n{whole}\n\n{AFTER}"
    kept = page.format(linked.replace("nobody", "<a href=y>nobody</a>"))
    result = mended(text, kept)
    assert result.edits == ()
    assert [gap.fills[0].text for gap in result.gaps] == ["It voted to sell the maps."]


@pytest.mark.parametrize("name", ["idna", "punycode", "undefined", "unicode_escape", "utf-7", "rot13", "no-such"])
def test_a_charset_that_browsers_do_not_know_is_none(name):
    assert decoded(f'<meta charset="{name}">é'.encode()).endswith("é")


def test_hundreds_of_attributes_of_an_element_are_left_out_and_its_words_stay():
    page = (
        "<p " + " ".join(f'a{i}="<"' for i in range(100_000)) + ">one</p><script>if (a<b) x='</p>'</script><p>two</p>"
    )
    assert read_page(page)[0].text == "one\n\ntwo"


@pytest.mark.parametrize(
    ("heading", "kept"),
    [
        ("<a>Harbour News |</a> The ferry has stopped again", "The ferry has stopped again"),
        ("<span>Coast · </span>The ferry has stopped again", "The ferry has stopped again"),
        ("The ferry has stopped again <a>| Harbour News</a>", "The ferry has stopped again"),
    ],
)
def test_the_name_of_a_column_beside_a_headline_is_no_loss(heading, kept):
    page = f"<article><h1>{heading}</h1><p>{BEFORE}</p><p>{LINE}</p><p>{AFTER}</p></article>"
    text = f"{kept}\n\n{BEFORE}\n\nThe mayor of Kell, who took office in 2019, met on Tuesday.\n\n{AFTER}"
    assert mended(text, page).text == text.replace("met on", "met Per Lund on")
