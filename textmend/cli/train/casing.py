"""``textmend train casing``."""

from __future__ import annotations

import itertools
import logging
from pathlib import Path
from typing import Annotated

import typer

from textmend.cli.train.checks import check_files, check_writable, logged

log = logging.getLogger(__name__)


def casing(
    data: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Clean articles, JSON Lines.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The table.")] = Path("casing.json"),
    articles: Annotated[
        int | None, typer.Option("--articles", min=1, metavar="N", help="How many of each file; default: all.")
    ] = None,
    at_least: Annotated[int, typer.Option("--at-least", min=1, metavar="N", help="Leave out rarer words.")] = 8,
) -> None:
    """Count how words are usually written, which a filler's export needs."""
    check_files(data)
    check_writable(out)
    from textmend.damage.articles import read_articles
    from textmend.train.casing import count_forms, write_casing

    with logged():
        forms = count_forms(article for file in data for article in itertools.islice(read_articles(file), articles))
        log.info("%s: %d words of %d", out, write_casing(forms, out, at_least=at_least), len(forms))
