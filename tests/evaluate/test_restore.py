"""Measuring restoration: pages hold what they should, figures count what they say."""

from __future__ import annotations

import random

import pytest

from textmend.errors import RecordError
from textmend.evaluate.linked_pages import TEMPLATES, lost_spans
from textmend.evaluate.restore import EDITORS, edited, foreign, page_of, restored, source_alone, untouched
from textmend.mended import Mended
from textmend.source.settle import read_copies


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
    figures = restored(damaged, template, source_alone())
    assert figures.texts == len(damaged)
    assert figures.share > 0.98, figures.differences
    assert figures.wrong <= 2, figures.differences


def test_doing_nothing_restores_nothing(damaged):
    figures = restored(damaged, "plain", lambda text, source: Mended.of(text, [], "x"))
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


@pytest.mark.parametrize("editor", EDITORS)
def test_editors_change_texts(damaged, editor):
    text = "\n\n".join(record["original"] for record in damaged[:4])
    assert editor(text, random.Random(0)) != text
    assert editor(text, random.Random(0)) == editor(text, random.Random(0))
