"""Gaps by the part that the lost words played."""

import json
import random
from types import SimpleNamespace

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc

from bench.compare import finding_by_role
from bench.compare.finding_by_role import ARGUMENT, CONJUNCT, HEAD, MODIFIER, OTHER, VERB, restore, role_of
from textmend.damage.benchmark import Benchmark, Record, TrueGap
from textmend.damage.losing import damage
from textmend.detect.sites import Sites

TEXT = "The old mayor of Oslo quickly met two envoys, and the (small) crowd cheered at them loudly."


def record(variant, spans):
    damaged = damage(TEXT, spans, variant)
    gaps = tuple(
        TrueGap(start=gap.start, end=gap.end, lost=gap.lost, words=gap.words, shape="word") for gap in damaged.gaps
    )
    return Record(id="x", text=damaged.text, gaps=gaps, title=None, variant=variant, words=9)


@pytest.mark.parametrize("variant", ["raw", "collapsed", "tidy"])
def test_what_was_lost_comes_back_where_it_stood(variant):
    words = [(4, 7), (17, 21), (38, 44), (55, 60), (84, 90)]
    rng = random.Random(3)
    for _ in range(20):
        spans = sorted(rng.sample(words, rng.randint(1, len(words))))
        made = record(variant, spans)
        restored = restore(made)
        assert restored.text.split() == TEXT.split()
        assert [restored.text[start:end] for start, end in restored.spans] == [gap.lost for gap in made.gaps]
        assert "".join(restored.text.split()) == "".join(TEXT.split())


#        0      1        2         3       4       5        6      7        8         9      10
WORDS = ["The", "mayor", "quickly", "met", "old", "envoys", "and", "crowds", "near", "the", "harbour"]
HEADS = [1, 3, 3, 3, 5, 3, 5, 5, 3, 10, 8]
DEPS = ["det", "nsubj", "advmod", "ROOT", "amod", "dobj", "cc", "conj", "prep", "det", "pobj"]
POS = ["DET", "NOUN", "ADV", "VERB", "ADJ", "NOUN", "CCONJ", "NOUN", "ADP", "DET", "NOUN"]


@pytest.mark.parametrize(
    ("start", "end", "role"),
    [
        (0, 2, ARGUMENT),
        (1, 2, HEAD),
        (2, 3, MODIFIER),
        (3, 4, VERB),
        (4, 5, MODIFIER),
        (7, 8, CONJUNCT),
        (9, 11, ARGUMENT),
        (6, 7, OTHER),
    ],
)
def test_roles(start, end, role):
    doc = Doc(spacy.blank("en").vocab, words=WORDS, heads=HEADS, deps=DEPS, pos=POS)
    assert role_of(doc[start:end]) == role


def test_a_table_for_each_file(monkeypatch, tmp_path):
    """Every gap is counted once; raw white space is left out."""
    records = (record("tidy", [(4, 7)]), record("raw", [(4, 7)]), record("collapsed", [(8, 13), (38, 44)]))
    setting = SimpleNamespace(
        damaged=lambda count: [Benchmark(path=tmp_path / "bench.jsonl", digest="", records=records)],
        system=SimpleNamespace(judge=lambda texts: [_sites(text) for text in texts]),
    )
    monkeypatch.setattr(finding_by_role, "load_pipeline", lambda: _parsed)
    (table,) = finding_by_role.find_by_role(setting, lambda what: None)
    assert "3 gaps" in table.title
    assert "2 records" in table.title
    assert sum(row.values["gaps"] for row in table.rows) == 3
    assert all(row.values["recall"] == 1.0 for row in table.rows)
    assert json.dumps(table.to_dict())
    assert "modifier" in table.markdown()


def _sites(text):
    places = np.array([at for at, character in enumerate(text) if character == " "])
    return Sites(places, places + 1, np.full(len(places), 0.6), np.ones((len(places), 6)) / 6)


def _parsed(text):
    words = text.split()
    return Doc(spacy.blank("en").vocab, words=words, heads=[0] * len(words), deps=["amod"] * len(words))
