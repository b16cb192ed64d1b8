"""``textmend evaluate``: the command line's way to the room ``evaluate``."""

from __future__ import annotations

import typer

from textmend.evaluate.command import evaluate

app = typer.Typer()
app.command()(evaluate)
