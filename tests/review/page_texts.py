"""Documents for the tests of the review page, and how the page's data is read back without a browser."""

from __future__ import annotations

import json
import re
from typing import Any

from textmend.records import Evidence, Fill, Gap
from textmend.review.documents import ReviewDocument

NEWS = """Harbour master quits 🐟

The harbour master of Sandvåg resigned on‹ ›, two days after the storm 🌊 sank three boats.
Her deputy, 𝓔𝓲𝓻𝓲𝓴 Sandnes, said that‹ ›had asked the council for a second‹ ›last autumn.

“We wrote to‹ ›four times,” he said. “The answer was‹ ›each time.” The council keeps no‹ ›of such letters 📭.
Divers found the‹ ›of the third boat on Monday\u200d, and a second pump would have‹ ›it, they said.
The council asked‹ ›for a second pump last spring. It will meet with‹ ›and the insurers on Friday‹ ›noon.
"""


def document(marked: str = NEWS, name: str = "harbour.txt", title: str | None = None, **options: Any) -> ReviewDocument:
    """Return a document whose gaps stand at each mark ``‹ ›``, of which the white space stays."""
    text, gaps = "", []
    parts = re.split("‹(\\s*)›", marked)
    for number, part in enumerate(parts):
        if number % 2:
            gaps.append(_gap(len(gaps), len(text), len(text) + len(part), **options))
        text += part
    return ReviewDocument(id=name, text=text, gaps=tuple(gaps), title=title)


def _gap(number: int, start: int, end: int, fills: tuple[Fill, ...] | None = None) -> Gap:
    own = tuple(
        Fill(text=f"words {number}.{rank}", probability=0.4 / 2**rank, origin="model")
        for rank in range(12 - number % 3)
    )
    return Gap(
        start=start,
        end=end,
        probability=0.95 - 0.05 * (number * 7 % 10),
        lengths=(0.6, 0.3, 0.1),
        cues=("double_space",) if number % 2 else ("space_before_punctuation", "function_word_clash"),
        fills=own if fills is None else fills,
    )


def echo(text: str, words: str, quote: str, probability: float = 0.9) -> Fill:
    """Return a fill that echoes ``words`` of ``quote``, which stands in ``text``."""
    start = text.index(quote) + quote.index(words)
    evidence = Evidence(place="text", quote=quote, start=start, end=start + len(words))
    return Fill(text=words, probability=probability, origin="echo", evidence=evidence)


def data_of(page: str) -> dict[str, Any]:
    """Return the data that a page holds."""
    (block,) = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    return json.loads(block)
