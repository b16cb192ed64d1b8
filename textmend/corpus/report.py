"""What a cleaning found, for people: text for a terminal, and a page with plots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from textmend import __version__
from textmend.corpus.entries import REASONS
from textmend.corpus.options import Options
from textmend.corpus.run import Outcome
from textmend.corpus.statistics import OTHERS, Example, SourceCount, Statistics
from textmend.report.bars import histogram, row_plot
from textmend.report.numbers import count, in_words, per_cent
from textmend.report.page import render

_TEMPLATE = Path(__file__).parent / "report.html.jinja"
_DECISIONS = {"apply": "mended", "mark": "marked", "drop": "dropped with their sentences", "keep": "open"}
_WOULD = {"apply": "would be mended", "mark": "would be marked", "drop": "would be dropped", "keep": "open"}
_SKIPPED = {"language": "are no English prose", "too_many_gaps": "are too damaged", "error": "raised an error"}
_ENOUGH_WORDS = 1_000
_PAGE_SOURCES, _PAGE_CUES = 50, 15


class Ranked(NamedTuple):
    """A source and what was found in it."""

    name: str
    found: SourceCount


def worst_sources(statistics: Statistics, most: int) -> list[Ranked]:
    """Return the sources that damage most, by gaps per 1,000 words.

    Sources of fewer than 1,000 words tell little: they come last, whatever their rate.
    """
    ranked = [Ranked(name, count) for name, count in statistics.sources.items() if count.gaps and name != OTHERS]
    ranked.sort(key=lambda one: (one.found.words < _ENOUGH_WORDS, -one.found.rate, one.name))
    return ranked[:most]


def decisions(options: Options) -> dict[str, str]:
    """Return what became of gaps, in words, by decision."""
    return _WOULD if options.annotate else _DECISIONS


def summary(statistics: Statistics, options: Options) -> list[str]:
    """Return what was found, as sentences."""
    gaps = statistics.found
    rate = 1000 * gaps / statistics.words if statistics.words else 0.0
    became = [
        f"{statistics.decisions[name]:,} {words}"
        for name, words in decisions(options).items()
        if statistics.decisions[name]
    ]
    changed = "would be changed" if options.annotate else "changed"
    lines = [
        f"{count(statistics.documents, 'document')}, {count(statistics.words, 'word')}; "
        f"{statistics.damaged:,} with gaps, {statistics.changed:,} {changed}",
        f"{count(gaps, 'gap')}, {rate:.2f} per 1,000 words" + (f": {', '.join(became)}" if became else ""),
    ]
    if statistics.dropped:
        lines.append(f"{count(statistics.dropped, 'document')} with open gaps left out")
    if statistics.skipped:
        why = [f"{number:,} {_SKIPPED.get(kind, kind)}" for kind, number in statistics.skipped.most_common()]
        lines.append(f"{count(statistics.skipped.total(), 'document')} left as they are: {', '.join(why)}")
    return lines


def certainty(example: Example) -> str:
    """Return how sure an example is: each probability by its name."""
    if example.fill is None:
        return f"gap {per_cent(example.gap)}, no proposals"
    sure = in_words(example.gap, example.fill)
    return sure if example.guess is None else f"best guess “{example.guess}”: {sure}"


def rejects(statistics: Statistics) -> list[tuple[int, str]]:
    """Return how many documents were rejected, and why, the most frequent reason first."""
    return [(count, REASONS.get(kind, kind)) for kind, count in statistics.rejects.most_common()]


def to_dict(outcome: Outcome, statistics: Statistics) -> dict[str, Any]:
    """Return the figures as JSON; ``docs/clean.md`` describes them."""
    return {
        "schema": 1,
        "kind": "textmend-cleaning",
        "textmend": __version__,
        "output": str(outcome.output),
        "rejects_file": str(outcome.rejects) if outcome.rejects else None,
        "seconds": outcome.seconds,
        **statistics.to_dict(),
    }


def to_html(outcome: Outcome, statistics: Statistics, options: Options, inputs: Sequence[str]) -> str:
    """Return the report as one HTML page.

    Args:
        outcome: what the run came to.
        statistics: what it found.
        options: what was asked for.
        inputs: what was cleaned.

    Raises:
        MissingExtraError: Jinja2 is not installed.
    """
    names = decisions(options)
    ranked = worst_sources(statistics, _PAGE_SOURCES)
    return render(
        _TEMPLATE,
        statistics=statistics,
        lines=summary(statistics, options),
        rejects=rejects(statistics),
        sources=ranked,
        more_sources=len(statistics.sources) - len(ranked),
        plots=_plots(statistics, names, ranked),
        examples=[(names[key], statistics.examples[key]) for key in names if statistics.examples.get(key)],
        certainty=certainty,
        count=count,
        outcome=outcome,
        inputs=list(inputs),
        by=options.fields.source or "input file",
        speed=f"{statistics.words / outcome.seconds:,.0f}" if outcome.seconds else "–",
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        version=__version__,
    )


def _plots(statistics: Statistics, names: dict[str, str], ranked: Sequence[Ranked]) -> list[tuple[str, str]]:
    plots = []
    if ranked:
        top = ranked[:12]
        plots.append(
            (
                "The sources that damage most",
                row_plot(
                    [one.name for one in top],
                    [one.found.rate for one in top],
                    title="Gaps per 1,000 words by source",
                    x_label="gaps per 1,000 words",
                    notes=[
                        f"{one.name}: {count(one.found.gaps, 'gap')} in {count(one.found.words, 'word')}" for one in top
                    ],
                ),
            )
        )
    if statistics.cues:
        cues = statistics.cues.most_common(_PAGE_CUES)
        plots.append(
            (
                "What can be seen at gaps",
                row_plot(
                    [name.replace("_", " ") for name, _ in cues],
                    [number for _, number in cues],
                    title="Gaps by cue",
                    x_label="gaps with this cue",
                ),
            )
        )
    for title, label, counts in (
        ("How sure the gaps are", "gap probability: that words are missing", statistics.gaps),
        ("How sure the best fills are", "joint probability: gap times best fill", statistics.fills),
    ):
        parts = {words: counts[name] for name, words in names.items() if name in counts}
        if parts:
            plots.append((title, histogram(parts, title=title, x_label=label, y_label="gaps")))
    return plots
