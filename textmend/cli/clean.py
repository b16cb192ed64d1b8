"""``textmend clean``: whole corpora, on all cores."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.text import Text

from textmend.cache import Cache
from textmend.cli.inputs import named
from textmend.cli.options import (
    AllowNames,
    AllowNumbers,
    ApplyAt,
    At,
    Debug,
    Detector,
    Encoding,
    Fast,
    Filler,
    Ignore,
    KnownWords,
    MostGaps,
    NoColor,
    OfForeign,
    Placeholder,
    PolicyName,
    flag,
)
from textmend.cli.policies import policy_of
from textmend.cli.terminal.clean_progress import Meter
from textmend.cli.terminal.clean_report import draw_report
from textmend.cli.terminal.screen import Screen, open_screen, show_line
from textmend.page_files import PageFolder
from textmend.policy import FIND_AT, Policy
from textmend.report.numbers import count

if TYPE_CHECKING:
    from textmend.corpus.options import MenderSpec, Options
    from textmend.corpus.run import Outcome

app = typer.Typer(add_completion=False, rich_markup_mode="rich")

REJECTED, INTERRUPTED = 5, 130
_EPILOG = """
Examples:
  textmend clean news.jsonl.gz -o mended.jsonl.gz --source-field url --report report.html
  textmend clean corpus/ -o mended/ --counts
  textmend clean corpus/ -o mended.parquet --text-field article.body
  textmend clean news.parquet -o sample.parquet --annotate --sample 0.01
  zcat news.jsonl.gz | textmend clean - -o mended.jsonl --resume
