"""``textmend damage``: the command line's way to the room ``evaluate``."""

from __future__ import annotations

import typer

from textmend.evaluate.command import damage

app = typer.Typer()
app.command()(damage)
