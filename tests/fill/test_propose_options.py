"""A proposer without echoes or repeated names proposes from the model alone."""

from __future__ import annotations

import pytest

from textmend.fill.infill import Search
from textmend.fill.load import load_filler
from textmend.fill.propose import GappedArticle, Proposer
from textmend.models.registry import EMBEDDED, locate
from textmend.records import Gap

TEXT = "The council praised the brave Zemlyak divers on Monday. On Tuesday the brave  divers went home."


@pytest.fixture(scope="module")
def filler():
    if not (EMBEDDED / "en" / "filler" / "model.onnx").is_file():
        pytest.skip("the embedded models are missing")
    return load_filler(locate("en", "filler"), threads=1)


@pytest.mark.parametrize(("echoes", "repeated"), [(True, True), (False, True), (True, False), (False, False)])
def test_parts_left_out_bring_no_evidence(filler, echoes, repeated):
    start = TEXT.index("  divers")
    document = GappedArticle(text=TEXT, gaps=[Gap(start=start, end=start + 2, probability=0.9, lengths=(0.9, 0.1))])
    proposer = Proposer(
        filler.model, usual=filler.usual, ranking=filler.ranking, echoes=echoes, repeated=repeated, most=60
    )
    ((gap,),) = proposer.propose([document])
    assert any(fill.origin == "echo" for fill in gap.fills) == echoes
    assert bool([fill for fill in gap.fills if fill.evidence]) == (echoes or repeated)
    assert gap.fills


def test_who_watches_is_told_of_every_gap_and_the_fills_are_the_same(filler):
    text = TEXT + " " + TEXT
    places = [at for at in range(len(text)) if text.startswith(" the ", at)]
    gaps = [Gap(start=at, end=at + 1, probability=0.9, lengths=(1.0,)) for at in places]
    documents = [
        GappedArticle(text=text, gaps=gaps),
        GappedArticle(text=TEXT, gaps=[]),
        GappedArticle(text=text, gaps=gaps),
    ]
    proposer = Proposer(filler.model, usual=filler.usual, ranking=filler.ranking)
    told: list[tuple[int, int]] = []
    watched = proposer.propose(documents, lambda done, found: told.append((done, found)))
    assert watched == proposer.propose(documents)
    found = 2 * len(gaps)
    assert told[0] == (0, found)
    assert told[-1] == (found, found)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


LONG = (
    "The Zemlyak of Tromsdalen Harbour Board met on Monday. Nobody knew what the Zemlyak of Tromsdalen Harbour Board "
    "would say. On Tuesday the , which has nine members, said no. The Zemlyak of Tromsdalen Harbour Board is old."
)


def test_a_name_of_many_pieces_comes_back_in_full_as_the_article_writes_it(filler):
    name = "Skjervoy Harbour Board"
    assert len(filler.model.pieces.cut(name, spaced=True)) > Search().most_pieces
    text = LONG.replace("Zemlyak of Tromsdalen Harbour Board", name)
    place = text.index(" , which")
    gap = Gap(start=place, end=place + 1, probability=0.9, lengths=(0.1, 0.1, 0.1, 0.2, 0.3, 0.2))
    proposer = Proposer(filler.model, usual=filler.usual, ranking=filler.ranking)
    ((found,),) = proposer.propose([GappedArticle(text=text, gaps=[gap])])
    (fill,) = [fill for fill in found.fills if fill.text.casefold() == name.casefold()]
    assert fill.text == name
    assert fill.evidence is not None
    assert fill in found.fills[:5]
    assert not any(fill.text == "Skjervoy" for fill in found.fills)  # the article never writes it alone


def test_what_no_person_would_write_is_proposed_only_where_it_is_given(filler):
    text = "They paid for health care  for all of the town."
    place = text.index("  for")
    gap = Gap(start=place, end=place + 2, probability=0.9, lengths=(1.0,))
    proposer = Proposer(filler.model, usual=filler.usual, ranking=filler.ranking, most=60)
    ((found,),) = proposer.propose([GappedArticle(text=text, gaps=[gap])])
    assert found.fills
    assert "care" not in {fill.text for fill in found.fills}
    given = proposer.every_fill(GappedArticle(text=text, gaps=[gap], given=("care",)))
    assert "care" in {fill.text for fill in given}
