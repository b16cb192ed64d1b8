"""``textmend decisions …``: show and join decisions, exchange them with other tools, compare people and machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from textmend.cli.options import Debug, NoColor, Output, flag
from textmend.cli.outputs import check_output, write_bytes
from textmend.cli.terminal.screen import open_screen, show_line
from textmend.files import write_file
from textmend.report.numbers import count

_EPILOG = """
Examples:
  textmend decisions setup label-studio > config.xml
  textmend decisions import label-studio export.json -o decisions.jsonl
  textmend decisions merge ada.jsonl ben.jsonl -o decisions.jsonl
  textmend decisions agree decisions.jsonl
  textmend decisions show decisions.jsonl --by Ada
  textmend decisions report decisions.jsonl suggestions.jsonl
"""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Show, join, import decisions; compare people with each other and with the machine.",
    epilog=_EPILOG,
)

Format = Annotated[str, typer.Argument(metavar="FORMAT", help="label-studio, prodigy, doccano, web-annotation or csv.")]


@app.command()
def show(
    files: Annotated[list[Path], typer.Argument(metavar="DECISIONS", help="Files of decisions.")],
    by: Annotated[str | None, typer.Option("--by", metavar="NAME", help="Only what this person decided.")] = None,
    document: Annotated[
        str | None, typer.Option("--document", metavar="ID", help="Only decisions about this document.")
    ] = None,
    history: Annotated[
        bool, flag("--all", panel="Options", help="Also what was taken back, or replaced by a later decision.")
    ] = False,
    no_color: NoColor = False,
    debug: Debug = False,
) -> None:
    """Show decisions as people read them: each in its sentence, with who made it and when."""
    from textmend.cli.terminal.decided import show_decisions
    from textmend.review.files import decisions_in
    from textmend.review.merging import merged

    made = [
        one
        for one in merged([decisions_in(file) for file in files])
        if by in (None, one.by) and document in (None, one.document)
    ]
    show_decisions(made, open_screen(), history=history)


@app.command()
def merge(
    files: Annotated[list[Path], typer.Argument(metavar="DECISIONS", help="Files of decisions.")],
    output: Output = None,
    no_color: NoColor = False,
    debug: Debug = False,
) -> None:
    """Join the decisions of several people, in the order they were made.

    What each of them decided about a gap is kept. Where they disagree, the
    last decision counts, until somebody settles it on the page.
    """
    from textmend.review.agreement import conflicts
    from textmend.review.decisions import dump
    from textmend.review.files import decisions_in
    from textmend.review.merging import merged

    check_output(output, files)
    made = merged([decisions_in(file) for file in files])
    data = "".join(map(dump, made)).encode()
    if output is None:
        write_bytes(data)
    else:
        write_file(Path(output), data)
    err = open_screen().err
    if output is not None:
        err.print(show_line(f"{output}: {count(len(made), 'decision')}"), soft_wrap=True)
    written = output or "FILE"
    if disputed := len(conflicts(made)):
        told = f"people disagree about {count(disputed, 'gap')}: textmend decisions agree {written} tells which"
        err.print(show_line(told), soft_wrap=True)
    elif output is not None:
        err.print(show_line(f"mend the texts with  textmend apply {written}"), soft_wrap=True)


@app.command()
def agree(
    files: Annotated[list[Path], typer.Argument(metavar="DECISIONS", help="Files of decisions.")],
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write all figures here.")] = None,
    no_color: NoColor = False,
    debug: Debug = False,
) -> None:
    """Say how far people agree who decided about the same gaps, and where they don't.

    Only decisions count that were made without knowing the other's. Cohen's
    kappa is the agreement beyond what chance gives: 1 is full agreement, 0 none.
    """
    import json

    from textmend.cli.terminal.decided import show_agreement
    from textmend.review.agreement import agreement, conflicts, to_dict
    from textmend.review.files import decisions_in
    from textmend.review.merging import merged

    made = merged([decisions_in(file) for file in files])
    pairs, disputed = agreement(made), conflicts(made)
    if json_file is not None:
        write_file(json_file, (json.dumps(to_dict(pairs, disputed), indent=1, allow_nan=False) + "\n").encode())
    show_agreement(pairs, disputed, open_screen())


@app.command()
def report(
    decisions: Annotated[Path, typer.Argument(metavar="DECISIONS", help="What people decided.")],
    suggestions: Annotated[
        list[Path], typer.Argument(metavar="SUGGESTIONS...", help="What they decided about (suggest --json).")
    ],
    json_file: Annotated[Path | None, typer.Option("--json", metavar="FILE", help="Write all figures here.")] = None,
    no_color: NoColor = False,
    debug: Debug = False,
) -> None:
    """Compare the machine's probabilities with what people chose.

    How well gap and fill probabilities are calibrated on these decisions,
    how often the first fill or one of five is what people chose,
    by origin, cue and person. Only gaps that were decided count.
    """
    import json

    from textmend.review.decision_report import compare, show, to_dict
    from textmend.review.files import judged_in

    comparison = compare(judged_in(suggestions, [decisions]))
    if json_file is not None:
        write_file(json_file, (json.dumps(to_dict(comparison), indent=1, allow_nan=False) + "\n").encode())
    show(comparison, open_screen().out)


@app.command("import")
def import_(
    source: Format,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="What the tool exported.")],
    output: Output = None,
    by: Annotated[
        str | None, typer.Option("--by", metavar="NAME", help="Who decided, where the tool doesn't say.")
    ] = None,
    no_color: NoColor = False,
    debug: Debug = False,
) -> None:
    """Turn another tool's export into decisions, as textmend keeps them."""
    from dataclasses import replace

    from textmend.review.decisions import dump
    from textmend.review.files import decisions_in

    _check_format(source)
    check_output(output, files)
    found = [decision for file in files for decision in decisions_in(file, source)]
    if by is not None:
        found = [replace(decision, by=by) if decision.by is None else decision for decision in found]
    data = "".join(map(dump, found)).encode()
    if output is None:
        write_bytes(data)
    else:
        write_file(Path(output), data)
        err = open_screen().err
        err.print(show_line(f"{output}: {count(len(found), 'decision')}"), soft_wrap=True)
        err.print(show_line(f"mend the texts with  textmend apply {output}"), soft_wrap=True)


@app.command()
def setup(target: Format, no_color: NoColor = False, debug: Debug = False) -> None:
    """Show what a tool has to be told before it shows textmend's files."""
    from textmend.review.exchange import exchange

    _check_format(target)
    write_bytes(exchange(target).SETUP.encode())


def _check_format(name: str) -> None:
    from textmend.review.exchange import FORMATS

    if name not in FORMATS:
        raise typer.BadParameter(f"{name!r} is no format; choose one of {', '.join(FORMATS)}")
