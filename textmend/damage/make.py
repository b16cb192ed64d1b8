"""Making a benchmark: texts with known links, or HTML pages, lose their link texts.

They lose them as in an extractor that ignores links: the words of a link inside a paragraph are lost, the rest stays.
Links of more than eight words, links that are nearly the whole sentence, and links inside a word are kept.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

from textmend.damage.articles import LinkedText, parse_article, read_lines
from textmend.damage.benchmark import shape_of
from textmend.damage.losing import Variant, damage
from textmend.damage.pages import article_of
from textmend.errors import FileError, RecordError
from textmend.text.sentences import sentences_around
from textmend.text.words import Span

Choice = Literal["raw", "collapsed", "tidy", "mixed"]

MOST_WORDS = 8
"""The most words of a link that may be lost."""

_WHOLE = 0.6
"""A link with more than this share of its sentence's words is kept."""

_VARIANTS: tuple[Variant, ...] = ("raw", "collapsed", "tidy")
_FREQUENCIES = (0.27, 0.52, 0.21)
"""How often ``mixed`` takes each variant: as in the development benchmark."""


def make_records(
    articles: Iterable[tuple[str, LinkedText]], *, variant: Choice = "mixed", share: float = 1.0, seed: int = 0
) -> Iterator[dict[str, Any]]:
    """Yield a benchmark record for every article that loses at least one link.

    The losses depend only on the seed and the article's id.

    Args:
        articles: ids and articles with their links.
        variant: the treatment of white space; ``mixed``: one variant for each article.
        share: the share of an article's links that is lost, at random; above 0, at most 1.
        seed: the seed of the random choices.
    """
    for name, article in articles:
        rng = random.Random(int.from_bytes(hashlib.sha256(f"{seed}\n{name}".encode("utf-8", "replace")).digest()[:8]))
        chosen: Variant = rng.choices(_VARIANTS, _FREQUENCIES)[0] if variant == "mixed" else variant
        links = [link for link in loseable(article) if rng.random() < share]
        if not links:
            continue
        damaged = damage(article.text, links, chosen)
        yield {
            "id": name,
            "source": "made",
            "title": article.title or None,
            "variant": chosen,
            "text": damaged.text,
            "gaps": [
                {
                    "start": gap.start,
                    "end": gap.end,
                    "lost": gap.lost,
                    "words": gap.words,
                    "shape": shape_of(gap.lost),
                }
                for gap in damaged.gaps
            ],
            "original": article.text,
        }


def loseable(article: LinkedText) -> list[Span]:
    """Return the links that an article may lose: trimmed, in order, disjoint; links that touch count as one."""
    text = article.text
    links: list[Span] = []
    for start, end in sorted(article.links):
        while start < end and text[start].isspace():
            start += 1
        while end > start and text[end - 1].isspace():
            end -= 1
        if links and start <= links[-1].end + 1 and not text[links[-1].end : start].strip():
            links[-1] = Span(links[-1].start, max(end, links[-1].end))
        elif start < end:
            links.append(Span(start, end))
    sentences = sentences_around(text, links)
    return [link for link, sentence in zip(links, sentences, strict=True) if _may_go(text, link, sentence)]


def read_sources(paths: Sequence[Path]) -> Iterator[tuple[str, LinkedText]]:
    """Yield ids and articles from JSON Lines files (``damage.articles``; or with ``links`` beside ``text``) and pages.

    Raises:
        FileError: a file can't be read, or a line holds no article.
    """
    for path in paths:
        if path.suffix.lower() in (".html", ".htm"):
            yield path.name, _page(path)
        else:
            yield from _articles(path)


def _page(path: Path) -> LinkedText:
    try:
        return article_of(path.read_bytes())
    except OSError as error:
        raise FileError(f"{path}: can't be read: {error.strerror or error}") from error


def _articles(path: Path) -> Iterator[tuple[str, LinkedText]]:
    for number, line in enumerate(read_lines(path), start=1):
        place = f"{path}:{number}"
        article = parse_article(line, place)
        data = json.loads(line)
        if "text" in data and data.get("links"):
            article = LinkedText(article.text, _links(data["links"], article.text, place), article.title)
        yield str(data.get("id") or f"{path.name}:{number}"), article


def _links(items: Any, text: str, place: str) -> tuple[tuple[int, int], ...]:
    links = []
    for item in items if isinstance(items, list) else [items]:
        if not (
            isinstance(item, list)
            and len(item) == 2
            and all(type(offset) is int for offset in item)
            and 0 <= item[0] <= item[1] <= len(text)
        ):
            raise RecordError(f"{place}: {item!r:.60} is no link: expected [start, end] within the text")
        links.append((item[0], item[1]))
    return tuple(sorted(links))


def _may_go(text: str, link: Span, sentence: Span) -> bool:
    lost = text[link.start : link.end]
    if "\n" in lost or len(lost.split()) > MOST_WORDS or not any(char.isalnum() for char in lost):
        return False
    if text[link.start - 1 : link.start].isalnum() or text[link.end : link.end + 1].isalnum():
        return False
    return len(lost.split()) <= _WHOLE * len(text[sentence.start : sentence.end].split())
