"""A small language model asked to write a text again with its missing words: what it put in is found by alignment.

It gives no probabilities and one fill a gap. It can't be kept from rewriting what was whole, reads no more than its
window at a time, and costs a run of the model for every word, damaged or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bench.rivals.align import Alignment, align
from bench.rivals.llama import Turn
from bench.rivals.sites import named_sites
from textmend.detect.sites import Sites
from textmend.fill.propose import GappedArticle
from textmend.records import Fill, Gap

_ORDER = (
    "Some words were lost from a text. Write the text again, word for word, and put the missing words back. "
    "Change nothing else. Write only the text."
)
_EXAMPLE = (
    "The growers met with and the Dutch in on Monday , and agreed to share the cost of the .",
    "The growers met with the French and the Dutch in Ghent on Monday morning, and agreed to share the cost of the "
    "harvest.",
)


class Chat(Protocol):
    """A model that answers; see ``llama.Llama``."""

    def reply(self, turns: Sequence[Turn], most_tokens: int) -> str:
        """Return the next turn."""
        ...


class Restore:
    """Finds and fills gaps with a chat model.

    Args:
        chat: the model; it sees one text at a time, after one worked example.
    """

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._seen: dict[str, Alignment] = {}

    def restored(self, text: str) -> Alignment:
        """Return what the model put into a text; it is asked once for each text."""
        if text not in self._seen:
            turns = [Turn("system", _ORDER), Turn("user", _EXAMPLE[0]), Turn("assistant", _EXAMPLE[1])]
            # About four letters a token; a model that goes on longer than the text does not restore it.
            answer = self._chat.reply([*turns, Turn("user", text)], most_tokens=len(text) // 3 + 32)
            self._seen[text] = align(text, answer)
        return self._seen[text]

    def judge(self, texts: Sequence[str]) -> list[Sites]:
        """Return the places where words were put in, each with the same score (see ``system.Judge``)."""
        return [named_sites((one.start, one.end, 0.5) for one in self.restored(text).insertions) for text in texts]

    def propose(self, documents: Sequence[GappedArticle]) -> list[list[Gap]]:
        """Return the documents' gaps with the words put in there, where there are any (see ``system.Propose``)."""
        proposed = []
        for document in documents:
            insertions = self.restored(document.text).insertions
            proposed.append(
                [
                    gap.with_fills(
                        tuple(
                            Fill(text=one.words, probability=1.0, origin="model")
                            for one in insertions
                            if one.start <= gap.end and gap.start <= one.end
                        )
                    )
                    for gap in document.gaps
                ]
            )
        return proposed
