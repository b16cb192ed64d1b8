"""The figures of the named policies: counted right, kept in one place, and repeated truly by help and docs."""

from __future__ import annotations

import json
import math
import re

import pytest
from fake_system import FakeSystem, fill, record, write_lines
from typer.testing import CliRunner

from bench.policies import DOCUMENT, figures_of, filled_in, markdown, measure, pinned
from textmend import policy_figures
from textmend.cli.main import app
from textmend.damage.benchmark import read_benchmark
from textmend.errors import RecordError
from textmend.evaluate.mending import mend_records
from textmend.models.registry import EMBEDDED
from textmend.policy import NAMES, Policy
from textmend.policy_figures import Figures, Measured, PolicyFigures


@pytest.fixture
def benchmark(tmp_path):
    lines = [record(str(n), f"Otter {n} ate‹ ›in‹ ›today.", "fish", "Oslo") for n in range(4)]
    return read_benchmark(write_lines(tmp_path / "bench.jsonl", lines))


@pytest.fixture
def system(benchmark):
    """Finds the first gap of each record for sure, and fills it rightly with .95, .75, .45 and wrongly with .5."""
    texts = [one.text for one in benchmark.records]
    start = [one.gaps[0].start for one in benchmark.records]
    fills = [fill("fish", 0.95), fill("fish", 0.75), fill("fish", 0.45), fill("crab", 0.5)]
    return FakeSystem(
        {text: [(at, at + 1, 1.0)] for text, at in zip(texts, start, strict=True)},
        {(text, at): [one] for text, at, one in zip(texts, start, fills, strict=True)},
    )


def test_each_policy_is_judged_by_what_it_would_apply(system, benchmark):
    measured = measure(system, benchmark)
    assert (measured.records, measured.gaps) == (4, 8)
    assert measured.policies == {
        "careful": PolicyFigures(fills=1, exact=1.0, filled=1 / 8),
        "balanced": PolicyFigures(fills=2, exact=1.0, filled=2 / 8),
        "bold": PolicyFigures(fills=4, exact=3 / 4, filled=4 / 8),
    }


def test_what_applies_nothing_has_no_share_of_exact_fills_and_passes_the_gate(benchmark):
    mended = mend_records([benchmark.records], FakeSystem({}).mend)
    assert all(math.isnan(one.exact) for one in figures_of(mended).values())
    assert pinned(mended) == {
        f"{name}_{part}": value for name in NAMES for part, value in (("exact", 1), ("filled", 0))
    }


def test_the_json_reads_back_as_written():
    known = policy_figures.figures()
    nothing = Measured(1, 1, {"careful": PolicyFigures(0, math.nan, 0.0)})
    for one in (known, Figures("2026-01-01", ("a 1",), {"keyword_loss": nothing})):
        form = json.loads(json.dumps(one.to_dict(), allow_nan=False))
        assert Figures.from_dict(form).to_dict() == form


def test_every_named_policy_is_measured_and_the_bolder_fills_more():
    for measured in policy_figures.figures().benchmarks.values():
        assert tuple(measured.policies) == NAMES
        filled = [one.filled for one in measured.policies.values()]
        assert filled == sorted(filled)


def test_the_figures_are_those_of_the_embedded_models():
    configs = [EMBEDDED / "en" / kind / "config.json" for kind in ("detector", "filler")]
    if not all(config.is_file() for config in configs):
        pytest.skip("the embedded models are missing")
    embedded = tuple(json.loads(config.read_text(encoding="utf-8"))["name"] for config in configs)
    assert policy_figures.figures().models == embedded, (
        "measure anew with  PYTHONPATH=tests python -m bench.policies --update"
    )


def test_the_document_repeats_them():
    document = DOCUMENT.read_text(encoding="utf-8")
    assert filled_in(document, policy_figures.figures()) == document, (
        "write it anew with  PYTHONPATH=tests python -m bench.policies --update"
    )
    for name in NAMES:
        assert f"| `{name}` | {Policy.named(name).apply_at:g} |" in document


def test_no_docstring_has_figures_of_its_own():
    for name in NAMES:
        assert not re.search(r"\d", getattr(Policy, name).__doc__)


@pytest.mark.parametrize("command", ["mend", "clean", "review"])
def test_help_repeats_them(command):
    shown = CliRunner().invoke(app, [command, "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"}).stdout
    words = " ".join(re.sub(r"[│|]", " ", shown).split())
    known = policy_figures.figures().benchmarks["keyword_loss"].policies.values()
    careful, balanced, bold = (f"{round(one.exact * one.fills)} of {one.fills}" for one in known)
    assert f"{careful}, {balanced} and {bold} were exactly what stood there" in words
    assert policy_figures.in_words() in words


def test_a_document_without_a_place_for_them_is_an_error():
    with pytest.raises(RecordError):
        filled_in("# Policies\n", policy_figures.figures())
    text = "# Top\n<!-- figures: policies -->\nstale\n<!-- end -->\nlast"
    new = filled_in(text, policy_figures.figures())
    assert markdown(policy_figures.figures()) in new
    assert "stale" not in new
    assert new.endswith("<!-- end -->\nlast")
