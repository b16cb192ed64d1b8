"""``textmend suggest``: where words are missing, and what may have stood there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from textmend.cli import run
from textmend.cli.inputs import sources
from textmend.cli.options import (
    At,
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
    Json,
    KnownWords,
    Masks,
    MostGaps,
    NoCache,
    NoColor,
    OfForeign,
    Output,
    Ranking,
    References,
    Threads,
    Title,
)
from textmend.cli.outputs import check_output, standard_output, write_json
from textmend.cli.policies import policy_of
from textmend.cli.sources import about, told_again, with_pages
from textmend.cli.terminal.article import Places, label, page, snippet, with_gaps
from textmend.cli.terminal.screen import Screen, bar, is_plain, quoted, show_line, visible
from textmend.files import Document
from textmend.policy import FIND_AT
from textmend.records import SCHEMA, Fill, Gap
from textmend.report.numbers import count, per_cent

app = typer.Typer(add_completion=False, rich_markup_mode="rich")

_BAR = 8
_WIDEST_FILL = 26
_PLACES = {"title": "title", "metadata": "metadata", "page": "page", "reference": "other copy"}
_EPILOG = """
Examples:
  textmend suggest article.txt
  textmend suggest --top 3 --title "Oslo quits herring panel" article.txt
  textmend suggest --html page.html article.txt
  textmend suggest --json article.txt | jq -r '.gaps[].fills[0].text'
