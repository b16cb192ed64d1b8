"""What a cleaning found, drawn on a terminal. The page is ``textmend.corpus.report``'s."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from textmend.cli.terminal.screen import Screen, is_plain, show_line
from textmend.corpus.statistics import OPEN
from textmend.report.numbers import count, per_cent

if TYPE_CHECKING:
    from textmend.corpus.options import Options
    from textmend.corpus.run import Outcome
    from textmend.corpus.statistics import Example, Statistics

_SOURCES, _CUES, _EXAMPLES = 10, 8, 3
_BEFORE, _AFTER = 50, 40


def draw_report(outcome: Outcome, statistics: Statistics, options: Options, screen: Screen) -> None:
    """Draw what a run found on standard error."""
    from textmend.corpus import report

    err, plain = screen.err, is_plain(screen.err)
    speed = f" ({statistics.words / outcome.seconds:,.0f} words/s)" if outcome.seconds else ""
    err.print(show_line(str(outcome.output), "bold") + Text(f": {outcome.seconds:,.0f} s{speed}"), soft_wrap=True)
    for line in report.summary(statistics, options):
        err.print(Padding(show_line(line), (0, 2)))
    if outcome.passed_over:
        err.print(Padding(Text(f"{count(outcome.passed_over, 'file')} of no known format passed over"), (0, 2)))
    if statistics.rejected:
        err.print(Padding(Text(f"{count(statistics.rejected, 'document')} rejected: ", "yellow")
                          + show_line(str(outcome.rejects)), (0, 2)))  # fmt: skip
        for number, reason in report.rejects(statistics):
            err.print(Padding(show_line(f"{number:,}: {reason}"), (0, 4)))
    ranked = report.worst_sources(statistics, _SOURCES)
    if ranked and len(statistics.sources) > 1:
        rows = [
            (show_line(name), f"{one.documents:,}", f"{one.words:,}", f"{one.gaps:,}", f"{one.rate:.2f}")
            for name, one in ranked
        ]
        err.print(_table(("the sources that damage most", "documents", "words", "gaps", "per 1,000 words"), rows))
    if statistics.cues:
        shares = [
            (show_line(cue.replace("_", " ")), f"{number:,}", per_cent(number / statistics.found))
            for cue, number in statistics.cues.most_common(_CUES)
        ]
        err.print(_table(("what can be seen at gaps", "gaps", "share"), shares))
    for name, words in report.decisions(options).items():
        for example in statistics.examples.get(name, [])[:_EXAMPLES]:
            sure = show_line(f"  {report.certainty(example)}", "dim")
            err.print(Padding(Text(f"{words}: ") + _in_context(example, plain=plain) + sure, (0, 2)))


def _in_context(example: Example, *, plain: bool) -> Text:
    opening, closing = ("<", ">") if plain else ("⟨", "⟩")
    style = "bold green" if example.decision == "apply" else "bold magenta"
    words = "_" if plain and example.here == OPEN else example.here
    here = show_line(words, style) if example.here == OPEN else Text(opening) + show_line(words, style) + Text(closing)
    dots = "..." if plain else "…"
    before, after = example.before, example.after
    if len(before) > _BEFORE:
        before = dots + before[-_BEFORE:].partition(" ")[2]
    if len(after) > _AFTER:
        after = after[:_AFTER].rpartition(" ")[0] + dots
    return show_line(before, "dim") + here + show_line(after, "dim")


def _table(heading: tuple[str, ...], rows: list[tuple[Any, ...]]) -> Padding:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column(heading[0], overflow="fold")
    for name in heading[1:]:
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return Padding(table, (1, 2, 0, 2))
