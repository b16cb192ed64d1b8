"""Measuring restoration: pages hold what they should, figures count what they say."""

from __future__ import annotations

import random

import pytest

from bench.linked_pages import TEMPLATES, lost_spans
from bench.restore import (
    edited,
    foreign,
    page_of,
    restored,
    same_version,
    source_alone,
    source_edited,
    text_edited,
    untouched,
)
from bench.versions import VERSIONS, edited_damage
from textmend.edits.mended import Mended
from textmend.errors import RecordError
from textmend.records import Fill, Gap
from textmend.source.settle import read_copies
from textmend.text.words import WORD


def copies_of(source):
    return read_copies(None, [source]) if isinstance(source, str) else read_copies(source)


def test_lost_words_are_found_in_the_original(damaged):
    for record in damaged:
        found = [record["original"][start:end] for start, end in lost_spans(record)]
        assert found == [gap["lost"] for gap in record["gaps"]]


def test_a_record_that_does_not_fit_is_refused(damaged):
    record = {**damaged[0], "original": "Something else."}
    with pytest.raises(RecordError, match="differ"):
        lost_spans(record)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_page_shows_the_original(damaged, template):
    for record in damaged[:8]:
        shown = " ".join(copies_of(page_of(record, template))[0].text.split())
        for paragraph in record["original"].replace("\r\n", "\n").split("\n\n"):
            assert " ".join(paragraph.split()) in shown
        assert page_of(record, template) == page_of(record, template)


@pytest.mark.parametrize("template", [name for name in TEMPLATES if name != "copy"])
def test_the_source_restores_the_fixtures(damaged, template):
    figures = restored(same_version(damaged, template), source_alone())
    assert figures.texts == len(damaged)
    assert figures.share > 0.98, figures.differences
    assert figures.wrong <= 2, figures.differences


def test_doing_nothing_restores_nothing(damaged):
    figures = restored(same_version(damaged, "plain"), lambda text, source: Mended.of(text, [], "x"))
    assert figures.share < 0.05
    assert figures.lost > 100


def test_what_should_stay_stays(damaged):
    mend = source_alone()
    for template in TEMPLATES:
        assert untouched(foreign(damaged, template), mend).edits == 0
        assert untouched(edited(damaged, template, random.Random(0)), mend).edits == 0


def test_edits_of_what_should_stay_are_counted(damaged):
    mend = source_alone()
    figures = untouched([(record["id"], record["text"], page_of(record, "plain")) for record in damaged], mend)
    assert figures.changed > 20
    assert figures.edits >= figures.changed
    assert len(figures.examples) == figures.edits


@pytest.mark.parametrize("editor", VERSIONS)
def test_editors_change_texts(damaged, editor):
    text = "\n\n".join(record["original"] for record in damaged[:4])
    assert editor(text, random.Random(0)) != text
    assert editor(text, random.Random(0)) == editor(text, random.Random(0))


def test_a_copy_puts_no_wrong_words_in(damaged):
    figures = restored(same_version(damaged, "copy"), source_alone())
    assert figures.wrong == figures.open_wrong == 0, figures.differences
    assert figures.share > 0.3
    assert figures.open > 0


@pytest.mark.parametrize("cases", [lambda all: text_edited(all, "copy", 0), lambda all: source_edited(all, 0)])
def test_nor_does_another_version(damaged, cases):
    figures = restored(cases(damaged), source_alone())
    assert figures.lost > 100
    assert figures.missing < figures.lost
    assert figures.wrong <= 0.01 * figures.lost, figures.differences


def test_wrong_words_and_open_ones_are_told_apart():
    record = {
        "id": "x",
        "variant": "raw",
        "text": "He met , who left the town. It rained  days.",
        "original": "He met Eva Lind, who left the town. It rained for days.",
        "gaps": [{"start": 6, "end": 7, "lost": "Eva Lind"}, {"start": 37, "end": 39, "lost": "for"}],
    }

    def mend(text, source):
        fills = (
            Fill(text="Ola Berg", probability=0.99, origin="model"),
            Fill(text="for", probability=0.99, origin="model"),
        )
        gaps = [
            Gap(start=gap["start"], end=gap["end"], probability=0.99, fills=(fill,))
            for gap, fill in zip(record["gaps"], fills, strict=True)
        ]
        return Mended.of(text, [gaps[0].with_decision("apply"), gaps[1].with_decision("keep")], "[…]")

    figures = restored(same_version([record], "copy"), mend)
    assert (figures.lost, figures.missing, figures.wrong) == (3, 3, 2)
    assert (figures.open, figures.open_wrong, figures.exact) == (1, 0, 0)


@pytest.mark.parametrize("editor", VERSIONS)
def test_an_edited_damaged_text_keeps_its_losses(damaged, editor):
    for record in damaged[:8]:
        text, whole, lost = edited_damage(record, editor, random.Random(1))
        assert all(ord(char) < 0xF0000 for char in text + whole)
        assert len(WORD.findall(whole)) == len(WORD.findall(text)) + lost
