"""The fixtures are consistent, and what the embedded models make of them."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from textmend import Gap
from textmend.edits.apply import apply_edits, insertion, undo_edits

FIXTURES = Path(__file__).parents[1] / "fixtures"


def records(name: str) -> list[dict]:
    """Read a JSON Lines file; line ends inside the texts stay."""
    return [json.loads(line) for line in (FIXTURES / name).read_bytes().decode().split("\n") if line]


DAMAGED = records("damaged.jsonl")
NEGATIVES = records("negatives.jsonl")
KINDS = records("kinds.jsonl")
WHOLE_KINDS = records("whole_kinds.jsonl")
FAILURES = records("known_failures.jsonl")

MOST_NEGATIVES_WITH_A_GAP = 0.15
"""The share of texts that look damaged and are whole in which a gap may be seen at the default threshold."""


def by_id(values: list[dict]):
    return pytest.mark.parametrize("record", [pytest.param(record, id=record["id"]) for record in values])


def true_gaps(record: dict) -> list[Gap]:
    return [Gap(start=gap["start"], end=gap["end"], probability=1.0) for gap in record["gaps"]]


class TestDamaged:
    @by_id(DAMAGED + KINDS)
    def test_gaps_are_white_space_sorted_and_disjoint(self, record):
        text, gaps = record["text"], record["gaps"]
        assert gaps
        for gap in gaps:
            assert 0 <= gap["start"] <= gap["end"] <= len(text)
            assert not text[gap["start"] : gap["end"]].strip()
            assert not set(text[gap["start"] : gap["end"]]) & set("\r\n")
            assert gap["lost"] == gap["lost"].strip() != ""
            assert gap["words"] == len(gap["lost"].split())
            assert gap["shape"] in ("name", "word", "phrase")
            assert gap["lost"] not in gap["accept"]
        assert all(a["end"] < b["start"] for a, b in pairwise(gaps))

    @by_id(DAMAGED + KINDS)
    def test_inserting_what_was_lost_gives_the_original(self, record):
        edits = [
            insertion(record["text"], gap, lost["lost"])
            for gap, lost in zip(true_gaps(record), record["gaps"], strict=True)
        ]
        assert apply_edits(record["text"], edits) == record["original"]
        assert undo_edits(record["original"], edits) == record["text"]

    @pytest.mark.parametrize("values", [DAMAGED + KINDS, NEGATIVES + WHOLE_KINDS], ids=["damaged", "whole"])
    def test_ids_are_unique(self, values):
        ids = [record["id"] for record in values]
        assert len(set(ids)) == len(ids)

    def test_the_example_article_is_the_record_opening(self):
        (opening,) = [record for record in DAMAGED if record["id"] == "opening"]
        assert (FIXTURES / "article.txt").read_bytes().decode() == opening["text"]

    def test_the_readme_counts_right(self):
        readme = (FIXTURES / "README.md").read_text(encoding="utf-8")
        assert re.search(rf"\b{len(DAMAGED)} news-like articles", readme)
        assert re.search(rf"\b{len(NEGATIVES)} texts that look damaged", readme)
        assert re.search(rf"\b{len(KINDS)} more articles", readme)
        assert re.search(rf"\b{len(WHOLE_KINDS)} texts of the same look", readme)


class TestModels:
    def test_few_texts_that_are_whole_get_a_gap(self, embedded):
        found = zip(NEGATIVES, embedded().find_gaps(record["text"] for record in NEGATIVES), strict=True)
        wrong = [
            f"{record['id']}: {record['text'][max(0, gap.start - 20) : gap.start]}▢{record['text'][gap.end :][:20]}"
            for record, gaps in found
            for gap in gaps
        ]
        texts = {line.partition(":")[0] for line in wrong}
        assert len(texts) <= MOST_NEGATIVES_WITH_A_GAP * len(NEGATIVES), "\n".join(wrong)

    def test_texts_that_are_whole_are_not_changed(self, embedded):
        known = {record["id"] for record in FAILURES if record["kind"] == "harm"}
        texts = [record["text"] for record in NEGATIVES if record["id"] not in known]
        mender = embedded()
        # A gap less probable than this is kept whatever the filler says, so the filler need not be asked.
        at_risk = [
            text
            for text, gaps in zip(texts, mender.find_gaps(texts), strict=True)
            if any(gap.probability >= mender.policy.apply_at for gap in gaps)
        ]
        changed = [(one.original, one.text) for one in mender.mend(at_risk) if one.text != one.original]
        assert changed == []

    def test_most_gaps_of_the_damaged_articles_are_found(self, embedded):
        found = missed = 0
        for record, gaps in zip(DAMAGED, embedded().find_gaps(record["text"] for record in DAMAGED), strict=True):
            for gap in record["gaps"]:
                hit = any(one.start <= gap["end"] and one.end >= gap["start"] for one in gaps)
                found, missed = found + hit, missed + (not hit)
        assert found > missed


class TestKnownFailures:
    """What goes wrong and is known to: these tests are expected to fail, and a better model makes them pass."""

    @by_id(FAILURES)
    def test_the_record_is_well_formed(self, record):
        assert record["kind"] in ("false_gap", "missed_gap", "wrong_fill", "harm")
        assert record["comment"]
        assert record["text"]
        if record["kind"] in ("missed_gap", "wrong_fill"):
            assert not record["text"][record["start"] : record["end"]].strip()
            assert record["lost"]

    @pytest.mark.xfail(reason="known failure", strict=False)
    @by_id(FAILURES)
    def test_it_goes_right(self, embedded, record):
        text = record["text"]
        match record["kind"]:
            case "false_gap":
                assert embedded().find_gaps(text) == []
            case "harm":
                assert embedded().mend(text).text == text
            case "missed_gap":
                assert self.at(record, embedded().find_gaps(text))
            case "wrong_fill":
                (gap,) = self.at(record, embedded().suggest(text))
                right = {words.casefold() for words in (record["lost"], *record["accept"])}
                assert gap.fills[0].text.casefold() in right

    def at(self, record: dict, gaps: list[Gap]) -> list[Gap]:
        return [gap for gap in gaps if gap.start <= record["end"] and gap.end >= record["start"]]
