"""``textmend find``: where words are missing, one line a gap, as linters have it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import regex
import typer
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from textmend.cli import run
from textmend.cli.inputs import sources
from textmend.cli.options import (
    At,
    Debug,
    Detector,
    Encoding,
    Fast,
    Files,
    Html,
    HtmlDir,
    Ignore,
    Include,
    Json,
    KnownWords,
    NoColor,
    Output,
    Quiet,
    Threads,
    flag,
)
from textmend.cli.outputs import check_output, standard_output, write_json
from textmend.cli.policies import policy_of
from textmend.cli.sources import about, told_again, with_pages
from textmend.cli.terminal.article import Places, label, page, snippet, with_gaps
from textmend.cli.terminal.screen import Screen, bar, is_plain, show_line
from textmend.files import Document
from textmend.policy import FIND_AT
from textmend.records import SCHEMA, Gap
from textmend.report.numbers import count, per_cent

app = typer.Typer(add_completion=False, rich_markup_mode="rich")

_CONTEXT, _LEAST_CONTEXT, _LEAST_SIGNS = 76, 56, 12
_RATE = regex.compile(r"(\d+(?:\.\d*)?|\.\d+)(?:/([1-9]\d*))?")
_EPILOG = """
Examples:
  textmend find article.txt
  textmend find articles/ "more/**/*.md"
  textmend find --show article.txt
  textmend find --max-rate 0.5/1000 articles/ || echo damaged
  textmend find --sarif -o gaps.sarif articles/
