"""What comes back from a source, and what stays as it is."""

from __future__ import annotations

import pytest

from textmend import Gap, Mended, Policy
from textmend.source.settle import read_copies, settle

FRAME = "<nav><a href='/'>Home</a></nav>{}<footer>All rights reserved.</footer>"
BEFORE = "The harbour of Lunde lies in the north of the country."
AFTER = "Nobody knew on Friday how long the talks would last."


def mended(text: str, *, html: str | bytes | None = None, references: tuple[str, ...] = (), gaps=()) -> Mended:
    settled = settle(text, gaps, read_copies(html, references))
    return Mended.of(text, [gap.with_decision(Policy().decide(gap)) for gap in settled.gaps], "[…]")


def on_page(paragraph: str) -> str:
    return FRAME.format(f"<p>{BEFORE}</p><p>{paragraph}</p><p>{AFTER}</p>")


def in_text(paragraph: str, between: str = "\n\n") -> str:
    return between.join((BEFORE, paragraph, AFTER))


RESTORED = {
    "a link": ("He met , who left.", "He met <a>Eva Lind</a>, who left.", "He met Eva Lind, who left."),
    "two spaces": ("He met  in Lunde.", "He met <a>Eva Lind</a> in Lunde.", "He met Eva Lind in Lunde."),
    "good English": (
        "The old bridge fell today.",
        "The <i>very</i> old bridge fell today.",
        "The very old bridge fell today.",
    ),
    "a clause": (
        "The bridge fell, said the mayor.",
        "The bridge fell, <span>as had been feared since the flood of May,</span> said the mayor.",
        None,
    ),
    "a number": ("It cost  million in all.", "It cost <b>$4.5</b> million in all.", "It cost $4.5 million in all."),
    "several in a row": (
        "He met , , and before noon.",
        "He met <a>Eva Lind</a>, <a>Ola Berg</a>, <a>Per Dahl</a> and <a>Siv Moe</a> before noon.",
        "He met Eva Lind, Ola Berg, Per Dahl and Siv Moe before noon.",
    ),
    "a paragraph's start": ("said that they would go.", "<a>The two mayors</a> said that they would go.", None),
    "a blank left at the start": (" said that they would go.", "<a>The two mayors</a> said that they would go.", None),
    "a paragraph's end": ("The report was sent by", "The report was sent by <a>the harbour office</a>", None),
    "the end before a full stop": (
        "The report was sent by.",
        "The report was sent by <a>the harbour office</a>.",
        None,
    ),
    "a bracket": ("The office () sent it today.", "The office (<abbr>HMO</abbr>) sent it today.", None),
    "a quotation": ("He called it “” and left again.", "He called it “<em>a great pity</em>” and left again.", None),
    "half a compound": ("A -based firm sent it.", "A <a>Lunde</a>-based firm sent it.", "A Lunde-based firm sent it."),
    "an ending": ("They spoke of ’s plan today.", "They spoke of <a>Lunde</a>’s plan today.", None),
    "half a word": ("The n troops left the town.", "The <a>Russia</a>n troops left the town.", None),
    "a drop cap": ("he bridge fell on Monday.", "<span>T</span>he bridge fell on Monday.", None),
    "only a space": ("The leadersannounced it today.", "The leaders <b>announced</b> it today.", None),
    "glued with words": ("The leadersannounced it today.", "The leaders <a>of Lunde</a> announced it today.", None),
    "glued twice": (
        "Theleadersannounced it today.",
        "The <b>two</b> leaders <a>of Lunde</a> announced it today.",
        None,
    ),
    "a no-break space": ("It is  kilometres from here.", "It is <b>5</b>&nbsp;kilometres from here.", None),
    "an equal reading that fits no element": (
        "They sailed in Lunde for years.",
        "They sailed <a>in Moss and</a> in Lunde for years.",
        None,
    ),
    "a mark within the element": (
        "They live in towns like , and .",
        "They live in towns like <a>Lunde, Norway</a>, and <a>Moss</a>.",
        "They live in towns like Lunde, Norway, and Moss.",
    ),
    "unseen characters": ("He wrote to  last week.", "He wrote to <a>\u200f@eva</a> last week.", None),
    "a link within emphasis": ("He met , who left.", "He met <b>the <a href=x>mayor</a></b>, who left.", None),
    "letter case and quotes differ": (
        'He said "THE " was lost.',
        "He said “the <a>bridge</a>” was lost.",
        'He said "THE bridge" was lost.',
    ),
    "a link moved to the end": ("He met in Lunde today. Eva Lind", "He met <a>Eva Lind</a> in Lunde today.", None),
    "links moved to the start": (
        "Eva Lind Lunde He met in today.",
        "He met <a>Eva Lind</a> in <a>Lunde</a> today.",
        None,
    ),
}


