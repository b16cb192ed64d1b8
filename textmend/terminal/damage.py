"""``textmend damage``: the command line's way to the room ``evaluate``."""

from __future__ import annotations

import typer

from textmend.evaluate.command import damage

_EXAMPLES = """
Examples:
  textmend damage pages/*.html --out bench.jsonl
  textmend damage linked.jsonl --variant tidy --share 0.5 > bench.jsonl
"""

app = typer.Typer(add_completion=False, rich_markup_mode="rich")
app.command(epilog=_EXAMPLES)(damage)
