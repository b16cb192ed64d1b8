"""The commands ``textmend train …``, a file each. Not the work itself: that is the room ``train``.

Loading this package loads neither torch nor onnx, so that ``--help`` is quick and works without the extra.
"""

from __future__ import annotations

import typer

from textmend.cli.train.average import average
from textmend.cli.train.calibrate import calibrate
from textmend.cli.train.casing import casing
from textmend.cli.train.detector import detector
from textmend.cli.train.export import export
from textmend.cli.train.filler import filler
from textmend.cli.train.prepare import prepare
from textmend.cli.train.split import split

_EPILOG = """
Examples:
  textmend train split news.jsonl pages.jsonl --against bench.jsonl --out split
  textmend train detector BASE news.jsonl=0.7 pages.jsonl=0.3 --linked pages.jsonl --checkpoint detector.ckpt --hours 3
  textmend train prepare BASE news.jsonl=0.7 pages.jsonl=0.3 --linked pages.jsonl --what lost --million 30 --out lost
  textmend train detector BASE lost --linked pages.jsonl --checkpoint detector.ckpt --hours 0.2 --device cuda --batch 256
  textmend train average BASE detector.ckpt=0.7 earlier.ckpt=0.3 --kind detector --out averaged.safetensors
  textmend train casing news.jsonl pages.jsonl --out casing.json
  textmend train export --kind detector --base BASE --weights detector.ckpt --out detector --name "mine 1.0"
  textmend train calibrate --detector detector --held-out later.jsonl --linked pages.jsonl
  textmend train calibrate --detector detector --filler-only --filler FacebookAI/roberta-base --ranking ranking.json \\
    --held-out later.jsonl --linked pages.jsonl
  textmend train calibrate --detector detector --decisions decisions.jsonl --suggestions suggestions.jsonl
"""

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Train models of your own, and export them.",
    epilog=_EPILOG,
)
for command in (detector, filler, prepare, average, split, casing, export, calibrate):
    app.command()(command)
