"""Words that a page would put in where nothing is seen to be missing: their neighbours tell whether they make sense."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from textmend.fill.sense import make_sense
from textmend.models.masked_lm import Prediction
from textmend.records import Fill, Gap

WORDS = "the boat left harbour ( opens tab ) keeper saw old 10 6 . It rained".split()
MASK = len(WORDS)


class Model:
    """Expects every word wherever it is asked, but none beside a word of the interface."""

    def __init__(self) -> None:
        self.pieces = SimpleNamespace(opening=(), closing=(), cut=self._cut)
        self.vocabulary = SimpleNamespace(mask=MASK)
        self.asked = 0

    def _cut(self, text: str, *, spaced: bool) -> list[int]:
        for mark in "().":
            text = text.replace(mark, f" {mark} ")
        return [WORDS.index(word) for word in text.split()]

    def predict(self, queries):
        self.asked += len(queries)
        odd = {WORDS.index("("), WORDS.index(")"), WORDS.index("opens")}
        return [
            Prediction(
                np.full(len(WORDS), -9.0 if odd & {*query.ids[query.position - 1 : query.position + 2]} else -1.0), None
            )
            for query in queries
        ]


def verdict(text: str, fill: str, model: Model, spacing=(" ", " ")) -> bool:
    place = text.index("|")
    whole = text.replace("|", "")
    gap = Gap(
        start=place,
        end=place + (whole[place : place + 1] == " "),
        probability=0.9,
        fills=(Fill(text=fill, probability=0.9, origin="source", spacing=spacing),),
    )
    (answer,) = make_sense(whole, [gap], model)
    return answer


def source_gap(place: int, fill: str) -> Gap:
    fills = (Fill(text=fill, probability=0.9, origin="source", spacing=(" ", " ")),)
    return Gap(start=place, end=place + 1, probability=0.9, fills=fills)


@pytest.mark.parametrize(("fill", "expected"), [("old keeper", True), ("(opens tab)", False)])
def test_the_neighbours_tell(fill, expected):
    assert verdict("the boat saw| the harbour", fill, Model()) is expected


@pytest.mark.parametrize("text", ["|the boat left", "the boat left|", "the boat\n|left", "|"])
def test_at_the_ends_of_a_line_one_neighbour_tells_or_none(text):
    assert verdict(text, "old keeper", Model())


@pytest.mark.parametrize(
    ("text", "fill", "spacing"),
    [("the boat saw 10| the harbour", "6", ("", " ")), ("the boat left .| the keeper saw", "It rained.", (" ", " "))],
)
def test_of_figures_and_sentences_they_are_not_asked(text, fill, spacing):
    model = Model()
    assert verdict(text, fill, model, spacing)
    assert model.asked == 0


def test_many_are_asked_at_once():
    assert make_sense("", [], Model()) == []


def test_known_words_of_other_gaps_stand_in_the_sentence():
    rows = []

    class Asked(Model):
        def predict(self, queries):
            rows.extend([WORDS[piece] if piece != MASK else "_" for piece in query.ids] for query in queries)
            return super().predict(queries)

    text = "the saw keeper left\nthe boat"
    sure = [source_gap(3, "old boat"), source_gap(14, "( tab )"), source_gap(text.index("\n") + 4, "harbour")]
    assert make_sense(text, [source_gap(7, "old")], Asked(), sure) == [True]
    assert [" ".join(row) for row in rows[:2]] == ["the old boat _ _ ( tab ) left", "the old boat _ old _ ( tab ) left"]


@pytest.mark.parametrize(("other", "expected"), [("keeper", True), ("harbour", False)])
def test_words_that_make_sense_help_to_judge_the_others(other, expected):
    class Choosy(Model):
        """Takes “tab” for odd in a sentence without “keeper”."""

        def predict(self, queries):
            tab, keeper = WORDS.index("tab"), WORDS.index("keeper")
            odd = [tab in query.ids and keeper not in query.ids for query in queries]
            return [Prediction(np.full(len(WORDS), -9.0 if is_odd else -1.0), None) for is_odd in odd]

    text = "the saw the boat left"
    gaps = [source_gap(3, "tab"), source_gap(11, other)]
    assert make_sense(text, gaps, Choosy()) == [expected, True]
