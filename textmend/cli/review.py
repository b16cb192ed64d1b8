"""``textmend review``: suggestions for a person to decide on, as a page, in the terminal, or for another tool."""

from __future__ import annotations

import getpass
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from textmend.cli import run
from textmend.cli.inputs import sources
from textmend.cli.options import (
    ApplyAt,
    At,
    Debug,
    Detector,
    Encoding,
    Files,
    Filler,
    NoColor,
    Ranking,
    Threads,
    Title,
    flag,
)
from textmend.cli.outputs import write_bytes
from textmend.cli.sources import about
from textmend.cli.terminal.article import count
from textmend.cli.terminal.screen import Screen, open_screen
from textmend.errors import FileError
from textmend.files import STDIN, read_document, write_file
from textmend.policy import FIND_AT, Policy

if TYPE_CHECKING:
    from textmend.records import Gap
    from textmend.review.decisions import Recorded
    from textmend.review.documents import Fields, ReviewDocument, Row
    from textmend.review.log import Log

app = typer.Typer(add_completion=False, rich_markup_mode="rich")

_LOG = Path("decisions.jsonl")
_EPILOG = """
Examples:
  textmend review article.txt -o review.html
  textmend suggest --json *.txt > suggestions.jsonl && textmend review --terminal suggestions.jsonl
  textmend review suggestions.jsonl --export label-studio -o tasks.json
  textmend apply decisions.jsonl article.txt > mended.txt
"""

By = Annotated[
    str | None,
    typer.Option("--by", metavar="NAME", show_default="your user name", help="Who decides.", rich_help_panel="Review"),
]
TextField = Annotated[
    str, typer.Option("--text-field", metavar="KEY", help="JSON Lines: the key of the text.", rich_help_panel="Input")
]
IdField = Annotated[
    str,
    typer.Option(
        "--id-field", metavar="KEY", help="JSON Lines: the key of the document's id.", rich_help_panel="Input"
    ),
]
TitleField = Annotated[
    str, typer.Option("--title-field", metavar="KEY", help="JSON Lines: the key of the title.", rich_help_panel="Input")
]

AnnotationsField = Annotated[
    str,
    typer.Option(
        "--annotations",
        metavar="KEY",
        help="JSON Lines: the key of the annotations that  textmend clean --annotate  wrote.",
        rich_help_panel="Input",
    ),
]


@app.command(epilog=_EPILOG)
def review(
    ctx: typer.Context,
    files: Files = None,
    encoding: Encoding = None,
    title: Title = None,
    text_field: TextField = "text",
    id_field: IdField = "id",
    title_field: TitleField = "title",
    annotations: AnnotationsField = "textmend",
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write the page, or what is exported, here.",
            rich_help_panel="Output",
        ),
    ] = None,
    terminal: Annotated[bool, flag("--terminal", "-t", panel="Review", help="Ask here, gap by gap.")] = False,
    export: Annotated[
        str | None,
        typer.Option(
            "--export",
            metavar="FORMAT",
            help="Write for another tool: label-studio, prodigy, doccano, web-annotation or csv.",
            rich_help_panel="Review",
        ),
    ] = None,
    decisions: Annotated[
        Path | None,
        typer.Option(
            "--decisions",
            "-d",
            metavar="FILE",
            show_default="decisions.jsonl, with --terminal",
            help="Decisions made before, to go on with; --terminal adds to them.",
            rich_help_panel="Review",
        ),
    ] = None,
    by: By = None,
    apply_at: ApplyAt = 0.9,
    at: At = FIND_AT,
    detector: Detector = "en",
    filler: Filler = "en",
    ranking: Ranking = None,
    threads: Threads = None,
    no_color: NoColor = False,
    debug: Debug = False,
) -> None:
    """Let a person decide what the machine is unsure of.

    Takes suggestions (what  suggest --json  writes), or texts and JSON Lines,
    in which gaps are looked for first. Makes one page of HTML that needs
    nothing but a browser, asks here in the terminal, or writes tasks for
    another tool. The most useful decision comes first.

    Decisions are kept as JSON Lines; textmend apply carries them out.
    """
    paths = sources(files, ctx)
    _check(paths, output, terminal, export)
    from textmend.review.documents import Fields
    from textmend.review.log import Log

    screen = open_screen()
    fields = Fields(text=text_field, id=id_field, title=title_field, annotations=annotations)
    policy = Policy(find_at=at, apply_at=apply_at)
    reader = _Reader(encoding, about(paths, title, None, None, encoding)["title"], fields)
    read = reader.documents(paths, _Analysis(detector, filler, policy, threads, ranking, screen))
    if decisions is not None and not terminal and not decisions.exists():
        raise FileError(f"{decisions}: no such file")
    log = Log(decisions or _LOG) if decisions or terminal else None
    who = by or _user()
    if terminal:
        assert log is not None
        _ask(read, log, who, policy, screen)
        return
    from textmend.review.decisions import latest

    earlier = _about(read, log.decisions if log else [])
    if export is not None:
        from textmend.review.exchange import exchange

        data = exchange(export).export(read, latest(earlier), policy).encode()
    else:
        from textmend.review.page import render_page

        data = render_page(read, decisions=list(latest(earlier).values()), by=who, policy=policy).encode()
    if output is None:
        write_bytes(data)
    else:
        write_file(output, data)
        gaps = sum(len(document.gaps) for document in read)
        screen.err.print(f"{output}: {count(gaps, 'gap')} in {count(len(read), 'document')}", soft_wrap=True)


