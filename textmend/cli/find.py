"""``textmend find``: where words are missing."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from textmend.cli import run
from textmend.cli.inputs import sources
from textmend.cli.options import At, Debug, Detector, Encoding, Files, Html, HtmlDir, Json, NoColor, Threads, flag
from textmend.cli.outputs import write_json
from textmend.cli.sources import about, with_pages
from textmend.cli.terminal.article import Places, count, label, page, with_gaps
from textmend.cli.terminal.screen import Screen, bar, is_plain, per_cent, show_line
from textmend.files import Document
from textmend.policy import FIND_AT, Policy
from textmend.records import SCHEMA, Gap

app = typer.Typer(add_completion=False, rich_markup_mode="rich")

_EPILOG = """
Examples:
  textmend find article.txt
  textmend find --at 0.8 --json *.txt | jq '.gaps | length'
  textmend find --fail-if-gaps article.txt || echo damaged
"""


@app.command(epilog=_EPILOG)
def find(
    ctx: typer.Context,
    files: Files = None,
    encoding: Encoding = None,
    html: Html = None,
    html_dir: HtmlDir = None,
    at: At = FIND_AT,
    detector: Detector = "en",
    threads: Threads = None,
    json: Json = False,
    fail_if_gaps: Annotated[
        bool, flag("--fail-if-gaps", panel="Output", help="Exit with code 1 when there are gaps.")
    ] = False,
    no_color: NoColor = False,
    debug: Debug = False,
) -> None:
    """Show where words are missing.

    The article is shown with a numbered mark at every gap, then a list:
    where the gap is (line:column, and its offset in characters),
    how probable it is, and what can be seen there.
    Where the page that --html or --html-dir names shows no more words, is no gap.
    """
    paths = sources(files, ctx)
    if html is not None:
        about(paths, None, html, None, encoding)
    pages = with_pages(html, html_dir)
    mender = run.make_mender(detector, "en", Policy(find_at=at), threads)
    work = run.Run(ctx, paths, encoding)
    found = 0
    for document, gaps in work.each("Looking for gaps", mender.find_gaps, pages):
        found += len(gaps)
        if json:
            write_json({"schema": SCHEMA, "file": str(document.path), "gaps": [gap.to_dict() for gap in gaps]})
        else:
            _draw(document, gaps, work.screen)
    work.end(1 if fail_if_gaps and found else 0)


def signs(gap: Gap) -> str:
    """Return what can be seen at a gap, in words."""
    from textmend.detect.cues import CUES

    return " ".join(CUES.get(cue, cue.replace("_", " ") + ".") for cue in gap.cues)


def _draw(document: Document, gaps: list[Gap], screen: Screen) -> None:
    plain = is_plain(screen.out)
    pieces = with_gaps(document.text, gaps, plain=plain)
    screen.out.print(page(document, count(len(gaps), "gap") if gaps else "no gaps", pieces, screen), width=screen.width)
    if not gaps:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("gap", no_wrap=True)
    table.add_column("line:col", justify="right", no_wrap=True)
    table.add_column("offset", justify="right", no_wrap=True)
    table.add_column("probability", no_wrap=True)
    table.add_column("what can be seen")
    places = Places(document.text)
    for number, gap in enumerate(gaps, 1):
        line, column = places.of(gap.start)
        table.add_row(
            Text(label(number, plain=plain), "bold magenta"),
            f"{line}:{column}",
            str(gap.start),
            Text(f"{per_cent(gap.probability):>4} ") + Text(bar(gap.probability, 6, plain=plain), "cyan"),
            show_line(signs(gap)) if gap.cues else Text("no sign; the words around it tell", "dim"),
        )
    screen.out.print(Padding(table, (0, 2)), width=screen.width)
    screen.out.print()
