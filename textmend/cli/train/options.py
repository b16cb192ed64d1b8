"""Options that several of the commands take, and the choices of some."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Kind(StrEnum):
    """The two models."""

    detector = "detector"
    filler = "filler"


class What(StrEnum):
    """What examples can be made beforehand."""

    lost = "lost"
    masked = "masked"


Base = Annotated[
    Path, typer.Argument(metavar="BASE", help="Folder of the base: config.json, model.safetensors, tokenizer.json.")
]
Data = Annotated[
    list[str],
    typer.Argument(metavar="FILE[=SHARE]...", help="Clean articles, JSON Lines, and how often each file is drawn on."),
]
DataOrPrepared = Annotated[
    list[str],
    typer.Argument(
        metavar="FILE[=SHARE]...|FOLDER...",
        help="Clean articles, JSON Lines, and how often each file is drawn on; or what textmend train prepare made.",
    ),
]
Linked = Annotated[
    Path, typer.Option("--linked", metavar="FILE", help="Articles with known links: what links look like.")
]
Checkpoint = Annotated[
    Path, typer.Option("--checkpoint", metavar="FILE", help="Where the run is kept; if it exists, the run goes on.")
]
Hours = Annotated[float, typer.Option("--hours", metavar="H", help="How long this call trains.")]
Rate = Annotated[float, typer.Option("--rate", metavar="R", help="Peak learning rate of the encoder.")]
HeadRate = Annotated[float, typer.Option("--head-rate", metavar="R", help="Peak learning rate of the new layers.")]
Decay = Annotated[
    float,
    typer.Option("--decay", min=0, max=1, metavar="SHARE", help="Share of the hours, at the end, to fall to rate 0."),
]
Start = Annotated[
    Path | None,
    typer.Option("--start", metavar="FILE", help="Weights to start from, where there is no checkpoint yet."),
]
Device = Annotated[
    str, typer.Option("--device", metavar="cpu|cuda", help="Where to compute; a GPU wants a large --batch.")
]
Threads = Annotated[int | None, typer.Option("--threads", min=1, metavar="N", help="CPU threads; default: all.")]
Seed = Annotated[
    int,
    typer.Option(
        "--seed", metavar="N", help="Another one damages the text otherwise: for runs that go on with --start."
    ),
]
Skip = Annotated[
    list[int] | None,
    typer.Option(
        "--skip", min=0, metavar="N", help="Leave out the first N articles: one for all files, or one for each."
    ),
]
