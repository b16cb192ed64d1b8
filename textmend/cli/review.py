"""``textmend review``: suggestions for a person to decide on, as a page, in the terminal, or for another tool."""

from __future__ import annotations

import getpass
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from textmend.cli import run
from textmend.cli.inputs import sources
from textmend.cli.options import (
    ApplyAt,
    At,
    CacheFolder,
    Debug,
    Detector,
    Encoding,
    Fast,
    Filler,
    Html,
    HtmlDir,
    Ignore,
    Include,
    KnownWords,
    MostGaps,
    NoCache,
    NoColor,
    OfForeign,
    Output,
    PolicyName,
    Ranking,
    References,
    Threads,
    Title,
    flag,
)
from textmend.cli.outputs import check_output, write_bytes
from textmend.cli.policies import policy_of
from textmend.cli.review_documents import Analysis, read_reviewed
from textmend.cli.sources import about
from textmend.cli.terminal.screen import Screen, open_screen, show_line
from textmend.errors import FileError
from textmend.files import STDIN, write_file
from textmend.page_files import PageFolder
from textmend.policy import FIND_AT, Policy
from textmend.report.numbers import count

if TYPE_CHECKING:
    from textmend.review.decisions import Recorded
    from textmend.review.documents import ReviewDocument
    from textmend.review.log import Log
    from textmend.review.session import Session

app = typer.Typer(add_completion=False, rich_markup_mode="rich")

_LOG = Path("decisions.jsonl")
_EPILOG = """
Examples:
  textmend review article.txt -o review.html
  textmend suggest --json *.txt > suggestions.jsonl && textmend review --terminal suggestions.jsonl
  textmend review --serve suggestions.jsonl --reviewer Ada --reviewer Ben
  textmend review suggestions.jsonl --export label-studio -o tasks.json
  textmend apply decisions.jsonl article.txt > mended.txt
"""

Order = Literal["reading", "useful"]


def _share(value: float) -> float:
    if not 0 <= value <= 1:
        raise typer.BadParameter("should be from 0 to 1, for example 0.1")
    return value


def _names(values: list[str] | None) -> list[str] | None:
    if values and not all(value.strip() for value in values):
        raise typer.BadParameter("a reviewer has a name, for example  --reviewer Ada")
    return values


By = Annotated[
    str | None,
    typer.Option("--by", metavar="NAME", show_default="your user name", help="Who decides.", rich_help_panel="Review"),
]
TextField = Annotated[
    str,
    typer.Option(
        "--text-field",
        metavar="KEY",
        help="JSON Lines: the key of the text; article.body: inside another.",
        rich_help_panel="Input",
    ),
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

UrlField = Annotated[
    str, typer.Option("--url-field", metavar="KEY", help="JSON Lines: the key of its address.", rich_help_panel="Input")
]
HtmlField = Annotated[
    str | None,
    typer.Option(
        "--html-field", metavar="KEY", help="JSON Lines: the key of the page it came from.", rich_help_panel="Input"
    ),
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
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE",
            show_default=False,
            help="Suggestions, JSON Lines or text files (also .gz, .zst, .bz2), folders, patterns; - or none: standard "
            "input. Parquet: see textmend clean --review-sample.",
        ),
    ] = None,
    include: Include = None,
    encoding: Encoding = None,
    title: Title = None,
    url: Annotated[
        str | None,
        typer.Option("--url", metavar="ADDRESS", help="Where it was published.", rich_help_panel="Input"),
    ] = None,
    html: Html = None,
    html_dir: HtmlDir = None,
    reference: References = None,
    text_field: TextField = "text",
    id_field: IdField = "id",
    title_field: TitleField = "title",
    url_field: UrlField = "url",
    html_field: HtmlField = None,
    annotations: AnnotationsField = "textmend",
    output: Output = None,
    terminal: Annotated[bool, flag("--terminal", "-t", panel="Review", help="Ask here, gap by gap.")] = False,
    serve: Annotated[
        bool, flag("--serve", "-s", panel="Server", help="Serve the page: each decision is written as it is made.")
    ] = False,
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
            show_default="decisions.jsonl, with --terminal and --serve",
            help="Decisions made before, to go on with; --terminal and --serve add to them.",
            rich_help_panel="Review",
        ),
    ] = None,
    by: By = None,
    order: Annotated[
        Order,
        typer.Option(
            "--order",
            metavar="ORDER",
            help="With --terminal: reading (article by article) or useful (the most useful gap first).",
            rich_help_panel="Review",
        ),
    ] = "reading",
    reviewers: Annotated[
        list[str] | None,
        typer.Option(
            "--reviewer",
            "-r",
            callback=_names,
            metavar="NAME",
            show_default="--by",
            help="Who reviews: each gets an address. May be given again.",
            rich_help_panel="Server",
        ),
    ] = None,
    twice: Annotated[
        float,
        typer.Option(
            "--twice",
            callback=_share,
            metavar="SHARE",
            help="The share of the gaps that two reviewers decide, unknown to each other.",
            rich_help_panel="Server",
        ),
    ] = 0.1,
    host: Annotated[
        str, typer.Option("--host", metavar="HOST", help="Where the server listens.", rich_help_panel="Server")
    ] = "127.0.0.1",
    port: Annotated[
        int,
        typer.Option(
            "--port", min=0, max=65535, metavar="N", help="Its port; 0: any free one.", rich_help_panel="Server"
        ),
    ] = 8765,
    policy_name: PolicyName = "careful",
    apply_at: ApplyAt = None,
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
    no_color: NoColor = False,
    debug: Debug = False,
) -> None:
    """Let a person decide what the machine is unsure of.

    Takes suggestions (what  suggest --json  writes), or texts and JSON Lines,
    in which gaps are looked for first. Makes one page of HTML that needs
    nothing but a browser, serves it to several people, asks here in the
    terminal, or writes tasks for another tool. The most useful article comes
    first. People can add gaps that the machine missed.

    Decisions are kept as JSON Lines; textmend apply carries them out.
    """
    paths = [found.path for found in sources(files, ctx, include)]
    if html is not None and html_dir is not None:
        raise typer.BadParameter("--html and --html-dir exclude each other")
    _check(paths, output, export, terminal=terminal, serve=serve)
    from textmend.review.documents import Keys
    from textmend.review.log import Log

    screen = open_screen()
    fields = Keys(
        text=text_field, id=id_field, title=title_field, url=url_field, html=html_field, annotations=annotations
    )
    policy = policy_of(
        policy_name, apply_at, ignore, known_words, find_at=at, most_gaps=most_gaps or None, foreign=foreign
    )
    analysis = Analysis(
        lambda: run.make_mender(detector, filler, policy, threads, ranking, fast, run.cache_of(cache, no_cache)), screen
    )
    pages = None if html_dir is None else PageFolder(html_dir)
    known = _known(paths, title, url, html, reference, encoding)
    read = read_reviewed(paths, encoding, fields, analysis, known, pages)
    if decisions is not None and not (terminal or serve) and not decisions.exists():
        raise FileError(f"{decisions}: no such file")
    log = Log(decisions or _LOG) if decisions or terminal or serve else None
    who = by or _user()
    if terminal:
        from textmend.review.order import ordered
        from textmend.review.session import Session

        assert log is not None
        arrange = partial(ordered, order=order, policy=policy)
        _ask(Session(read, log.decisions, log.keep, by=who, now=now, arrange=arrange), log, screen)
    elif serve:
        from textmend.cli.terminal.serving import serve_review
        from textmend.review.serve.desk import Desk

        assert log is not None
        names = list(dict.fromkeys(name.strip() for name in reviewers or [who or "reviewer"]))
        desk = Desk(read, log, reviewers=names, twice=twice, policy=policy, propose=analysis.propose)
        serve_review(desk, names, host, port, screen)
    else:
        earlier = _about(read, log.decisions if log else [])
        _write(
            read,
            _page(read, earlier, who, policy) if export is None else _task(read, earlier, export, policy),
            output,
            export,
        )


