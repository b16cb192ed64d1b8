"""Decisions of several people: what stands, what counts, where they disagree, how they are joined."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from review_cases import ARTICLE, article

from textmend.errors import RecordError
from textmend.records import Gap
from textmend.review.added import fits, with_added
from textmend.review.agreement import agreement, conflicts, kappa, to_dict
from textmend.review.decisions import Recorded, dump, latest, read_decisions, record, standing
from textmend.review.exchange import FORMATS, exchange
from textmend.review.merging import merged
from textmend.review.replay import Original, replay

DOC = article()
NAMES = ("Ada", "Ben", "Cy", None)


def at(minute):
    return f"2026-01-31T12:{minute:02d}:00Z"


def said(by, verdict, text=None, gap=0, minute=0, **options):
    return record(DOC, DOC.gaps[gap], verdict, text, by=by, at=at(minute), **options)


def added(start, end, text="lost", by="Ada", minute=0):
    gap = Gap(start=start, end=end, probability=1.0)
    return record(DOC, gap, "fill", text, by=by, at=at(minute), added=True)


histories = st.lists(
    st.builds(
        said,
        st.sampled_from(NAMES),
        st.sampled_from(("not_a_gap", "keep", "mark", "undo")),
        gap=st.integers(0, 2),
        minute=st.integers(0, 59),
        settles=st.booleans(),
    ),
    max_size=12,
).map(lambda made: [replace(one, settles=one.settles and one.verdict != "undo") for one in made])


def test_of_one_person_the_last_decision_counts():
    made = [said("Ada", "fill", "a"), said("Ada", "keep"), said("Ada", "fill", "b")]
    assert list(latest(made).values()) == [made[-1]]
    assert conflicts(made) == {}
    assert latest([*made, said("Ada", "undo")]) == {}


def test_what_one_person_takes_back_leaves_the_others():
    made = [said("Ada", "fill", "a"), said("Ben", "keep"), said("Ben", "undo")]
    assert list(latest(made).values()) == made[:1]
    assert latest([*made, said("Cy", "undo")]) == {}  # who decided nothing takes back what is there


def test_a_conflict_lasts_until_somebody_settles_it_whoever_decides_later():
    made = [said("Ada", "fill", "a"), said("Ben", "not_a_gap")]
    assert list(conflicts(made).values()) == [made]
    assert list(latest(made).values()) == made[1:]
    settled = [*made, said("Cy", "mark", settles=True), said("Di", "keep")]
    assert conflicts(settled) == {}
    assert [one.by for one in latest(settled).values()] == ["Cy"]


def test_the_kind_of_white_space_is_no_conflict_and_letter_case_is():
    assert conflicts([said("Ada", "fill", "a  b"), said("Ben", "fill", "a b")]) == {}
    assert conflicts([said("Ada", "fill", "A b"), said("Ben", "fill", "a b")])


@given(histories)
def test_what_counts_is_always_something_that_stands(made):
    stand = standing(made)
    for key, one in latest(made).items():
        assert one in stand[key]
        assert one.verdict != "undo"
        people = [other.by for other in stand[key]]
        assert len(people) == len(set(people))


def test_kappa_is_that_of_the_textbook():
    # Of 50 items both say yes to 20 and no to 15: .7 agree, .5 would by chance.
    answers = [("y", "y")] * 20 + [("y", "n")] * 5 + [("n", "y")] * 10 + [("n", "n")] * 15
    assert kappa(answers) == pytest.approx(0.4)
    assert kappa([("y", "y")] * 5) is None
    assert kappa([]) is None
    assert kappa([("y", "n"), ("n", "y")]) == pytest.approx(-1)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1))
def test_kappa_does_not_depend_on_who_is_first(answers):
    value = kappa(answers)
    assert value == kappa([(other, one) for one, other in answers])
    assert value is None or -1 <= value <= 1


def test_agreement_counts_what_two_decided_without_knowing_the_other():
    made = [
        said("Ada", "fill", "a", 0),
        said("Ben", "fill", "b", 0),
        said("Ada", "fill", "a", 1),
        said("Ben", "fill", "a", 1),
        said("Ada", "not_a_gap", None, 2),
        said("Ben", "keep", None, 2),
        said("Ben", "not_a_gap", None, 2, settles=True),  # knowing what Ada said
        said("Cy", "keep", None, 2),
    ]
    first, *others = agreement(made)
    assert (first.first, first.second, first.gaps) == ("Ada", "Ben", 3)
    assert (first.same_verdict, first.same_answer, first.both_filled, first.same_words) == (2, 1, 2, 1)
    assert first.kappa_gap == pytest.approx(0)
    assert [(one.first, one.second, one.gaps) for one in others] == [("Ada", "Cy", 1), ("Ben", "Cy", 1)]
    form = json.loads(json.dumps(to_dict(agreement(made), conflicts(made)), allow_nan=False))
    assert (form["pairs"][0]["gaps"], len(form["conflicts"])) == (3, 1)


@given(st.lists(histories, max_size=3))
def test_merging_loses_nothing_repeats_nothing_and_keeps_each_gaps_order(parts):
    parts = [[replace(one, by=f"{one.by} {number}") for one in part] for number, part in enumerate(parts)]
    whole = merged(parts)
    assert set(whole) == {one for part in parts for one in part}
    assert merged([whole, *parts]) == whole
    for part in parts:
        for key in {one.key for one in part}:
            own = [one for one in part if one.key == key]
            rest = iter(one for one in whole if one.key == key)
            assert all(one in rest for one in own)  # a subsequence
    assert merged([]) == []


def test_merging_goes_by_time_whatever_the_files_and_their_zones():
    early = [said("Ada", "fill", "a", 0, 5), said("Ada", "keep", None, 1, 30)]
    late = [said("Ben", "keep", None, 1, 20), replace(said("Ben", "mark", None, 0), at="2026-01-31T14:10:00+02:00")]
    assert merged([early, late]) == merged([late, early]) == [early[0], late[1], late[0], early[1]]
    undone = replace(said("Ben", "undo", None, 1), at=None)
    assert merged([early, [*late, undone]])[-2:] == [undone, early[1]]


def test_added_and_settles_stand_in_a_line_only_where_they_are_true_and_old_lines_read():
    line = json.loads(dump(said("Ada", "keep")))
    assert not {"added", "settles"} & line.keys()
    one = added(SPACE, SPACE + 1)
    assert json.loads(dump(one))["added"] is True
    assert read_decisions("x", dump(one) + dump(said("Ben", "keep", settles=True))) == [
        one,
        said("Ben", "keep", settles=True),
    ]
    with pytest.raises(RecordError, match="added"):
        Recorded.from_dict(line | {"added": "yes"})


SPACE = ARTICLE.index(" investigating")


def test_added_gaps_join_the_documents_they_are_about():
    one = added(SPACE, SPACE + 1)
    (document,) = with_added([DOC], [one])
    assert (document.gaps[0].start, document.gaps[0].end) == (SPACE, SPACE + 1)
    assert len(document.gaps) == 4
    gap = DOC.gaps[0]
    for foreign in (
        replace(one, document="elsewhere"),
        replace(one, digest="0" * 16),
        replace(one, added=False),
        added(gap.start, gap.end),
        added(len(ARTICLE) + 5, len(ARTICLE) + 6),
        added(SPACE + 1, SPACE + 4),  # words stand there
    ):
        assert with_added([DOC], [foreign]) == [DOC]
    assert with_added([DOC], [one, replace(one, verdict="undo", text=None)]) == [DOC]
    assert not fits(DOC, gap.end, gap.end)


def test_added_gaps_are_replayed_on_the_text_and_on_one_that_shifted():
    one = added(SPACE, SPACE + 1, "of experts")
    expected = ARTICLE.replace("panel investigating", "panel of experts investigating")
    for before in ("", "A line that was not there.\n"):
        result = replay([Original(id=DOC.id, text=before + ARTICLE)], [one])
        assert result.mended[0].text == before + expected
    near = added(SPACE, SPACE + 1, "of two")
    clash = replace(near, start=SPACE + 1, end=SPACE + 1, quote=replace(near.quote, exact=""))
    assert replay([Original(id=DOC.id, text=ARTICLE)], [one, clash]).refused


@pytest.mark.parametrize("name", FORMATS)
def test_added_gaps_go_out_to_other_tools_and_come_back(name):
    end = ARTICLE.index(" trawlers")
    made = [added(SPACE, SPACE + 1), said("Ben", "fill", DOC.gaps[1].fills[0].text, 1), added(end, end + 1, "the")]
    tool = exchange(name)
    content = tool.export(with_added([DOC], made), latest(made))
    back = tool.read("x", content)
    assert {one.key: one for one in back} == {one.key: one for one in made}


def test_a_session_shows_added_gaps_and_adds_more():
    from textmend.review.session import Session

    kept = []
    session = Session([DOC], [added(SPACE, SPACE + 1)], kept.append, by="Ben", now=lambda: at(1))
    assert len(session.items) == 4
    assert session.add(ARTICLE.index(" trawlers"), ARTICLE.index(" trawlers") + 1)
    assert session.is_added
    session.decide("fill", "the")
    assert not session.add(*(DOC.gaps[0].start, DOC.gaps[0].end))
    assert not session.add(3, 9)
    (made,) = kept
    assert (made.added, made.settles, made.text) == (True, False, "the")
    while session.move(-1):
        pass
    session.decide("not_a_gap")
    assert (kept[-1].added, kept[-1].settles) == (True, True)  # Ada added it
    assert session.undo()
    assert {one.by for one in latest([added(SPACE, SPACE + 1), *kept]).values()} == {"Ada", "Ben"}
