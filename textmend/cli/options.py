"""Options that several commands share. Imports nothing heavy but typer, so that help is quick."""

from __future__ import annotations

import codecs
import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from textmend.policy_figures import in_words


def _probability(value: float | None) -> float | None:
    if value is not None and not 0 < value <= 1:
        raise typer.BadParameter("should be above 0 and at most 1, for example 0.8")
    return value


def _encoding(value: str | None) -> str | None:
    if value is None:
        return None
    try:
        if codecs.lookup(value)._is_text_encoding:
            return value
    except LookupError:
        pass
    raise typer.BadParameter(f"{value!r} is no encoding of text that Python knows, such as utf-8, cp1252 or utf-16")


def _no_color(asked: bool) -> None:
    if asked:
        os.environ["NO_COLOR"] = "1"  # heeded by rich, in this process and those it starts


def _debug(ctx: typer.Context, asked: bool) -> None:
    if asked:
        ctx.find_root().meta["textmend.debug"] = True


def flag(*names: str, panel: str, help: str, callback: Callable[..., None] | None = None) -> Any:
    """Return an option that is given or not, without a value."""
    return typer.Option(
        *names, metavar="", help=help, rich_help_panel=panel, callback=callback, is_eager=callback is not None
    )


Files = Annotated[
    list[Path] | None,
    typer.Argument(
        metavar="FILE",
        show_default=False,
        help="Text files (also .gz, .zst, .bz2), folders, patterns; - or none: standard input. JSON Lines and Parquet: "
        "see textmend clean.",
    ),
]
Include = Annotated[
    list[str] | None,
    typer.Option(
        "--include",
        metavar="PATTERN",
        show_default="*.txt *.text *.md, also compressed",
        help="Of folders, the files so named; may be given again.",
        rich_help_panel="Input",
    ),
]
Encoding = Annotated[
    str | None,
    typer.Option(
        "--encoding",
        "-e",
        callback=_encoding,
        metavar="NAME",
        show_default="utf-8",
        help="Encoding of the files, and of what is written.",
        rich_help_panel="Input",
    ),
]
Title = Annotated[
    str | None,
    typer.Option(
        "--title",
        metavar="TEXT",
        help="The article's headline: lost words may stand there.",
        rich_help_panel="Input",
    ),
]
Html = Annotated[
    Path | None,
    typer.Option(
        "--html",
        metavar="PAGE",
        show_default=False,
        help="The page it was taken from: its words are put back as they stand there; - is standard input.",
        rich_help_panel="Input",
    ),
]
HtmlDir = Annotated[
    Path | None,
    typer.Option(
        "--html-dir",
        metavar="DIR",
        show_default=False,
        help="The pages of many files: of news/7.txt it is DIR/7.html. A file without one is read alone.",
        rich_help_panel="Input",
    ),
]
References = Annotated[
    list[Path] | None,
    typer.Option(
        "--reference",
        metavar="FILE",
        show_default=False,
        help="Another copy of it, text or HTML: may be given again.",
        rich_help_panel="Input",
    ),
]
At = Annotated[
    float,
    typer.Option(
        "--at",
        callback=_probability,
        metavar="P",
        help="A place is a gap from this gap probability on.",
        rich_help_panel="Models",
    ),
]
Detector = Annotated[
    str,
    typer.Option(
        "--detector", metavar="NAME", help="What finds gaps: a language or a folder.", rich_help_panel="Models"
    ),
]
Filler = Annotated[
    str,
    typer.Option(
        "--filler",
        metavar="NAME",
        help="What proposes words: a language, a folder, or a model of the hub (docs/models.md).",
        rich_help_panel="Models",
    ),
]
Ranking = Annotated[
    Path | None,
    typer.Option(
        "--ranking",
        metavar="FILE",
        help="How to weigh a hub model's words, from textmend train calibrate.",
        rich_help_panel="Models",
    ),
]
Threads = Annotated[
    int | None,
    typer.Option(
        "--threads",
        min=1,
        metavar="N",
        show_default="one a core",
        help="CPU threads the models use.",
        rich_help_panel="Models",
    ),
]
Fast = Annotated[
    bool,
    flag("--fast", panel="Models", help="Don't read doubtful places again with the larger network: less is found."),
]
InPlace = Annotated[bool, flag("--in-place", "-i", panel="Output", help="Rewrite the files that change.")]
Backup = Annotated[
    str | None,
    typer.Option("--backup", metavar="SUFFIX", help="With --in-place: keep a copy so named.", rich_help_panel="Output"),
]
Output = Annotated[
    str | None,  # a path would forget the slash at its end
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        show_default="standard output",
        help="Write here; folders are made.",
        rich_help_panel="Output",
    ),
]
OutputTree = Annotated[
    str | None,
    typer.Option(
        "--output",
        "-o",
        metavar="OUT",
        show_default="standard output",
        help="Write the text here: a file, or for several texts a folder; folders are made.",
        rich_help_panel="Output",
    ),
]
Quiet = Annotated[bool, flag("--quiet", "-q", panel="Output", help="No progress, no summary.")]
Json = Annotated[bool, flag("--json", panel="Output", help="Write JSON Lines, one object a file.")]
ApplyAt = Annotated[
    float | None,
    typer.Option(
        "--apply-at",
        callback=_probability,
        metavar="P",
        show_default="the policy's",
        help="Words are put back from this joint probability on: gap times fill.",
        rich_help_panel="Policy",
    ),
]
AllowNames = Annotated[
    bool, flag("--allow-names", panel="Policy", help="Also apply fills with names new to the article.")
]
AllowNumbers = Annotated[
    bool, flag("--allow-numbers", panel="Policy", help="Also apply fills with numbers new to the article.")
]
Placeholder = Annotated[
    str, typer.Option("--placeholder", metavar="TEXT", help="The mark of --unsure mark.", rich_help_panel="Policy")
]
PolicyName = Annotated[
    Literal["careful", "balanced", "bold"],
    typer.Option(
        "--policy",
        help=f"How sure a fill must be. {in_words()} (docs/policies.md).",
        rich_help_panel="Policy",
    ),
]
Ignore = Annotated[
    list[str] | None,
    typer.Option(
        "--ignore",
        metavar="REGION",
        show_default=False,
        help="Where nothing is a gap: code, table, verse, quotes, tokenised, or a regular expression. May be given again.",
        rich_help_panel="Policy",
    ),
]
KnownWords = Annotated[
    list[str] | None,
    typer.Option(
        "--known-word",
        metavar="WORD",
        show_default=False,
        help="A word beside which nothing is a gap. May be given again.",
        rich_help_panel="Policy",
    ),
]
Masks = Annotated[
    list[str] | None,
    typer.Option(
        "--mask",
        metavar="TEXT",
        show_default=False,
        help="What stands for lost words, such as [MASK]: only there are words proposed. May be given again.",
        rich_help_panel="Input",
    ),
]
CacheFolder = Annotated[
    Path | None,
    typer.Option(
        "--cache",
        metavar="FOLDER",
        show_default="the user's cache",
        help="Keeps what was suggested, so that the same text is worked on once.",
        rich_help_panel="Models",
    ),
]
NoCache = Annotated[bool, flag("--no-cache", panel="Models", help="Keep nothing, and use nothing that was kept.")]
MostGaps = Annotated[
    int,
    typer.Option(
        "--most-gaps",
        min=0,
        metavar="N",
        help="A text with more gaps is too damaged, and left as it is; 0: no number is too many.",
        rich_help_panel="Policy",
    ),
]
OfForeign = Annotated[
    Literal["skip", "raise", "mend"],
    typer.Option(
        "--foreign",
        help="What becomes of a text that is no English prose: leave it, fail, or mend it all the same.",
        rich_help_panel="Policy",
    ),
]
NoColor = Annotated[
    bool, flag("--no-color", panel="Output", callback=_no_color, help="No colour on a terminal; so does NO_COLOR=1.")
]
Debug = Annotated[bool, flag("--debug", panel="Output", callback=_debug, help="Show the traceback of an error.")]
