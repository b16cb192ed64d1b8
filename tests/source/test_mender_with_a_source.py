"""Mender with a page or other copies: one text and streams, what the filler is spared, the policy, errors."""

from __future__ import annotations

import sys

import pytest

import textmend
from textmend import Decision, Fill, Mended
from textmend.detect import second_look
from textmend.errors import InputError

TEXT = "They met officials from and left the town. It was cold in the harbour of  that day."
PAGE = (
    "<p>They met officials from <a href='/o'>Oslo</a> and left the town. "
    "It was cold in the harbour of <b>Lunde</b> that day.</p>"
)
WHOLE = "They met officials from Oslo and left the town. It was cold in the harbour of Lunde that day."


def test_the_true_words_are_applied_names_and_all(mender_without_models):
    mender = mender_without_models(["and"], ["Bergen"])
    result = mender.mend(TEXT, html=PAGE)
    assert result.text == WHOLE
    assert [(edit.fill.text, edit.fill.origin, edit.fill.introduces) for edit in result.edits] == [
        ("Oslo", "source", ()),
        ("Lunde", "source", ()),
    ]
    assert result.undo() == TEXT
    assert Mended.from_dict(result.to_dict()) == result


def test_the_filler_is_not_asked_where_the_source_tells(mender_without_models):
    mender = mender_without_models(["and"], ["Bergen"])
    mender.suggest(TEXT, html=PAGE)
    assert mender.proposer.documents == []


def test_the_filler_is_asked_about_the_rest_and_told_what_the_page_holds(mender_without_models):
    text = TEXT.replace("left the town", "left that place")
    mender = mender_without_models(["and", "place"], ["quiet"])
    gaps = mender.suggest(text, html=PAGE)
    assert [gap.fills[0].text for gap in gaps] == ["Oslo", "quiet", "Lunde"]
    (document,) = mender.proposer.documents
    assert "Lunde" in " ".join(document.known)
    assert [bool(gap.fills) for gap in document.gaps] == [True, False, True]


class Looks:
    """A second look that changes nothing and keeps what it reads."""

    def __init__(self, detector):
        self.weights, self.texts = detector, []

    def revise(self, texts, judged, article):
        self.texts += texts
        return judged


@pytest.mark.parametrize(("html", "asked"), [(PAGE, 0), (PAGE.replace("<b>Lunde</b>", "Lunde"), 1), (None, 1)])
def test_no_second_look_where_the_page_answers(mender_without_models, monkeypatch, html, asked):
    looks = Looks(mender_without_models([]).detector)
    monkeypatch.setattr(textmend.Mender, "second_look", looks)
    mender_without_models(["and"]).find_gaps(textmend.Article(text=TEXT, html=html))
    assert len(looks.texts) == asked


def test_only_at_its_pictures_a_page_that_answers_is_doubted(mender_without_models, monkeypatch):
    looks, asked = Looks(mender_without_models([]).detector), []
    monkeypatch.setattr(textmend.Mender, "second_look", looks)
    monkeypatch.setattr(second_look, "LookAt", lambda look, text, places: asked.extend(places) or look)
    html = PAGE.replace("left the town", "left <img src='a.png'> the town")
    mender_without_models(["and"]).find_gaps(textmend.Article(text=TEXT, html=html))
    assert [TEXT[start - 4 : end + 3] for start, end in asked] == ["left the"]


def test_a_gap_where_the_page_holds_nothing_more_is_none(mender_without_models):
    mender = mender_without_models(["officials"], ["the"])
    assert [gap.fills[0].text for gap in mender.suggest(TEXT, html=PAGE)] == ["Oslo", "Lunde"]


def test_source_gaps_have_cues_too(mender_without_models):
    gaps = mender_without_models([]).suggest(TEXT, html=PAGE)
    assert "double_space" in gaps[1].cues


def test_a_policy_may_ask_for_more_than_a_source_can_give(mender_without_models):
    assert mender_without_models([], apply_at=1.0).mend(TEXT, html=PAGE).text == TEXT
    assert mender_without_models([], find_at=1.0).mend(TEXT, html=PAGE).gaps == ()


@pytest.mark.parametrize("reference", [WHOLE, [WHOLE], (text for text in ["Nothing of it.", WHOLE])])
def test_another_copy_serves_too(mender_without_models, reference):
    assert mender_without_models(["and"]).mend(TEXT, reference=reference).text == WHOLE


