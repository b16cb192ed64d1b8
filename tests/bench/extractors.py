"""Measures what pages give back behind the extractors that people use, and what of it is wrong.

``python -m bench.extractors PAGES`` (from ``tests/``) reads real pages, each with the text that a careful extractor
should give, extracts them with every extractor that is installed, and mends what came out with the page. An edit is
*right* where the careful text has the words between the same neighbours, *wrong* where it has the neighbours side by
side, and *elsewhere* where it doesn't have the place at all: extractors keep more of a page than an article.
"""

from __future__ import annotations

import importlib
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from bench.restore import Mend, source_alone, with_models
from textmend.damage.articles import read_lines
from textmend.records import Edit
from textmend.review.documents import json_object
from textmend.text.words import WORD

Extract = Callable[[str], str | None]

_AROUND = 3


def _trafilatura(html: str) -> str | None:
    return importlib.import_module("trafilatura").extract(html)


def _trafilatura_markdown(html: str) -> str | None:
    return importlib.import_module("trafilatura").extract(html, output_format="markdown", include_links=True)


def _newspaper(html: str) -> str | None:
    article = importlib.import_module("newspaper").Article("https://example.org/a", fetch_images=False)
    article.download(input_html=html)
    article.parse()
    return str(article.text)


def _readability(html: str) -> str | None:
    document = importlib.import_module("readability").Document(html)
    tree = importlib.import_module("lxml.html").fromstring(document.summary())
    blocks = tree.iter("p", "li", "blockquote", "h2", "h3")
    return "\n\n".join(" ".join(block.text_content().split()) for block in blocks)


def _goose(html: str) -> str | None:
    goose = importlib.import_module("goose3").Goose({"enable_image_fetching": False})
    return str(goose.extract(raw_html=html).cleaned_text)


def _justext(html: str) -> str | None:
    justext = importlib.import_module("justext")
    found = justext.justext(html.encode(), justext.get_stoplist("English"), encoding="utf-8")
    return "\n\n".join(one.text for one in found if not one.is_boilerplate)


def _inscriptis(html: str) -> str | None:
    return str(importlib.import_module("inscriptis").get_text(html))


def _html2text(html: str) -> str | None:
    return str(importlib.import_module("html2text").html2text(html))


def _soup(html: str) -> str | None:
    soup = importlib.import_module("bs4").BeautifulSoup(html, "lxml")
    for element in soup(["script", "style", "nav", "header", "footer", "aside"]):
        element.decompose()
    return "\n".join(one.get_text(" ", strip=True) for one in soup.find_all(["p", "li", "h2", "h3"]))


def _soup_without_links(html: str) -> str | None:
    soup = importlib.import_module("bs4").BeautifulSoup(html, "lxml")
    for element in soup(["script", "style", "nav", "header", "footer", "aside", "a", "button", "time"]):
        element.decompose()
    return "\n".join(" ".join(one.get_text().split()) for one in soup.find_all("p"))


EXTRACTORS: dict[str, Extract] = {
    "trafilatura": _trafilatura,
    "trafilatura, Markdown": _trafilatura_markdown,
    "newspaper4k": _newspaper,
    "readability-lxml": _readability,
    "goose3": _goose,
    "jusText": _justext,
    "inscriptis": _inscriptis,
    "html2text": _html2text,
    "BeautifulSoup": _soup,
    "BeautifulSoup, links decomposed": _soup_without_links,
}


@dataclass(slots=True)
class Figures:
    """What became of the texts of one extractor.

    Attributes:
        texts: how many it gave.
        words: how many words they have.
        edits: how many edits were made.
        right: how many words came back that the careful text has at their place.
        elsewhere: how many came back at places that the careful text doesn't have.
        wrong: how many came back that it lacks at their place.
        open: how many gaps were left open with words of the page.
        notes: the edits that are wrong or stand elsewhere, for a person.
    """

    texts: int = 0
    words: int = 0
    edits: int = 0
    right: int = 0
    elsewhere: int = 0
    wrong: int = 0
    open: int = 0
    notes: list[str] = field(default_factory=list)


