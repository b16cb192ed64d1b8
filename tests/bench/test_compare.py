"""The comparison's frame: parts are stored, resumed and shown; its own small measures count right."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from fake_system import record, sites_of, write_lines
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from bench.compare import parts as registry
from bench.compare.ablations.detection import by_parts
from bench.compare.ablations.echoes import stands_elsewhere
from bench.compare.ablations.filling import any_length, by_sentence
from bench.compare.command import app
from bench.compare.document import filled_in, update
from bench.compare.generated_prose import damaged_prose, prose
from bench.compare.growth import exponent
from bench.compare.paragraphs import cut, paragraph_sample
from bench.compare.parts import PARTS, Part
from bench.compare.profiling import KERNELS, shares
from bench.compare.store import Result, origin_of
from bench.compare.tables import Row, Table, columns, shown, with_ratios
from textmend.damage.benchmark import Record, TrueGap, read_benchmark
from textmend.errors import ModelError, PolicyError, RecordError
from textmend.evaluate.bootstrap import Interval
from textmend.fill.propose import GappedArticle
from textmend.records import Fill, Gap
from textmend.text.echoes import EchoIndex
from textmend.text.words import Span

VALUES = st.one_of(st.none(), st.floats(0, 1e6), st.text(max_size=5), st.floats(0, 1).map(lambda v: Interval(v, 0, v)))


def table(**values):
    return Table(title="Boats", columns=columns(("a", "speed", "number")), rows=(Row("ours", values),), note="Slow.")


@given(VALUES)
def test_tables_read_back_as_written(value):
    stored = json.loads(json.dumps(table(a=value).to_dict()))
    assert Table.from_dict(stored) == table(a=value)


def test_undefined_figures_are_empty_cells():
    for value in (None, math.nan, Interval(math.nan, math.nan, math.nan)):
        assert shown(value, "share") == ""
    assert shown(Interval(0.5, math.nan, math.nan), "share") == "50.0"
    assert shown(Interval(0.5, 0.25, 0.75), "points") == "+50.0 (+25.0 to +75.0)"
    assert shown(2.5, "ratio") == "2.50×"
    assert "| ours | 3 |" in table(a=3.0).markdown()


def test_ratios_say_how_many_times_the_first_is_the_others():
    rows = with_ratios([Row("a", {"s": 6.0}), Row("b", {"s": 2.0}), Row("c", {})], "s", "r")
    assert [row.values["r"] for row in rows] == [1.0, 3.0, None]


@pytest.mark.parametrize("data", [{}, {"columns": 3}, {"title": "", "note": "", "columns": [], "rows": [3]}])
def test_malformed_tables_are_typed_errors(data):
    with pytest.raises(RecordError):
        Table.from_dict(data)


def test_a_document_gets_its_figures_between_its_markers_and_nowhere_else(tmp_path):
    text = "# Top\n<!-- figures: a -->\nold\n<!-- end -->\nmiddle <!-- x -->\n<!-- figures: b -->\nkept\n<!-- end -->\n"
    result = Result(
        part="a", fingerprint="f", origin=origin_of({"m": "model 1"}, 0.5, 4), seconds=3, tables=[table(a=1.0)]
    )
    new, missing = filled_in(text, {"a": result, "c": result})
    assert missing == ["c"]
    assert "old" not in new
    assert "**Boats**" in new
    assert "0.5 of the usual sample" in new
    assert new.startswith("# Top\n<!-- figures: a -->\n")
    assert new.endswith("<!-- end -->\nmiddle <!-- x -->\n<!-- figures: b -->\nkept\n<!-- end -->\n")
    assert filled_in(new, {"a": result})[0] == new
    broken = tmp_path / "d.md"
    broken.write_text("<!-- figures: a -->\nno end", encoding="utf-8")
    with pytest.raises(RecordError, match="no '<!-- end -->'"):
        update(broken, {})


@pytest.fixture
def compare(tmp_path, monkeypatch):
    """Run the command with two parts that count their runs; the second fails while told to."""
    runs = {"good": 0, "bad": 0}
    state = {"fails": True}

    def good(setting, report):
        runs["good"] += 1
        return [table(a=float(runs["good"]))]

    def bad(setting, report):
        runs["bad"] += 1
        if state["fails"]:
            raise ModelError("no weights")
        return [table(a=2.0)]

    monkeypatch.setattr(registry, "PARTS", {"bad": Part("bad", "fails", bad), "good": Part("good", "works", good)})
    monkeypatch.setattr("bench.compare.configuration.Setting._fingerprint", "models")
    monkeypatch.setattr("bench.compare.configuration.Setting.system", type("S", (), {"models": {"m": "one"}}))
    doc = tmp_path / "b.md"
    doc.write_text("<!-- figures: good -->\n<!-- end -->\n", encoding="utf-8")

    def run(*options):
        return CliRunner().invoke(app, ["--out", str(tmp_path / "out"), "--doc", str(doc), *options])

    return run, runs, state, doc


def test_parts_are_resumed_and_a_failing_one_stops_no_other(compare):
    run, runs, state, doc = compare
    first = run()
    assert isinstance(first.exception, ModelError)
    assert runs == {"good": 1, "bad": 1}
    assert "**Boats**" in doc.read_text(encoding="utf-8")
    state["fails"] = False
    assert run().exit_code == 0
    assert runs == {"good": 1, "bad": 2}
    assert run("good", "--again").exit_code == 0
    assert runs == {"good": 2, "bad": 2}
    assert "works" in run("--list").output


def test_an_unknown_part_is_a_typed_error(compare):
    run, *_ = compare
    assert isinstance(run("godo").exception, PolicyError)


def test_every_part_has_its_place_in_the_document():
    from pathlib import Path

    text = (Path(__file__).parents[2] / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert [name for name in PARTS if f"<!-- figures: {name} -->" not in text] == []


def test_prose_is_the_same_for_a_seed_and_as_long_as_asked():
    assert prose(5_000) == prose(5_000) != prose(5_000, seed=1)
    assert 4_900 < len(prose(5_000)) <= 5_000
    text, places = damaged_prose(5_000, 10)
    assert len(places) >= 8
    assert all(text[place] == " " and text[place + 1] != " " for place in places)
    with pytest.raises(ValueError, match="no room"):
        damaged_prose(50, 40)


def test_the_exponent_is_the_slope_of_the_logarithm():
    assert exponent([1, 10, 100], [2, 20, 200]) == pytest.approx(1)
    assert exponent([1, 10, 100], [3, 300, 30_000]) == pytest.approx(2)


def test_a_profile_gives_shares_to_textmends_modules():
    text = prose(20_000)
    found = shares(lambda: EchoIndex(text))
    assert sum(found.values()) == pytest.approx(1)
    assert found["text/echoes.py"] > 0.1
    assert KERNELS not in found


def test_paragraphs_keep_their_gaps_in_place(tmp_path):
    body = "The council of the town met again on Monday to talk about the new bridge and its costs, said Ann"
    marked = f"{body}‹ ›who left.\n\n{body} Roe, who stayed on for the rest of the day."
    bench = read_benchmark(write_lines(tmp_path / "b.jsonl", [record("a", marked, "Roe")]))
    pieces = list(cut(bench.records[0]))
    assert [len(piece.gaps) for piece in pieces] == [1, 0]
    gap = pieces[0].gaps[0]
    assert pieces[0].text[: gap.start].endswith("said Ann")
    assert pieces[0].text[gap.end :].startswith("who left")
    assert paragraph_sample(bench, 1, 0).gaps == 1


def test_parts_of_a_text_are_judged_alone_and_put_back_in_place():
    def judge(texts):
        return [sites_of([(0, 0, 0.1), (len(text) - 1, len(text), 0.9)]) for text in texts]

    (sites, nothing) = by_parts(["ab cd ", ""], judge, lambda text: [Span(0, 3), Span(3, 6)] if text else [])
    assert sites.starts.tolist() == [0, 2, 3, 5]
    assert np.allclose(sites.probabilities, [0.1, 0.9, 0.1, 0.9])
    assert not len(nothing.starts)


def test_filling_by_sentence_shows_the_sentence_and_keeps_the_gaps_places():
    text = "Ann came in May. Bob left in . All was well."
    start = text.index(" . All")
    gap = Gap(start=start, end=start + 1, probability=0.9, lengths=(0.7, 0.2, 0.1))
    shown = []

    def propose(documents):
        shown.extend(documents)
        return [
            [one.with_fills((Fill(text="June", probability=0.5, origin="model"),)) for one in d.gaps] for d in documents
        ]

    ((found,),) = by_sentence([GappedArticle(text=text, gaps=[gap], title="May")], propose)
    assert [(one.text, one.title) for one in shown] == [("Bob left in .", None)]
    assert shown[0].text[shown[0].gaps[0].start :] == " ."
    assert (found.start, found.fills[0].text) == (start, "June")
    assert any_length(GappedArticle(text=text, gaps=[gap])).gaps[0].lengths == pytest.approx((1 / 3,) * 3)


@pytest.mark.parametrize(
    ("lost", "several", "expected"),
    [
        ("Port Ellen", True, True),
        ("Port Ellen", False, False),
        ("Ellen", False, True),
        ("Elle", False, False),  # only part of a word stands there
        ("Islay", False, True),  # in the title
        ("old harbour", True, False),  # no name
        ("Port Askaig", True, False),
    ],
)
def test_a_lost_name_stands_elsewhere_in_full(lost, several, expected):
    text = "Boats leave  at noon. The old harbour of Port Ellen is small."
    gap = TrueGap(start=12, end=13, lost=lost, words=len(lost.split()), shape="name")
    one = Record(id="1", text=text, gaps=(gap,), title="Islay by boat", variant="raw", words=12)
    assert stands_elsewhere(one, gap, several) is expected
