"""The measured results of the named policies. Help and docs take these figures from here.

``python -m bench.policies --update`` (in ``tests``) measures them with the embedded models and writes them. This file
imports nothing heavy, since every ``--help`` reads it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).with_name("policy_figures.json")
KEYWORDS = "keyword_loss"
"""The benchmark whose figures ``--help`` shows: lost names and content words."""


class PolicyFigures(NamedTuple):
    """The results of a policy on a benchmark.

    Attributes:
        fills: how many fills it applied.
        exact: the share of these that are exactly what stood there; NaN where there are none.
        filled: the share of the true gaps that were filled, rightly or not.
    """

    fills: int
    exact: float
    filled: float


class Measured(NamedTuple):
    """The results of policies on a sample of a benchmark: its records, its true gaps, and figures by policy."""

    records: int
    gaps: int
    policies: Mapping[str, PolicyFigures]


class Figures(NamedTuple):
    """All figures: the date, the models, and the results by benchmark."""

    date: str
    models: tuple[str, ...]
    benchmarks: Mapping[str, Measured]

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "date": self.date,
            "models": list(self.models),
            "benchmarks": {
                name: {
                    "records": one.records,
                    "gaps": one.gaps,
                    "policies": {policy: _form(figures) for policy, figures in one.policies.items()},
                }
                for name, one in self.benchmarks.items()
            },
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Figures:
        """Read the JSON form."""
        return cls(
            date=data["date"],
            models=tuple(data["models"]),
            benchmarks={
                name: Measured(
                    records=one["records"],
                    gaps=one["gaps"],
                    policies={policy: _figures(form) for policy, form in one["policies"].items()},
                )
                for name, one in data["benchmarks"].items()
            },
        )


@cache
def figures() -> Figures:
    """Return the figures of the embedded models."""
    return Figures.from_dict(json.loads(FILE.read_text(encoding="utf-8")))


def in_words() -> str:
    """Return the figures of the named policies as a sentence, the policies in their order."""
    known = list(figures().benchmarks[KEYWORDS].policies.values())
    exact = _listed(f"{one.exact * one.fills:.0f} of {one.fills}" if one.fills else "none of 0" for one in known)
    filled = _listed(f"{100 * one.filled:.2g}" for one in known)
    return f"Of the fills applied, {exact} were exactly what stood there, and {filled} % of the gaps were filled"


def _listed(parts: Iterable[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}"


def _form(one: PolicyFigures) -> dict[str, Any]:
    return {
        "fills": one.fills,
        "exact": None if math.isnan(one.exact) else round(one.exact, 4),
        "filled": round(one.filled, 4),
    }


def _figures(form: Mapping[str, Any]) -> PolicyFigures:
    exact = form["exact"]
    return PolicyFigures(fills=form["fills"], exact=math.nan if exact is None else exact, filled=form["filled"])