def verdict(edit: Edit, text: str, careful: Sequence[str]) -> str:
    """Say whether the careful text bears an edit out: ``right``, ``wrong`` or ``elsewhere``.

    Args:
        edit: the edit.
        text: the text that is edited.
        careful: the words of the careful text, in lower case.
    """
    before = [word.lower() for word in WORD.findall(text[max(0, edit.start - 200) : edit.start])][-_AROUND:]
    after = [word.lower() for word in WORD.findall(text[edit.end : edit.end + 200])][:_AROUND]
    words = [word.lower() for word in WORD.findall(edit.replacement)]
    joined = "\x1f" + "\x1f".join(careful) + "\x1f"

    def stands(*parts: Sequence[str]) -> bool:
        run = [word for part in parts for word in part]
        return bool(run) and "\x1f" + "\x1f".join(run) + "\x1f" in joined

    if not words:
        return "right" if not before or not after or stands(before[-1:], after[:1]) else "elsewhere"
    for size in (3, 2, 1):
        if stands(before[-size:], words, after[:1]) or stands(before[-1:], words, after[:size]):
            return "right"
    return "wrong" if stands(before, after) else "elsewhere"


def measure(pages: Sequence[dict[str, Any]], extract: Extract, mend: Mend) -> Figures:
    """Extract pages, mend what comes out, and compare with the careful texts."""
    figures = Figures()
    for record in pages:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                text = extract(record["html"])
            except Exception as error:  # an extractor that fails at a page is no matter of ours
                figures.notes.append(f"{record['id']}: {type(error).__name__}")
                continue
        if not text or not text.strip():
            continue
        mended = mend(text, record["html"].encode())
        careful = [word.lower() for word in WORD.findall(record["text"])]
        figures.texts += 1
        figures.words += len(text.split())
        figures.open += sum(bool(gap.fills) and gap.decision != "apply" for gap in mended.gaps)
        for edit in mended.edits:
            kind = verdict(edit, text, careful)
            count = len(WORD.findall(edit.replacement))
            figures.edits += 1
            setattr(figures, kind, getattr(figures, kind) + count)
            if kind != "right":
                around = (
                    f"{text[max(0, edit.start - 40) : edit.start]}⟦{edit.replacement}⟧{text[edit.end : edit.end + 40]}"
                )
                figures.notes.append(f"{record['id']}: {kind}: {around!r}")
    return figures


def read_pages(path: Path, most: int | None) -> Iterator[dict[str, Any]]:
    """Yield the first so many pages."""
    for number, line in enumerate(read_lines(path), start=1):
        if most is not None and number > most:
            return
        yield dict(json_object(line, f"{path}:{number}"))


def main(
    pages: Annotated[Path, typer.Argument(help="JSON Lines of id, html and text.")],
    sample: Annotated[int | None, typer.Option(min=1, help="How many pages, from the first on; default: all.")] = None,
    models: Annotated[bool, typer.Option("--models", help="Mend with the models too; slower.")] = False,
    extractor: Annotated[list[str] | None, typer.Option(help=f"Of {', '.join(EXTRACTORS)}; default: all.")] = None,
    show: Annotated[int, typer.Option(min=0, help="How many edits that are not right to show of each.")] = 5,
) -> None:
    """Measure what pages give back behind extractors."""
    console = Console(soft_wrap=True, highlight=False)
    records = list(read_pages(pages, sample))
    mend = with_models(None) if models else source_alone()
    table = Table("extractor", "texts", "words", "edits", "right words", "elsewhere", "wrong", "left open")
    for name in extractor or EXTRACTORS:
        try:
            figures = measure(records, EXTRACTORS[name], mend)
        except ImportError as error:
            console.print(f"{name}: {error}", markup=False)
            continue
        counts = (figures.texts, figures.words, figures.edits, figures.right, figures.elsewhere, figures.wrong)
        table.add_row(name, *(f"{count:,}" for count in (*counts, figures.open)))
        for note in figures.notes[:show]:
            console.print(f"{name}: {note}", markup=False)
    console.print(table)


if __name__ == "__main__":
    typer.run(main)