"""


class UnsureChoice(StrEnum):
    """What becomes of gaps without a sure fill."""

    keep = "keep"
    mark = "mark"
    drop = "drop"
    drop_document = "drop-document"


class ToChoice(StrEnum):
    """The formats of records."""

    jsonl = "jsonl"
    parquet = "parquet"


class FormatChoice(StrEnum):
    """The formats of corpora."""

    jsonl = "jsonl"
    parquet = "parquet"
    text = "text"


def _option(*names: str, panel: str, help: str, **more: Any) -> Any:
    return typer.Option(*names, help=help, rich_help_panel=panel, **more)


@app.command(epilog=_EPILOG)
def clean(
    ctx: typer.Context,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="IN",
            show_default=False,
            help="JSON Lines and text files (.txt, .text, .md), also .gz, .zst, .bz2; Parquet; folders; - or none: "
            "standard input.",
        ),
    ] = None,
    output: Annotated[
        Path | None, _option("--output", "-o", metavar="OUT", panel="Output", help="A file, or a folder. Needed.")
    ] = None,
    format: Annotated[
        FormatChoice | None,
        _option("--format", panel="Input", help="What IN is, and of folders only such files; default: by names."),
    ] = None,
    text_field: Annotated[
        str,
        _option("--text-field", metavar="NAME", panel="Input", help="Holds the text; article.body: inside another."),
    ] = "text",
    id_field: Annotated[
        str, _option("--id-field", metavar="NAME", panel="Input", help="Names the document, where it is there.")
    ] = "id",
    title_field: Annotated[
        str | None,
        _option("--title-field", metavar="NAME", panel="Input", help="Holds the headline: lost words may stand there."),
    ] = None,
    html_field: Annotated[
        str | None,
        _option("--html-field", metavar="NAME", panel="Input", help="Holds the page the text was taken from."),
    ] = None,
    html_dir: Annotated[
        Path | None,
        _option("--html-dir", metavar="DIR", panel="Input", help="Holds the pages: of the document 7, DIR/7.html."),
    ] = None,
    source_field: Annotated[
        str | None,
        _option("--source-field", metavar="NAME", panel="Input", help="Holds a URL or a name, to report by."),
    ] = None,
    encoding: Encoding = None,
    longest: Annotated[
        int, _option("--longest", metavar="BYTES", min=1, panel="Input", help="Longer documents are rejected.")
    ] = 16_000_000,
    limit: Annotated[
        int | None, _option("--limit", metavar="N", min=0, panel="Input", help="Only the first N documents.")
    ] = None,
    sample: Annotated[
        float, _option("--sample", metavar="SHARE", panel="Input", help="Only this share of them, drawn by chance.")
    ] = 1.0,
    seed: Annotated[
        int, _option("--seed", metavar="N", panel="Input", help="Chooses the sample: same seed, same documents.")
    ] = 0,
    policy_name: PolicyName = "careful",
    ignore: Ignore = None,
    known_words: KnownWords = None,
    apply_at: ApplyAt = None,
    unsure: Annotated[
        UnsureChoice,
        _option(
            "--unsure",
            panel="Policy",
            help="What becomes of other gaps: keep them, mark them, drop their sentences, or leave out the document.",
        ),
    ] = UnsureChoice.keep,
    placeholder: Placeholder = "[…]",
    allow_names: AllowNames = False,
    allow_numbers: AllowNumbers = False,
    most_gaps: MostGaps = 500,
    foreign: OfForeign = "skip",
    at: At = FIND_AT,
    detector: Detector = "en",
    filler: Filler = "en",
    fast: Fast = False,
    cache: Annotated[
        Path | None,
        _option(
            "--cache",
            metavar="FOLDER",
            show_default="none",
            panel="Models",
            help="Keeps what was suggested: a corpus that is cleaned again, under another policy, is worked on once.",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        _option(
            "--workers",
            "-w",
            metavar="N",
            min=1,
            show_default="one a core",
            panel="Models",
            help="Processes that mend.",
        ),
    ] = None,
    to: Annotated[
        ToChoice | None,
        _option("--to", panel="Output", help="What a folder OUT holds; default: what was read. A file: its name says."),
    ] = None,
    annotate: Annotated[
        bool, flag("--annotate", panel="Output", help="Leave the text; write what mending would do beside it.")
    ] = False,
    annotations: Annotated[
        str, _option("--annotations", metavar="NAME", panel="Output", help="The field for edits and open gaps.")
    ] = "textmend",
    no_annotations: Annotated[
        bool, flag("--no-annotations", panel="Output", help="Write the text only, no edits and gaps beside it.")
    ] = False,
    top: Annotated[
        int, _option("--top", metavar="N", min=1, panel="Output", help="How many fills a gap, in the annotations.")
    ] = 5,
    counts: Annotated[
        bool,
        flag(
            "--counts", panel="Output", help="Write words, gaps, applied, open and rate of each document, as numbers."
        ),
    ] = False,
    rejects: Annotated[
        Path | None,
        _option(
            "--rejects",
            metavar="FILE",
            show_default="OUT.rejects.jsonl",
            panel="Output",
            help="What can't be cleaned, and why.",
        ),
    ] = None,
    review_sample: Annotated[
        int,
        _option("--review-sample", metavar="N", min=0, panel="Output", help="Draw N of the open gaps for a review."),
    ] = 0,
    review: Annotated[
        Path | None,
        _option(
            "--review",
            metavar="FILE",
            show_default="OUT.review.html",
            panel="Output",
            help="The page on which that sample is decided on; beside OUT lies OUT.review.jsonl, for textmend review.",
        ),
    ] = None,
    report: Annotated[
        Path | None, _option("--report", metavar="FILE", panel="Output", help="Write a page with plots.")
    ] = None,
    json: Annotated[Path | None, _option("--json", metavar="FILE", panel="Output", help="Write the figures.")] = None,
    resume: Annotated[
        bool, flag("--resume", "-r", panel="Run", help="Go on with an unfinished run, if there is one.")
    ] = False,
    force: Annotated[bool, flag("--force", panel="Run", help="Start again, and replace OUT.")] = False,
    quiet: Annotated[bool, flag("--quiet", "-q", panel="Run", help="No progress, no report.")] = False,
    no_color: NoColor = False,
    debug: Debug = False,
) -> None:
    """Clean a corpus: mend every document, on all cores.

    IN may hold files of all formats: one run, one report.
    Only the text changes; every other field, byte and column stays.
    OUT gets its name when it is whole. A run that was interrupted, or killed,
    goes on with --resume, to the same bytes.
    What can't be cleaned goes to a rejects file, with the reason.
    """
    from textmend.corpus.options import FieldNames, Options
    from textmend.corpus.report import to_dict
    from textmend.corpus.run import clean as run
    from textmend.corpus.statistics import Statistics

    inputs = named(files, ctx)
    if output is None:
        raise typer.BadParameter("name the output with -o OUT")
    if annotate and no_annotations:
        raise typer.BadParameter("--annotate and --no-annotations exclude each other")
    if resume and force:
        raise typer.BadParameter("--resume goes on, --force starts again: not both")
    if review is not None and not review_sample:
        raise typer.BadParameter("--review goes with --review-sample N")
    if html_dir is not None:
        PageFolder(html_dir)
    _check_targets(inputs, {"--report": report, "--json": json, "--review": review})
    drop_documents = unsure is UnsureChoice.drop_document
    options = Options(
        fields=FieldNames(text=text_field, id=id_field, title=title_field, html=html_field, source=source_field),
        pages=None if html_dir is None else str(html_dir),
        annotate=annotate,
        annotations=None if no_annotations else annotations,
        top=top,
        counts=counts,
        review_sample=review_sample,
        drop_documents=drop_documents,
        limit=limit,
        sample=sample,
        seed=seed,
        longest=longest,
        encoding=encoding,
    )
    policy = policy_of(
        policy_name,
        apply_at,
        ignore,
        known_words,
        find_at=at,
        unsure="keep" if drop_documents else unsure.value,
        placeholder=placeholder,
        allow_names=allow_names,
        allow_numbers=allow_numbers,
        most_gaps=most_gaps or None,
        foreign=foreign,
    )
    screen = open_screen()

    def finished(outcome: Outcome) -> None:
        from textmend.corpus.report import to_html

        statistics = outcome.statistics or Statistics()
        if report is not None:
            page = to_html(outcome, statistics, options, [str(path) for path in inputs])
            _write(report, page)
        if json is not None:
            import json as json_library

            _write(json, json_library.dumps(to_dict(outcome, statistics), indent=1) + "\n")
        if outcome.review is not None:
            _write(review or outcome.review.with_suffix(".html"), _review_page(outcome.review, policy))

    if report is not None:
        _check_extra()
    with Meter(screen, limit, quiet=quiet) as meter:
        outcome = run(
            inputs,
            output,
            options=options,
            mender=make_spec(detector, filler, policy, fast=fast, cache=cache),
            format=format.value if format else None,
            to=to.value if to else None,
            workers=workers,
            resume=resume,
            force=force,
            rejects=rejects,
            reports=[path for path in (report, json, review) if path is not None],
            progress=meter,
            finished=finished,
        )
    _tell(outcome, options, screen, review, quiet=quiet)


def make_spec(
    detector: str, filler: str, policy: Policy, *, fast: bool = False, cache: Path | None = None
) -> MenderSpec:
    """Return how workers make their mender. Raises :class:`FileError` where the cache can't be used."""
    from textmend.corpus.menders import embedded

    if cache is not None:
        Cache(cache)  # an error before the work, not in every worker
    return embedded(detector, filler, policy, second_look=not fast, cache=cache)


