"""The review page in a real browser: Debian's Chromium, driven by Playwright, from a file, without network."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from page_texts import NEWS, document, echo
from review_cases import take
from typer.testing import CliRunner

from textmend.cli.main import app
from textmend.edits.mended import Mended
from textmend.records import Evidence, Fill, Gap
from textmend.review.decisions import dump, latest, read_decisions
from textmend.review.documents import ReviewDocument
from textmend.review.order import by_usefulness, in_reading_order
from textmend.review.replay import Original, replay

api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")


def press(page, *keys):
    for key in keys:
        page.keyboard.press(key)


def decisions_of(page):
    with page.expect_download() as download:
        page.get_by_role("button", name="Download").click()
    content = download.value.path().read_bytes().decode("ascii")
    return download.value.suggested_filename, read_decisions("downloaded", content)


def decided(page):
    return page.locator("#count").inner_text()


def current(page):
    return int(page.locator(".gap.current").get_attribute("data-gap"))


def test_every_verdict_with_a_reload_in_between(visit):
    doc = document()
    page = visit(doc)
    page.locator("#sort").select_option("document")
    page.locator("body").press("Escape")
    page.evaluate("document.activeElement.blur()")
    press(page, "k", "k", "k", "k", "k", "k", "k", "k", "k", "k")  # to the first
    press(page, "1", "9", "x", "e")
    page.keyboard.type("  the 𝓬𝓸𝓾𝓷𝓬𝓲𝓵 jks1 🐟 ")
    press(page, "Enter", "s", "m")
    assert decided(page) == "5 of 11 decided"
    page.reload()
    assert decided(page) == "5 of 11 decided"
    page.locator("#sort").select_option("document")
    page.evaluate("document.activeElement.blur()")
    press(page, "2", "u", "3", "l", "d", "2", "5")
    name, made = decisions_of(page)
    assert name == "harbour.decisions.jsonl"
    verdicts = {(one.start, one.end): (one.verdict, one.text) for one in made}
    own = [fill.text for fill in doc.gaps[0].fills]
    assert [verdicts.get((gap.start, gap.end)) for gap in doc.gaps] == [
        ("fill", own[0]),
        ("fill", doc.gaps[1].fills[8].text),
        ("not_a_gap", None),
        ("fill", "the 𝓬𝓸𝓾𝓷𝓬𝓲𝓵 jks1 🐟"),
        None,  # skipped
        ("mark", None),
        ("fill", doc.gaps[6].fills[2].text),
        ("keep", None),
        ("drop", None),
        ("fill", doc.gaps[9].fills[1].text),
        ("fill", doc.gaps[10].fills[4].text),
    ]
    kept = Mended.of(doc.text, [gap.with_decision("keep") for gap in doc.gaps], "[…]")
    expected = kept.apply([one.decision for one in made]).text
    (mended,) = replay([Original(id=doc.id, text=doc.text)], made).mended
    assert mended.text == expected
    assert f"resigned on {own[0]}, two days" in expected
    assert "had asked the council for a second last autumn" in expected
    assert "“We wrote to the 𝓬𝓸𝓾𝓷𝓬𝓲𝓵 jks1 🐟 four times,”" in expected


ANSWERS = {"1": 0, "x": None, "9": 8, "e": "pump 🐟", "m": "[…]", "2": 1, "l": None, "3": 2, "5": 4, "7": 6}
"""Ten keys, and the words that each stands for: of which fill, or which words; none where the text stays."""


def test_ten_gaps_by_keys_alone_from_suggestions_to_the_mended_file(visit, tmp_path):
    marked = NEWS.replace("\n", "\r\n")
    doc = document(marked)
    article, suggestions = tmp_path / "harbour.txt", tmp_path / "suggestions.jsonl"
    article.write_bytes(doc.text.encode())
    line = {"schema": 1, "file": str(article), "text": doc.text, "gaps": [gap.to_dict() for gap in doc.gaps]}
    suggestions.write_text(json.dumps(line) + "\n", encoding="ascii")
    run = CliRunner().invoke
    assert run(app, ["review", str(suggestions), "-o", str(tmp_path / "review.html")]).exit_code == 0
    page = visit(name="empty.html")
    page.goto((tmp_path / "review.html").as_uri())
    for number, key in enumerate(ANSWERS):
        if number == 5:
            page.reload()
        press(page, key)
        if key == "e":
            page.keyboard.type("pump 🐟")
            press(page, "Enter")
    with page.expect_download() as download:
        press(page, "w")
    download.value.save_as(tmp_path / "decisions.jsonl")
    result = run(app, ["apply", str(tmp_path / "decisions.jsonl"), str(article), "-o", str(tmp_path / "mended.txt")])
    assert result.exit_code == 0, result.output
    answers = dict(zip((item.gap for item in in_reading_order([doc])), ANSWERS.values(), strict=False))
    parts = re.split("‹ ›", marked)
    expected = parts[0]
    for number, part in enumerate(parts[1:]):
        answer = answers.get(number)
        words = doc.gaps[number].fills[answer].text if isinstance(answer, int) else answer
        expected += " " + part if words is None else f" {words}{'' if part.startswith(',') else ' '}{part}"
    assert (tmp_path / "mended.txt").read_bytes().decode() == expected


def test_every_decision_is_kept_as_it_is_made_and_undone_after_a_reload(visit):
    page = visit(document(), by="Ada Ñ")
    press(page, "1", "x")
    page.reload()
    assert decided(page) == "2 of 11 decided"
    _, made = decisions_of(page)
    assert {one.by for one in made} == {"Ada Ñ"}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", one.at) for one in made)
    press(page, "u", "u", "u")
    assert decided(page) == "0 of 11 decided"
    assert "nothing to undo" in page.locator("#status").inner_text()
    page.reload()
    assert decided(page) == "0 of 11 decided"


def test_the_text_shows_each_decision_in_its_place(visit):
    doc = document("It sank‹ ›, off‹ ›Oslo\nand‹\n›on.", fills=(Fill(text="a 😀 b", probability=0.5, origin="model"),))
    page = visit(doc)
    page.locator("#sort").select_option("document")
    article = page.locator("#article")
    page.locator('.gap[data-gap="0"]').click()
    press(page, "1", "x", "m")
    assert article.locator("p").all_text_contents() == ["It sank a 😀 b, off Oslo", "and[…] on."]
    assert page.locator('.gap[data-gap="0"]').inner_text() == "a 😀 b"
    assert page.locator('.gap[data-gap="0"]').get_attribute("aria-label") == "gap 1, filled with “a 😀 b”"
    assert page.locator('.gap[data-gap="1"]').get_attribute("aria-label") == "gap 2, not a gap"
    assert page.locator('.gap[data-gap="2"]').inner_text() == "[…]"


def test_going_on_elsewhere_from_a_decisions_file(visit, tmp_path):
    doc = document()
    first = visit(doc)
    press(first, "1", "x", "2")
    _, made = decisions_of(first)
    file = tmp_path / "half.jsonl"
    lines = [dump(one) for one in made]
    foreign = lines[0].replace(doc.digest, "0" * 16)
    (undone,) = (line.replace('"not_a_gap"', '"undo"') for line in lines if '"not_a_gap"' in line)
    file.write_text("".join(lines) + foreign + "{broken\n" + '{"schema":2}\n' + undone)
    second = visit(doc, name="again.html")
    second.get_by_role("button", name="Keys and settings").click()
    with second.expect_file_chooser() as chooser:
        second.get_by_role("button", name="Go on from a decisions file…").click()
    chooser.value.set_files(file)
    api.expect(second.locator("#count")).to_have_text(re.compile("^2 of"))
    toast = second.locator("#toast").inner_text()
    assert "2 decisions taken over; 1 about other texts or places; 2 lines unreadable, the first is line 5." in toast
    _, taken = decisions_of(second)
    assert taken == [one for one in made if one.verdict != "not_a_gap"]
    press(second, "u")
    assert decided(second) == "0 of 11 decided"


def test_a_page_made_with_earlier_decisions_goes_on_from_them(visit):
    doc = document()
    first = visit(doc)
    press(first, "1", "x", "2")
    _, made = decisions_of(first)
    page = visit(doc, decisions=list(latest(made).values()), name="again.html")
    assert decided(page) == "3 of 11 decided"
    press(page, "u")
    assert decided(page) == "2 of 11 decided"
    page.reload()
    assert decided(page) == "2 of 11 decided"  # what was undone stays undone


def test_keys_move_and_help_explains_them(visit):
    page = visit(document())
    assert page.locator(".where").inner_text() == "1 of 11"
    press(page, "j", "j", "k")
    assert page.locator(".where").inner_text() == "2 of 11"
    press(page, "?")
    dialog = page.get_by_role("dialog", name="Keys and settings")
    assert dialog.is_visible()
    for key in ("1 – 9", "e", "x", "s", "u", "j", "k", "w", "?"):
        assert dialog.locator("kbd", has_text=re.compile(f"^{re.escape(key)}$")).count() == 1
    press(page, "x", "1", "Escape")
    assert not dialog.is_visible()
    assert decided(page) == "0 of 11 decided"
    press(page, "e")
    page.keyboard.type("jjx")
    press(page, "Escape")
    assert decided(page) == "0 of 11 decided"
    assert page.locator(".where").inner_text() == "2 of 11"
    press(page, "?")
    dialog.get_by_label("Keys work without a modifier").uncheck()
    press(page, "Escape", "x")
    assert decided(page) == "0 of 11 decided"


def test_sorting_and_filtering(visit):
    doc = document()
    marked = tuple(
        gap.with_fills((echo(doc.text, "pump", "a second pump would"), *gap.fills)) if number in (2, 5) else gap
        for number, gap in enumerate(doc.gaps)
    )
    docs = [replace(doc, gaps=marked), document("Another‹ ›one.", name="b.txt", fills=())]
    page = visit(*docs)
    where = page.locator(".where")
    assert where.inner_text() == "1 of 12"
    assert current(page) == 0
    page.locator("#sort").select_option("useful")
    assert page.locator(".entry").first.get_attribute("data-gap") == str(by_usefulness(docs)[0].gap)
    page.locator("#sort").select_option("document")
    page.locator("summary").click()
    page.locator("#origin").select_option("echo")
    assert where.inner_text().endswith("of 2")
    page.get_by_role("button", name="Show everything").click()
    page.locator("#sort").select_option("document")
    page.locator("#cue").select_option("double_space")
    assert page.locator(".entry").count() == 5
    page.locator("#cue").select_option("")
    page.locator("#gap-low").fill("90")
    assert page.locator(".entry").count() == sum(gap.probability >= 0.895 for gap in doc.gaps) + 1
    page.locator("#gap-low").fill("0")
    page.locator("#fill-low").fill("80")
    assert page.locator(".entry").count() == 2
    page.locator("#fill-low").fill("0")
    page.locator("#document").select_option("1")
    assert page.locator(".entry").count() == 1
    assert page.locator("#article").inner_text().startswith("Another")
    page.locator("#document").select_option("")
    page.locator("#state").select_option("decided")
    assert "No gap fits" in page.locator("#rows").inner_text()


def test_deciding_in_a_list_of_open_gaps_goes_through_all(visit):
    page = visit(document())
    page.locator("#state").select_option("open")
    page.evaluate("document.activeElement.blur()")
    press(page, *"x" * 11)
    assert decided(page) == "11 of 11 decided"
    assert "All gaps are decided" in page.locator("#status").inner_text()
    press(page, "u")
    assert decided(page) == "10 of 11 decided"


def test_the_echo_is_highlighted_where_it_stands(visit):
    doc = document("😀 " + "Nothing. " * 900 + "\nA second pump 😀 would help. They asked for a second‹ ›😀 would.")
    fill = echo(doc.text, "pump", "A second pump 😀 would")
    page = visit(replace(doc, gaps=(doc.gaps[0].with_fills((fill, *doc.gaps[0].fills)),)))
    assert page.locator("mark.echo").all_inner_texts() == ["pump"]
    assert "".join(page.locator("mark.context").all_inner_texts()) == "A second  😀 would"
    assert page.locator("q .echoed").inner_text() == "pump"
    page.locator("#reading").evaluate("(pane) => { pane.scrollTop = 0; }")
    page.get_by_role("button", name="show where “pump” stands").click()
    api.expect(page.locator("mark.echo")).to_be_in_viewport()


HIDDEN = {
    "\u202e": "RLO", "\u202c": "PDF", "\u2066": "LRI", "\u2069": "PDI", "\u200b": "ZWSP", "\ufeff": "BOM", "\u00ad": "SHY",
    "\u200d": "ZWJ", "\u2028": "LS", "\x00": "NUL", "\x1b": "ESC", "\ud800": "U+D800", "\U000e0041": "U+E0041",
    "\u3164": "HF", "\ue000": "U+E000", "\u200f": "RLM", "\ufe0f": "U+FE0F", "\u2062": "U+2062",
}  # fmt: skip
ATTACK = (
    '</script><script>window.ran=1</script><img src=x onerror="window.ran=1"><svg onload=window.ran=1>'
    "<style>*{display:none}</style><a href=javascript:window.ran=1>x</a><iframe srcdoc=x></iframe><base href=//evil.example>"
)


def test_hostile_articles_cannot_run_hide_or_reorder_anything(visit):
    prose = f"{ATTACK} It sank‹ ›, user{''.join(HIDDEN)}txt.exe off abc{{{{data}}}}."
    evidence = Evidence(place="metadata", quote=f"</q>{ATTACK} \u202eevil", detail=f"{ATTACK}\u202e")
    fill = Fill(
        text=f"\u202e{ATTACK}\n\u200b",
        probability=0.5,
        origin="echo",
        evidence=evidence,
        introduces=(ATTACK, "\u202e"),
        replaces=20,
    )
    doc = document(prose, name=f"{ATTACK}\u202e.txt", title=f"{ATTACK}\u2067", fills=(fill,))
    doc = replace(doc, gaps=(replace(doc.gaps[0], cues=(f"{ATTACK}\u202e",)),))
    page = visit(doc, document("Other‹ ›text.", name=f"\u202eother {ATTACK}"))
    press(page, "?", "Escape", "e")
    page.keyboard.type(ATTACK)
    press(page, "Enter", "k", "k")
    page.locator("#state").select_option("decided")
    page.wait_for_timeout(200)
    assert page.evaluate("window.ran") is None
    assert (
        page.evaluate("document.querySelectorAll('article :is(script, style, img, svg, a, iframe, base)').length") == 0
    )
    assert (
        page.evaluate("document.querySelectorAll('script, style, img, svg, iframe, base, object, embed').length") == 3
    )
    page.locator("#state").select_option("all")
    page.locator('.entry[data-gap="0"]').click()
    article = page.locator("#article")
    # What is far from the screen is drawn late, and has no inner text until then.
    # What is far from the screen is drawn late, and has no inner text until then.
    api.expect(article.locator("p .box")).to_have_text(list(HIDDEN.values()), use_inner_text=True)
    # Without the boxes it is the text, code point for code point, but for what the boxes stand for.
    shown = page.evaluate(
        "[...document.querySelectorAll('#article p')].map((line) => { const copy = line.cloneNode(true);"
        " copy.querySelectorAll('.box, .gap').forEach((one) => one.remove()); return copy.textContent; }).join('')"
    )
    assert shown == "".join(char for char in doc.text if char not in HIDDEN)
    everything = page.evaluate("document.documentElement.innerText + document.title + [...document.querySelectorAll('*')]"
                               ".flatMap((one) => [one.ariaLabel, one.title]).join(' ')")  # fmt: skip
    assert not set(everything) & (set(HIDDEN) - {"\ufe0f"})
    left = page.evaluate(
        """(words) => {
          const range = document.createRange();
          const walker = document.createTreeWalker(document.querySelector('#article'), NodeFilter.SHOW_TEXT);
          const found = {};
          for (let node; (node = walker.nextNode()); ) for (const word of words) {
            const at = node.data.indexOf(word);
            if (at < 0) continue;
            range.setStart(node, at);
            range.setEnd(node, at + word.length);
            const { left, top } = range.getBoundingClientRect();
            found[word] = top * 10000 + left;
          }
          return words.map((word) => found[word]);
        }""",
        ["It sank", ", user", "txt", "exe", "off", "abc"],
    )
    assert left == sorted(left)


def test_what_a_script_or_an_emoji_needs_stays_as_it_is(visit):
    text = "👨\u200d👩\u200d👧 ❤\ufe0f 1\ufe0f\u20e3 می\u200cخواهم क\u094d\u200dष e\u0301 שלום"
    page = visit(document(text + "‹ ›."))
    assert page.locator("#article .box").count() == 0
    page = visit(document("Z" + "\u0301\u0302" * 30 + "a‹ ›.", name="z"))
    assert page.locator("#article .box").all_inner_texts() == ["+56 marks"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_both_themes_by_system_and_by_switch(visit, scheme):
    page = visit(document(), color_scheme=scheme)

    def is_dark():
        paper, ink = page.evaluate(
            "(() => { const style = getComputedStyle(document.querySelector('#reading'));"
            " return [style.backgroundColor, style.color].map((colour) => colour.match(/[\\d.]+/g).slice(0, 3)"
            ".reduce((sum, part) => sum + Number(part), 0)); })()"
        )
        assert abs(paper - ink) > 380  # contrast
        return paper < ink

    assert is_dark() == (scheme == "dark")
    seen = set()
    for _ in range(3):
        page.get_by_role("button", name="Theme").click()
        seen.add((page.evaluate("document.documentElement.dataset.theme"), is_dark()))
    assert seen == {("auto", scheme == "dark"), ("light", False), ("dark", True)}
    page.get_by_role("button", name="Theme").click()
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert not is_dark()


def test_on_a_phone(visit):
    doc = document("averyveryverylongword" * 20 + "‹ ›, " + NEWS, title="A rather long title for so small a screen 🌊")
    page = visit(doc, viewport={"width": 360, "height": 740}, is_mobile=True, has_touch=True, device_scale_factor=2)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    visible = page.locator(".take:visible, .bar .tool:visible, .verdicts .tool:visible, .steps .tool:visible")
    for box in [one.bounding_box() for one in visible.all()]:
        assert box["height"] >= 43
        assert box["width"] >= 43
    current = page.locator(".gap.current").bounding_box()
    panel = page.locator("#panel").bounding_box()
    assert 0 < current["y"] < panel["y"]
    page.locator(".take").first.tap()
    page.get_by_role("button", name="Not a gap").tap()
    assert decided(page) == "2 of 12 decided"
    page.get_by_role("button", name="Gaps").tap()
    assert page.locator("#list").bounding_box()["width"] == 360
    page.locator(".entry").nth(4).tap()
    assert not page.locator("#list").is_visible()
    assert page.locator(".where").inner_text() == "5 of 12"


def test_a_screen_reader_hears_what_happens(visit):
    page = visit(document())
    for role, name in (("main", "Article"), ("complementary", "Gaps"), ("region", "Decision"), ("navigation", "Tools")):
        assert page.get_by_role(role, name=name).count() == 1
    assert page.get_by_role("heading", level=1).inner_text() == "harbour.txt"
    status = page.get_by_role("status")
    press(page, "1")
    assert status.inner_text().startswith("Filled with “words")
    assert "First of" in status.inner_text()
    press(page, "x")
    assert status.inner_text().startswith("Not a gap.")
    unnamed = page.evaluate(
        "[...document.querySelectorAll('button, input, select')].filter((one) => one.type !== 'file' && !one.labels?.length"
        " && !one.ariaLabel && !one.textContent.trim()).map((one) => one.outerHTML)"
    )
    assert unnamed == []
    page.locator('.gap[data-gap="3"]').focus()
    press(page, "Enter")
    assert page.evaluate("document.activeElement.dataset.gap") == "3"  # focus stays where the person was
    page.locator(".take").first.focus()
    press(page, "Enter")
    assert page.evaluate("document.activeElement.dataset.action") == "fill-1"
    assert decided(page) == "3 of 11 decided"


def test_only_one_gap_is_in_the_tab_order(visit):
    page = visit(document())
    assert page.locator('.gap[tabindex="0"]').count() == 1
    assert page.locator('.entry[tabindex="0"]').count() == 1


@pytest.mark.parametrize(
    ("init", "why"),
    [
        (
            "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); };",
            "storage is full",
        ),
        (
            "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } });",
            "storage is switched off",
        ),
    ],
)
def test_a_browser_that_keeps_nothing_is_told_of_and_the_work_goes_on(visit, init, why):
    page = visit(document(), init=init)
    assert why in page.get_by_role("alert").inner_text()
    assert "Download them before you close" in page.get_by_role("alert").inner_text()
    press(page, "1", "x")
    assert decided(page) == "2 of 11 decided"
    _, made = decisions_of(page)
    assert len(made) == 2


def test_two_tabs_of_a_page_agree(visit):
    page = visit(document())
    other = visit(document(), context=page.context)
    press(page, "1", "x")
    api.expect(other.locator("#count")).to_have_text(re.compile("^2 of"))
    press(page, "u")
    api.expect(other.locator("#count")).to_have_text(re.compile("^1 of"))


def test_pages_of_other_texts_keep_their_own_decisions(visit):
    page = visit(document())
    press(page, "1", "x")
    other = visit(document(NEWS + " "), context=page.context, name="other.html")
    assert decided(other) == "0 of 11 decided"


def test_ten_thousand_gaps(visit):
    sentence = "The harbour master of the town said that the storm had sunk  three boats on Monday 😀."
    text = (sentence + " " * 2) * 100
    text = "\n\n".join([text] * 100)
    gaps, at = [], -1
    while (at := text.find("  ", at + 1)) >= 0 and len(gaps) < 10_000:
        if text[at - 1] != " ":
            fill = Fill(text=f"word {len(gaps)}", probability=len(gaps) % 97 / 100, origin="model")
            gaps.append(Gap(start=at, end=at + 2, probability=0.9, fills=(fill,)))
            at += 2
    doc = ReviewDocument(id="long", text=text, gaps=tuple(gaps))
    page = visit(doc)
    assert decided(page) == "0 of 10,000 decided"
    assert page.locator(".entry").count() < 60
    press(page, *"1x" * 5, "j", "k", "u")
    assert decided(page) == "9 of 10,000 decided"
    page.locator("#sort").select_option("document")
    page.locator("#rows").evaluate("(rows) => { rows.scrollTop = rows.scrollHeight; }")
    page.locator('.entry[data-gap="9999"]').click()
    api.expect(page.locator(".gap.current")).to_be_in_viewport()
    assert current(page) == 9999
    page.evaluate("document.activeElement.blur()")
    press(page, "1")
    _, made = decisions_of(page)
    assert made[-1].text == "word 9999"
    assert (made[-1].start, made[-1].end) == (gaps[-1].start, gaps[-1].end)


SOURCED = "Named by the panel was‹  ›Hallsson 🐟 of Hull, Jon, in the old harbour.\nIt met‹›again‹ ›last winter."


def _sourced():
    doc = document(SOURCED, fills=())
    first, second, third = doc.gaps
    evidence = Evidence(place="page", quote="was Jon Hallsson 🐟 of Hull", start=8, end=22, detail="p /html/body/p[2]")
    moved = Fill(
        text="Jon Hallsson 🐟",
        probability=1.0,
        origin="source",
        evidence=evidence,
        spacing=("\t", ""),
        replaces=len("Hallsson 🐟"),
    )
    space = Fill(text="\u00a0", probability=1.0, origin="source", spacing=("", ""))
    words = Fill(text="Jon", probability=0.1, origin="model")
    gaps = (
        replace(first, cues=(), fills=(words, moved)),
        replace(second, cues=(), fills=(space,)),
        replace(third, fills=(words,)),
    )
    return replace(doc, gaps=gaps)


def test_words_of_a_source_take_their_place_and_go_out_as_they_came(visit):
    doc = _sourced()
    page = visit(doc)
    page.locator("#sort").select_option("document")
    page.locator('.gap[data-gap="0"]').click()
    panel = page.locator("#panel")
    assert "null" not in panel.inner_text()  # there are no signs
    assert "in the place of Hallsson 🐟 too" in panel.inner_text()
    article = page.locator("#article")
    page.locator(".take").nth(1).hover()
    assert article.locator("del").inner_text() == "Hallsson 🐟"
    page.mouse.move(5, 5)
    assert article.locator("del").count() == 0
    page.locator("#panel").evaluate("(panel) => panel.focus()")
    press(page, "2")
    assert page.locator(".take .words .box").all_inner_texts() == ["no-break space"]
    assert "First of 1 fill: white space alone" in page.get_by_role("status").inner_text()
    press(page, "1", "x")
    assert page.locator('.gap[data-gap="1"] .box').inner_text() == "no-break space"
    assert article.locator("del").inner_text() == "Hallsson 🐟"
    assert article.locator("p").first.text_content().startswith("Named by the panel was\tJon Hallsson 🐟Hallsson 🐟 of")
    page.reload()
    assert article.locator("del").inner_text() == "Hallsson 🐟"
    page.locator('.gap[data-gap="0"]').click()
    assert page.locator(".fill.chosen .words").inner_text() == "Jon Hallsson 🐟"
    _, made = decisions_of(page)
    by_hand = [take(doc, gap, gap.fills[number]) for gap, number in zip(doc.gaps[:2], (1, 0), strict=True)]
    assert [replace(one, by=None, at=None) for one in made[:2]] == by_hand
    (mended,) = replay([Original(id=doc.id, text=doc.text)], made).mended
    assert mended.text == doc.text.replace("  Hallsson 🐟", "\tJon Hallsson 🐟").replace("metagain", "met\u00a0again")
    again = visit(doc, decisions=made, name="again.html")
    assert again.locator("#article del").inner_text() == "Hallsson 🐟"
    _, kept = decisions_of(again)
    assert kept == made


def test_writing_what_a_fill_says_takes_the_fill(visit):
    doc = _sourced()
    page = visit(doc)
    page.locator('.gap[data-gap="0"]').click()
    page.locator("#panel").evaluate("(panel) => panel.focus()")
    press(page, "e")
    page.keyboard.type(" Jon Hallsson 🐟 ")
    press(page, "Enter")
    _, (made,) = decisions_of(page)
    assert (made.spacing, made.replaces) == (("\t", ""), 10)


def test_on_paper_stands_the_whole_article_and_nothing_to_press(visit):
    long = document("\n".join([NEWS] * 20))
    page = visit(long)
    page.emulate_media(media="print")
    assert page.locator("#article").is_visible()
    for hidden in ("#panel", "#list", ".tools"):
        assert not page.locator(hidden).is_visible()
    high = page.evaluate("[document.documentElement.scrollHeight, document.querySelector('#article').scrollHeight]")
    assert high[0] >= high[1] > 2000


@pytest.mark.parametrize("width", [390, 800, 1000, 1400])
def test_nothing_in_the_bar_covers_another_thing(visit, width):
    page = visit(document(), document(name="b" * 90), viewport={"width": width, "height": 800})
    boxes = page.evaluate("""[...document.querySelectorAll('.bar > *, .steps > *')].filter((one) => one.offsetWidth)
      .map((one) => one.getBoundingClientRect()).map((box) => [box.left, box.top, box.right, box.bottom])""")
    assert len(boxes) > 4
    for number, (left, top, right, bottom) in enumerate(boxes):
        assert right <= width
        for other in boxes[:number]:
            assert left >= other[2] - 1 or other[0] >= right - 1 or top >= other[3] - 1 or other[1] >= bottom - 1
    assert page.evaluate(
        "document.querySelector('#count').scrollWidth <= document.querySelector('.progress').offsetWidth"
    )


@pytest.mark.parametrize("width", range(360, 420, 7))
def test_no_line_begins_with_the_comma_after_a_gap(visit, width):
    text = "They came to ‹ ›, and went by way of ‹ ›, which was the last of ‹ ›, or of ‹ ›, as some in ‹ ›, have said."
    page = visit(document(text), viewport={"width": width, "height": 800})
    tops = page.evaluate("""[...document.querySelectorAll('#article .site')].map((site) => {
      const range = document.createRange();
      range.setStart(site.nextSibling, 0);
      range.setEnd(site.nextSibling, 1);
      const comma = range.getBoundingClientRect(), gap = site.querySelector('button').getBoundingClientRect();
      return comma.top < gap.bottom && comma.left >= gap.right - 1;
    })""")
    assert tops == [True] * 5


def test_a_headline_with_which_the_text_begins_stands_there_once_also_as_markdown(visit):
    page = visit(document("# Rain in the hall\n\nThey saw the‹ ›of it.", title="Rain in the hall"), name="b.html")
    assert page.locator("h2.title").count() == 0


def test_the_path_of_an_element_is_no_part_of_the_sentence(visit):
    evidence = Evidence(
        place="page", quote="the mayor of it", start=4, end=9, detail="a /html/body[1]/p[1]/a[1] (link)"
    )
    fill = Fill(text="mayor", probability=0.99, origin="source", evidence=evidence)
    page = visit(document("They saw the‹ ›of it.", fills=(fill,)))
    shown = page.locator(".evidence")
    assert "/html" not in shown.inner_text()
    assert page.get_by_title("a /html/body[1]/p[1]/a[1] (link)").is_visible()
