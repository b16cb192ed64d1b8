"""Decisions of people as tables and sentences: what was decided, and how far people agree. Draws; decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich import box
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from textmend.cli.terminal.screen import Screen, is_plain, quoted, show_line, visible
from textmend.report.numbers import count
from textmend.review.agreement import Pair, is_conflict, name_of
from textmend.review.decisions import Key, Recorded, counting, standing

SAID: dict[str, str] = {
    "not_a_gap": "not a gap",
    "keep": "a gap, left as it is",
    "mark": "to be marked",
    "drop": "its sentence is to be dropped",
    "undo": "taken back",
}
"""What is said of verdicts without words."""


def show_decisions(made: Sequence[Recorded], screen: Screen, *, history: bool = False) -> None:
    """Print what was decided, document by document, in the order of the texts.

    Args:
        made: decisions, in the order they were made.
        screen: where to print.
        history: also what was taken back, or replaced by a later decision of the same person.
    """
    stand = standing(made)
    if not stand and not (history and made):
        screen.out.print("no decisions")
        return
    shown: dict[Key, list[Recorded]] = {}
    for one in made if history else [one for found in stand.values() for one in found]:
        shown.setdefault(one.key, []).append(one)
    document: tuple[str, str | None] | None = None
    for key in sorted(shown, key=lambda key: (key[0], key[1] or "", key[2:])):
        if key[:2] != document:
            document = key[:2]
            screen.out.print(show_line(key[0], "bold"), soft_wrap=True)
        _show_gap(shown[key], stand.get(key, []), screen)
    disputed = sum(map(is_conflict, stand.values()))
    screen.out.print(
        f"{count(len(stand), 'gap')} decided" + (f"; people disagree about {disputed:,} of them" if disputed else "")
    )


def show_agreement(pairs: Sequence[Pair], disputed: Mapping[Key, Sequence[Recorded]], screen: Screen) -> None:
    """Print how far people agree, and every gap that they disagree about."""
    if not pairs:
        screen.out.print("no two people decided about the same gap without knowing the other's decision")
    else:
        screen.out.print(_pairs_table(pairs))
    for key, found in disputed.items():
        screen.out.print(show_line(f"{key[0]}, gap at {key[2]}:{key[3]}", "bold"), soft_wrap=True)
        _show_gap(found, found, screen)
    if disputed:
        told = f"{count(len(disputed), 'gap')} to settle: open a page with these decisions (textmend review … -d FILE)"
        screen.out.print(f"{told} and choose “people disagree”", soft_wrap=True)


def words_of(decision: Recorded, *, plain: bool) -> Text:
    """Return what was decided, in words."""
    if decision.text is None:
        return Text(SAID[decision.verdict])
    return quoted(visible(decision.text), plain=plain)


def _show_gap(decisions: Sequence[Recorded], stand: Sequence[Recorded], screen: Screen) -> None:
    plain = is_plain(screen.out)
    screen.out.print(Padding(_sentence(decisions[-1], screen.width - 4, plain=plain), (0, 2)), width=screen.width)
    counts = counting(stand) if stand else None
    for one in decisions:
        line = Text("", "bold" if one is counts else "") + words_of(one, plain=plain)
        facts = [
            name_of(one),
            *([one.at] if one.at else []),
            *(name for name in ("added", "settles") if getattr(one, name)),
        ]
        if one not in stand:
            facts.append("replaced" if one.verdict != "undo" else "undo")
        line += Text("  ") + show_line((", " if plain else " · ").join(facts), "dim")
        screen.out.print(Padding(line, (0, 2, 0, 4)), width=screen.width)


def _sentence(decision: Recorded, width: int, *, plain: bool) -> Text:
    """Return one line of what stands around a gap, in whole words."""
    mark, dots = ("[_]", "...") if plain else ("▢", "…")
    reach = max(8, (width - len(mark) - 2) // 2 - len(dots))
    before, after = (" ".join(side.split()) for side in (decision.quote.prefix, decision.quote.suffix))
    if len(before) > reach:
        before = dots + before[-reach:].partition(" ")[2]
    if len(after) > reach:
        after = after[:reach].rpartition(" ")[0] + dots
    return show_line(f"{before} {mark} {after}", "dim")


def _pairs_table(pairs: Sequence[Pair]) -> Table:
    table = Table(title="How far people agree", title_justify="left", box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0))
    table.add_column("", overflow="fold")
    for column in (
        "gaps of both",
        "same answer %",
        "same verdict %",
        "kappa: a gap?",
        "kappa: verdict",
        "same words %",
    ):
        table.add_column(column, justify="right", min_width=max(map(len, column.split())))
    for pair in pairs:
        table.add_row(
            show_line(f"{pair.first}, {pair.second}"),
            f"{pair.gaps:,}",
            _percent(pair.same_answer, pair.gaps),
            _percent(pair.same_verdict, pair.gaps),
            _kappa(pair.kappa_gap),
            _kappa(pair.kappa_verdict),
            _percent(pair.same_words, pair.both_filled),
        )
    return table


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}" if whole else "–"


def _kappa(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