def _review_page(sample: Path, policy: Policy) -> str:
    """Return the page on which people decide about a sample of open gaps."""
    from textmend.files import read_document
    from textmend.review.documents import read_rows, review_documents
    from textmend.review.page import render_page

    rows = read_rows(str(sample), read_document(sample).text, str)
    return render_page(review_documents(rows, lambda _: ()), policy=policy)


def _tell(outcome: Outcome, options: Options, screen: Screen, review: Path | None, *, quiet: bool) -> None:
    statistics, err = outcome.statistics, screen.err
    if statistics is None:
        if not quiet:
            err.print(show_line(str(outcome.output), "bold") + Text(": is done already, nothing to resume"))
        return
    if not outcome.complete:
        safe = count(statistics.documents + statistics.rejected, "document")
        line = f": interrupted; safe so far: {safe}. Go on with the same command and --resume"
        err.print(show_line(str(outcome.output), "bold") + Text(line), soft_wrap=True)
        raise typer.Exit(INTERRUPTED)
    if not quiet:
        draw_report(outcome, statistics, options, screen)
        if outcome.review is not None:
            page = review or outcome.review.with_suffix(".html")
            told = f"to decide on: {page}, or  textmend review --serve {outcome.review}"
            err.print(Text("  ") + show_line(told), soft_wrap=True)
        elif left := statistics.decisions["keep"] + statistics.decisions["mark"]:
            told = f"{count(left, 'gap')} left: to decide on some of them, add  --review-sample 200"
            err.print(Text("  ") + show_line(told), soft_wrap=True)
        else:
            err.print("  nothing left to decide", soft_wrap=True)
    if statistics.rejected:
        raise typer.Exit(REJECTED)


def _check_targets(inputs: list[Path], targets: dict[str, Path | None]) -> None:
    from textmend.corpus.shards import Inputs

    guarded = Inputs(inputs)
    for name, path in targets.items():
        if path is None:
            continue
        guarded.check(path)
        if path.is_dir():
            raise typer.BadParameter(f"{name} {path} is a folder; name a file")


def _check_extra() -> None:
    """See that the page can be written, before hours of work rather than after."""
    from textmend.extras import needs

    with needs("the HTML report", "report"):
        import jinja2  # noqa: F401


def _write(path: Path, text: str) -> None:
    from textmend.files import write_file

    write_file(path, text.encode("utf-8", "backslashreplace"))
