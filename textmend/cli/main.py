"""The command ``textmend``: lists the commands, loads the one that is asked for, and turns errors into exit codes.

Commands live in ``textmend.cli``, one module each; this module is all that ``textmend --help`` loads.
"""

from __future__ import annotations

import importlib
import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from textmend import __version__
from textmend.cli.options import Debug, NoColor
from textmend.cli.types import show_plainly
from textmend.errors import FileError, MissingExtraError, ModelError, RecordError, TextmendError

COMMANDS = {
    "find": "Show where words are missing.",
    "suggest": "Show where words are missing, and what may have stood there.",
    "mend": "Put back the words that are sure, and write the text.",
    "clean": "Mend whole corpora: JSON Lines, Parquet, text files.",
    "review": "Let a person decide what the machine is unsure of.",
    "apply": "Carry out what people decided, on the original texts.",
    "decisions": "Show, join and compare what people decided.",
    "train": "Train models of your own, and export them.",
    "evaluate": "Measure detection, fills and mending on benchmarks.",
    "damage": "Make a benchmark: lose the link texts of whole articles.",
}
"""The commands with their summaries, in the order of the help.

A command ``name`` is a module ``textmend.cli.name`` that holds a ``typer.Typer`` called ``app``, with one
command or several. The module may import typer and other light things only; the rest inside its functions.
"""

MAKERS = frozenset({"train", "evaluate", "damage"})
"""The commands that make and measure models; help lists them apart."""

FOR_USERS, FOR_MAKERS = "Commands", "Commands for makers of models"

USAGE, UNREADABLE, NO_MODEL, INTERRUPTED, BROKEN_PIPE = 2, 3, 4, 130, 141

_EPILOG = """
Examples:
  textmend find article.txt
  textmend suggest --top 3 article.txt
  textmend mend article.txt > mended.txt
  textmend mend articles/ -o mended/

Exit codes:
  0 done, 1 gaps were found (find), 2 wrong usage, 3 a file failed,
  4 a model failed, 5 done, but documents were rejected (clean),
  130 interrupted
"""


class LazyGroup(TyperGroup):
    """A group of commands whose modules are imported when they are run."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {
            name: TyperCommand(name, help=summary, rich_help_panel=FOR_MAKERS if name in MAKERS else FOR_USERS)
            for name, summary in COMMANDS.items()
        }
        show_plainly(self)
        self._listing = False

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command, imported, or while help is written, only its name and summary."""
        if self._listing or cmd_name not in self.commands:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(f"textmend.cli.{cmd_name}")
        command = typer.main.get_command(module.app)
        command.name = cmd_name
        command.help = command.help or COMMANDS[cmd_name]
        show_plainly(command)
        return command

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help without importing the commands."""
        self._listing = True
        try:
            super().format_help(ctx, formatter)
        finally:
            self._listing = False

    def invoke(self, ctx: Any) -> Any:
        """Run a command; errors that textmend raises on purpose become a line on standard error and an exit code."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            _close_quietly()
            raise typer.Exit(BROKEN_PIPE) from None
        except TextmendError as error:
            from textmend.cli.terminal.screen import open_screen, report

            report(open_screen().err, str(error), error if ctx.find_root().meta.get("textmend.debug") else None)
            raise typer.Exit(exit_code(error)) from None


def exit_code(error: TextmendError) -> int:
    """Return the exit code that an error stands for."""
    if isinstance(error, FileError | RecordError):
        return UNREADABLE
    if isinstance(error, ModelError | MissingExtraError):
        return NO_MODEL
    return USAGE


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    epilog=_EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"textmend {__version__}")
        raise typer.Exit


@app.callback()
def textmend(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    no_color: NoColor = False,
    debug: Debug = False,
) -> None:
    """Find the places in scraped prose where words were lost, and mend them."""


def main() -> None:
    """Run the command line."""
    _open_closed_streams()
    try:
        app(prog_name="textmend")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        _close_quietly()
        sys.exit(BROKEN_PIPE)
    except OSError as error:  # standard output can't be written: the disk is full
        _close_quietly()
        sys.stderr.write(f"textmend: {error.strerror or error}\n")
        sys.exit(UNREADABLE)


def _open_closed_streams() -> None:
    """Lead standard streams that are closed to nowhere, so that no file that is opened takes their place."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            try:
                os.fstat(number)
            except OSError:
                nowhere = os.open(os.devnull, os.O_RDWR)
                if nowhere != number:
                    os.dup2(nowhere, number)
                    os.close(nowhere)
            setattr(sys, name, open(number, "w" if number else "r", encoding="utf-8", closefd=False))  # noqa: SIM115


def _close_quietly() -> None:
    """Send what is left to nowhere, so that Python's last flush doesn't complain of the broken pipe."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
    except (OSError, ValueError):  # standard output is no file
        pass
