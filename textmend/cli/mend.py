"""``textmend mend``: the words that are sure, put back."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from textmend.cli import run
from textmend.cli.inputs import sources
from textmend.cli.options import (
    AllowNames,
    AllowNumbers,
    ApplyAt,
    At,
    Backup,
    CacheFolder,
    Debug,
    Detector,
    Encoding,
    Fast,
    Files,
    Filler,
    Html,
    HtmlDir,
    Ignore,
    Include,
    InPlace,
    Json,
    KnownWords,
    MostGaps,
    NoCache,
    NoColor,
    OfForeign,
    OutputTree,
    Placeholder,
    PolicyName,
    Ranking,
    References,
    Threads,
    Title,
    flag,
)
from textmend.cli.outputs import targets, write_bytes, write_json
from textmend.cli.policies import policy_of
from textmend.cli.sources import about, told_again, with_pages
from textmend.cli.terminal.article import Places, label, page, with_edits
from textmend.cli.terminal.diff import draw_diff, unified_diff
from textmend.cli.terminal.screen import Screen, is_plain, quoted, show_line, visible
from textmend.edits.mended import Mended
from textmend.errors import FileError
from textmend.files import STDIN, Document, back_up, write_text
from textmend.policy import FIND_AT, Policy, Unsure
from textmend.records import Gap
from textmend.report.numbers import count, per_cent

app = typer.Typer(add_completion=False, rich_markup_mode="rich")

_DONE = {"apply": "mended", "mark": "marked", "drop": "dropped", "keep": "kept", None: "kept"}
_EPILOG = """
Examples:
  textmend mend article.txt > mended.txt
  textmend mend --html page.html article.txt > mended.txt
  textmend mend --show --unsure mark article.txt
  textmend mend articles/ -o mended/
  textmend mend --in-place --backup .orig *.txt
  textmend mend --diff *.txt > mends.patch