"""


def _rate(value: str | None) -> str | None:
    if value is None or _RATE.fullmatch(value):
        return value
    raise typer.BadParameter("should be a number of gaps, and of how many words, for example 0.5/1000")


@app.command(epilog=_EPILOG)
def find(
    ctx: typer.Context,
    files: Files = None,
    include: Include = None,
    encoding: Encoding = None,
    html: Html = None,
    html_dir: HtmlDir = None,
    ignore: Ignore = None,
    known_words: KnownWords = None,
    at: At = FIND_AT,
    detector: Detector = "en",
    fast: Fast = False,
    threads: Threads = None,
    show: Annotated[
        bool, flag("--show", "-s", panel="Output", help="Show the articles, with the gaps in place.")
    ] = False,
    json: Json = False,
    sarif: Annotated[
        bool, flag("--sarif", panel="Output", help="Write SARIF 2.1.0, which code hosts and editors show.")
    ] = False,
    output: Output = None,
    quiet: Quiet = False,
    fail_if_gaps: Annotated[
        bool, flag("--fail-if-gaps", panel="Exit code", help="Exit with code 1 when there are gaps.")
    ] = False,
    max_rate: Annotated[
        str | None,
        typer.Option(
            "--max-rate",
            metavar="N/WORDS",
            callback=_rate,
            help="Exit with code 1 when all files together have more gaps than this, for example 0.5/1000.",
            rich_help_panel="Exit code",
        ),
    ] = None,
    no_color: NoColor = False,
    debug: Debug = False,
) -> None:
    """Show where words are missing: one line a gap, like a linter.

    Each line says where (file:line:column), the gap probability (that words are
    missing there), a few words of context, and the signs that can be seen there.
    Where the page that --html or --html-dir names shows no more words, is no gap.
    Of folders, the files named *.txt, *.text and *.md are read.
    """
    if json + sarif + show > 1:
        raise typer.BadParameter("--json, --sarif and --show exclude each other")
    found = sources(files, ctx, include)
    check_output(output, [one.path for one in found])
    if html is not None:
        about([one.path for one in found], None, html, None, encoding)
    pages = with_pages(html, html_dir)
    from textmend.cli.sarif import results_of, to_sarif

    policy = policy_of("careful", None, ignore, known_words, find_at=at)
    mender = run.make_mender(detector, "en", policy, threads, fast=fast)
    results: list[dict[str, Any]] = []
    with standard_output(output):
        work = run.Run(ctx, [one.path for one in found], encoding, quiet=quiet)
        tally = _Tally(work.screen, alone=len(found) == 1, quiet=quiet)
        for document, gaps in work.each("Looking for gaps", mender.find_gaps, read=pages):
            if json:
                record = {"schema": SCHEMA, "file": str(document.path), "words": len(document.text.split())}
                write_json({**record, "gaps": [gap.to_dict() for gap in gaps]})
            elif sarif:
                results.extend(results_of(document, gaps))
            elif show:
                _draw(document, gaps, work.screen)
            else:
                _list(document, gaps, work.screen)
            tally.add(document, gaps)
        if sarif:
            write_json(to_sarif(results, work.failed_with))
    too_many = tally.exceeds(max_rate)
    tally.end(too_many and max_rate)
    if tally.gaps and not (quiet or json or sarif):
        run.next_step(
            work.screen,
            "to see what may have stood there",
            "textmend suggest",
            files or [],
            told_again(html=html, html_dir=html_dir),
        )
    work.end(1 if too_many or (fail_if_gaps and tally.gaps) else 0)


def signs(gap: Gap) -> str:
    """Return what can be seen at a gap, in words."""
    from textmend.detect.cues import CUES

    return " ".join(CUES.get(cue, cue.replace("_", " ") + ".") for cue in gap.cues)


class _Tally:
    """Counts, and says on standard error what each file came to, and all of them."""

    def __init__(self, screen: Screen, *, alone: bool, quiet: bool) -> None:
        self._screen, self._alone, self._quiet = screen, alone, quiet
        self.files = self.damaged = self.gaps = self.words = 0

    def add(self, document: Document, gaps: Sequence[Gap]) -> None:
        """Count a document; files without gaps are passed over in silence where there are several."""
        words = len(document.text.split())
        self.files += 1
        self.damaged += bool(gaps)
        self.gaps += len(gaps)
        self.words += words
        if not self._quiet and (gaps or self._alone):
            self._say(show_line(document.name, "bold") + Text(f": {_found(len(gaps), words)}"))

    def exceeds(self, most: str | None) -> bool:
        """Whether there are more gaps than ``most`` allows."""
        if most is None:
            return False
        match = _RATE.fullmatch(most)
        assert match
        return self.gaps * int(match[2] or 1000) > float(match[1]) * self.words

    def end(self, above: str | bool | None) -> None:
        """Say what all files came to."""
        if self._quiet:
            return
        if not self._alone:
            files = f"{self.damaged:,} of {count(self.files, 'file')}"
            self._say(Text(f"{_found(self.gaps, self.words)}; {files} with gaps"))
        if above:
            self._say(Text(f"more than --max-rate {above}", "red"))

    def _say(self, line: Text) -> None:
        self._screen.err.print(line, soft_wrap=True)


def _found(gaps: int, words: int) -> str:
    of = f"in {count(words, 'word')}"
    return f"{count(gaps, 'gap')} {of}, {1000 * gaps / words:.2f} in 1,000" if gaps and words else f"no gaps {of}"


def _list(document: Document, gaps: Sequence[Gap], screen: Screen) -> None:
    """Write a line for each gap; where the terminal is narrow, its context is."""
    places = Places(document.text)
    for index, gap in enumerate(gaps):
        line, column = places.of(gap.start)
        where = show_line(f"{document.path}:{line}:{column}:", "bold")
        sure = Text(f" {per_cent(gap.probability):>4} ", "magenta")
        seen = show_line(f" [{', '.join(cue.replace('_', ' ') for cue in gap.cues)}]" if gap.cues else "", "dim")
        room = _CONTEXT
        if screen.out.is_terminal:
            room = screen.out.width - where.cell_len - sure.cell_len
            room = max(_LEAST_CONTEXT, min(_CONTEXT, room - seen.cell_len))
        around = snippet(document.text, gaps, index, screen, room)
        if screen.out.is_terminal:  # what doesn't fit is cut off the signs, unless nothing would be left of them
            left = screen.out.width - where.cell_len - sure.cell_len - around.cell_len
            seen.truncate(left if left > _LEAST_SIGNS else 0, overflow="ellipsis")
        screen.out.print(where + sure + around + seen, soft_wrap=True)


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
    table.add_column("gap probability", no_wrap=True)
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