"""


@app.command(epilog=_EPILOG)
def suggest(
    ctx: typer.Context,
    files: Files = None,
    include: Include = None,
    encoding: Encoding = None,
    title: Title = None,
    html: Html = None,
    html_dir: HtmlDir = None,
    reference: References = None,
    masks: Masks = None,
    ignore: Ignore = None,
    known_words: KnownWords = None,
    at: At = FIND_AT,
    most_gaps: MostGaps = 500,
    foreign: OfForeign = "skip",
    top: Annotated[
        int, typer.Option("--top", "-n", min=1, metavar="N", help="How many fills a gap.", rich_help_panel="Output")
    ] = 5,
    detector: Detector = "en",
    filler: Filler = "en",
    ranking: Ranking = None,
    fast: Fast = False,
    threads: Threads = None,
    cache: CacheFolder = None,
    no_cache: NoCache = False,
    json: Json = False,
    output: Output = None,
    no_color: NoColor = False,
    debug: Debug = False,
) -> None:
    """Show where words are missing, and what may have stood there.

    Every gap comes with ranked fills: where each comes from (the model, an echo:
    the same words elsewhere in the article, or the source: the page or copy that
    --html and --reference name), and the names and numbers new to the article
    that it would bring in.

    Three probabilities: gap, that words are missing here; fill, that these words
    stood there, given that some are missing; joint, both: gap times fill, the
    one that textmend mend compares with --apply-at.
    """
    paths = [found.path for found in sources(files, ctx, include)]
    check_output(output, paths)
    pages = None if html_dir is None else with_pages(html, html_dir)
    if pages and (title or reference):
        raise typer.BadParameter("--title and --reference go with one file, --html-dir with many")
    known = {} if pages else about(paths, title, html, reference, encoding)
    if masks:
        known["masks"] = tuple(masks)
    policy = policy_of("careful", None, ignore, known_words, find_at=at, most_gaps=most_gaps or None, foreign=foreign)
    mender = run.make_mender(detector, filler, policy, threads, ranking, fast, run.cache_of(cache, no_cache))
    found_gaps = 0
    with standard_output(output):
        work = run.Run(ctx, paths, encoding)
        for document, gaps in work.each(
            "Looking for lost words",
            lambda texts: mender.suggest(texts, **known),
            mender,
            pages,
        ):
            if json:
                cut = [gap.with_fills(gap.fills[:top]) for gap in gaps]
                write_json(
                    {
                        "schema": SCHEMA,
                        "file": str(document.path),
                        "title": title,
                        "text": document.text,
                        "gaps": [gap.to_dict() for gap in cut],
                    }
                )
            else:
                _draw(document, gaps, top, work.screen, tuple(masks or ()))
            found_gaps += len(gaps)
    if found_gaps and not masks and (output is not None or not json):
        told = f"{count(found_gaps, 'gap')} to decide on"
        goes_on = [Path(output)] if json and output is not None else files or paths
        run.next_step(work.screen, told, run.REVIEW, goes_on, told_again(title, html, html_dir, reference))
    work.end()


def fill_column(fills: Iterable[Fill]) -> int:
    """Return how many cells the words of fills take."""
    return min(_WIDEST_FILL, max((show_line(visible(fill.text)).cell_len for fill in fills), default=0))


def length(gap: Gap) -> str:
    """Return how many words are missing, most likely."""
    if not gap.lengths:
        return ""
    words = max(range(len(gap.lengths)), key=gap.lengths.__getitem__) + 1
    return f"{words} or more words" if words == len(gap.lengths) and words > 1 else count(words, "word")


def _draw(document: Document, gaps: list[Gap], top: int, screen: Screen, masks: tuple[str, ...]) -> None:
    plain = is_plain(screen.out)
    pieces = with_gaps(document.text, gaps, plain=plain, masks=masks)
    screen.out.print(page(document, count(len(gaps), "gap") if gaps else "no gaps", pieces, screen), width=screen.width)
    places = Places(document.text)
    fills = [fill for gap in gaps for fill in gap.fills[:top]]
    column = fill_column(fills)
    for index, gap in enumerate(gaps):
        lines = Group(
            _heading(gap, index + 1, places, plain=plain),
            *([Padding(_signs(gap), (0, 0, 0, 4))] if gap.cues else []),
            Padding(snippet(document.text, gaps, index, screen, screen.width - 8, masks), (0, 0, 0, 4)),
            Padding(fills_table(gap, top, column, places, plain=plain), (0, 0, 1, 4)),
        )
        screen.out.print(Padding(lines, (0, 2)), width=screen.width)


def _heading(gap: Gap, number: int, places: Places, *, plain: bool) -> Text:
    line, column = places.of(gap.start)
    facts = [
        f"line {line}, column {column}, offset {gap.start}",
        f"gap {per_cent(gap.probability)}",
        length(gap),
    ]
    heading = Text(label(number, plain=plain), "bold magenta") + Text("  ")
    heading.append_text(show_line((" | " if plain else " · ").join(filter(None, facts))))
    return heading


def _signs(gap: Gap) -> Text:
    return show_line(", ".join(cue.replace("_", " ") for cue in gap.cues), "cyan")


def fills_table(gap: Gap, top: int, column: int, places: Places, *, plain: bool) -> Table | Text:
    """Return the first fills of a gap as a table: rank, words, how probable, origin; ``column`` cells for the words."""
    if not gap.fills:
        return Text("no proposals", "dim")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(width=column, overflow="fold")
    table.add_column("fill", justify="right", no_wrap=True, width=4)
    table.add_column(width=_BAR, no_wrap=True)
    table.add_column("joint", justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for rank, fill in enumerate(gap.fills[:top], 1):
        table.add_row(
            Text(str(rank), "dim"),
            show_line(visible(fill.text), "bold" if rank == 1 else ""),
            per_cent(fill.probability),
            Text(bar(fill.probability, _BAR, plain=plain), "cyan"),
            per_cent(gap.probability * fill.probability),
            _origin(fill, places, plain=plain),
        )
    return table


def _origin(fill: Fill, places: Places, *, plain: bool) -> Text:
    facts = list(_facts(fill, places, plain=plain))
    if fill.introduces:
        facts.append(Text("new: ", "yellow") + show_line(", ".join(fill.introduces), "yellow"))
    return Text("; ").join(facts)


def _facts(fill: Fill, places: Places, *, plain: bool) -> Iterator[Text]:
    evidence = fill.evidence
    if evidence is None:
        yield Text(fill.origin, "dim")
        return
    if evidence.place == "text":
        where = f"line {places.line(evidence.start)}" if evidence.start is not None else "the article"
    else:
        where = _PLACES.get(evidence.place, evidence.place)
        if evidence.place == "metadata" and evidence.detail:  # of a page, it is the path of an element
            where += f" {evidence.detail}"
    joint = ", " if fill.origin in ("echo", "source") else "; also "  # a model's words that stand elsewhere too
    yield (
        Text(f"{fill.origin}{joint}") + show_line(f"{where}: ") + quoted(evidence.quote.strip(), "italic", plain=plain)
    )
