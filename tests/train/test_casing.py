"""Counting how words are usually written, and reading the table."""

import json
from collections import Counter

import pytest

from textmend.damage.articles import LinkedText
from textmend.errors import ModelError
from textmend.fill.casing_table import UsualCasing
from textmend.train.casing import count_forms, inner_words, write_casing


@pytest.mark.parametrize(
    ("paragraph", "expected"),
    [
        ("The quiet dog saw Paul. Then it ran away.", ["quiet", "dog", "saw", "Paul", "it", "ran", "away"]),
        ("He said: Now, “Never again,” and left.", ["said", "again", "left"]),
        ("It moved (The) slowly with NATO — Then closer.", ["moved", "slowly", "with", "NATO", "closer"]),
        ("He owns an iPhone and a McDonald franchise.", ["owns", "an", "iPhone", "and", "a", "McDonald", "franchise"]),
        ("The King Meets Queen", []),
        ("KING MEETS QUEEN", []),
        ("He read BREAKING NEWS about NATO today.", ["read", "about", "NATO", "today"]),
        ("", []),
        ("12 %, 30.", []),
    ],
)
def test_only_words_in_the_middle_of_sentences_count(paragraph, expected):
    assert list(inner_words(paragraph)) == expected


def test_forms_are_counted_by_word():
    forms = count_forms([LinkedText("We saw Nato there.\n\nWe saw NATO here and NATO there.")])
    assert forms["nato"] == Counter({"NATO": 2, "Nato": 1})
    assert forms["saw"] == Counter({"saw": 2})


@pytest.fixture
def forms():
    return {
        "nato": Counter({"NATO": 97, "Nato": 3}),
        "may": Counter({"may": 60, "May": 40}),
        "house": Counter({"house": 92, "House": 8}),
        "dog": Counter({"dog": 500, "Dog": 1}),
        "iphone": Counter({"iPhone": 20}),
        "rare": Counter({"Rare": 3}),
        "東京": Counter({"東京": 50}),
    }


def test_the_table_answers_as_the_counts_do(tmp_path, forms):
    file = tmp_path / "casing.json"
    assert write_casing(forms, file) == 4
    usual = UsualCasing.load(file)
    assert len(usual) == 4
    assert usual.surface("nato") == usual.surface("NATO") == "NATO"
    assert usual.surface("iphone") == "iPhone"
    assert usual.surface("may") is None
    assert usual.surface("House") == "house"
    assert usual.share_lower("May") == pytest.approx(0.6)
    assert usual.share_lower("nato") == 0
    for unknown in ("dog", "rare", "東京", "", "never seen"):
        assert usual.surface(unknown) is None
        assert usual.share_lower(unknown) is None


def test_the_most_frequent_words_are_kept(tmp_path, forms):
    file = tmp_path / "casing.json"
    assert write_casing(forms, file, most=3) == 3
    assert UsualCasing.load(file).surface("iphone") is None
    many = {f"name{'abcdefghij'[n % 10]}{n}": Counter({f"Name{'abcdefghij'[n % 10]}{n}": 9 + n}) for n in range(500)}
    assert 0 < write_casing(many, file, most_bytes=2000) < 500
    assert file.stat().st_size <= 2000


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"schema": 2, "surfaces": {}}', '{"schema": 1, "surfaces": {"x": "A"}}']
)
def test_a_file_that_is_no_table_is_refused(tmp_path, content):
    file = tmp_path / "casing.json"
    file.write_text(content)
    with pytest.raises(ModelError, match=r"casing\.json"):
        UsualCasing.load(file)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ModelError, match="nowhere"):
        UsualCasing.load(tmp_path / "nowhere.json")


def test_the_table_holds_single_words_only(tmp_path, forms):
    file = tmp_path / "casing.json"
    write_casing(forms, file)
    record = json.loads(file.read_text())
    assert set(record) == {"schema", "surfaces"}
    assert sorted(" ".join(record["surfaces"].values()).split()) == ["House", "May", "NATO", "iPhone"]