def plain(paragraph: str) -> str:
    return read_copies(f"<p>{paragraph}</p>")[0].text


@pytest.mark.parametrize("between", ["\n\n", "\n", "\r\n\r\n"])
@pytest.mark.parametrize("kind", RESTORED)
def test_it_comes_back_as_it_stands_on_the_page(kind, between):
    damaged, paragraph, expected = RESTORED[kind]
    text = in_text(damaged, between)
    result = mended(text, html=on_page(paragraph))
    assert result.text == in_text(expected or plain(paragraph), between)
    assert result.undo() == text
    assert all(text[gap.start : gap.end].strip() == "" for gap in result.gaps)
    assert Mended.from_dict(result.to_dict()) == result


PARAGRAPHS_ONLY = ("a link moved", "links moved", "a blank left", "glued twice")


@pytest.mark.parametrize("kind", [kind for kind in RESTORED if not kind.startswith(PARAGRAPHS_ONLY)])
def test_it_comes_back_in_a_text_of_one_line(kind):
    damaged, paragraph, expected = RESTORED[kind]
    result = mended(in_text(damaged, " "), html=on_page(paragraph))
    assert result.text == in_text(expected or plain(paragraph), " ")


STAYS = {
    "a word replaced": ("He greeted Eva Lind, who left.", "He met <a>Eva Lind</a>, who left."),
    "a name replaced": ("He met Ola Berg, who left.", "He met <a>Eva Lind</a>, who left."),
    "a word added": ("He finally met Eva Lind, who left.", "He met <a>Eva Lind</a>, who left."),
    "a summary": ("He met her.", "He met <a>Eva Lind</a> in the old harbour, and <b>she left</b> before noon."),
    "a sentence cut": ("It rained. They left.", "It rained. The <b>boats</b> stayed at home. They left."),
    "a linked sentence cut": (
        "It rained. They left.",
        "It rained. <a>Read more: why it rains so often here.</a> They left.",
    ),
    "a line after the end": ("It rained on Monday.", "It rained on Monday. <a>Read more</a>"),
    "words cut by an editor": ("The old bridge fell today.", "The very old bridge fell today."),
    "a clause cut by an editor": (
        "The bridge fell, the mayor said.",
        "The bridge, built in 1907, fell, the mayor said.",
    ),
    "words put in another order": ("Today he met Eva Lind in Lunde.", "He met <a>Eva Lind</a> in Lunde today."),
    "a note mark": ("It rained on Monday, they said.", "It rained on Monday<span>[3]</span>, they said."),
    "a comma": ("It rained on Monday they said.", "It rained on Monday<i>,</i> they said."),
    "American spelling": ("The color of the harbour stayed.", "The colour of the harbour stayed."),
    "spacing of a dash": ("It rained—for long—on Monday.", "It rained — for long — on Monday."),
    "broken off": ("The bridge fell today, said the", "The bridge fell today, said the mayor of the town on Monday."),
    "a placeholder": ("He met [link] in Lunde.", "He met <a>Eva Lind</a> in Lunde."),
    "nothing": ("He met Eva Lind in Lunde.", "He met <a>Eva Lind</a> in Lunde."),
}


@pytest.mark.parametrize("between", ["\n\n", " "])
@pytest.mark.parametrize("kind", STAYS)
def test_it_stays_as_it_is(kind, between):
    text, paragraph = STAYS[kind]
    result = mended(in_text(text, between), html=on_page(paragraph))
    assert (result.text, result.edits) == (in_text(text, between), ())


def test_what_stands_between_paragraphs_is_not_brought_in():
    text = in_text("He met , who left.")
    page = FRAME.format(
        f"<p>{BEFORE}</p><figure><figcaption>The harbour in May. Photo: A. Moe</figcaption></figure>"
        "<p>He met <a>Eva Lind</a>, who left.</p><div class=ad>Advertisement</div>"
        f"<ul><li><a href=x>He met the king of Lunde</a></li></ul><p>{AFTER}</p>"
    )
    assert mended(text, html=page).text == in_text("He met Eva Lind, who left.")


