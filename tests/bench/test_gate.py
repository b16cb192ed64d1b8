"""The gate: green on what is pinned, red when a floor is broken or the data differ, and never lowered by accident."""

from __future__ import annotations

import hashlib
import io
import json
import math
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer
from fake_system import FakeSystem, fill, perfect, record, write_lines
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from typer.testing import CliRunner

from bench.gate import (
    Gate,
    Limit,
    Source,
    Suite,
    decide,
    failures,
    main,
    measure,
    read_gate,
    updated,
    write_gate,
)
from textmend.damage.benchmark import read_benchmark
from textmend.errors import RecordError
from textmend.policy import NAMES

CLEAN = "The otters swam all day."


@pytest.fixture
def folder(tmp_path):
    write_lines(
        tmp_path / "bench.jsonl", [record(str(n), f"Otter {n} ate‹ ›in‹ ›today.", "fish", "Oslo") for n in range(6)]
    )
    write_lines(tmp_path / "clean.jsonl", [{"text": CLEAN}])
    return tmp_path


@pytest.fixture
def system(folder):
    return perfect(read_benchmark(folder / "bench.jsonl").records)


@pytest.fixture
def gate(folder):
    def digest(name):
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()

    def limit(figure, bound, noise, at_least=True):
        return Limit(figure=figure, bound=bound, noise=noise, at_least=at_least)

    return Gate(
        seed=1,
        suites=(
            Suite(
                name="dev",
                sources=(
                    Source(file="bench.jsonl", sha256=digest("bench.jsonl"), records=4, fill_gaps=4, mend_gaps=4),
                    Source(file="clean.jsonl", sha256=digest("clean.jsonl"), clean=True),
                ),
                limits=(
                    limit("bench/detection/average_precision", 0.9, 0.01),
                    limit("bench/filling/top_1", 0.5, 0.02),
                    limit("bench/mending/harm", 5.0, 1.0, at_least=False),
                    limit("clean/detection/false_gaps", 2.0, 0.5, at_least=False),
                    limit("clean/mending/harm", 1.0, 0.1, at_least=False),
                ),
            ),
        ),
    )


@pytest.fixture
def console():
    return Console(file=io.StringIO(), width=200)


def said(console):
    return console.file.getvalue()


def test_a_good_system_passes(system, gate, folder, console):
    assert decide(system, gate, {"dev": folder}, None, allow_lower=False, console=console)
    assert "the gate is green" in said(console)
    assert "FAILS" not in said(console)


def test_a_floor_broken_on_purpose_turns_the_gate_red(system, gate, folder, console):
    blind = FakeSystem({}, system.fills)
    assert not decide(blind, gate, {"dev": folder}, None, allow_lower=False, console=console)
    assert "FAILS" in said(console)
    assert "bench/detection/average_precision is 0.0000; pinned at least 0.9" in said(console)


def test_a_raised_floor_turns_the_gate_red_for_the_same_system(system, gate, folder, console):
    (suite,) = gate.suites
    broken = tuple(
        replace(limit, bound=1.5) if limit.figure == "bench/filling/top_1" else limit for limit in suite.limits
    )
    raised = replace(gate, suites=(replace(suite, limits=broken),))
    assert not decide(system, raised, {"dev": folder}, None, allow_lower=False, console=console)
    assert "bench/filling/top_1 is 1.0000; pinned at least 1.5" in said(console)
    assert "the gate is red" in said(console)


def test_harm_turns_the_gate_red(system, gate, folder, console):
    start = CLEAN.index(" swam")
    wild = FakeSystem({**system.sites, CLEAN: [(start, start + 1, 0.99)]}, system.fills)
    assert not decide(wild, gate, {"dev": folder}, None, allow_lower=False, console=console)
    assert "clean/detection/false_gaps is 2000.0000; pinned at most 2" in said(console)


def test_other_data_turn_the_gate_red(system, gate, folder, console):
    with (folder / "bench.jsonl").open("a") as lines:
        lines.write("\n")
    assert not decide(system, gate, {"dev": folder}, None, allow_lower=False, console=console)
    assert "bench.jsonl: the data differ" in said(console)