def _page(read: Sequence[ReviewDocument], earlier: Sequence[Recorded], by: str | None, policy: Policy) -> str:
    from textmend.review.page import render_page

    return render_page(read, decisions=earlier, by=by, policy=policy)


def _task(read: Sequence[ReviewDocument], earlier: Sequence[Recorded], export: str, policy: Policy) -> str:
    from textmend.review.added import with_added
    from textmend.review.decisions import latest
    from textmend.review.exchange import exchange

    return exchange(export).export(with_added(read, earlier), latest(earlier), policy)


def _write(read: Sequence[ReviewDocument], content: str, output: str | None, export: str | None) -> None:
    if output is None:
        write_bytes(content.encode())
        return
    write_file(Path(output), content.encode())
    gaps = sum(len(document.gaps) for document in read)
    err = open_screen().err
    err.print(show_line(f"{output}: {count(gaps, 'gap')} in {count(len(read), 'document')}"), soft_wrap=True)
    if not gaps:
        return
    if export is None:
        told = "open it in a browser, decide, download the decisions, then: textmend apply DECISIONS"
    else:
        told = f"decide there, export the answers, then: textmend apply --from {export} ANSWERS"
    err.print(told, soft_wrap=True, highlight=False)


def now() -> str:
    """Return the time, in UTC, as decisions tell it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _check(paths: Sequence[Path], output: str | None, export: str | None, *, terminal: bool, serve: bool) -> None:
    if [terminal, serve, export is not None].count(True) > 1:
        raise typer.BadParameter("--terminal, --serve and --export exclude each other")
    if (terminal or serve) and output is not None:
        raise typer.BadParameter("--output goes with a page or --export; decisions are kept in --decisions")
    if terminal and STDIN in paths:
        raise typer.BadParameter("--terminal reads keys from standard input; name files to review")
    if not (terminal or serve) and export is None and output is None:
        raise typer.BadParameter(
            "name the page to write, for example  -o review.html, serve it with  --serve, or ask here with  --terminal"
        )
    if export is not None:
        from textmend.review.exchange import FORMATS

        if export not in FORMATS:
            raise typer.BadParameter(f"{export!r} is no format; choose one of {', '.join(FORMATS)}")
    check_output(output, paths)


def _about(read: Sequence[ReviewDocument], decisions: Sequence[Recorded]) -> list[Recorded]:
    keys = {(document.id, document.digest) for document in read}
    return [decision for decision in decisions if decision.key[:2] in keys]


def _ask(session: Session, log: Log, screen: Screen) -> None:
    from textmend.cli.terminal.ask import ask, farewell

    try:
        ask(session, screen)
    finally:
        farewell(session, str(log.path), screen)


def _known(
    paths: Sequence[Path],
    title: str | None,
    url: str | None,
    html: Path | None,
    reference: Sequence[Path] | None,
    encoding: str | None,
) -> dict[str, Any]:
    """Return what is known of the one document there is."""
    if url is not None and len(paths) > 1:
        raise typer.BadParameter("--url goes with one file, not with several")
    found = about(paths, title, html, reference, encoding)
    known: dict[str, Any] = {"url": url, "title": title}
    if found["html"] is not None:
        known["html"] = found["html"][0]
    if found["reference"] is not None:
        known["references"] = tuple(found["reference"][0])
    return {name: value for name, value in known.items() if value is not None}


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no such user, as in some containers
        return None
