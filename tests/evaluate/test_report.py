"""The report: JSON that machines read, a page that holds its plots and escapes hostile text."""

from __future__ import annotations

import html.parser
import io
import json
import re
from xml.etree import ElementTree

import pytest
from fake_system import FakeSystem, fill, record, write_lines
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from textmend.damage.benchmark import read_benchmark
from textmend.evaluate.page import rank_shares, to_html, worst_false_gaps, worst_fills, worst_missed_gaps
from textmend.evaluate.report import provenance, show, to_dict
from textmend.evaluate.run import Plan, evaluate_system
from textmend.report.bars import bar_plot, histogram, row_plot
from textmend.report.page import visible
from textmend.report.plots import Series, line_plot

pytest.importorskip("jinja2")

HOSTILE = "<script>alert(1)</script>"
MARKED = f"{HOSTILE} sank‹ ›off \"Oslo' & {{{{ 7*7 }}}} \ud800\u202e\x00 on‹ ›Monday."


@pytest.fixture
def evaluation(tmp_path):
    items = [
        record(
            f"<b>{n}</b>",
            f"{MARKED} It was {variant}.",
            "<img src=x onerror=alert(2)>",
            "</bdi><i>cold</i>",
            variant=variant,
        )
        for n, variant in enumerate(("raw", "collapsed", "tidy"))
    ]
    bench = read_benchmark(write_lines(tmp_path / "bench.jsonl", items))
    text = f"Whole {HOSTILE} text."
    clean = read_benchmark(write_lines(tmp_path / "clean.jsonl", [{"text": text}]), clean=True)
    one = bench.records[0]
    start = one.gaps[0].start
    system = FakeSystem(
        {one.text: [(start, start + 1, 0.9), (start + 4, start + 5, 0.95)], text: [(5, 6, 0.99)]},
        {(one.text, start): [fill("<svg onload=alert(3)>", 0.98)], (text, 5): [fill("<u>milk</u>", 0.99)]},
    )
    return evaluate_system(system, [bench], [clean], Plan(resamples=20, known_lengths=True))


@pytest.fixture
def page(evaluation):
    return to_html(evaluation, provenance({"detector": "<em>d</em>", "filler": "f"}, {"seed": 1}))


class Tags(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []
        self.depth = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def tags(page):
    parser = Tags()
    parser.feed(page)
    return parser.found


def test_hostile_text_stays_text(page):
    names = {tag for tag, _ in tags(page)}
    assert names.isdisjoint({"script", "img", "i", "b-", "em", "u", "iframe"})
    assert not any(name.startswith("on") for _, attributes in tags(page) for name in attributes)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7*7 }}" in page
    assert "49" not in re.findall(r"&amp; (\S+)", page)


def test_characters_that_cannot_be_seen_are_shown_by_their_code(page):
    assert "⟨D800⟩" in page
    assert "⟨202E⟩" in page
    assert "⟨0000⟩" in page
    page.encode("utf-8")


def test_nothing_is_loaded_from_the_network(page):
    assert not re.search(r"""(?:src|href|url|@import|action)\s*[=(:]""", page.replace("&lt;img src=x", ""))
    policies = [attributes["content"] for tag, attributes in tags(page) if attributes.get("http-equiv")]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_the_page_holds_its_plots(page):
    titles = {attributes["aria-label"] for _, attributes in tags(page) if "aria-label" in attributes}
    assert titles >= {
        "Precision and recall by white-space variant",
        "Precision and recall by shape",
        "Reliability of gap probabilities",
        "Reliability of first fills",
        "Rank of the lost words among the fills, all",
        "What mending would do at other thresholds",
    }
    assert "prefers-color-scheme: dark" in page


def test_the_worst_errors_come_first(evaluation):
    (result,) = evaluation.benchmarks
    (clean,) = evaluation.clean
    assert [case.probability for case in worst_false_gaps(result.detection.judged, 0.5)] == [0.95]
    missed = worst_missed_gaps(result.detection.judged, 0.5)
    assert len(missed) == 5
    assert {case.probability for case in missed} == {0.0}
    (wrong,) = worst_fills(result.filling)
    assert wrong.here == "<svg onload=alert(3)>"
    assert "lost: “<img src=x onerror=alert(2)>”" in wrong.note
    assert clean.figures["mending"]["harm"].value == pytest.approx(10_000 / 3)


def test_the_json_form_reads_back_and_names_its_data(evaluation, tmp_path):
    text = json.dumps(to_dict(evaluation, provenance({"detector": "d"})), allow_nan=False)
    data = json.loads(text)
    assert (data["schema"], data["kind"], data["models"]) == (1, "textmend-evaluation", {"detector": "d"})
    (bench,) = data["benchmarks"]
    assert bench["sha256"] == read_benchmark(tmp_path / "bench.jsonl").digest
    assert bench["gaps"] == 6
    assert bench["figures"]["detection"]["precision"]["value"] == 0.5
    assert (
        bench["figures"]["mending"]["precision"]["low"] is None or bench["figures"]["mending"]["precision"]["low"] >= 0
    )
    assert set(bench["counts"]) >= {"detection", "detection/raw", "filling", "filling/known length", "filling/words 1"}
    assert data["clean"][0]["figures"]["detection"]["false_gaps"]["value"] == pytest.approx(10_000 / 3)