def test_a_figure_that_is_not_measured_fails(system, gate, folder):
    (suite,) = gate.suites
    unknown = Limit(figure="bench/detection/typo", bound=0.0, noise=0.1, at_least=True)
    measured = measure(system, suite, folder, 1)
    assert failures(replace(suite, limits=(unknown,)), measured) == [
        "bench/detection/typo is not measured; pinned at least 0, noise 0.1"
    ]
    with pytest.raises(RecordError, match="can't be pinned"):
        updated(replace(suite, limits=(unknown,)), measured, allow_lower=True)


def test_a_suite_without_its_folder_is_left_out_and_said_so(system, gate, folder, console):
    both = replace(gate, suites=(*gate.suites, replace(gate.suites[0], name="fixtures")))
    missing = folder / "nowhere"
    assert decide(system, both, {"dev": missing, "fixtures": folder}, None, allow_lower=False, console=console)
    assert "dev: left out, for" in said(console)
    assert not decide(system, gate, {"dev": missing}, None, allow_lower=False, console=console)


def test_what_a_named_policy_applies_can_be_pinned(system, gate, folder, console):
    (suite,) = gate.suites
    limits = tuple(
        Limit(figure=f"bench/policies/{name}_{part}", bound=bound, noise=0.0, at_least=True)
        for name in NAMES
        for part, bound in (("exact", 1.0), ("filled", 1.0))
    )
    pinned = replace(gate, suites=(replace(suite, limits=limits),))
    assert decide(system, pinned, {"dev": folder}, None, allow_lower=False, console=console)
    unsure = FakeSystem(system.sites, {place: [fill("crab", 0.5)] for place in system.fills})
    assert not decide(unsure, pinned, {"dev": folder}, None, allow_lower=False, console=console)
    assert "bench/policies/careful_filled is 0.0000" in said(console)
    assert "bench/policies/bold_exact is 0.0000" in said(console)
    assert "bench/policies/bold_filled is" not in said(console)


def test_update_raises_floors_and_lowers_ceilings(system, gate, folder, console, tmp_path):
    target = tmp_path / "gate.json"
    assert decide(system, gate, {"dev": folder}, target, allow_lower=False, console=console)
    pinned = {limit.figure: limit.bound for limit in read_gate(target).suites[0].limits}
    assert pinned["bench/filling/top_1"] == 1
    assert pinned["clean/detection/false_gaps"] == 0


def test_update_refuses_to_lower_and_writes_nothing(system, gate, folder, console, tmp_path):
    target = tmp_path / "gate.json"
    blind = FakeSystem({}, system.fills)
    with pytest.raises(RecordError, match="nothing was pinned") as caught:
        decide(blind, gate, {"dev": folder}, target, allow_lower=False, console=console)
    assert "bench/detection/average_precision" in str(caught.value)
    assert not target.exists()
    assert decide(blind, gate, {"dev": folder}, target, allow_lower=True, console=console)
    pinned = {limit.figure: limit.bound for limit in read_gate(target).suites[0].limits}
    assert pinned["bench/detection/average_precision"] == 0


def test_update_refuses_other_data_without_the_flag(system, gate, folder, tmp_path, console):
    with (folder / "bench.jsonl").open("a") as lines:
        lines.write("\n")
    with pytest.raises(RecordError, match="the data differ"):
        decide(system, gate, {"dev": folder}, tmp_path / "g.json", allow_lower=False, console=console)
    assert decide(system, gate, {"dev": folder}, tmp_path / "g.json", allow_lower=True, console=console)
    assert decide(system, read_gate(tmp_path / "g.json"), {"dev": folder}, None, allow_lower=False, console=console)


