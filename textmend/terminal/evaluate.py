"""``textmend evaluate``: the command line's way to the room ``evaluate``."""

from __future__ import annotations

import typer

from textmend.evaluate.command import evaluate

_EXAMPLES = """
Examples:
  textmend evaluate bench.jsonl --clean clean.jsonl
  textmend evaluate bench.jsonl --no-fills --sample 100
  textmend evaluate bench.jsonl --json figures.json --html report.html
"""

app = typer.Typer(add_completion=False, rich_markup_mode="rich")
app.command(epilog=_EXAMPLES)(evaluate)
