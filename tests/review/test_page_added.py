"""Gaps that a person adds on the page, in a real browser, and what else helps them decide there."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from page_texts import NEWS, data_of, document, echo

from textmend.records import Fill, Gap
from textmend.review.decisions import dump, read_decisions, record
from textmend.review.page import render_page
from textmend.review.replay import Original, replay

api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

POINT = """([words, before]) => {
  const walker = document.createTreeWalker(document.querySelector("#article"), NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode()); ) {
    const at = node.data.indexOf(words);
    if (at < 0) continue;
    getSelection().setBaseAndExtent(node, at + (before ?? 0), node, at + (before ?? words.length));
    return;
  }
  throw new Error(`no ${words}`);
}"""
"""Select words of the article, or set the cursor within them."""


def point(page, words, inside=None):
    page.evaluate(POINT, [words, inside])
    page.locator(".place-chip").wait_for()


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def decisions_of(page):
    with page.expect_download() as download:
        press(page, "w")
    return read_decisions("downloaded", download.value.path().read_bytes().decode("ascii"))


def mended(doc, made):
    result = replay([Original(id=doc.id, text=doc.text)], made)
    assert not result.refused
    return result.mended[0].text


@pytest.mark.parametrize(
    ("words", "inside", "before", "after"),
    [
        ("three boats", 5, "sank three", " boats."),  # the cursor beside the white space
        ("three boats", 6, "sank three", " boats."),
        ("three boats", 8, "sank three", " boats."),  # within the word after it: its nearer edge
        ("three boats", None, "sank three", " boats."),  # both words: what stands between them
        ("boats", None, "sank three", " boats."),  # one word: what stands before it
        ("🌊 sank", 2, "storm 🌊", " sank"),
        ("sank", None, "storm 🌊", " sank"),
        ("letters 📭.", 10, "letters 📭", "."),  # nothing stands there
        ("𝓔𝓲𝓻𝓲𝓴 Sandnes", None, "𝓔𝓲𝓻𝓲𝓴", " Sandnes"),
        ("Monday", None, "boat on", " Monday\u200d, and"),  # a hidden character follows
    ],
)
def test_a_gap_is_added_where_a_person_points(visit, words, inside, before, after):
    doc = document()
    page = visit(doc, by="Ada")
    point(page, words, inside)
    press(page, "a")
    page.keyboard.type("lost words")
    api.expect(page.locator(".gap.current")).to_have_text("lost words")  # seen in its sentence while it is written
    press(page, "Enter")
    (made,) = decisions_of(page)
    assert (made.added, made.verdict, made.text, made.by) == (True, "fill", "lost words", "Ada")
    assert doc.text[: made.start].endswith(before)
    space = doc.text[made.start : made.end]
    assert (space + doc.text[made.end :]).startswith(after)
    gap = Gap(start=made.start, end=made.end, probability=1.0)
    assert made == record(doc, gap, "fill", "lost words", by="Ada", at=made.at, added=True)
    rest = doc.text[made.end :]
    assert mended(doc, [made]) == f"{doc.text[: made.start]} lost words{'' if rest[0] in '.' else ' '}{rest}"


def test_added_gaps_are_kept_undone_and_taken_out(visit):
    page = visit(document())
    count = page.locator("#count")
    point(page, "three boats", 5)
    page.locator(".place-chip").click()
    page.keyboard.type("of its")
    press(page, "Enter", "1")
    assert count.inner_text() == "2 of 12 decided"
    page.reload()
    assert count.inner_text() == "2 of 12 decided"
    press(page, "u", "u")
    assert count.inner_text() == "0 of 11 decided"
    page.reload()
    assert count.inner_text() == "0 of 11 decided"
    point(page, "three boats", 5)
    press(page, "a", "Escape")  # nothing was written
    assert count.inner_text() == "0 of 11 decided"
    point(page, "three boats", 5)
    press(page, "a", "Escape")
    point(page, "three boats", 5)
    press(page, "a")
    page.keyboard.type("small")
    press(page, "Enter")
    page.locator(".gap.added").click()
    press(page, "x")  # to the person it is no gap after all
    assert count.inner_text() == "0 of 11 decided"
    assert page.locator(".gap.added").count() == 0
    press(page, "u")
    assert count.inner_text() == "1 of 12 decided"


def test_a_gap_is_added_by_keys_alone(visit):
    doc = document()
    page = visit(doc)
    press(page, "a")
    status = page.get_by_role("status")
    assert "Where are words missing?" in status.inner_text()
    place = page.locator(".place-chip q")
    first = place.inner_text()
    press(page, "ArrowRight", "ArrowRight")
    assert place.inner_text() != first
    press(page, "ArrowLeft", "ArrowLeft")
    assert place.inner_text() == first
    press(page, "ArrowDown", "ArrowUp", "ArrowRight", "Escape")
    assert not page.locator(".place-chip").is_visible()
    assert page.locator("#count").inner_text() == "0 of 11 decided"
    press(page, "a", "ArrowRight", "Enter")
    page.keyboard.type("long")
    press(page, "Enter")
    (made,) = decisions_of(page)
    assert doc.text[: made.start].endswith("on , two")


def test_pointing_at_a_gap_goes_there(visit):
    page = visit(document())
    press(page, "j", "j")
    point(page, "resigned on", 11)
    press(page, "a")
    assert page.locator(".gap.current").get_attribute("data-gap") == "0"
    assert page.locator("#count").inner_text() == "0 of 11 decided"


@pytest.mark.parametrize(
    ("words", "inside", "expected"), [("Sunday", 6, "Sunday x\nIt"), ("It was", 0, "Sunday\nx It")]
)
def test_at_a_line_end_words_go_where_the_cursor_stood(visit, words, inside, expected):
    doc = document("They met on Sunday\nIt was late‹ ›.")
    page = visit(doc)
    point(page, words, inside)
    press(page, "a")
    page.keyboard.type("x")
    press(page, "Enter")
    assert expected in mended(doc, decisions_of(page))
    lines = [" ".join(line.split()) for line in page.locator("#article p").all_text_contents()]
    assert next(line for line in expected.split("\n") if "x" in line) in "\n".join(lines)


def test_earlier_added_gaps_are_there_and_others_of_a_file_come_along(visit, tmp_path):
    doc = document()
    start = doc.text.index(" boats.")
    gap = Gap(start=start, end=start + 1, probability=1.0)
    mine = record(doc, gap, "fill", "small 🐟", by="Ada", at="2026-01-31T12:00:00Z", added=True)
    page = visit(doc, decisions=[mine], by="Ben")
    api.expect(page.locator(".gap.added")).to_have_text("small 🐟")
    assert decisions_of(page) == [mine]
    other = visit(doc, name="other.html")
    path = tmp_path / "decisions.jsonl"
    path.write_text(dump(mine))
    press(other, "?")
    with other.expect_file_chooser() as chooser:
        other.get_by_role("button", name="Go on from a decisions file…").click()
    chooser.value.set_files(path)
    api.expect(other.locator("#count")).to_have_text("1 of 12 decided")
    assert decisions_of(other) == [mine]


def test_what_can_not_be_added_is_passed_over(visit, tmp_path):
    doc = document()
    start = doc.text.index(" boats.")
    good = record(doc, Gap(start=start, end=start + 1, probability=1.0), "mark", added=True, by="Ada")
    gap = doc.gaps[0]
    bad = [replace(good, start=at, end=at, quote=replace(good.quote, exact="")) for at in (gap.end, 10**6)]
    digest = data_of(render_page([doc]))["digest"]
    page = visit(doc, init=f"localStorage.setItem('textmend-review:{digest}:9:0:0', '{{\"verdict\":\"mark\"}}')")
    path = tmp_path / "decisions.jsonl"
    lines = [dump(one) for one in (*bad, good)]
    word = doc.text.index("storm")
    lines.append(lines[-1].replace(f'"start": {start}, "end": {start + 1}', f'"start": {word}, "end": {word + 1}'))
    path.write_text("".join(lines))
    press(page, "?")
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Go on from a decisions file…").click()
    chooser.value.set_files(path)
    api.expect(page.locator("#toast")).to_contain_text("1 decision taken over; 3 about other texts or places")
    assert decisions_of(page) == [good]


def test_what_people_disagree_about_is_shown_and_settled(visit):
    doc = document()
    gap = doc.gaps[0]
    ada = record(doc, gap, "fill", "Monday", by="Ada", at="2026-01-31T12:00:00Z")
    ben = record(doc, gap, "not_a_gap", by="Ben", at="2026-01-31T12:05:00Z")
    same = [record(doc, doc.gaps[1], "keep", by=name, at="2026-01-31T13:00:00Z") for name in ("Ada", "Ben")]
    page = visit(doc, decisions=[ada, ben, *same], by="Cy")
    assert page.locator("#count").inner_text() == "2 of 11 decided, 1 to settle"
    page.locator("#state").select_option("disputed")
    page.evaluate("document.activeElement.blur()")
    assert page.locator(".entry").count() == 1
    page.locator('.gap[data-gap="0"]').click()
    note = page.get_by_role("note")
    assert "Ada: filled with “Monday”" in note.inner_text()
    assert "Ben: not a gap" in note.inner_text()
    assert set(decisions_of(page)) >= {ada, ben}  # unsettled, both go out
    press(page, "m")
    assert page.locator("#count").inner_text() == "2 of 11 decided"
    made = [one for one in decisions_of(page) if one.start == gap.start]
    assert [(one.by, one.settles) for one in made] == [("Ada", False), ("Cy", True)]
    press(page, "u")
    assert page.locator("#count").inner_text() == "2 of 11 decided, 1 to settle"


def test_not_a_gap_and_leave_it_look_and_sound_different(visit):
    page = visit(document())
    press(page, "x", "l")
    signs = page.evaluate(
        "[0, 1].map((gap) => getComputedStyle(document.querySelector(`.gap[data-gap=\"${gap}\"]`), '::before').content)"
    )
    assert len(set(signs)) == 2
    names = [page.locator(f'.gap[data-gap="{gap}"]').get_attribute("aria-label") for gap in (0, 1)]
    assert names == ["gap 1, not a gap", "gap 2, a gap, left as it is"]


def test_all_sure_echoes_and_source_words_are_one_step(visit):
    doc = document()
    sure = Fill(text="the deputy", probability=0.99, origin="source", spacing=(" ", " "))
    new = replace(sure, introduces=("deputy",))
    model = replace(sure, origin="model", spacing=None)
    echoed = echo(doc.text, "pump", "a second pump would", probability=0.97)
    firsts = {0: sure, 2: echoed, 3: new, 4: model, 5: replace(sure, probability=0.94)}
    gaps = [
        replace(gap, probability=1.0 if number in firsts else gap.probability, fills=(firsts[number], *gap.fills))
        if number in firsts
        else gap
        for number, gap in enumerate(doc.gaps)
    ]
    page = visit(replace(doc, gaps=tuple(gaps)))
    assert page.locator("#accept").inner_text() == "Accept 2 sure"
    press(page, "A")
    assert page.locator("#count").inner_text() == "2 of 11 decided"
    assert [(one.start, one.text, one.spacing) for one in decisions_of(page)] == [
        (doc.gaps[0].start, "the deputy", (" ", " ")),
        (doc.gaps[2].start, "pump", None),
    ]
    assert not page.locator("#accept").is_visible()
    press(page, "u")
    assert page.locator("#count").inner_text() == "0 of 11 decided"


def test_markdown_is_shown_as_emphasis_and_stays_in_the_text(visit):
    text = (
        "# A _head_ line\n**Oslo ‹ ›quits** and *so‹ ›* 2*3*4, snake_case_name, ***both*** __not *nested*__ ** no **\n"
    )
    doc = document(text)
    page = visit(doc)
    styled = page.evaluate(
        "[...document.querySelectorAll('#article .strong, #article .em')].map((one) => [one.className, one.textContent])"
    )
    assert styled[0] == ["strong", " A _head_ line"]
    assert ["strong", "Oslo "] in styled
    assert ["strong", "quits"] in styled
    assert ["em", "so"] in styled  # words are missing before the sign
    assert ["strong em", "both"] in styled
    assert not [words for _, words in styled if "3" in words or "case" in words or words.strip() == "no"]
    shown = page.evaluate(
        "[...document.querySelectorAll('#article p')].map((line) => { const copy = line.cloneNode(true);"
        " copy.querySelectorAll('.gap').forEach((one) => one.remove()); return copy.textContent; }).join('\\n')"
    )
    assert re.sub(r"\s+", " ", shown).strip() == re.sub(r"\s+", " ", doc.text).strip()


PAGE = """<html><head><title>x</title></head><body><nav>Menu of things to read</nav><article><h1>Harbour master quits</h1>
<p>The harbour master of Sandvåg resigned on <a href="/m">Monday morning</a>, two days after the storm 🌊 sank three boats.</p>
<p>Something else that no paragraph of the article says, about the weather of tomorrow.</p></article></body></html>"""


def test_the_page_stands_beside_and_its_words_can_be_picked(visit):
    doc = replace(document(), html=PAGE, url="https://news.example/a?b=1#c")
    page = visit(doc)
    link = page.locator(".published a")
    assert (link.get_attribute("href"), link.get_attribute("rel")) == (doc.url, "noopener noreferrer")
    beside = page.get_by_role("region", name="The page says")
    assert beside.locator(".more-words").all_inner_texts() == ["Monday morning"]
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.more-words'))")
    press(page, "e")
    assert page.locator("#words").input_value() == "Monday morning"
    press(page, "Enter")
    assert decisions_of(page)[0].text == "Monday morning"
    page.locator('.gap[data-gap="4"]').click()
    assert beside.count() == 0  # the page has no such paragraph
    hostile = visit(replace(document(), url="javascript:window.ran=1"), name="hostile.html")
    assert hostile.locator(".published").count() == 0


def test_a_fill_is_seen_in_its_sentence_while_its_row_is_focused(visit):
    page = visit(document())
    page.locator(".take").first.focus()
    press(page, "ArrowDown")
    api.expect(page.locator(".gap.current")).to_have_text("words 0.1")
    press(page, "ArrowDown")
    api.expect(page.locator(".gap.current")).to_have_text("words 0.2")
    press(page, "ArrowUp", "ArrowUp")
    api.expect(page.locator(".gap.current")).to_have_text("words 0.0")


def test_on_a_phone_every_action_is_in_reach(visit):
    page = visit(document("A page‹ ›. " + NEWS), viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True)
    names = ["Write the words", "Not a gap", "Skip", "Mark", "Drop sentence", "Leave it", "Add gap", "Undo"]
    for name in names:
        button = page.locator("#panel").get_by_role("button", name=name, exact=True)
        api.expect(button).to_be_in_viewport(ratio=1)
        assert button.bounding_box()["height"] >= 43
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    point(page, "three boats", None)
    page.locator(".place-chip").tap()
    page.locator("#words").fill("of its")
    page.get_by_role("button", name="Take", exact=True).tap()
    assert page.locator("#count").inner_text() == "1 of 13 decided"
    page.locator("#panel").get_by_role("button", name="Undo").tap()
    assert page.locator("#count").inner_text() == "0 of 12 decided"


def test_an_article_without_gaps_is_opened_by_the_filter_and_gets_one(visit):
    whole = replace(document("The roof of the hall had leaked.", "whole.txt"), title="Rain")
    page = visit(document(), whole)
    page.locator("#more-filters summary").click()
    page.locator("#document").select_option(label="whole.txt")
    api.expect(page.locator("#article")).to_contain_text("The roof of the hall had leaked.")
    api.expect(page.locator("#panel")).to_contain_text("No gaps were found in this article.")
    assert page.get_by_role("group", name="Decisions").get_by_role("button").count() == 2
    page.evaluate("document.activeElement.blur()")
    press(page, "a", "Enter", "Escape")  # begun, and left again
    api.expect(page.locator("#status")).to_contain_text("choose Add gap")
    api.expect(page.locator("#panel")).to_contain_text("No gaps were found in this article.")
    point(page, "hall", 4)
    press(page, "a")
    page.keyboard.type("old town")
    press(page, "Enter")
    (made,) = decisions_of(page)
    assert (made.document, made.text, made.added) == ("whole.txt", "old town", True)
    page.locator("#filters").get_by_role("button", name="Show everything").click()
    api.expect(page.locator(".gap.current")).to_have_count(1)


def test_an_article_whose_gaps_the_filters_leave_out_is_shown_all_the_same(visit):
    page = visit(document(), document("They saw the‹ ›of the hall.", "hall.txt"))
    page.locator("#more-filters summary").click()
    page.locator("#gap-low").fill("100")
    page.locator("#document").select_option(label="hall.txt")
    api.expect(page.locator("#article")).to_contain_text("of the hall.")
    api.expect(page.locator("#panel")).to_contain_text("No gap of this article fits these filters.")
    api.expect(page.locator(".gap.current")).to_have_count(0)


def test_a_page_without_articles_says_so_and_offers_nothing_to_do(visit):
    page = visit()
    api.expect(page.locator("#panel")).to_have_text("There is no article here.")
    assert page.locator("#count").inner_text() == "0 of 0 decided"
    press(page, "a", "A", "u", "1", "j")
    api.expect(page.locator("#panel")).to_have_text("There is no article here.")