def test_a_figure_worse_within_its_noise_leaves_its_floor_alone(system, gate, folder):
    (suite,) = gate.suites
    high = replace(suite, limits=(Limit(figure="bench/filling/top_1", bound=1.01, noise=0.02, at_least=True),))
    assert updated(high, measure(system, high, folder, 1), allow_lower=False).limits == high.limits


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 0.1), st.booleans())
def test_a_limit_moved_to_a_figure_lets_it_pass(bound, value, noise, at_least):
    limit = Limit(figure="x", bound=bound, noise=noise, at_least=at_least)
    moved = limit.moved(value)
    assert moved.worse(value) <= 1e-12
    assert abs(moved.bound - value) <= 1.0001e-4
    assert not limit.passes(math.nan)


def test_the_gate_file_reads_back_as_written(gate, tmp_path):
    wild = Suite(name="wild", sources=(Source(file="cases.jsonl", sha256="0", wild=True),), limits=())
    gate = replace(gate, suites=(*gate.suites, wild))
    write_gate(gate, tmp_path / "g.json")
    assert read_gate(tmp_path / "g.json") == gate


@pytest.mark.parametrize("text", ["", "[]", '{"schema": 9}', '{"schema": 1, "seed": 0, "suites": {"x": {}}}'])
def test_broken_gate_files_are_typed_errors(tmp_path, text):
    (tmp_path / "g.json").write_text(text)
    with pytest.raises(RecordError, match=r"g\.json"):
        read_gate(tmp_path / "g.json")


def test_the_projects_own_gate_pins_the_fixtures_that_are_there():
    root = Path(__file__).parents[2]
    gate = read_gate(root / "tests" / "bench" / "gate.json")
    suites = {suite.name: suite for suite in gate.suites}
    assert set(suites) == {"dev", "fixtures", "wild"}
    for source in suites["fixtures"].sources:
        found = hashlib.sha256((root / "fixtures" / source.file).read_bytes()).hexdigest()
        assert found == source.sha256, f"{source.file} changed: pin it with --update"
    parts = {limit.figure.split("/", 1)[1] for limit in suites["dev"].limits}
    assert parts >= {
        *(f"detection/{name}" for name in ("average_precision", "f1", "recall_at_90_precision", "ece", "false_gaps")),
        *(f"filling/{name}" for name in ("top_1", "top_5", "top_20", "ece")),
        "mending/harm",
    }
    assert json.loads((root / "tests" / "bench" / "gate.json").read_text())["schema"] == 1


def test_wild_cases_need_the_public_face(system, folder):
    write_lines(folder / "cases.jsonl", [{"id": "1", "kind": "bait", "text": CLEAN, "gaps": []}])
    suite = Suite(name="wild", sources=(Source(file="cases.jsonl", sha256="0", wild=True),), limits=())
    with pytest.raises(RecordError, match="a Mender is needed"):
        measure(system, suite, folder, 1)
    system.mender = SimpleNamespace(find_gaps=lambda texts: [[] for _ in texts])
    assert measure(system, suite, folder, 1).figures == {
        "cases/text/found": 0.0,
        "cases/text/false": 0.0,
        "cases/pages/right": 0.0,
        "cases/pages/wrong_words": 0.0,
    }


def test_the_command_exits_1_when_red_and_0_when_green(system, gate, folder, tmp_path, monkeypatch):
    write_gate(gate, tmp_path / "g.json")
    app = typer.Typer()
    app.command()(main)
    monkeypatch.setattr("textmend.loading.locate", lambda name, kind: tmp_path)
    options = ["--gate", str(tmp_path / "g.json"), "--data", str(folder), "--fixtures", str(tmp_path / "none")]
    options += ["--wild", str(tmp_path / "none")]

    def exit_code(measured, *more):
        monkeypatch.setattr("textmend.evaluate.system.MenderSystem", lambda mender: measured)
        return CliRunner().invoke(app, [*options, *more]).exit_code

    assert exit_code(system) == 0
    assert exit_code(FakeSystem({}, system.fills)) == 1
    assert exit_code(FakeSystem({}, system.fills), "--update") == 1
    assert read_gate(tmp_path / "g.json") == gate
    assert exit_code(system, "--update") == 0
    assert read_gate(tmp_path / "g.json") != gate
