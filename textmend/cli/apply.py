"""``textmend apply``: what people decided, carried out on the original texts."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.padding import Padding

from textmend.cli.inputs import sources
from textmend.cli.options import Backup, Debug, Encoding, Include, InPlace, NoColor, OutputTree, flag
from textmend.cli.outputs import targets, write_bytes
from textmend.cli.review import AnnotationsField, IdField, TextField
from textmend.cli.terminal.screen import Screen, open_screen, show_line
from textmend.edits.mended import Mended
from textmend.errors import FileError, RecordError
from textmend.files import STDIN, Document, back_up, read_document, write_file, write_text
from textmend.policy import Policy
from textmend.report.numbers import count

if TYPE_CHECKING:
    from textmend.review.decisions import Recorded
    from textmend.review.originals import Holder
    from textmend.review.replay import Outcome, Replay

app = typer.Typer(add_completion=False, rich_markup_mode="rich")

_MOST_SHOWN = 20
_DONE = {"fill": "filled", "mark": "marked", "drop": "dropped", "keep": "kept", "not_a_gap": "not a gap"}
_EPILOG = """
Examples:
  textmend apply decisions.jsonl article.txt > mended.txt
  textmend apply decisions.jsonl *.txt --in-place --backup .orig --log log.jsonl
  textmend apply decisions.jsonl corpus.jsonl -o mended.jsonl
  textmend apply --from label-studio export.json article.txt -o mended.txt
