"""Making benchmarks from texts with known links and from pages."""

from __future__ import annotations

import json

import pytest
import typer
from fake_system import perfect, write_lines
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from textmend.cli.damage import damage as damage_command
from textmend.cli.evaluate import evaluate as evaluate_command
from textmend.damage.articles import LinkedText
from textmend.damage.benchmark import read_benchmark
from textmend.damage.make import loseable, make_records, read_sources
from textmend.errors import FileError, RecordError, TextmendError

TEXT = "The fleet left Oslo on Monday, said Ann Roe. The council met late (again)."


def article(*links, text=TEXT):
    spans = tuple((text.index(words), text.index(words) + len(words)) for words in links)
    return LinkedText(text, spans, "Fleet leaves")


def made(*links, text=TEXT, **options):
    return list(make_records([("x", article(*links, text=text))], **options))


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ("raw", "The fleet left  on , said Ann Roe. The council met late ()."),
        ("collapsed", "The fleet left on , said Ann Roe. The council met late ()."),
        ("tidy", "The fleet left on, said Ann Roe. The council met late ()."),
    ],
)
def test_links_lose_their_text_as_the_variant_says(variant, expected):
    (one,) = made("Oslo", "Monday", "again", variant=variant)
    assert one["text"] == expected
    assert [gap["lost"] for gap in one["gaps"]] == ["Oslo", "Monday", "again"]
    assert [gap["shape"] for gap in one["gaps"]] == ["name", "name", "word"]
    assert (one["title"], one["original"], one["variant"]) == ("Fleet leaves", TEXT, variant)


def test_what_is_lost_depends_on_seed_and_id_alone():
    many = [(str(n), article("Oslo", "Monday", "Ann Roe", "council")) for n in range(30)]
    one = {record["id"]: record for record in make_records(many, share=0.5, seed=3)}
    other = {record["id"]: record for record in make_records(many[::-1], share=0.5, seed=3)}
    assert one == other
    assert len({record["variant"] for record in one.values()}) == 3
    assert list(make_records(many, share=0.5, seed=4)) != list(make_records(many, share=0.5, seed=3))


def test_links_that_extractors_or_readers_would_not_miss_are_left_alone():
    for link in ("eet", "The council met late", "The fleet left Oslo on Monday, said Ann Roe. The", "(", "M"):
        assert loseable(article(link)) == [], link
    assert made("eet") == []


def test_links_that_touch_count_as_one_and_spaces_are_trimmed():
    text = "The fleet left Oslo on Monday with all hands and much fish."
    one = LinkedText(text, ((14, 19), (19, 23), (22, 29)))
    assert [text[start:end] for start, end in loseable(one)] == ["Oslo on Monday"]


@given(st.lists(st.tuples(st.integers(0, len(TEXT)), st.integers(0, 20)), max_size=6), st.sampled_from(["raw", "tidy"]))
def test_made_records_read_as_benchmarks(tmp_path_factory, spans, variant):
    links = tuple((start, min(len(TEXT), start + length)) for start, length in spans)
    records = list(make_records([("x", LinkedText(TEXT, links))], variant=variant))
    if records:
        path = write_lines(tmp_path_factory.mktemp("made") / "b.jsonl", records)
        assert read_benchmark(path).gaps == len(records[0]["gaps"])


def test_texts_with_links_are_read_in_both_forms(tmp_path):
    path = write_lines(
        tmp_path / "t.jsonl",
        [
            {"id": "one", "text": TEXT, "links": [[15, 19]]},
            {"paragraphs": [{"text": "Whole one.", "links": []}, {"text": TEXT, "links": [[15, 19]]}]},
        ],
    )
    (one, first), (two, second) = read_sources([path])
    assert (one, two) == ("one", "t.jsonl:2")
    assert [a.text[slice(*a.links[0])] for a in (first, second)] == ["Oslo", "Oslo"]


