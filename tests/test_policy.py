from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import gaps, probabilities

from textmend.errors import PolicyError
from textmend.policy import Policy
from textmend.records import Fill, Gap


def gap(probability=1.0, fill=1.0, introduces=()) -> Gap:
    fills = () if fill is None else (Fill(text="otters", probability=fill, origin="model", introduces=introduces),)
    return Gap(start=3, end=4, probability=probability, fills=fills)


@pytest.mark.parametrize(
    ("policy", "gap", "decision"),
    [
        ({}, gap(), "apply"),
        ({}, gap(1.0, 0.95), "apply"),
        ({}, gap(0.95, 1.0), "apply"),
        ({}, gap(0.97, 0.97), "keep"),  # 0.94 together
        ({}, gap(fill=None), "keep"),
        ({"unsure": "mark"}, gap(fill=None), "mark"),
        ({"unsure": "drop"}, gap(fill=None), "drop"),
        ({"unsure": "mark"}, gap(1.0, 0.89), "mark"),
        ({"apply_at": 0.5}, gap(0.75, 0.75), "apply"),
        ({"apply_at": 0.5}, gap(0.7, 0.7), "keep"),
        ({"apply_at": 1}, gap(), "apply"),
        ({"apply_at": 1}, gap(1.0, 0.999), "keep"),
        ({}, gap(introduces=("Tromsø",)), "keep"),
        ({}, gap(introduces=("17",)), "keep"),
        ({}, gap(introduces=("½",)), "keep"),
        ({"unsure": "drop"}, gap(introduces=("Tromsø",)), "drop"),
        ({"allow_names": True}, gap(introduces=("Tromsø",)), "apply"),
        ({"allow_names": True}, gap(introduces=("17",)), "keep"),
        ({"allow_numbers": True}, gap(introduces=("17",)), "apply"),
        ({"allow_numbers": True}, gap(introduces=("½",)), "apply"),
        ({"allow_numbers": True}, gap(introduces=("Tromsø",)), "keep"),
        ({"allow_numbers": True}, gap(introduces=("17", "Tromsø")), "keep"),
        ({"allow_names": True, "allow_numbers": True}, gap(introduces=("17", "Tromsø")), "apply"),
        ({"allow_names": True}, gap(introduces=("not",)), "keep"),
        ({"allow_numbers": True}, gap(introduces=("never",)), "keep"),
        ({"allow_names": True, "allow_numbers": True}, gap(introduces=("not",)), "apply"),
        ({"allow_names": True, "allow_numbers": True}, gap(1.0, 0.5, ("17", "Tromsø")), "keep"),
    ],
)
def test_decisions(policy, gap, decision):
    assert Policy(**policy).decide(gap) == decision


@pytest.mark.parametrize(("policy", "decision"), [({}, "keep"), ({"allow_uncalibrated": True}, "apply")])
def test_a_probability_that_was_never_calibrated_is_not_trusted_by_default(policy, decision):
    fill = Fill(text="otters", probability=1.0, origin="model", calibrated=False)
    assert Policy(**policy).decide(Gap(start=3, end=4, probability=1.0, fills=(fill,))) == decision


def test_only_the_first_fill_counts():
    first = Fill(text="otters", probability=0.1, origin="model")
    second = Fill(text="seals", probability=1.0, origin="source")
    assert Policy().decide(Gap(start=0, end=1, probability=1.0, fills=(first, second))) == "keep"


@given(gaps, probabilities.filter(lambda value: value > 0), st.sampled_from(["keep", "mark", "drop"]))
def test_nothing_invented_is_applied_by_default(gap, apply_at, unsure):
    decision = Policy(apply_at=apply_at, unsure=unsure).decide(gap)
    if decision == "apply":
        assert gap.fills[0].introduces == ()
        assert gap.fills[0].calibrated
        assert gap.probability * gap.fills[0].probability >= apply_at
    else:
        assert decision == unsure


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            (name, value)
            for name in ("apply_at", "find_at")
            for value in (0, -0.1, 1.01, float("nan"), float("inf"), True, None, "0.9", [0.9])
        ),
        *(("unsure", value) for value in ("guess", "", None, 1, ["keep"], "apply")),
        *(
            ("placeholder", value)
            for value in ("", " ", "\u00a0", "[\n]", "[…]\n", "[…]\r\n", "\n[…]", None, 5, b"[...]")
        ),
        *(
            (name, value)
            for name in ("allow_names", "allow_numbers", "allow_uncalibrated")
            for value in (1, 0, None, "yes")
        ),
    ],
)
def test_absurd_values_are_refused_by_name(name, value):
    with pytest.raises(PolicyError, match=name):
        Policy(**{name: value})


def test_a_mark_that_nobody_can_see_is_refused():
    with pytest.raises(PolicyError, match="placeholder"):
        Policy(placeholder="\u200b\u2060")


@pytest.mark.parametrize("placeholder", ["[…]", "▢", "[MASK]", "🕳️", "[words missing]"])
def test_visible_marks_are_taken(placeholder):
    assert Policy(placeholder=placeholder).placeholder == placeholder