def test_a_paragraph_left_out_stays_out():
    page = FRAME.format(f"<p>{BEFORE}</p><p><a>The boats stayed at home.</a></p><p>{AFTER}</p>")
    text = f"{BEFORE}\n\n{AFTER}"
    assert mended(text, html=page).text == text


def test_a_page_of_another_article_changes_nothing():
    text = in_text("He met , who left.")
    page = FRAME.format("<p>He met <a>Eva Lind</a>, who left.</p><p>This is the page of something else entirely.</p>")
    assert mended(text, html=page).gaps == ()


def test_an_edited_version_only_gets_back_what_elements_tell():
    text = "He saw , who left, but the talks go on and on, they think. It rained for days in the town of ."
    page = "<p>He met <a>Eva Lind</a>, who left, but all talks go on, they say. It rained for days in the town of Moss.</p>"
    assert mended(text, html=page).text == text.replace("saw ,", "saw ,")


class TestEvidence:
    def test_it_names_the_element(self):
        result = mended(in_text("He met , who left."), html=on_page("He met <a href='/e'>Eva Lind</a>, who left."))
        (gap,) = result.gaps
        (fill,) = gap.fills
        assert (fill.text, fill.origin, fill.introduces) == ("Eva Lind", "source", ())
        assert fill.evidence
        assert fill.evidence.place == "page"
        assert fill.evidence.detail == "a /html/body[1]/p[2]/a[1] (link)"
        assert "He met Eva Lind, who left." in fill.evidence.quote
        shown = read_copies(on_page("He met <a href='/e'>Eva Lind</a>, who left."))[0].text
        assert shown[fill.evidence.start : fill.evidence.end] == "Eva Lind"
        assert gap.lengths == (0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
        assert gap.probability * fill.probability > 0.99

    def test_the_head_of_the_page_serves_too(self):
        head = "<meta property='og:description' content='He met Eva Lind, who left the town.'>"
        result = mended("He met , who left the town.", html=f"{head}<p>Only for subscribers.</p>")
        assert result.text == "He met Eva Lind, who left the town."
        assert result.gaps[0].fills[0].evidence.detail == "meta og:description"

    def test_a_reference_is_named_as_such(self):
        result = mended(in_text("He met , who left."), references=(in_text("He met Eva Lind, who left."),))
        assert result.text == in_text("He met Eva Lind, who left.")
        evidence = result.gaps[0].fills[0].evidence
        assert (evidence.place, evidence.detail) == ("reference", None)


class TestReferences:
    def test_a_summary_of_a_feed(self):
        summary = "<p>He met <a href='/e'>Eva Lind</a>, who left the town.</p>"
        assert mended(in_text("He met , who left the town."), references=(summary,)).text == in_text(
            "He met Eva Lind, who left the town."
        )

    def test_the_page_has_the_first_word(self):
        text = in_text("He met , who left.")
        page = on_page("He met <a>Eva Lind</a>, who left.")
        other = in_text("He met the mayor, who left.")
        assert mended(text, html=page, references=(other,)).text == in_text("He met Eva Lind, who left.")

    def test_what_is_whole_on_the_page_is_not_filled_from_elsewhere(self):
        text = in_text("He met her in  Lunde, they said.")
        page = on_page("He met her in  Lunde, they said.")
        other = in_text("He met her in the harbour of Lunde, they said.")
        assert mended(text, html=page, references=(other,)).gaps == ()

    def test_a_text_without_a_trace_of_losses_is_an_edited_one(self):
        text = in_text("The old bridge fell today, they said.")
        assert mended(text, references=(in_text("The very old bridge fell today, they said."),)).gaps == ()

    def test_traces_elsewhere_make_it_likely_and_leave_it_open(self):
        text = in_text("The old bridge fell today, said , who is the mayor of the town.")
        whole = in_text("The very old bridge fell today, said Eva Lind, who is the mayor of the town.")
        result = mended(text, references=(whole,))
        assert result.text == in_text("The old bridge fell today, said Eva Lind, who is the mayor of the town.")
        assert [(gap.fills[0].text, gap.decision) for gap in result.gaps] == [("very", "keep"), ("Eva Lind", "apply")]

    @pytest.mark.parametrize(
        ("there", "open_words"),
        [
            ("He met Eva Lind in Lunde, who left the town.", None),
            ("He met Eva Lind in Lunde, who left the village.", "Eva Lind in Lunde"),
            ("He met 12 people in Lunde, who left the town.", None),
        ],
    )
    def test_another_version_is_only_trusted_in_paragraphs_that_it_left_alone(self, there, open_words):
        text = in_text("He met , who left the town.").replace("Friday", "Monday").replace("the talks", "a strike")
        result = mended(text, references=(in_text(there),))
        lost = there.removeprefix("He met ").split(", who")[0]
        numbers = lost[0].isdigit()
        (gap,) = result.gaps
        assert gap.fills[0].text == lost
        assert gap.decision == ("keep" if open_words or numbers else "apply")

    def test_numbers_come_back_from_the_same_version(self):
        text = in_text("It cost  million in all, they said.")
        whole = in_text("It cost 45 million in all, they said.")
        assert mended(text, references=(whole,)).text == whole

    @pytest.mark.parametrize(("lost", "comes_back"), [("Eva Lind. The talks", False), ("Dr. Eva Lind", True)])
    def test_a_sentence_that_ends_within_the_words_was_cut_not_lost(self, lost, comes_back):
        text = in_text("In the town he met  for a while, as they said.")
        whole = in_text(f"In the town he met {lost} for a while, as they said.")
        assert mended(text, references=(whole,)).text == (whole if comes_back else text)

    def test_where_blanks_are_left_alone_a_place_without_is_no_loss(self):
        text = in_text("The old bridge of  fell today, said  of Moss, and the old tower of  too.")
        whole = in_text("The very old bridge of Lunde fell today, said Eva Lind of Moss, and the old tower of Rom too.")
        assert mended(text, references=(whole,)).text == whole.replace("very ", "")
        assert len(mended(text, references=(whole,)).gaps) == 3

    @pytest.mark.parametrize(("probability", "others", "applied"), [(0.3, 2, True), (0.3, 1, False), (0.0, 2, False)])
    def test_a_faint_gap_counts_where_other_places_show_traces(self, probability, others, applied):
        whole = in_text("The very old bridge fell today, said Eva Lind, who came from Moss, a town in the north.")
        text = whole.replace("very ", "").replace("Eva Lind", "")
        text = text.replace("Moss", "") if others == 2 else text
        place = text.index(" old bridge")
        faint = [Gap(start=place, end=place + 1, probability=probability)] if probability else []
        settled = settle(text, [], read_copies(None, [whole]), faint)
        decided = {gap.fills[0].text: Policy().decide(gap) for gap in settled.gaps}
        assert decided.pop("very") == ("apply" if applied else "keep")
        assert set(decided.values()) == {"apply"}

    def test_a_surer_copy_outdoes_one_that_leaves_the_place_open(self):
        text = in_text("He met , who left the town.").replace("Friday", "Monday").replace("the talks", "a strike")
        other = in_text("He met Ola Berg, who left the village.")
        same = text.replace("met ,", "met Eva Lind,")
        assert mended(text, references=(other,)).text == text
        assert mended(text, references=(other, same)).text == same

    def test_so_does_a_gap_that_was_found(self):
        text = in_text("The old bridge of the fell today, they said.")
        whole = in_text("The old bridge of the town fell today, they said.")
        assert mended(text, references=(whole,)).gaps == ()
        place = text.index(" fell")
        gap = Gap(start=place, end=place + 1, probability=0.9)
        assert mended(text, references=(whole,), gaps=(gap,)).text == whole

    def test_an_unrelated_copy_changes_nothing(self):
        assert mended(in_text("He met , who left."), references=("Something else was said here today.",)).gaps == ()


class TestGapsThatWereFound:
    def test_one_at_the_same_place_becomes_one_gap(self):
        text = in_text("He met , who left.")
        place = text.index(" ,")
        gap = Gap(start=place, end=place + 1, probability=0.7, lengths=(0.6, 0.4), cues=("x",))
        (found,) = mended(text, html=on_page("He met <a>Eva Lind</a>, who left."), gaps=(gap,)).gaps
        assert (found.start, found.end) == (place, place + 1)
        assert found.probability > 0.99
        assert [fill.origin for fill in found.fills] == ["source"]

    def test_one_where_the_page_has_nothing_more_is_none(self):
        text = in_text("He met her in Lunde today.")
        place = text.index(" Lunde")
        gaps = (Gap(start=place, end=place + 1, probability=0.9),)
        assert mended(text, html=on_page("He met her in Lunde today."), gaps=gaps).gaps == ()
        assert mended(text, html=on_page("He met her in <a>Lunde</a> today."), gaps=gaps).gaps == ()

    @pytest.mark.parametrize("paragraph", ["They met today.", "They met today"])
    def test_so_at_the_ends_of_a_paragraph(self, paragraph):
        text = in_text(paragraph)
        start = text.index(paragraph)
        end = start + len(paragraph)
        gaps = tuple(Gap(start=place, end=place, probability=0.9) for place in (start, end))
        assert mended(text, html=on_page(paragraph), gaps=gaps).gaps == ()

    def test_one_where_the_page_looks_damaged_too_stays(self):
        text = in_text("He met , who left the town.")
        place = text.index(" ,")
        gaps = (Gap(start=place, end=place + 1, probability=0.9),)
        assert mended(
            text, html=on_page("He met <span data-id=x></span> , who left the town."), gaps=gaps
        ).gaps == gaps_kept(gaps)

    def test_one_where_the_texts_differ_stays(self):
        text = in_text("He met the yesterday evening.")
        place = text.index(" yesterday")
        gaps = (Gap(start=place, end=place + 1, probability=0.9),)
        assert mended(text, html=on_page("He met <a>Eva Lind</a> last night."), gaps=gaps).gaps == gaps_kept(gaps)

    def test_one_within_words_that_are_put_in_order_is_settled(self):
        text = in_text("He met in Lunde today. Eva Lind")
        place = text.index(" in Lunde")
        gaps = (
            Gap(start=place + 3, end=place + 4, probability=0.9),
            Gap(start=text.index("Eva"), end=text.index("Eva"), probability=0.9),
        )
        result = mended(text, html=on_page("He met <a>Eva Lind</a> in Lunde today."), gaps=gaps)
        assert result.text == in_text("He met Eva Lind in Lunde today.")
        assert len(result.gaps) == 1


@pytest.mark.parametrize(
    ("paragraph", "html", "answered"),
    [
        ("He met , who left.", "He met <a>Eva Lind</a>, who left.", True),
        ("He met Eva Lind, who left.", "He met <a>Eva Lind</a>, who left.", True),
        ("He met , who left.", "He met Eva Lind, who left.", False),
        ("He met Eva Lind, who left.", "He met Eva Lind<sup><a>[1]</a></sup>, who left.", True),
        ("He met Eva Lind, and nothing of what follows stands anywhere on the page.", "He met Eva Lind.", False),
    ],
)
def test_a_page_answers_for_a_text_if_its_elements_say_all_that_is_missing(paragraph, html, answered):
    assert settle(in_text(paragraph), [], read_copies(on_page(html))).answered is answered


@pytest.mark.parametrize("hole", ["<img src='eva.png'>", "<span data-name='x'></span>"])
def test_what_is_no_text_leaves_its_place_unproven(hole):
    text = in_text("He met, who left.")
    settled = settle(text, [], read_copies(on_page(f"He met {hole}, who left.")))
    assert settled.answered
    assert [text[start - 3 : end + 1] for start, end in settled.unproven] == ["met,"]
    assert not settle(text, [], read_copies(on_page("He met, who left."))).unproven


def test_a_copy_without_elements_never_answers():
    whole = in_text("He met Eva Lind, who left.")
    assert not settle(whole, [], read_copies(None, (whole,))).answered


def gaps_kept(gaps):
    return tuple(gap.with_decision("keep") for gap in gaps)


def test_names_and_numbers_of_the_article_are_known_and_those_of_other_stories_not():
    page = on_page("He met <a>Eva Lind</a> in 1907.") + "<div>Ola Berg was elected in 1999</div>"
    settled = settle(in_text("He met  in ."), [], read_copies(page))
    known = " ".join(settled.known)
    assert "Eva Lind in 1907" in known
    assert "Ola" not in known
