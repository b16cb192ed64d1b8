"""Replaying decisions: exactly where the text is the same, by quote where it shifted, and else not at all."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from review_cases import ARTICLE, article, decided, documents, take

from textmend.edits.mended import Mended
from textmend.records import Fill, Gap
from textmend.review.decisions import record
from textmend.review.documents import ReviewDocument
from textmend.review.placing import Misplaced, place
from textmend.review.quotes import Quote, quote_at
from textmend.review.replay import Original, replay
from textmend.text.words import Span

some = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


def _decisions(*verdicts, document=None):
    document = document or article()
    return [
        record(document, gap, verdict, text, by="ed", at="2026-02-01T10:00:00Z")
        for gap, (verdict, text) in zip(document.gaps, verdicts, strict=False)
        if verdict
    ]


FILLED = (("fill", "captains"), ("fill", "Norway"), ("fill", "raids"))


def _mended(text, *, decisions=None, name="article.txt"):
    return replay([Original(id=name, text=text)], decisions or _decisions(*FILLED))


@some
@given(st.data())
def test_on_the_same_text_it_does_what_mended_apply_does(data):
    document = data.draw(documents())
    decisions = data.draw(decided(document))
    result = replay([Original(id=document.id, text=document.text)], decisions)
    expected = Mended.of(document.text, [gap.with_decision("keep") for gap in document.gaps], "[…]").apply(
        [one.decision for one in decisions]
    )
    assert result.mended[0].text == expected.text
    assert result.mended[0].undo() == document.text
    assert result.refused == []
    assert [outcome.recorded for outcome in result.outcomes] == decisions
    edits = [outcome.edit for outcome in result.outcomes if outcome.edit]
    assert sorted((edit.start, edit.replacement) for edit in edits) == [
        (edit.start, edit.replacement) for edit in expected.edits
    ]
    changing = [one for one in result.outcomes if one.recorded.verdict in ("fill", "mark", "drop")]
    assert all((one.edit is None) == (one.reason is not None) for one in changing)


def test_words_marks_and_dropped_sentences_are_told_in_the_log():
    decisions = _decisions(("mark", None), ("drop", None), ("not_a_gap", None))
    result = replay([Original(id="elsewhere.txt", text=ARTICLE)], decisions)
    assert "Icelandic […], among" in result.mended[0].text
    assert "They want" not in result.mended[0].text
    assert "night  against" in result.mended[0].text
    log = [outcome.to_dict() for outcome in result.outcomes]
    assert [line["outcome"] for line in log] == ["edited", "edited", "unchanged"]
    assert all((line["by"], line["at"], line["placed_by"]) == ("ed", "2026-02-01T10:00:00Z", "offset") for line in log)
    assert log[0]["edit"]["replacement"] == " […]"


def test_a_decision_in_a_dropped_sentence_is_told_so():
    text = "All of with and the  of it is lost here."
    gaps = (Gap(start=11, end=12, probability=0.9), Gap(start=19, end=21, probability=0.9))
    document = ReviewDocument(id="x", text=text, gaps=gaps)
    result = replay([Original(id="x", text=text)], _decisions(("drop", None), ("fill", "end"), document=document))
    assert result.mended[0].text == ""
    assert "was dropped" in result.outcomes[1].reason


@pytest.mark.parametrize(
    "shift",
    [
        lambda text: "A new headline\r\n\r\n" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: " ".join(text.split()),
        lambda text: text.replace(" ,", ","),
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: text.replace("on Monday in Hull", "on Tuesday, in the old town of Hull"),
        lambda text: text.replace("winter of that year", "end"),
        lambda text: text + "\nMore came later.\n",
    ],
)
def test_a_text_that_shifted_is_mended_by_the_words_around_the_gaps(shift):
    text = shift(ARTICLE)
    result = _mended(text)
    assert result.refused == []
    assert {outcome.how for outcome in result.outcomes} == {"quote"}
    mended = " ".join(result.mended[0].text.split())
    for words in ("Icelandic captains, among", "relations with Norway and put", "organised night raids against"):
        assert words in mended
    assert result.mended[0].undo() == text


def test_of_a_passage_that_stands_twice_none_is_mended():
    result = _mended(ARTICLE + ARTICLE)
    assert result.mended[0].text == ARTICLE + ARTICLE
    assert len(result.refused) == 3
    assert all("more than once" in outcome.reason for outcome in result.refused)


def test_one_lost_passage_is_refused_and_the_others_are_placed():
    text = ARTICLE.replace("organised night  against trawlers", "did other things")
    result = _mended("New.\n" + text)
    (refused,) = result.refused
    assert "not in this text" in refused.reason
    assert refused.recorded.start == article().gaps[2].start
    assert "Icelandic captains" in result.mended[0].text
    assert refused.to_dict()["outcome"] == "refused"


@pytest.mark.parametrize(
    "text", ["", "Quite another article, about otters in the river.", "Icelandic , among otters. " * 9]
)
def test_another_text_is_refused_whole(text):
    result = _mended(text)
    assert result.mended[0].text == text
    assert len(result.refused) == 3
    assert all("is another text" in outcome.reason for outcome in result.refused)


def test_a_text_of_another_name_is_found_by_its_digest_and_else_refused():
    texts = [Original(id="b.txt", text="Other."), Original(id="c.txt", text=ARTICLE)]
    result = replay(texts, _decisions(*FILLED))
    assert [mended.text == original.text for mended, original in zip(result.mended, texts, strict=True)] == [
        True,
        False,
    ]
    texts[1] = Original(id="c.txt", text="New.\n" + ARTICLE)
    assert all("not among those given" in one.reason for one in replay(texts, _decisions(*FILLED)).refused)
    texts[1] = Original(id="folder/article.txt", text="New.\n" + ARTICLE)
    assert replay(texts, _decisions(*FILLED)).refused == []


def test_copies_are_told_apart_by_name():
    texts = [Original(id="article.txt", text=ARTICLE), Original(id="b.txt", text=ARTICLE)]
    result = replay(texts, _decisions(*FILLED))
    assert (result.mended[0].text != ARTICLE, result.mended[1].text) == (True, ARTICLE)
    texts[0] = Original(id="a.txt", text=ARTICLE)
    assert len(replay(texts, _decisions(*FILLED)).refused) == 3


def test_a_decision_that_does_not_say_what_stands_there_is_refused():
    document = article()
    other = ReviewDocument(id="article.txt", text=ARTICLE, gaps=(Gap(start=1, end=2, probability=1.0),))
    wrong = record(other, other.gaps[0], "keep")
    wrong = type(wrong)(**{f: getattr(wrong, f) for f in ("document", "digest", "quote", "verdict")}, start=3, end=4)
    result = replay([Original(id="article.txt", text=ARTICLE)], [wrong])
    (refused,) = result.refused
    assert "was altered" in refused.reason
    assert document.digest == wrong.digest


def test_decisions_on_two_versions_about_one_gap_the_last_counts():
    newer = ReviewDocument(
        id="article.txt",
        text="New.\n" + ARTICLE,
        gaps=tuple(Gap(start=gap.start + 5, end=gap.end + 5, probability=0.9) for gap in article().gaps),
    )
    decisions = [*_decisions(("fill", "owners"), document=newer), *_decisions(("fill", "captains"))]
    for order, words in ((decisions, "captains"), (decisions[::-1], "owners")):
        result = replay([Original(id="article.txt", text=ARTICLE)], order)
        (outcome,) = result.outcomes
        assert f"Icelandic {words}, among" in result.mended[0].text
        assert [one.text for one in outcome.earlier] == [order[0].text]


MOVED = "The fleet owner  Hallsson of Hull, Jon, was named by the panel that met in the old harbour last winter.\n"


def _moved(text=MOVED, replaces="Hallsson"):
    """Where the source says "of Hull, Jon Hallsson", which stand in another order in the text."""
    at = text.index("  Hallsson")
    fill = Fill(text="Jon Hallsson", probability=1.0, origin="source", spacing=("\t", ""), replaces=len(replaces))
    gap = Gap(start=at, end=at + 2, probability=1.0, fills=(fill,))
    return ReviewDocument(id="moved.txt", text=text, gaps=(gap,))


def test_a_sources_words_go_in_with_their_spacing_and_in_the_place_of_those_they_stand_for():
    document = _moved()
    (outcome,) = (result := replay([Original(id="x", text=MOVED)], [take(document, *_gap_and_fill(document))])).outcomes
    assert result.mended[0].text == MOVED.replace("  Hallsson", "\tJon Hallsson")
    assert result.mended[0].undo() == MOVED
    assert (outcome.edit.removed, outcome.edit.replacement) == ("  Hallsson", "\tJon Hallsson")


def _gap_and_fill(document):
    return document.gaps[0], document.gaps[0].fills[0]


@pytest.mark.parametrize(
    "replaces", ["Hallsson", "Hallsson of Hull, Jon, was named by the panel that met in the old harbour last winter."]
)
@pytest.mark.parametrize(
    "shift",
    [
        lambda text: "New.\n" + text,
        lambda text: text.replace(" of ", "\r\n of  "),
        lambda text: text + "More came later.",
    ],
)
def test_what_it_replaces_is_found_in_a_text_that_shifted(shift, replaces):
    document = _moved(replaces=replaces)
    result = replay([Original(id="moved.txt", text=shift(MOVED))], [take(document, *_gap_and_fill(document))])
    (outcome,) = result.outcomes
    assert (outcome.how, outcome.refused) == ("quote", False)
    before, _, after = shift(MOVED).partition("  Hallsson")
    assert result.mended[0].text == before + "\tJon Hallsson" + after[len(outcome.edit.removed) - 10 :]
    assert "".join(outcome.edit.removed.split()) == "".join(replaces.split())


def test_words_that_it_would_replace_but_are_gone_refuse_it():
    document = _moved(replaces="Hallsson of Hull, Jon")
    text = "New.\n" + MOVED.replace("Jon,", "Per,").replace("Hallsson of Hull", "Hallsson of Hull town")
    (refused,) = replay([Original(id="moved.txt", text=text)], [take(document, *_gap_and_fill(document))]).refused
    assert "the text goes on otherwise" in refused.reason or "not in this text" in refused.reason


@pytest.mark.parametrize(("verdict", "words"), [("fill", "of the"), ("keep", None), ("drop", None)])
def test_a_decision_about_words_that_another_replaces_is_never_lost_in_silence(verdict, words):
    document = _moved(replaces="Hallsson of Hull")
    at = MOVED.index(" of Hull")
    other = ReviewDocument(id="moved.txt", text=MOVED, gaps=(Gap(start=at, end=at + 1, probability=1.0),))
    result = replay(
        [Original(id="moved.txt", text=MOVED)],
        [take(document, *_gap_and_fill(document)), record(other, other.gaps[0], verdict, words)],
    )
    assert ["overlaps" in one.reason for one in result.refused] == [True]
    assert result.mended[0].text == MOVED.replace("  Hallsson of Hull", "\tJon Hallsson")


def test_words_that_are_replaced_may_end_where_white_space_of_the_next_gap_begins():
    document = _moved()
    at = MOVED.index(" of Hull")
    other = ReviewDocument(id="moved.txt", text=MOVED, gaps=(Gap(start=at, end=at + 1, probability=1.0),))
    decisions = [take(document, *_gap_and_fill(document)), record(other, other.gaps[0], "fill", "late")]
    result = replay([Original(id="moved.txt", text=MOVED)], decisions)
    assert result.refused == []
    assert result.mended[0].text == MOVED.replace("  Hallsson", "\tJon Hallsson late")
    squeezed = MOVED.replace("Hallsson of", "Hallsson, of")
    document = _moved(squeezed)
    at = squeezed.index(", of Hull")
    touching = Gap(start=at, end=at, probability=1.0, fills=(Fill(text="x", probability=1.0, origin="model"),))
    other = ReviewDocument(id="moved.txt", text=squeezed, gaps=(touching,))
    decisions = [take(document, *_gap_and_fill(document)), record(other, touching, "fill", "late")]
    result = replay([Original(id="moved.txt", text=squeezed)], decisions)
    assert ["overlaps or touches" in one.reason for one in result.refused] == [True]
    both = [gap.with_decision("apply") for gap in (document.gaps[0], touching)]
    assert Mended.of(squeezed, both, "[…]").undo() == squeezed


def test_a_dropped_sentence_goes_before_words_that_would_be_replaced_in_it():
    document = _moved(replaces="Hallsson of Hull")
    at = MOVED.index(" by the")
    other = ReviewDocument(id="moved.txt", text=MOVED, gaps=(Gap(start=at, end=at + 1, probability=1.0),))
    decisions = [take(document, *_gap_and_fill(document)), record(other, other.gaps[0], "drop")]
    result = replay([Original(id="moved.txt", text=MOVED)], decisions)
    assert result.mended[0].text.strip() == ""
    filled, dropped = result.outcomes
    assert "was dropped" in filled.reason
    assert (filled.edit, dropped.edit.removed) == (None, MOVED.rstrip("\n"))


def test_gaps_that_touch_are_refused():
    text = "some words that stand here are  here and they go on for a while"
    whole = ReviewDocument(id="x", text=text, gaps=(Gap(start=30, end=32, probability=1.0),))
    half = ReviewDocument(id="x", text=text, gaps=(Gap(start=31, end=32, probability=1.0),))
    decisions = [*_decisions(("keep", None), document=whole), *_decisions(("keep", None), document=half)]
    result = replay([Original(id="x", text=text)], decisions)
    assert ["overlaps" in outcome.reason for outcome in result.refused] == [True]


@some
@given(st.integers(0, 10**6), st.data())
def test_placing_agrees_with_a_slow_search(seed, data):
    """Where the whole quote fits one place and no other, it is placed there; and never where it doesn't fit."""
    rng = random.Random(seed)
    syllables = ["ka", "lo", "mi", "tu", "ran", "sel", "vo", "ne"]
    text = " ".join("".join(rng.choices(syllables, k=rng.randint(1, 3))) for _ in range(rng.randint(30, 160)))
    sites = [offset for offset, char in enumerate(text) if char == " "]
    chosen = sorted(data.draw(st.sets(st.sampled_from(sites), min_size=1, max_size=5)))
    cut = data.draw(st.sampled_from(sites))
    other = "".join(rng.choices(syllables, k=4)) + " " + text[:cut] + "  " + text[cut:]
    for site, found in zip(chosen, place(other, [quote_at(text, site, site + 1) for site in chosen]), strict=True):
        before, after = "".join(text[:site].split()), "".join(text[site:].split())
        bare = "".join(other.split())
        if isinstance(found, Span):
            left = "".join(other[: found.start].split())
            assert left[-20:] == before[-20:] or len(before) < 20
            assert bare[len(left) :][:12] == after[:12]
            assert not other[found.start : found.end].strip()
        else:
            assert found is not Misplaced.absent or bare.count(before[-40:] + after[:40]) == 0


def test_too_little_context_is_not_enough():
    quote = Quote(prefix="Icelandic", exact=" ", suffix=", among")
    assert place("x Icelandic , among", [quote]) == [Misplaced.short]


def test_places_at_the_very_ends_are_found():
    text = "The fleet owner met the captains in the old harbour of Hull."
    quotes = [quote_at(text, 0, 0), quote_at(text, len(text), len(text))]
    assert place("  " + text + "\n", quotes) == [Span(0, 2), Span(len(text) + 2, len(text) + 3)]
    assert place("  " + text + "\n" + text, quotes) == [Misplaced.ambiguous] * 2


def test_a_long_repetitive_text_is_no_trouble():
    text = "the of " * 20_000
    quote = quote_at(text, 30_005, 30_006)
    assert place(text, [quote] * 200) == [Misplaced.ambiguous] * 200