def test_broken_sources_are_typed_errors(tmp_path):
    path = write_lines(tmp_path / "t.jsonl", [{"text": TEXT, "links": [[3]]}])
    with pytest.raises(RecordError, match=r"t\.jsonl:1.*is no link"):
        list(read_sources([path]))
    with pytest.raises(FileError, match="can't be read"):
        list(read_sources([tmp_path / "none.jsonl"]))


PAGE = """<!doctype html><html><head><title>Fleet &amp; fish</title><script>var p = "<p>no</p>"</script></head><body>
<nav><p>Home is where the <a href="/">long menu of many links</a> is, and more words.</p></nav>
<p>The fleet left <a href="/oslo"> <b>Oslo</b>
harbour</a> on Monday,<br>said <a name="x">Ann Roe</a> of the <a href=/c>coast guard</a>.</p>
<p>Short one.</p><p><a href="/all">A paragraph that is one link and nothing else but that</a></p>
<aside><p>Read also what the <a href="/x">sea</a> did to many small boats.</p></aside>
<p>Nets were lost<!-- comment --> <i>again</i> off <a href="/t">Troms\u00f8</a> that week, it said.</p></body></html>"""


def test_pages_give_running_text_with_links():
    from textmend.damage.pages import article_of

    found = article_of(PAGE.encode("utf-8"))
    assert found.title == "Fleet & fish"
    assert found.text == (
        "The fleet left Oslo harbour on Monday, said Ann Roe of the coast guard.\n\n"
        "Nets were lost again off Tromsø that week, it said."
    )
    assert [found.text[start:end] for start, end in found.links] == ["Oslo harbour", "coast guard", "Tromsø"]


def test_a_page_without_html_is_a_typed_error():
    from textmend.damage.pages import article_of

    with pytest.raises(TextmendError, match="holds no HTML"):
        article_of(b"")


@pytest.fixture
def app():
    app = typer.Typer()
    app.command()(evaluate_command)
    app.command()(damage_command)
    return app


def test_damage_writes_a_benchmark_from_pages_and_texts(app, tmp_path):
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    texts = write_lines(tmp_path / "t.jsonl", [{"id": "one", "text": TEXT, "links": [[15, 19]]}])
    out = tmp_path / "bench.jsonl"
    result = CliRunner().invoke(
        app, ["damage", str(tmp_path / "page.html"), str(texts), "-o", str(out), "--variant", "tidy"]
    )
    assert result.exit_code == 0, result.output
    bench = read_benchmark(out)
    assert [(one.id, len(one.gaps)) for one in bench.records] == [("page.html", 3), ("one", 1)]


def test_evaluate_writes_its_reports(app, tmp_path, monkeypatch):
    pytest.importorskip("jinja2")
    bench = write_lines(tmp_path / "b.jsonl", made("Oslo", "Monday"))
    clean = write_lines(tmp_path / "c.jsonl", [{"text": "Otters swim."}])
    system = perfect(read_benchmark(bench).records)

    class FakeMenderSystem(type(system)):
        def __init__(self, mender):
            super().__init__(system.sites, system.fills)
            self.mender = mender
            self.models = {"detector": "d", "filler": "f"}

    monkeypatch.setattr("textmend.evaluate.system.MenderSystem", FakeMenderSystem)
    monkeypatch.setattr("textmend.loading.locate", lambda name, kind: tmp_path)
    page, figures = tmp_path / "r.html", tmp_path / "r.json"
    result = CliRunner().invoke(
        app,
        [
            "evaluate",
            str(bench),
            "--clean",
            str(clean),
            "--json",
            str(figures),
            "--html",
            str(page),
            "--resamples",
            "5",
        ],
    )
    assert result.exit_code == 0, result.output
    data = json.loads(figures.read_text())
    assert data["benchmarks"][0]["figures"]["filling"]["top_1"]["value"] == 1
    assert data["models"] == {"detector": "d", "filler": "f"}
    assert "<svg" in page.read_text(encoding="utf-8")