def now() -> str:
    """Return the time, in UTC, as decisions tell it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _check(paths: Sequence[Path], output: Path | None, terminal: bool, export: str | None) -> None:
    if terminal and export is not None:
        raise typer.BadParameter("--terminal and --export exclude each other")
    if terminal and output is not None:
        raise typer.BadParameter("--output goes with a page or --export; decisions are kept in --decisions")
    if terminal and STDIN in paths:
        raise typer.BadParameter("--terminal reads keys from standard input; name files to review")
    if not terminal and export is None and output is None:
        raise typer.BadParameter("name the page to write, for example  -o review.html, or ask here with  --terminal")
    if export is not None:
        from textmend.review.exchange import FORMATS

        if export not in FORMATS:
            raise typer.BadParameter(f"{export!r} is no format; choose one of {', '.join(FORMATS)}")
    if output is not None and any(path.exists() and output.exists() and output.samefile(path) for path in paths):
        raise typer.BadParameter(f"--output {output} is the input")


class _Analysis:
    """Looks for gaps in the documents that have none yet; loads models only if there are such."""

    def __init__(
        self,
        detector: str,
        filler: str,
        policy: Policy,
        threads: int | None,
        ranking: Path | None,
        screen: Screen,
    ) -> None:
        self._options = (detector, filler, policy, threads, ranking)
        self._screen = screen

    def __call__(self, rows: Sequence[Row]) -> Iterator[list[Gap]]:
        if rows:
            mender = run.make_mender(*self._options)
            with self._screen.err.status("Looking for lost words"):
                yield from mender.suggest((row.text for row in rows), title=[row.title for row in rows])


class _Reader:
    def __init__(self, encoding: str | None, titles: list[str] | None, fields: Fields) -> None:
        self._encoding, self._titles, self._fields = encoding, titles, fields

    def documents(self, paths: Sequence[Path], analyse: _Analysis) -> list[ReviewDocument]:
        from dataclasses import replace

        from textmend.review.documents import read_rows, review_documents

        rows: list[Row] = []
        for path in paths:
            document = read_document(path, self._encoding)
            rows += read_rows(str(path), document.text, self._load, self._fields)
        if self._titles and len(rows) == 1:
            rows = [replace(rows[0], title=self._titles[0])]
        return review_documents(rows, analyse)

    def _load(self, file: str) -> str:
        return read_document(Path(file), self._encoding).text


def _about(read: Sequence[ReviewDocument], decisions: Sequence[Recorded]) -> list[Recorded]:
    keys = {(document.id, document.digest) for document in read}
    return [decision for decision in decisions if decision.key[:2] in keys]


def _ask(read: Sequence[ReviewDocument], log: Log, by: str | None, policy: Policy, screen: Screen) -> None:
    from textmend.cli.terminal.ask import ask, farewell
    from textmend.review.session import Session

    session = Session(read, log.decisions, log.keep, by=by, now=now, policy=policy)
    try:
        ask(session, screen)
    finally:
        farewell(session, str(log.path), screen)


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user, as in some containers
        return None