"""

From = Annotated[
    str | None,
    typer.Option(
        "--from",
        metavar="FORMAT",
        help="The decisions are a file of another tool: label-studio, prodigy, doccano, web-annotation or csv.",
        rich_help_panel="Input",
    ),
]


@app.command(epilog=_EPILOG)
def apply(
    ctx: typer.Context,
    decisions: Annotated[Path, typer.Argument(metavar="DECISIONS", help="What was decided, as JSON Lines.")],
    texts: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="TEXT",
            show_default="the files that the decisions name",
            help="The original texts: text files or JSON Lines (also .gz, .zst, .bz2), folders, patterns; -: standard "
            "input.",
        ),
    ] = None,
    include: Include = None,
    source: From = None,
    encoding: Encoding = None,
    text_field: TextField = "text",
    id_field: IdField = "id",
    annotations: AnnotationsField = "textmend",
    output: OutputTree = None,
    in_place: InPlace = False,
    backup: Backup = None,
    log: Annotated[
        Path | None,
        typer.Option(
            "--log",
            metavar="FILE",
            help="Write what became of each decision, who made it and when, as JSON Lines.",
            rich_help_panel="Output",
        ),
    ] = None,
    placeholder: Annotated[
        str,
        typer.Option("--placeholder", metavar="TEXT", help="The mark of marked gaps.", rich_help_panel="Output"),
    ] = "[…]",
    skip_refused: Annotated[
        bool, flag("--skip-refused", panel="Output", help="Carry out the others where decisions are refused.")
    ] = False,
    quiet: Annotated[bool, flag("--quiet", "-q", panel="Output", help="No report.")] = False,
    no_color: NoColor = False,
    debug: Debug = False,
) -> None:
    """Carry out what people decided, on the original texts.

    A decision is placed by its offsets where the text is the one that was
    reviewed, and by the words around it where the text shifted. It is refused
    where those words are missing or stand there twice, and where it is
    another text. If any is refused, nothing is written, unless --skip-refused.
    """
    from textmend.review.agreement import conflicts
    from textmend.review.documents import Keys
    from textmend.review.files import decisions_in
    from textmend.review.originals import hold
    from textmend.review.replay import replay

    placeholder = Policy(placeholder=placeholder).placeholder
    screen = open_screen()
    made = decisions_in(decisions, source)
    found = sources(texts or _named(made, in_place), ctx, include)
    paths = [one.path for one in found]
    _check(paths, decisions, output, in_place, backup)
    written = targets(output, found) if output is not None else None
    if len(paths) > 1 and written is None and not in_place:
        raise typer.BadParameter("several texts would become one on standard output: name a folder with -o")
    fields = Keys(text=text_field, id=id_field, annotations=annotations)
    read = [read_document(path, encoding) for path in paths]
    holders = [hold(str(document.path), document.text, fields) for document in read]
    result = replay([original for holder in holders for original in holder.originals], made, placeholder)
    refused = result.refused
    if not quiet or refused:
        _report(holders, result, screen, quiet=quiet)
    if not quiet and (disputed := len(conflicts(made))):
        _tell_of_conflicts(disputed, decisions, screen)
    if refused and not skip_refused:
        some = "a decision" if len(refused) == 1 else f"{len(refused)} decisions"
        raise RecordError(
            f"{some} can't be carried out, so nothing was written; with --skip-refused the others are carried out"
        )
    data = _encoded(read, holders, result.mended)
    if log is not None:
        lines = "".join(json.dumps(outcome.to_dict(), ensure_ascii=True) + "\n" for outcome in result.outcomes)
        write_file(log, lines.encode())
    _write(read, data, written, in_place, backup)
    if not quiet and output is not None:
        screen.err.print(show_line(f"written to {output}"), soft_wrap=True)
    if not quiet and source is None:
        told = f"to see how well the machine knew: textmend decisions report {decisions} SUGGESTIONS"
        screen.err.print(show_line(told), soft_wrap=True)


def _named(made: Sequence[Recorded], in_place: bool) -> list[Path]:
    if in_place:
        raise typer.BadParameter("--in-place rewrites files: name them")
    paths = list(dict.fromkeys(Path(decision.document) for decision in made))
    for path in paths:
        if not path.is_file():
            raise FileError(f"{path}: no such file, though decisions name it; name the texts after the decisions")
    return paths


def _check(paths: Sequence[Path], decisions: Path, output: str | None, in_place: bool, backup: str | None) -> None:
    if in_place and output is not None:
        raise typer.BadParameter("--in-place and --output exclude each other")
    if in_place and STDIN in paths:
        raise typer.BadParameter("--in-place needs files; standard input has no place")
    if [decisions, *paths].count(STDIN) > 1:
        raise typer.BadParameter("standard input (-) can be read only once")
    if backup is not None and (not in_place or not backup or Path(backup).name != backup):
        raise typer.BadParameter("--backup goes with --in-place, and is the end of a file's name, such as .orig")


def _encoded(read: Sequence[Document], holders: Sequence[Holder], mended: Iterable[Mended]) -> list[bytes]:
    """Return what each file will hold, all of them before any is written."""
    rest = iter(mended)
    found: list[bytes] = []
    for document, holder in zip(read, holders, strict=True):
        found.append(document.encode(holder.rewritten([next(rest).text for _ in holder.originals])))
    return found


def _write(
    read: Sequence[Document], data: Sequence[bytes], written: list[Path] | None, in_place: bool, backup: str | None
) -> None:
    for index, (document, content) in enumerate(zip(read, data, strict=True)):
        if written is not None:
            write_text(written[index], content)
        elif not in_place:
            write_bytes(content, document.encoding)
        elif content != document.encode(document.text):
            if backup is not None:
                back_up(document.path, backup)
            write_text(document.path, content)


def _report(holders: Sequence[Holder], result: Replay, screen: Screen, *, quiet: bool) -> None:
    err = screen.err
    by_text: dict[int, list[Outcome]] = {}
    for outcome in result.outcomes:
        if outcome.original is not None:
            by_text.setdefault(outcome.original, []).append(outcome)
    names = [original.id for holder in holders for original in holder.originals]
    for number in sorted(by_text) if not quiet else ():
        err.print(show_line(f"{names[number]}: {_summary(by_text[number])}"), soft_wrap=True)
    if not by_text and not result.refused and not quiet:
        err.print("no decisions", soft_wrap=True)
    for outcome in result.refused[:_MOST_SHOWN]:
        recorded = outcome.recorded
        place = f"{recorded.document}, gap at {recorded.start}:{recorded.end}"
        err.print(show_line(f"{place}: refused: {outcome.reason}", "red"), soft_wrap=True)
        words = f"{recorded.quote.prefix[-30:]} ▢ {recorded.quote.suffix[:30]}"
        err.print(Padding(show_line(words, "dim"), (0, 4)), soft_wrap=True)
    if len(result.refused) > _MOST_SHOWN:
        err.print(f"… and {len(result.refused) - _MOST_SHOWN} more refused", soft_wrap=True)


def _tell_of_conflicts(disputed: int, decisions: Path, screen: Screen) -> None:
    are = "is" if disputed == 1 else "are"
    told = f"{count(disputed, 'gap')} {are} decided differently by different people; the last decision counts"
    screen.err.print(show_line(f"{told} (see  textmend decisions agree {decisions})", "yellow"), soft_wrap=True)


def _summary(outcomes: Sequence[Outcome]) -> str:
    done = Counter(_DONE[outcome.recorded.verdict] for outcome in outcomes)
    parts = [f"{done[word]} {word}" for word in _DONE.values() if done[word]]
    if shifted := sum(outcome.how == "quote" for outcome in outcomes):
        parts.append(f"{shifted} placed by the words around them")
    if lost := sum(bool(outcome.reason) for outcome in outcomes):
        parts.append(f"{lost} left out for another decision")
    return f"{count(len(outcomes), 'decision')}: {', '.join(parts)}"