@pytest.mark.parametrize("width", [160, 80])
def test_the_table_shows_every_part_and_cuts_nothing(evaluation, width):
    console = Console(file=io.StringIO(), width=width)
    show(evaluation, console)
    said = console.file.getvalue()
    assert not re.search(r"\w…", said)
    for words in (
        "average",
        "recall at",
        "collapsed",
        "top-20",
        "known length",
        "harm per 10,000 words",
        "beside a true one",
    ):
        assert words in said


def test_without_fills_the_report_says_what_it_has(tmp_path):
    bench = read_benchmark(write_lines(tmp_path / "b.jsonl", [record("x", "A‹ ›b.", "c")]))
    evaluation = evaluate_system(FakeSystem({}), [bench], [], Plan(fills=False, resamples=0))
    page = to_html(evaluation, provenance({}))
    assert "Rank of the lost words" not in page
    assert "Missed gaps" in page


@given(st.text(st.characters(exclude_categories=()), max_size=30))
def test_any_text_can_be_shown(text):
    shown = visible(text)
    shown.encode("utf-8")
    assert all(char.isprintable() or char in "\t\xa0" for char in shown)


@given(st.lists(st.integers(0, 40), max_size=40))
def test_rank_histograms_hold_every_gap_once(ranks):
    labels, shares = rank_shares(ranks)
    assert len(labels) == len(shares)
    assert sum(shares) == pytest.approx(1.0 if ranks else 0.0)


numbers = st.floats(allow_nan=True, allow_infinity=True) | st.floats(0, 1)


@given(st.lists(st.tuples(numbers, numbers), max_size=20), st.text(st.characters(codec="utf-8", min_codepoint=32)))
def test_plots_are_well_formed_whatever_they_show(points, name):
    xs, ys = [x for x, _ in points], [y for _, y in points]
    series = [Series(name, xs, ys, sizes=[1.0] * len(xs), notes=[name] * len(xs)), Series("b", [0, 1], [0, 1])]
    root = ElementTree.fromstring(line_plot(series, title=name, x_label="<x>", y_label="&y", diagonal=True))
    dots = root.findall("circle")
    assert len(dots) == sum(0 <= x <= 1 and 0 <= y <= 1 for x, y in points)
    assert all(40 <= float(dot.get("cx")) <= 380 and 0 <= float(dot.get("cy")) <= 300 for dot in dots)


def test_long_lines_are_thinned_and_keep_their_ends():
    size = 5000
    plot = line_plot(
        [Series("a", [i / size for i in range(size + 1)], [0.5] * (size + 1))], title="t", x_label="x", y_label="y"
    )
    line = ElementTree.fromstring(plot).find("polyline").get("points").split()
    assert len(line) <= 240
    assert (line[0], line[-1]) == ("46.0,138.0", "368.0,138.0")


def sizes(root, side):
    """How long each bar of a plot is, in per cent of the longest there could be."""
    return [
        float(bar.get("style").removeprefix(f"{side}: ").removesuffix("%"))
        for bar in root.iter("span")
        if bar.get("style")
    ]


def test_bars_are_as_high_as_their_shares():
    root = ElementTree.fromstring(bar_plot(["1", "none"], [0.2, 0.1], title="t", x_label="x", y_label="y"))
    assert sizes(root, "height") == [80, 40]  # of a quarter, the least round share above both
    assert [value.text for value in root.iter("b")] == ["20 %", "10 %"]


def test_rows_are_as_long_as_their_values():
    root = ElementTree.fromstring(row_plot(["a", "<b>", "c"], [4, 1, 0], title="t", x_label="x"))
    assert sizes(root, "width") == [100, 25, 0]
    assert [value.text for value in root.iter("b")] == ["4", "1", "0"]
    assert ElementTree.fromstring(row_plot([], [], title="t", x_label="x")).find("p").text == "x"


@given(
    st.integers(1, 8).flatmap(
        lambda bins: st.dictionaries(
            st.text(st.characters(codec="utf-8", min_codepoint=32), max_size=5),
            st.lists(st.integers(0, 10**6), min_size=bins, max_size=bins),
            max_size=4,
        )
    )
)
def test_a_histogram_stacks_its_parts_and_stays_inside(parts):
    root = ElementTree.fromstring(histogram(parts, title="t", x_label="x", y_label="gaps"))
    (field,) = (node for node in root.iter("div") if node.get("class") == "field")
    top = int(next(root.iter("span")).text.replace(",", ""))
    for column, counts in zip(field, zip(*parts.values(), strict=True), strict=False):
        assert sum(sizes(column, "height")) == pytest.approx(100 * sum(counts) / top, abs=0.05)
        assert sum(counts) <= top
    assert len(list(root.iter("li"))) == (len(parts) if len(parts) > 1 else 0)


def test_line_ends_in_a_row_are_one_sign():
    assert visible("One.\n\n \r\nTwo.\nThree.") == "One. ¶ Two. ¶ Three."


def test_errors_are_shown_in_whole_words(tmp_path):
    lines = [record("long", f"{'earlier ' * 40}the‹ ›of the{' later' * 40}", "mayor")]
    bench = read_benchmark(write_lines(tmp_path / "bench.jsonl", lines))
    evaluation = evaluate_system(FakeSystem({}, {}), [bench], [], Plan(fills=False, resamples=0))
    (case,) = worst_missed_gaps(evaluation.benchmarks[0].detection.judged, 0.5)
    assert case.before.startswith("…earlier ")
    assert (case.before[-4:], case.here, case.after[:3]) == ("the ", "mayor", " of")
    assert case.after.endswith(" later…")