"""


@app.command(epilog=_EPILOG)
def mend(
    ctx: typer.Context,
    files: Files = None,
    include: Include = None,
    encoding: Encoding = None,
    title: Title = None,
    html: Html = None,
    html_dir: HtmlDir = None,
    reference: References = None,
    policy_name: PolicyName = "careful",
    apply_at: ApplyAt = None,
    unsure: Annotated[
        Unsure,
        typer.Option(
            "--unsure",
            help="What becomes of other gaps: keep them, mark them, or drop their sentences.",
            rich_help_panel="Policy",
        ),
    ] = "keep",
    placeholder: Placeholder = "[…]",
    allow_names: AllowNames = False,
    allow_numbers: AllowNumbers = False,
    allow_uncalibrated: Annotated[
        bool,
        flag("--allow-uncalibrated", panel="Policy", help="Also apply fills of a hub model without --ranking."),
    ] = False,
    most_gaps: MostGaps = 500,
    foreign: OfForeign = "skip",
    ignore: Ignore = None,
    known_words: KnownWords = None,
    at: At = FIND_AT,
    detector: Detector = "en",
    filler: Filler = "en",
    ranking: Ranking = None,
    fast: Fast = False,
    threads: Threads = None,
    cache: CacheFolder = None,
    no_cache: NoCache = False,
    output: OutputTree = None,
    in_place: InPlace = False,
    backup: Backup = None,
    show: Annotated[bool, flag("--show", panel="Output", help="Show the article with its edits.")] = False,
    diff: Annotated[bool, flag("--diff", panel="Output", help="Show a unified diff.")] = False,
    json: Json = False,
    quiet: Annotated[bool, flag("--quiet", "-q", panel="Output", help="No report, no progress.")] = False,
    no_color: NoColor = False,
    debug: Debug = False,
) -> None:
    """Put back the words that are sure, and write the text.

    The text goes to standard output, exactly as it came but for the edits;
    a short report goes to standard error.

    --show, --diff and --json write something else to standard output:
    add --output or --in-place to have the text as well.
    """
    found = sources(files, ctx, include)
    paths = [one.path for one in found]
    _check_targets(paths, output, in_place, backup)
    written = dict(zip(paths, targets(output, found), strict=True)) if output is not None else {}
    if show + diff + json > 1:
        raise typer.BadParameter("--show, --diff and --json exclude each other")
    pages = None if html_dir is None else with_pages(html, html_dir)
    if pages and (title or reference):
        raise typer.BadParameter("--title and --reference go with one file, --html-dir with many")
    known = {} if pages else about(paths, title, html, reference, encoding)
    if len(paths) > 1 and not (written or in_place or show or diff or json):
        raise typer.BadParameter("several texts would become one on standard output: name a folder with -o, or --json")
    policy = policy_of(
        policy_name,
        apply_at,
        ignore,
        known_words,
        find_at=at,
        unsure=unsure,
        placeholder=placeholder,
        allow_names=allow_names,
        allow_numbers=allow_numbers,
        allow_uncalibrated=allow_uncalibrated,
        most_gaps=most_gaps or None,
        foreign=foreign,
    )
    mender = run.make_mender(detector, filler, policy, threads, ranking, fast, run.cache_of(cache, no_cache))
    work = run.Run(ctx, paths, encoding, quiet=quiet)
    tally: Counter[str | None] = Counter()
    for document, mended in work.each("Mending", lambda texts: mender.mend(texts, **known), mender, pages):
        try:
            data = document.encode(mended.text)
            if in_place:
                _rewrite(document, mended, data, backup)
            elif written:
                write_text(written[document.path], data)
        except FileError as error:
            work.failed(error)
            continue
        if json:
            write_json({"file": str(document.path), **mended.to_dict()})
        elif show:
            _show(document, mended, work.screen)
        elif diff:
            if work.screen.out.is_terminal:
                draw_diff(document, mended, work.screen)
            else:
                write_bytes(unified_diff(document, mended))
        elif not written and not in_place:
            write_bytes(data, document.encoding)
        tally.update(gap.decision for gap in mended.gaps)
        if not quiet:
            _report(document, mended, policy, work.screen)
    if not quiet:
        _say_what_is_next(tally, files or paths, work.screen, told_again(title, html, html_dir, reference))
    work.end()


def _say_what_is_next(
    tally: Counter[str | None], paths: Sequence[Path], screen: Screen, options: Sequence[str]
) -> None:
    left = tally.total() - tally["apply"]
    if left:
        told = f"{tally['apply']:,} mended, {left:,} left"
        run.next_step(screen, told, run.REVIEW, paths, options)
    elif tally["apply"]:
        screen.err.print(f"{tally['apply']:,} mended, nothing left to decide", soft_wrap=True, highlight=False)


def reason(gap: Gap, policy: Policy) -> str:
    """Return why a gap was not mended, in words; ``policy`` decided so."""
    if not gap.fills:
        return "no proposals"
    best = gap.fills[0]
    probability = gap.probability * best.probability
    if probability < policy.apply_at:
        return f"joint {per_cent(probability)}, below --apply-at {policy.apply_at:g}"
    if not best.calibrated and not policy.allow_uncalibrated:
        return "not calibrated; see --ranking and --allow-uncalibrated"
    if policy.decide(gap) == "apply":
        return "another change touches the words it would replace"
    return f"new: {', '.join(best.introduces)}"


def _check_targets(paths: list[Path], output: str | None, in_place: bool, backup: str | None) -> None:
    if in_place and output is not None:
        raise typer.BadParameter("--in-place and --output exclude each other")
    if in_place and STDIN in paths:
        raise typer.BadParameter("--in-place needs files; standard input has no place")
    if backup is not None and not in_place:
        raise typer.BadParameter("--backup goes with --in-place")
    if backup is not None and (not backup or os.path.basename(backup) != backup):
        raise typer.BadParameter(f"--backup {backup!r} should be the end of a file's name, such as .orig")


def _rewrite(document: Document, mended: Mended, data: bytes, backup: str | None) -> None:
    if mended.text == document.text:
        return
    if backup is not None:
        back_up(document.path, backup)
    write_text(document.path, data)


def _show(document: Document, mended: Mended, screen: Screen) -> None:
    pieces = with_edits(mended, plain=is_plain(screen.out))
    screen.out.print(page(document, _summary(mended), pieces, screen), width=screen.width)


def _summary(mended: Mended) -> str:
    if mended.skipped is not None:
        return f"left as it is: {mended.skipped.reason}"
    if not mended.gaps:
        return "no gaps"
    decisions = [_DONE[gap.decision] for gap in mended.gaps]
    parts = [f"{decisions.count(word)} {word}" for word in ("mended", "marked", "dropped", "kept") if word in decisions]
    return f"{count(len(decisions), 'gap')}: {', '.join(parts)}"


def _report(document: Document, mended: Mended, policy: Policy, screen: Screen) -> None:
    err = screen.err
    err.print(show_line(document.name, "bold") + Text(f": {_summary(mended)}"), soft_wrap=True)
    if not mended.gaps or mended.skipped is not None:
        return
    table = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(3):
        table.add_column(no_wrap=True)
    table.add_column()
    places = Places(document.text)
    for number, gap in enumerate(mended.gaps, 1):
        line, column = places.of(gap.start)
        done = gap.decision == "apply"
        table.add_row(
            Text(label(number, plain=is_plain(err)), "bold magenta"),
            f"{line}:{column}",
            Text(_DONE[gap.decision], "green" if done else "yellow"),
            _why(gap, policy, plain=is_plain(err)),
        )
    err.print(Padding(table, (0, 2)))


def _why(gap: Gap, policy: Policy, *, plain: bool) -> Text:
    if not gap.fills:
        return Text("no proposals", "dim")
    best = gap.fills[0]
    words = quoted(visible(best.text), plain=plain) + Text(" ")
    if gap.decision == "apply":
        return words + Text(f"(joint {per_cent(gap.probability * best.probability)}, {best.origin})", "dim")
    return Text("best ") + words + Text("(") + show_line(reason(gap, policy)) + Text(")")