def test_streams_take_as_many(mender_without_models):
    mender = mender_without_models(["and"], batch=2)
    texts = [TEXT, TEXT, TEXT]
    results = mender.mend(iter(texts), html=iter([PAGE, None, PAGE.encode()]), reference=iter([None, [WHOLE], WHOLE]))
    assert [result.text for result in results] == [WHOLE] * 3
    gaps = list(mender.suggest(texts, html=[None, PAGE, None]))
    assert [len(each) for each in gaps] == [1, 2, 1]


@pytest.mark.parametrize("name", ["html", "reference"])
def test_too_few_are_named(mender_without_models, name):
    with pytest.raises(InputError, match=f"{name}: there are fewer than texts: none for text 1"):
        list(mender_without_models([]).mend([TEXT, TEXT], **{name: [None]}))


@pytest.mark.parametrize(
    ("about", "message"),
    [
        ({"html": 3}, "html should be a string or bytes"),
        ({"html": ["<p>"]}, "html should be a string or bytes"),
        ({"reference": 3}, "reference should be strings"),
        ({"reference": b"bytes"}, "reference should be strings"),
        ({"reference": {"a": "b"}}, "reference should be strings"),
        ({"reference": ["a", None]}, "reference should hold strings"),
    ],
)
def test_what_is_no_source_is_refused(mender_without_models, about, message):
    with pytest.raises(InputError, match=message):
        mender_without_models([]).mend(TEXT, **about)


@pytest.mark.parametrize("about", [{"html": "<p>"}, {"html": b"<p>"}, {"reference": "copy"}])
def test_one_source_for_many_texts_is_refused(mender_without_models, about):
    with pytest.raises(InputError, match="for many texts give as many"):
        list(mender_without_models([]).mend([TEXT], **about))


def test_without_a_source_nothing_of_it_is_needed(mender_without_models, monkeypatch):
    for name in ("lxml.html", "rapidfuzz.distance", "textmend.source.settle"):
        monkeypatch.setitem(sys.modules, name, None)
    assert mender_without_models(["and"], ["Oslo"]).mend(TEXT).text.startswith("They met officials from Oslo and")


def test_a_reviewer_may_choose_another_fill_or_the_space_alone(mender_without_models):
    glued = mender_without_models([]).mend(
        "The leadersannounced it today.", html="<p>The leaders <b>announced</b> it today."
    )
    assert glued.text == "The leaders announced it today."
    (gap,) = glued.gaps
    assert glued.apply([Decision(start=gap.start, end=gap.end, verdict="fill", text=" ")]).text == glued.text
    assert glued.apply([Decision(start=gap.start, end=gap.end, verdict="keep")]).text == glued.original
    parted = glued.apply([Decision(start=gap.start, end=gap.end, verdict="fill", text="\n")])
    assert parted.text == "The leaders\nannounced it today."
    assert parted.undo() == glued.original


@pytest.mark.parametrize("unsure", ["keep", "mark", "drop"])
def test_words_put_in_order_never_clash_with_other_changes(mender_without_models, unsure):
    text = "He met in Lunde today. It rained on the for days. Eva Lind"
    page = "<p>He met <a>Eva Lind</a> in Lunde today. It rained on the for days.</p>"
    for words in ([], ["for"], ["Lunde", "days"], [None]):
        result = mender_without_models(words, [], unsure=unsure).mend(text, html=page)
        assert result.undo() == text
    assert result.text == "He met Eva Lind in Lunde today. It rained on the for days."


def test_the_functions_take_them(monkeypatch, mender_without_models):
    mender = mender_without_models(["and"])
    monkeypatch.setattr("textmend.api._mender", lambda: mender)
    assert textmend.mend(TEXT, html=PAGE).text == textmend.mend(TEXT, reference=[WHOLE]).text == WHOLE
    assert len(textmend.suggest(TEXT, html=PAGE)) == len(textmend.suggest(TEXT, reference=WHOLE)) == 2


def test_with_the_embedded_models(embedded):
    text = TEXT + "\n\nDenmark and the , have voiced support."
    result = embedded(threads=1).mend(text, html=PAGE)
    assert result.text.startswith(WHOLE)
    assert result.undo() == text
    (other,) = [gap for gap in result.gaps if gap.fills[0].origin != "source"]
    assert all(isinstance(fill, Fill) for fill in other.fills)
    assert "Denmark and the" in text[: other.end]
